"""What every building wears: one texel each in one texture, so that recolouring any number of them is one upload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.surface import vtk_array

Blend = Callable[[NDArray[np.uint8], NDArray[np.int64] | None], None]
"""Works out further texels (in place) from those of some buildings, or of all."""

WIDTH = 1024
HATCHED, SELECTED, HOVERED, HIDDEN = 1, 2, 4, 8
"""Bits in the alpha of a texel; the shaders read them."""
CLEAR_BITS, CLEAR_STEPS = 4, 15
"""The bits above those say how clear it is, in sixteenths."""


class Colours:
    """Colour and flags by building, and the texture that the shaders look them up in."""

    def __init__(self, count: int, colour: tuple[float, float, float]) -> None:
        from vtkmodules.vtkCommonDataModel import vtkImageData

        self.count = count
        self.changes = 0
        self.clear = False
        """Whether any is less than solid."""
        self.texels = np.zeros((0, 4), np.uint8)
        self._image = vtkImageData()
        self._blend: Blend | None = None
        self._room(count, np.round(np.array(colour) * 255).astype(np.uint8))
        self.texture = self.twin()

    def _room(self, count: int, rgb: NDArray[np.uint8]) -> None:
        """Texels for so many, the new ones in one colour."""
        rows = max(-(-count // WIDTH), 1)
        texels = np.zeros((rows * WIDTH, 4), np.uint8)
        texels[:, :3] = rgb
        texels[: len(self.texels)] = self.texels[: len(texels)]
        self.texels = texels
        self._array = vtk_array(texels)
        self._image.SetDimensions(WIDTH, rows, 1)
        self._image.GetPointData().SetScalars(self._array)

    def blend(self, count: int, wear: Blend) -> None:
        """Have `count` more texels, after those of the buildings, that `wear` works out from them."""
        self._room(self.count + count, self.texels[0, :3].copy())
        self._blend = wear
        self.changed()

    def twin(self) -> Any:
        """The same colours as a texture of its own: one is tied to the render window that first draws it."""
        from vtkmodules.vtkRenderingCore import vtkTexture

        texture = vtkTexture()
        texture.SetInputData(self._image)
        texture.InterpolateOff()
        texture.MipmapOff()
        texture.SetColorModeToDirectScalars()
        return texture

    def paint(self, rows: NDArray[np.integer] | slice, rgb: NDArray[np.uint8]) -> None:
        """Colours (k, 3) for some buildings."""
        self.texels[: self.count][rows, :3] = rgb
        self.changed(None if isinstance(rows, slice) else rows)

    def flag(self, bit: int, rows: NDArray[np.generic]) -> None:
        """Set one flag on `rows` (indices or a mask) and clear it on all others."""
        alpha = self.texels[: self.count, 3]
        before = np.flatnonzero(alpha & np.uint8(bit))
        alpha &= np.uint8(255 - bit)
        alpha[rows] |= np.uint8(bit)
        self.changed(np.union1d(before, np.flatnonzero(alpha & np.uint8(bit))))

    def clear_by(self, share: NDArray[np.floating]) -> None:
        """How solid each is, from 1 down to a sixteenth."""
        alpha = self.texels[: self.count, 3]
        clear = np.clip(np.round((1.0 - share) * 16), 0, CLEAR_STEPS).astype(np.uint8)
        self.clear = bool(clear.any())
        alpha &= np.uint8((1 << CLEAR_BITS) - 1)
        alpha |= clear << np.uint8(CLEAR_BITS)
        self.changed()

    def changed(self, rows: NDArray[np.integer] | None = None) -> None:
        """Upload at the next frame: all have changed, or only some buildings."""
        self.changes += 1
        if self._blend is not None:
            few = rows is not None and len(rows) < self.count // 4
            self._blend(self.texels, np.asarray(rows, np.int64) if few else None)
        self._array.Modified()
        self._image.Modified()
