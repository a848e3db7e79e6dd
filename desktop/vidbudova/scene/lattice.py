"""Which boxes lie at a place or along a line: sorted cells of numbers, no object a box."""

from __future__ import annotations

import numpy as np

from vidbudova.model.weaving import spread
from vidbudova.scene.solids import Floats, Ints

CELL_M, COARSER = 64.0, 4.0
REACH = 0.75
"""Boxes that reach further than this share of a cell from their middle go into a lattice of larger cells."""
LARGEST_M = 1e7
FARTHEST = 1 << 20
"""Cells from the first one; boxes beyond go into a lattice of larger cells, too."""
_ROW = np.int64(1) << 32
_AROUND = np.array([-1, 0, 1])


class Lattice:
    """Boxes low, high (n, 2), each in the cell of its middle; those of the cells around may reach over.

    coarser : the lattice of what is too large for these cells; `there` are the numbers of its boxes in this one.
    """

    def __init__(self, low: Floats, high: Floats, cell_m: float = CELL_M) -> None:
        self.low, self.high, self.cell_m = low, high, cell_m
        middle = (low + high) / 2
        self.origin = middle.min(axis=0) if len(middle) else np.zeros(2)
        cell = np.floor((middle - self.origin) / cell_m)
        large = ((high - low) > 2 * REACH * cell_m).any(1) | (cell >= FARTHEST).any(1)
        large &= cell_m < LARGEST_M
        self.there = np.flatnonzero(large)
        self.coarser = Lattice(low[large], high[large], cell_m * COARSER) if len(self.there) else None
        small = np.flatnonzero(~large)
        key = _key(cell[small].astype(np.int64))
        order = np.argsort(key, kind="stable")
        self.order, key = small[order], key[order]
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
        self.keys, self.starts = key[first], np.r_[first, len(key)]

    def along(self, a: Floats, b: Floats) -> Ints:
        """Boxes that the line from a to b (2,) meets."""
        steps = int(np.ceil(np.linalg.norm(b - a) / (self.cell_m / 2))) + 1
        found = self._near(a + (b - a) * np.linspace(0.0, 1.0, steps + 1)[:, None])
        found = found[_meets(self.low[found], self.high[found], a, b - a)]
        return np.r_[found, self.there[self.coarser.along(a, b)]] if self.coarser else found

    def within(self, x0: float, y0: float, x1: float, y1: float) -> Ints:
        """Boxes that meet a rectangle."""
        x = np.linspace(x0, x1, int(np.ceil((x1 - x0) / self.cell_m)) + 1)
        y = np.linspace(y0, y1, int(np.ceil((y1 - y0) / self.cell_m)) + 1)
        found = self._near(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
        low, high = self.low[found], self.high[found]
        found = found[(low <= (x1, y1)).all(1) & (high >= (x0, y0)).all(1)]
        return np.r_[found, self.there[self.coarser.within(x0, y0, x1, y1)]] if self.coarser else found

    def at(self, xy: Floats) -> tuple[Ints, Ints]:
        """(place, box) of every box that holds a place (n, 2)."""
        cell = np.floor((xy - self.origin) / self.cell_m).astype(np.int64)
        # neighbours one after the other, so that what is looked up lies close together in memory
        order = np.argsort(_key(cell), kind="stable")
        cell, near = cell[order], xy[order]
        places, boxes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for dx in _AROUND:
            for dy in _AROUND:
                first, count = self._ranges(_key(cell + (dx, dy)))
                place, box = np.repeat(np.arange(len(near)), count), self._members(first, count)
                x, y, low, high = near[place, 0], near[place, 1], self.low[box], self.high[box]
                holds = (low[:, 0] <= x) & (high[:, 0] >= x) & (low[:, 1] <= y) & (high[:, 1] >= y)
                places.append(order[place[holds]])
                boxes.append(box[holds])
        if self.coarser is not None:
            place, box = self.coarser.at(xy)
            places.append(place)
            boxes.append(self.there[box])
        return np.concatenate(places), np.concatenate(boxes)

    def _near(self, xy: Floats) -> Ints:
        """Boxes in the cells at and around places."""
        cell = np.floor((xy - self.origin) / self.cell_m).astype(np.int64)
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
