"""Buildings in the colours of a result, and in what they wore before once it is taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

Bytes = NDArray[np.uint8]


class Wearing:
    """What buildings wear for a result; who was painted by someone else meanwhile keeps that."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._before: Bytes | None = None
        self._worn = self._plain = np.zeros((0, 3), np.uint8)

    def put_on(self, rgb: Bytes) -> None:
        """Colours (n, 3) of all buildings in the order of the scene's city."""
        self.take_off()
        colours = self.scene.colours
        self._before = colours.texels[: colours.count, :3].copy()
        self._plain = self._model()
        self.scene.set_building_colours(rgb)
        self._worn = colours.texels[: colours.count, :3].copy()

    def take_off(self) -> None:
        """What they wore before; what was plain is plain in the theme of now."""
        before, self._before = self._before, None
        colours = self.scene.colours
        if before is None or len(before) != colours.count:
            return
        before[(before == self._plain).all(1)] = self._model()
        rows = np.flatnonzero((colours.texels[: colours.count, :3] == self._worn).all(1))
        colours.paint(rows, before[rows])

    def _model(self) -> Bytes:
        """The colour of the model's buildings, as a texel has it."""
        return np.round(np.array(self.scene.theme["building"]) * 255).astype(np.uint8)
