"""The quadtree of tiles: nodes of several sizes over the same leaves, and which of them a view wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Floats
from vidbudova.scene.quarters import morton
from vidbudova.scene.tiles import Grid, View
from vidbudova.scene.walls import rows_of

Ints = NDArray[np.int64]
STAY = 1.18
"""By how much a node may grow on the screen beyond the size at which it came before it parts, so that none flickers."""


@dataclass(frozen=True, slots=True)
class Level:
    """Nodes of one size: their codes, bounds and tops, the leaves of each, and the nodes below each."""

    code: Ints
    bounds: Floats
    top_m: Floats
    leaf: Ints
    below: Ints

    def __len__(self) -> int:
        return len(self.code)


class Nodes:
    """Levels from the coarsest (halvings[0] above the leaves) down; `leaves` in the order that all levels follow."""

    def __init__(self, grid: Grid, corner_cell: Ints, halvings: Sequence[int]) -> None:
        code = morton(grid.cell - corner_cell) if len(grid) else np.zeros(0, np.int64)
        self.leaves = np.argsort(code, kind="stable")
        code, bounds, top = code[self.leaves], grid.bounds[self.leaves], grid.top_m[self.leaves]
        self.levels: list[Level] = []
        below = np.arange(len(code))
        for halving in reversed(halvings):
            at = code >> 2 * halving
            first = np.flatnonzero(np.r_[True, at[1:] != at[:-1]][: len(at)])
            box = np.c_[np.minimum.reduceat(bounds[:, :2], first), np.maximum.reduceat(bounds[:, 2:], first)] \
                if len(first) else np.zeros((0, 4))  # fmt: skip
            tops = np.maximum.reduceat(top, first) if len(first) else np.zeros(0)
            starts = np.searchsorted(below, first)
            self.levels.insert(
                0, Level(at[first], box, tops, np.r_[first, len(at)], np.r_[starts, len(below)].astype(np.int64))
            )
            below = first
        self._parted = [np.zeros(len(level), bool) for level in self.levels]

    def wanted(self, view: View, limits_m: Sequence[float], stay: float = STAY) -> tuple[list[Ints], Ints]:
        """For each level the nodes to draw whole, and the leaves nearer than all of these.

        A node is drawn whole where its distance is more than the limit of its level; what haze hides counts as
        farther.
        """
        found, nodes = [], np.arange(len(self.levels[0]))
        for level, parted, limit in zip(self.levels, self._parted, limits_m, strict=True):
            nodes = nodes[view.sees(level.bounds[nodes], level.top_m[nodes])]
            far = view.seen_from(level.bounds[nodes], level.top_m[nodes]) > limit * np.where(parted[nodes], stay, 1.0)
            found.append(nodes[far])
            parted[:] = False
            parted[nodes[~far]] = True
            nodes = nodes[~far]
            last = level
            nodes = rows_of(level.below[nodes], level.below[nodes + 1]) if level is not self.levels[-1] else nodes
        return found, self.leaves[rows_of(last.leaf[nodes], last.leaf[nodes + 1])]

    def leaves_of(self, level: int, node: int) -> Ints:
        """The leaves under a node."""
        at = self.levels[level].leaf
        return self.leaves[at[node] : at[node + 1]]

    def above(self, level: int, leaves: Ints) -> Ints:
        """The nodes of a level that hold some leaves."""
        place = np.empty(len(self.leaves), np.int64)
        place[self.leaves] = np.arange(len(self.leaves))
        return np.unique(np.searchsorted(self.levels[level].leaf, place[leaves], side="right") - 1)
