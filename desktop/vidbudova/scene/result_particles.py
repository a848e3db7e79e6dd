"""Frames in which only particles move: the ribbons alone are drawn again, over a picture of the city that rests.

The whole city costs a processor a tenth of a second a frame, its ribbons a fifth of that. What differs between them
with particles and without is laid over the picture as it is at rest, with smooth edges; that grows smooth by a frame
at a time, so that nothing stops meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene import pace
from vidbudova.scene.window import FEWEST_AVERAGED

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

Pixels = NDArray[np.uint32]
PURSE_S = 0.05
"""So long at most the finer forms of a view that has just come to rest are made in one frame; the rest in the next."""


class Particles:
    """One per scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._of: tuple[object, ...] | None = None
        self._drawn = -1
        self._still: Pixels = np.zeros((0, 0), np.uint32)
        self._plain = self._still
        self._is_smooth = False

    def draw(self) -> bool:
        """Draw the next frame; False where the window is not ours to keep a picture in."""
        scene, window = self.scene, self.scene.window
        if not window.owned:
            return False
        if self._of != scene.seen()[:-1] or self._drawn != window.drawn:
            self._begin()
        elif not self._is_smooth:
            self._smoothen()
        window.draw_again(window.flow)
        window.show(_with_light(self._still, self._plain, _whole(window.pixels())))
        self._drawn = window.drawn
        return True

    def _begin(self) -> None:
        """The city as it is from here; smooth at once if it stood still before."""
        scene, window = self.scene, self.scene.window
        self._is_smooth = scene.rests()
        rested = _whole(window.bottom_up()) if self._is_smooth else None
        scene.results.light(False)
        short = scene.prepare(pace.at_rest(scene.pace, patient=False), PURSE_S).short
        window.draw()
        self._still = _whole(window.pixels()) if rested is None else rested
        self._take_plain()
        if not self._is_smooth:
            window.begin_average()
        self._of = None if short else scene.seen()[:-1]

    def _smoothen(self) -> None:
        scene, window = self.scene, self.scene.window
        scene.results.light(False)
        self._is_smooth = scene.refine() or window.averaged_frames >= FEWEST_AVERAGED
        self._still = _whole(window.average())
        window.draw_anew()
        self._take_plain()

    def _take_plain(self) -> None:
        """The ribbons once more over the whole, without particles: what is translucent over them is under them now."""
        window = self.scene.window
        window.draw_again(window.flow)
        self._plain = _whole(window.pixels())
        self.scene.results.light(True)


def _with_light(still: Pixels, plain: Pixels, lit: Pixels) -> Pixels:
    """A picture with what another has more or less than a third, where it has: its edges stay as smooth as they are."""
    found = still.copy()
    at = np.flatnonzero(lit != plain)
    bytes_of = [picture.reshape(-1)[at].view(np.uint8).astype(np.int16) for picture in (still, plain, lit)]
    found.reshape(-1)[at] = np.clip(bytes_of[0] + bytes_of[2] - bytes_of[1], 0, 255).astype(np.uint8).view(np.uint32)
    return found


def _whole(pixels: NDArray[np.uint8]) -> Pixels:
    """(h, w, 4) bytes as (h, w) numbers, one for a pixel; a copy, for VTK may write there again."""
    return np.ascontiguousarray(pixels).copy().view(np.uint32)[..., 0]
