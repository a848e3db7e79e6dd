"""Broken buildings: grade 4 is torn open and partly lowered, grade 5 a heap; always alike by id."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.heaps import heap
from vidbudova.scene.mesh import CUT, PLAIN, Mesh, joined, quads
from vidbudova.scene.ruin_cells import Grid, laid, placed, slabs
from vidbudova.scene.solids import Floats, Solids, seed_of
from vidbudova.scene.walls import BAY_M

CELL_M = 3.4


def ruin(solids: Solids, row: int, grade: int, origin: Floats) -> Mesh:
    """The broken form of one building."""
    rng = np.random.default_rng(seed_of(str(solids.shapes.ids[row])))
    return torn(solids, row, origin, rng) if grade == 4 else heap(solids, row, origin, rng)


def torn(solids: Solids, row: int, origin: Floats, rng: np.random.Generator) -> Mesh:
    """Whole at one end, bitten down storey by storey at others, with slab edges showing and rubble at the foot."""
    grid = Grid(solids, row, CELL_M)
    base, top = float(solids.base_m[row]), float(solids.top_m[row] - 0.5 * solids.roof_m[row])
    storeys = max(int(solids.storeys[row]), 1)
    height = _bitten(grid, storeys, rng) * (top - base) / storeys
    shell = _terraces(solids, row, grid, base, height, origin, rng)
    low = height < (top - base) * 0.55
    rubble = _debris(solids, row, grid, low & grid.inside, 10 + 2 * storeys, origin, rng)
    return joined([shell, rubble])


def _bitten(grid: Grid, storeys: int, rng: np.random.Generator) -> Floats:
    """Storeys left in each cell: bites are cones about a few places, with single rooms gone beside them."""
    span = np.array([np.ptp(grid.along), np.ptp(grid.across)])
    low = np.array([grid.along[0], grid.across[0]])
    left = np.full(grid.inside.shape, float(storeys))
    for _ in range(1 + int(span[0] > 60) + int(span[0] > 120)):
        place = low + span * rng.uniform(0.1, 0.9, 2)
        radius = rng.uniform(0.13, 0.24) * span[0] + 3.0
        away = np.linalg.norm((grid.middle - place) * np.array([1.0, 0.7]), axis=2) / radius
        bite = np.clip(1.25 - away, 0, 1) * rng.uniform(0.6, 1.05) * storeys
        left = np.minimum(left, storeys - np.round(bite + rng.uniform(-0.6, 0.9, left.shape) * (away < 1.35)))
    room = (rng.random(left.shape) < 0.06) & (left == storeys)
    left = np.clip(np.where(room, left - 1, left), 0.0, storeys)
    ragged = np.where(left < storeys, rng.uniform(-0.15, 0.45, left.shape), 0.0)
    return np.asarray(np.where(grid.inside, np.clip(left + ragged, 0.15, storeys), 0.0))


def _terraces(
    solids: Solids, row: int, grid: Grid, base: float, height: Floats, origin: Floats, rng: np.random.Generator
) -> Mesh:
    """A lid on each cell and a wall wherever two neighbours differ; outer walls keep their windows."""
    z = np.pad(height, 1)
    x, y = grid.along, grid.across
    whole = height >= height.max() - 0.01
    lids, parts = [], []
    for i, j in np.argwhere(height > 0).tolist():
        tilt = np.zeros(4) if whole[i, j] else rng.uniform(-0.5, 0.5, 4)
        ring = [(x[i], y[j]), (x[i + 1], y[j]), (x[i + 1], y[j + 1]), (x[i], y[j + 1])]
        lids.append([(u, v, base + max(height[i, j] + t, 0.1)) for (u, v), t in zip(ring, tilt, strict=True)])
        for (p, q), (di, dj) in zip(
            zip(ring, ring[1:] + ring[:1], strict=True), ((0, -1), (1, 0), (0, 1), (-1, 0)), strict=True
        ):
            other = z[i + 1 + di, j + 1 + dj]
            if height[i, j] > other:
                parts.append((*p, *q, base + other, base + height[i, j], float(other == 0)))
    slot = int(solids.owner[row])
    lid = placed(grid, np.array(lids), origin)
    roof = quads(
        lid,
        np.full(len(lid), slot),
        np.full((len(lid), 4), PLAIN),
        np.where(whole[height > 0][:, None], 1000.0, 1.5) * np.ones((1, 4)),
    )
    return joined([roof, _torn_walls(solids, row, grid, np.array(parts), origin)])


def _torn_walls(solids: Solids, row: int, grid: Grid, walls: Floats, origin: Floats) -> Mesh:
    a, b, low, high, outer = walls[:, :2], walls[:, 2:4], walls[:, 4], walls[:, 5], walls[:, 6] > 0
    corners = np.empty((len(walls), 4, 3))
    corners[:, 0, :2] = corners[:, 3, :2] = a
    corners[:, 1, :2] = corners[:, 2, :2] = b
    corners[:, :2, 2], corners[:, 2:, 2] = low[:, None], high[:, None]
    length = np.linalg.norm(b - a, axis=1)
    bays = np.where(
        outer & bool(solids.windows[row]), np.maximum(np.round(length / BAY_M), 1.0), np.where(outer, PLAIN, CUT)
    )
    u = np.where(bays[:, None] > 0, bays[:, None] * np.array([0.0, 1.0, 1.0, 0.0]), bays[:, None])
    storey = (solids.top_m[row] - solids.roof_m[row] - solids.base_m[row]) / solids.storeys[row]
    v = corners[..., 2] / max(float(storey), 0.5)
    return quads(placed(grid, corners, origin), np.full(len(walls), solids.owner[row]), u, v)


def _debris(
    solids: Solids, row: int, grid: Grid, where: NDArray[np.bool_], count: int, origin: Floats, rng: np.random.Generator
) -> Mesh:
    """Slabs lying over the cells `where` and a little around them."""
    cells = grid.middle[where]
    if not len(cells):
        return joined([])
    place = cells[rng.integers(0, len(cells), count)] + rng.normal(0, 2.6, (count, 2))
    lift = float(solids.base_m[row]) + rng.uniform(0.04, 0.4, (count, 1)) + 0.2
    corners = slabs(rng, count) + np.concatenate([place, lift], axis=1)[:, None]
    return laid(grid, corners, origin, int(solids.owner[row]))
