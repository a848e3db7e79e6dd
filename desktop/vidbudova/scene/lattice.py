"""Which boxes lie at a place or along a line: sorted cells of numbers, no object a box."""

from __future__ import annotations

import numpy as np

from vidbudova.model.weaving import spread
from vidbudova.scene.solids import Floats, Ints

CELL_M = 64.0
LARGE = 0.75
"""Boxes that reach further than this share of a cell from their middle are looked at every time."""
FARTHEST = 1 << 20
"""Cells from the first one; boxes beyond are looked at every time, too."""
_ROW = np.int64(1) << 32
_AROUND = np.array([-1, 0, 1])


class Lattice:
    """Boxes low, high (n, 2), each in the cell of its middle; a neighbour's box may reach over."""

    def __init__(self, low: Floats, high: Floats) -> None:
        self.low, self.high = low, high
        middle = (low + high) / 2
        self.origin = middle.min(axis=0) if len(middle) else np.zeros(2)
        cell = np.floor((middle - self.origin) / CELL_M)
        large = ((high - low) > 2 * LARGE * CELL_M).any(1) | (cell >= FARTHEST).any(1)
        self.large = np.flatnonzero(large)
        small = np.flatnonzero(~large)
        key = _key(cell[small].astype(np.int64))
        order = np.argsort(key, kind="stable")
        self.order, key = small[order], key[order]
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
        self.keys, self.starts = key[first], np.r_[first, len(key)]

    def along(self, a: Floats, b: Floats) -> Ints:
        """Boxes that the line from a to b (2,) meets."""
        steps = int(np.ceil(np.linalg.norm(b - a) / (CELL_M / 2))) + 1
        found = np.r_[self._near(a + (b - a) * np.linspace(0.0, 1.0, steps + 1)[:, None]), self.large]
        return np.asarray(found[_meets(self.low[found], self.high[found], a, b - a)])

    def within(self, x0: float, y0: float, x1: float, y1: float) -> Ints:
        """Boxes that meet a rectangle."""
        x = np.linspace(x0, x1, int(np.ceil((x1 - x0) / CELL_M)) + 1)
        y = np.linspace(y0, y1, int(np.ceil((y1 - y0) / CELL_M)) + 1)
        found = np.r_[self._near(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)), self.large]
        low, high = self.low[found], self.high[found]
        return np.asarray(found[(low <= (x1, y1)).all(1) & (high >= (x0, y0)).all(1)])

    def at(self, xy: Floats) -> tuple[Ints, Ints]:
        """(place, box) of every box that holds a place (n, 2)."""
        place, box = self._pairs(xy)
        wide = np.repeat(np.arange(len(xy)), len(self.large)), np.tile(self.large, len(xy))
        place, box = np.r_[place, wide[0]], np.r_[box, wide[1]]
        there = ((self.low[box] <= xy[place]) & (self.high[box] >= xy[place])).all(1)
        return place[there], box[there]

    def _pairs(self, xy: Floats) -> tuple[Ints, Ints]:
        """(place, box) of the boxes in the cells at and around places."""
        cell = np.floor((xy - self.origin) / CELL_M).astype(np.int64)
        places, boxes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for dx in _AROUND:
            for dy in _AROUND:
                first, count = self._ranges(_key(cell + (dx, dy)))
                places.append(np.repeat(np.arange(len(xy)), count))
                boxes.append(self._members(first, count))
        return np.concatenate(places), np.concatenate(boxes)

    def _near(self, xy: Floats) -> Ints:
        """Boxes in the cells at and around places."""
        cell = np.floor((xy - self.origin) / CELL_M).astype(np.int64)
        around = cell[:, None, None, :] + np.stack(np.meshgrid(_AROUND, _AROUND), axis=-1)
        return self._members(*self._ranges(np.unique(_key(around.reshape(-1, 2)))))

    def _ranges(self, key: Ints) -> tuple[Ints, Ints]:
        """Where the boxes of cells begin, and how many each has."""
        if not len(self.keys):
            return np.zeros(len(key), np.int64), np.zeros(len(key), np.int64)
        k = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        first = self.starts[k]
        return first, np.where(self.keys[k] == key, self.starts[k + 1] - first, 0)

    def _members(self, first: Ints, count: Ints) -> Ints:
        return np.asarray(self.order[spread(first, count)])


def _key(cell: Ints) -> Ints:
    return np.asarray(cell[:, 1] * _ROW + cell[:, 0])


def _meets(low: Floats, high: Floats, a: Floats, way: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which boxes the line from `a` along the whole of `way` meets."""
    with np.errstate(divide="ignore", invalid="ignore"):
        s, t = (low - a) / way, (high - a) / way
    # 0 / 0: the line runs along that side, which bounds nothing
    enter = np.nan_to_num(np.minimum(s, t), nan=-np.inf, neginf=-np.inf, posinf=np.inf).max(1, initial=0.0)
    leave = np.nan_to_num(np.maximum(s, t), nan=np.inf, neginf=-np.inf, posinf=np.inf).min(1, initial=1.0)
    return np.asarray(leave >= enter)
