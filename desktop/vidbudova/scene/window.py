"""The render window, the camera put into it, frames drawn (also several, averaged) and read back.

Three renderers share one camera and one depth buffer, so that what blends comes after what it lies on: flat things,
then solids with their shadows, then marks laid over all.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Camera, Size

FEWEST_AVERAGED = 4


class Window:
    """Offscreen by itself, or in a render window that a widget made."""

    def __init__(self, size: Size, offscreen: bool, render_window: Any) -> None:
        import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (registers the OpenGL classes)
        from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

        self.owned = render_window is None
        self.render_window = vtkRenderWindow() if self.owned else render_window
        if self.owned:
            self.render_window.SetMultiSamples(0)
            self.render_window.SetOffScreenRendering(offscreen)
            self.render_window.SetShowWindow(not offscreen)
            self.render_window.SetSize(*size)
        self.size = size
        self.render_window.SetNumberOfLayers(3)
        self.flat, self.solid, self.overlay = self.renderers = [vtkRenderer() for _ in range(3)]
        for layer, renderer in enumerate(self.renderers):
            renderer.SetLayer(layer)
            renderer.RemoveCuller(renderer.GetCullers().GetLastItem())
            renderer.SetAutomaticLightCreation(False)
            renderer.SetActiveCamera(self.flat.GetActiveCamera())
            renderer.SetPreserveDepthBuffer(layer > 0)
            self.render_window.AddRenderer(renderer)
        self.averaged: NDArray[np.uint8] | None = None

    def clear_colour(self, colour: tuple[float, float, float]) -> None:
        """What is behind everything."""
        self.flat.SetBackground(*colour)

    def resize(self, size: Size) -> None:
        """Another size in physical pixels."""
        self.size = size
        self.averaged = None
        self.render_window.SetSize(*size)

    def aim(self, camera: Camera, highest_m: float, reach_m: float) -> None:
        """Put a camera (in local coordinates) in place, with planes as near to what is drawn as is safe."""
        eye = camera.eye()
        lens = self.flat.GetActiveCamera()
        lens.SetPosition(*eye)
        lens.SetFocalPoint(*(eye + camera.axes()[0]))
        lens.SetViewUp(*camera.axes()[2])
        lens.SetViewAngle(camera.fov_deg)
        lens.SetClippingRange(max(0.5, 0.7 * (eye[2] - highest_m)), max(reach_m, 1000.0))

    def draw(self, frames: int = 1, before: Callable[[int], None] = lambda k: None, until: float = inf) -> None:
        """One frame; or several, each shifted by a part of a pixel, whose average is the picture.

        `before` is called with the number of each frame, to shift what else should be soft (the light);
        after the moment `until` four frames are enough.
        """
        self.averaged = None
        lens = self.flat.GetActiveCamera()
        if frames == 1 or not self.owned:
            lens.SetWindowCenter(0.0, 0.0)
            before(0)
            self.render_window.Render()
            return
        total = np.zeros((self.size[1], self.size[0], 4), np.uint16)
        for k in range(frames):
            before(k)
            x, y = halton(k + 1, 2) - 0.5, halton(k + 1, 3) - 0.5
            lens.SetWindowCenter(2 * x / self.size[0], 2 * y / self.size[1])
            self.render_window.Render()
            total += self._read()
            if k >= FEWEST_AVERAGED - 1 and perf_counter() > until:
                break
        lens.SetWindowCenter(0.0, 0.0)
        self.averaged = ((total + (k + 1) // 2) // (k + 1)).astype(np.uint8)

    def _read(self) -> NDArray[np.uint8]:
        from vtkmodules.util import numpy_support
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        pixels = vtkUnsignedCharArray()
        width, height = self.size
        self.render_window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        unwrap: Any = numpy_support.vtk_to_numpy
        return np.asarray(unwrap(pixels)).reshape(height, width, 4)

    def image(self) -> NDArray[np.uint8]:
        """The last picture, (h, w, 3), top row first."""
        found = self._read() if self.averaged is None else self.averaged
        return np.ascontiguousarray(found[::-1, :, :3])

    def finalize(self) -> None:
        """Free what the window holds on the graphics side."""
        for renderer in self.renderers:
            renderer.RemoveAllViewProps()
            self.render_window.RemoveRenderer(renderer)
        if self.owned:
            self.render_window.Finalize()


def halton(index: int, base: int) -> float:
    """The low-discrepancy sequence that spreads the shifts evenly."""
    found, share = 0.0, 1.0
    while index:
        share /= base
        found += share * (index % base)
        index //= base
    return found
