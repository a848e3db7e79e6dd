"""Buildings in the colours of a result; what they wear otherwise is kept up under it and comes back with its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.colours import HATCHED

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]


class Wearing:
    """What buildings wear for a result. Whoever paints them meanwhile paints what is under it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._before: Bytes | None = None
        self._plain = np.zeros((0, 3), np.uint8)
        self._hatched = np.zeros(0, bool)

    @property
    def is_on(self) -> bool:
        """Whether the buildings that the scene has now wear a result."""
        return self._before is not None and len(self._before) == self.scene.colours.count

    def put_on(self, rgb: Bytes) -> None:
        """Colours (n, 3) of all buildings in the order of the scene's city; hatching says nothing of a result."""
        self.take_off()
        colours = self.scene.colours
        self._before = colours.texels[: colours.count, :3].copy()
        self._hatched = (colours.texels[: colours.count, 3] & HATCHED) > 0
        self._plain = self._model()
        colours.paint(slice(None), rgb[self.scene.solids.owner])
        colours.flag(HATCHED, np.zeros(0, np.int64))

    def paint(self, rows: NDArray[np.integer] | slice, rgb: Bytes, hatched: Mask | None = None) -> None:
        """Colours (k, 3) for some parts of buildings, and which (m,) are hatched; seen once no result covers them."""
        colours = self.scene.colours
        if self.is_on and self._before is not None:
            self._before[rows] = rgb
            self._hatched = self._hatched if hatched is None else np.asarray(hatched, bool)
            return
        colours.paint(rows, rgb)
        if hatched is not None:
            colours.flag(HATCHED, hatched)

    def take_off(self) -> None:
        """What they wear otherwise; what was plain is plain in the theme of now."""
        if self.is_on and self._before is not None:
            self._before[(self._before == self._plain).all(1)] = self._model()
            self.scene.colours.paint(slice(None), self._before)
            self.scene.colours.flag(HATCHED, self._hatched)
        self._before = None

    def _model(self) -> Bytes:
        """The colour of the model's buildings, as a texel has it."""
        return np.round(np.array(self.scene.theme["building"]) * 255).astype(np.uint8)
