"""The render window, the camera put into it, frames drawn (also several, averaged) and read back.

Five renderers share one camera and one depth buffer, so that what blends comes after what it lies on: flat things,
then buildings, then other solids and shadows, then ribbons of flows, then marks laid over all. Where nothing of the
buildings blends they may come first of all, and what they hide of the ground costs nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Camera, Size

GL_BLEND = 0x0BE2
FEWEST_AVERAGED = 4
"""Fewer frames than this are no still picture."""


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
        self.render_window.SetNumberOfLayers(5)
        self.renderers = [vtkRenderer() for _ in range(5)]
        self.flat, self.body, self.solid, self.flow, self.overlay = self.renderers
        for layer, renderer in enumerate(self.renderers):
            renderer.SetLayer(layer)
            renderer.RemoveCuller(renderer.GetCullers().GetLastItem())
            renderer.SetAutomaticLightCreation(False)
            renderer.SetActiveCamera(self.flat.GetActiveCamera())
            renderer.SetPreserveDepthBuffer(layer > 0)
            self.render_window.AddRenderer(renderer)
        self.averaged_frames, self.drawn = 0, 0
        """Frames in the average; all that were drawn."""
        self._total: NDArray[np.uint16] | None = None
        self._shown: NDArray[np.uint8] | None = None
        self._mixed = True
        watched: Any = (self.flat, self.body)
        for renderer in watched:
            renderer.AddObserver("StartEvent", lambda *_: self._mix(False))
            renderer.AddObserver("EndEvent", lambda *_: self._mix(True))

    def clear_colour(self, colour: tuple[float, float, float]) -> None:
        """What is behind everything."""
        for renderer in (self.flat, self.body):
            renderer.SetBackground(*colour)

    def put_first(self, bodies: bool) -> None:
        """Draw buildings before what is flat, or after it.

        They come first only where nothing of either blends; both are then drawn without mixing any pixel.
        """
        self._mixed = not bodies
        first, second = (self.body, self.flat) if bodies else (self.flat, self.body)
        if first.GetLayer() == 0:
            return
        for layer, renderer in enumerate((first, second)):
            renderer.SetLayer(layer)
            renderer.SetPreserveDepthBuffer(layer > 0)

    def _mix(self, on: bool) -> None:
        """Whether pixels are mixed with those under them; VTK mixes always, a processor pays for it."""
        if not self._mixed:
            window: Any = self.render_window
            state = window.GetState()
            (state.vtkglEnable if on else state.vtkglDisable)(GL_BLEND)

    def resize(self, size: Size) -> None:
        """Another size in physical pixels."""
        self.size = size
        self._total = self._shown = None
        self.render_window.SetSize(*size)

    def aim(self, camera: Camera, highest_m: float, reach_m: float) -> None:
        """Put a camera (in local coordinates) in place, with planes as near to what is drawn as is safe."""
        eye = camera.eye()
        lens = self.flat.GetActiveCamera()
        lens.SetPosition(*eye)
        lens.SetFocalPoint(*(eye + camera.axes()[0]))
        lens.SetViewUp(*camera.axes()[2])
        lens.SetViewAngle(camera.fov_deg)
        lens.SetClippingRange(max(0.5, 0.01 * camera.distance, 0.7 * (eye[2] - highest_m)), max(reach_m, 1000.0))

    def draw(self) -> None:
        """One frame, as it is."""
        self._total = None
        self.draw_anew()

    def draw_anew(self) -> None:
        """The same, and what was averaged stays."""
        self._shown = None
        self.drawn += 1
        self.render_window.Render()

    def draw_again(self, renderer: Any) -> None:
        """Draw what one renderer has once more, over the last frame as it is."""
        others = [other for other in self.renderers if other is not renderer]
        for other in others:
            other.SetDraw(False)
        self.render_window.Render()
        for other in others:
            other.SetDraw(True)

    def show(self, pixels: NDArray[np.uint32]) -> None:
        """Let the last picture be this one, put together elsewhere: (h, w), the bytes of a pixel in one number."""
        self._shown = pixels.view(np.uint8).reshape(*pixels.shape, 4)

    def begin_average(self) -> None:
        """From here `add_frame` adds to one picture."""
        self._total = np.zeros((self.size[1], self.size[0], 4), np.uint16) if self.owned else None
        self.averaged_frames, self._shown = 0, None

    def add_frame(self) -> None:
        """One more frame, shifted by a part of a pixel, so that the average has smooth edges."""
        if self._total is None:
            self.draw_anew()
            return
        lens = self.flat.GetActiveCamera()
        x, y = halton(self.averaged_frames + 1, 2) - 0.5, halton(self.averaged_frames + 1, 3) - 0.5
        lens.SetWindowCenter(2 * x / self.size[0], 2 * y / self.size[1])
        self.draw_anew()
        lens.SetWindowCenter(0.0, 0.0)
        self._total += self.pixels()
        self.averaged_frames += 1

    def pixels(self) -> NDArray[np.uint8]:
        """The last frame as it is, (h, w, 4), bottom row first."""
        from vtkmodules.util import numpy_support
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        pixels = vtkUnsignedCharArray()
        width, height = self.size
        self.render_window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        unwrap: Any = numpy_support.vtk_to_numpy
        return np.asarray(unwrap(pixels)).reshape(height, width, 4)

    def bottom_up(self) -> NDArray[np.uint8]:
        """The last picture, (h, w, 4), bottom row first: as it lies in memory where it is one frame as drawn."""
        if self._shown is not None:
            return self._shown
        return self.average()

    def average(self) -> NDArray[np.uint8]:
        """What was averaged, (h, w, 4), bottom row first; the last frame if nothing was."""
        if self._total is None or not self.averaged_frames:
            return self.pixels()
        half = np.uint16(self.averaged_frames // 2)
        return ((self._total + half) // np.uint16(self.averaged_frames)).astype(np.uint8)

    def image(self) -> NDArray[np.uint8]:
        """The last picture, (h, w, 3), top row first."""
        return np.ascontiguousarray(self.bottom_up()[::-1, :, :3])

    def finalize(self) -> None:
        """Free what the window holds on the graphics side; a second time does nothing."""
        if self.render_window is None:
            return
        for renderer in self.renderers:
            renderer.RemoveAllObservers()
            renderer.RemoveAllViewProps()
            self.render_window.RemoveRenderer(renderer)
        if self.owned:
            self.render_window.Finalize()
        # the window holds its connection to the screen until the last reference goes, and cycles keep those long
        self.render_window = None


def halton(index: int, base: int) -> float:
    """The low-discrepancy sequence that spreads the shifts evenly."""
    found, share = 0.0, 1.0
    while index:
        share /= base
        found += share * (index % base)
        index //= base
    return found
