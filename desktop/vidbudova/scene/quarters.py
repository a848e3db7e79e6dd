"""Quarters: what several far buildings look like together, as one upright shape with their area, width and height.

Each cell of a grid has at most two, one of low buildings and one of towers, so that towers still stand in a skyline.
Cells of coarser grids hold whole cells of finer ones: one order of the buildings serves them all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.colours import CLEAR_BITS, CLEAR_STEPS, HATCHED, HIDDEN
from vidbudova.scene.massing import standing_m
from vidbudova.scene.mesh import Mesh, empty
from vidbudova.scene.solids import STOREY_M, Floats, Ints, Solids
from vidbudova.scene.walls import rows_of

FINEST_M, GRIDS = 80.0, 3
TOWER_M, TOWER = 20.0, 1 << 48
ACROSS = 2.0 / np.pi
"""The mean width of a convex shape, seen from all sides, for half its girth (Cauchy)."""
CORNERS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) / 2


def morton(cell: Ints) -> Ints:
    """(n,) one number for each cell (n, 2) of 0 to 2²⁴, such that cells of one coarser cell follow each other."""
    found = np.zeros(len(cell), np.int64)
    for axis in (0, 1):
        x = cell[:, axis] & 0xFFFFFF
        for shift, mask in ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
                            (2, 0x3333333333333333), (1, 0x5555555555555555)):  # fmt: skip
            x = (x | (x << shift)) & mask
        found |= x << axis
    return found


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid: quarter q holds the buildings order[starts[q]:starts[q + 1]]; code tells its cell; slot its texel."""

    cell_m: float
    starts: Ints
    code: Ints
    finer: Ints
    slot: int

    def __len__(self) -> int:
        return len(self.code)


class Quarters:
    """All quarters of the drawn buildings. `rows` are buildings in the order of the finest cells."""

    def __init__(self, solids: Solids, low: Floats, high: Floats, corner: Floats, first_slot: int) -> None:
        rows = np.flatnonzero(solids.drawn)
        self.solids = solids
        cell = np.floor(((low + high)[rows] / 2 - corner) / FINEST_M).astype(np.int64)
        tower = solids.top_m[rows] - solids.base_m[rows] >= TOWER_M
        code = morton(cell) | tower * np.int64(TOWER)
        order = np.argsort(code, kind="stable")
        self.rows, code = rows[order], code[order]
        sides = solids.box[self.rows, 1] - solids.box[self.rows, 0], solids.box[self.rows, 3] - solids.box[self.rows, 2]
        fill = np.clip(solids.fill[self.rows], 0.05, 1.0)
        self.area = sides[0] * sides[1] * fill
        self.width = (sides[0] + sides[1]) * ACROSS
        self.middle = (low + high)[self.rows] / 2
        height = solids.top_m[self.rows] - solids.base_m[self.rows]
        self.seen = (self.area + self.width * height).astype(np.float32)
        self.place = np.full(len(solids), -1)
        self.place[self.rows] = np.arange(len(self.rows))
        self.grids = self._grids(code, first_slot)

    def _grids(self, code: Ints, slot: int) -> list[Grid]:
        found: list[Grid] = []
        starts = np.arange(len(code) + 1)
        for k in range(GRIDS):
            ends = np.r_[np.flatnonzero(np.r_[True, code[1:] != code[:-1]][: len(code)]), len(code)]
            starts, code = starts[ends], code[ends[:-1]]
            found.append(Grid(FINEST_M * 2**k, starts, code, ends, slot))
            slot += len(code)
            # the mark of towers stays where it is
            code = (code & (TOWER - 1)) >> 2 | code & TOWER
        return found

    @property
    def count(self) -> int:
        """Of all grids."""
        return sum(len(grid) for grid in self.grids)

    def within(self, grid: int, node: int, steps: int) -> Ints:
        """The quarters of a grid in a node: the coarser cell `node`, that many halvings coarser."""
        codes = self.grids[grid].code
        ends = []
        for tower in (0, TOWER):
            a, b = np.searchsorted(codes, [tower | (node << 2 * steps), tower | ((node + 1) << 2 * steps)])
            ends.append(np.arange(a, b))
        return np.concatenate(ends)

    def mesh(
        self, grid: int, which: Ints, broken: NDArray[np.int8], origin: Floats, feet: Floats | None = None
    ) -> Mesh:
        """Two triangles for each of some quarters; the shader turns them to the eye (or to the sun).

        facade holds half the width, half the depth (both with their signs), the ground, and the storeys.
        """
        at = self.grids[grid]
        first, last = at.starts[which], at.starts[which + 1]
        members = rows_of(first, last)
        rows = self.rows[members]
        ends = np.cumsum(last - first) - (last - first)
        if not len(rows):
            return empty()

        def total(values: Floats) -> Floats:
            return np.asarray(np.add.reduceat(values, ends, axis=0))

        base = self.solids.base_m[rows]
        tall = np.maximum(standing_m(self.solids, rows, broken[rows]) - base, 0.5)
        area, middle = self.area[members], self.middle[members] - origin
        whole = total(area)
        height = total(area * tall) / whole
        foot = total(area * (base if feet is None else base + feet[rows])) / whole
        wide = np.minimum(total(self.width[members] * tall) / height, 0.97 * at.cell_m)
        n = len(which)
        points = np.empty((n, 4, 3), np.float32)
        points[..., :2] = (total(middle * area[:, None]) / whole[:, None])[:, None]
        points[..., 2] = (foot + height)[:, None]
        facade = np.empty((n, 4, 4), np.float32)
        facade[..., :2] = CORNERS * np.stack([wide, whole / wide], axis=1)[:, None]
        facade[..., 2], facade[..., 3] = foot[:, None], (height / STOREY_M)[:, None]
        triangles = np.arange(n, dtype=np.int32)[:, None] * 4 + np.array([0, 1, 2, 0, 2, 3], np.int32)
        slot = np.repeat((at.slot + which).astype(np.float32), 4)
        return Mesh(points.reshape(-1, 3), triangles.reshape(-1, 3), facade.reshape(-1, 4), slot)

    def holding(self, rows: Ints) -> list[Ints]:
        """The quarters of each grid that hold some buildings."""
        at = np.unique(self.place[rows])
        at = at[at >= 0]
        found = []
        for grid in self.grids:
            found.append(np.unique(np.searchsorted(grid.starts, at, side="right") - 1))
        return found

    def wear(self, texels: NDArray[np.uint8], rows: Ints | None = None) -> None:
        """Colours of the quarters: the mean of what is seen of their buildings; all, or those that hold `rows`."""
        if not len(self.rows):
            return
        if rows is not None:
            for grid, which in zip(self.grids, self.holding(rows), strict=True):
                members = rows_of(grid.starts[which], grid.starts[which + 1])
                starts = np.cumsum(np.diff(grid.starts)[which]) - np.diff(grid.starts)[which]
                if len(which):
                    texels[grid.slot + which] = _mixed(_sums(texels, self.rows[members], self.seen[members], starts))
            return
        sums = _sums(texels, self.rows, self.seen, self.grids[0].starts[:-1])
        for k, grid in enumerate(self.grids):
            if k:
                sums = np.add.reduceat(sums, grid.finer[:-1], axis=0)
            texels[grid.slot : grid.slot + len(grid)] = _mixed(sums)


