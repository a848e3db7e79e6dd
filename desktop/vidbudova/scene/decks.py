"""What can be stood on besides the ground: the decks of bridges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from vidbudova.model.shapes import Shapes
from vidbudova.scene.bridges import STEP_M, profile, spans_of
from vidbudova.scene.solids import Floats

STEP_UP_M = 0.6
"""From the ground onto a deck at its ends; what is higher is overhead."""


class Decks:
    """The bridges of one table of lines, to be asked for the height of what carries at a place.

    ground : gives the heights of the ground at places (n, 2); None where it is level at 0.
    """

    def __init__(self, lines: Shapes, width_m: Floats, ground: Callable[[Floats], Floats] | None = None) -> None:
        self._ground = ground
        self._spans, self._widths, self._levels = spans_of(lines, width_m)
        halves = np.array(self._widths) / 2
        self._tree = shapely.STRtree(shapely.buffer(np.array(self._spans, object), halves, cap_style="flat"))

    def lift(self, xy: Floats, above_ground_m: float) -> Floats:
        """Height of the deck over the ground at places (n, 2) for feet so far above it; 0 where none carries."""
        found = np.zeros(len(xy))
        if not self._spans or not len(xy):
            return found
        for place, span in zip(*self._tree.query(shapely.points(xy), predicate="within"), strict=True):
            height = self._height(int(span), xy[place])
            if height <= above_ground_m + STEP_UP_M:
                found[place] = max(found[place], height)
        return found

    def _height(self, span: int, place: Floats) -> float:
        line = self._spans[span]
        along = float(line.project(shapely.Point(place)))
        if self._ground is None:
            return float(profile(np.array([0.0, along, line.length]), self._levels[span])[1])
        xy = shapely.get_coordinates(shapely.segmentize(line, STEP_M))
        at = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(xy, axis=0), axis=1))]
        deck = float(np.interp(along, at, profile(at, self._levels[span], self._ground(xy))))
        return deck - float(self._ground(place[None, :])[0])