def _sums(texels: NDArray[np.uint8], rows: Ints, seen: NDArray[np.float32], starts: Ints) -> NDArray[np.float32]:
    """(q, 7): all, red, green, blue, what is not hidden, what of it is hatched, and how solid; by what is seen."""
    worn = texels[rows]
    flags = worn[:, 3]
    plain = not flags.any()
    found = np.empty((len(rows), 4 if plain else 7), np.float32)
    weight = seen if plain else np.where(flags & HIDDEN, np.float32(0.0), seen)
    found[:, 0] = seen
    np.multiply(worn[:, :3], weight[:, None], out=found[:, 1:4])
    if plain:
        sums = np.add.reduceat(found, starts, axis=0)
        return np.asarray(np.c_[sums, sums[:, 0], np.zeros(len(sums), np.float32), sums[:, 0]])
    found[:, 4] = weight
    found[:, 5] = weight * (flags & HATCHED)
    found[:, 6] = weight * (1.0 - (flags >> CLEAR_BITS) / np.float32(16))
    return np.asarray(np.add.reduceat(found, starts, axis=0))


def _mixed(sums: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Texels of sums: the mean colour; hatched where most is; clearer for what is hidden; gone where all is."""
    weight = np.maximum(sums[:, 4], 1e-6)
    found = np.empty((len(sums), 4), np.uint8)
    found[:, :3] = sums[:, 1:4] / weight[:, None] + 0.5
    clear = np.clip(np.round(16 * (1 - sums[:, 6] / np.maximum(sums[:, 0], 1e-6))), 0, CLEAR_STEPS).astype(np.uint8)
    hatched = np.where(sums[:, 5] > 0.5 * weight, np.uint8(HATCHED), np.uint8(0))
    gone = np.where(sums[:, 4] <= 0, np.uint8(HIDDEN), np.uint8(0))
    found[:, 3] = clear << np.uint8(CLEAR_BITS) | hatched | gone
    return found
