"""Broken buildings: grade 4 is torn open and partly lowered, grade 5 a heap with stubs of wall; always alike by id."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.scene.mesh import CUT, PLAIN, Mesh, faces, joined, quads
from vidbudova.scene.solids import STOREY_M, Floats, Solids, polygon_of, seed_of
from vidbudova.scene.walls import BAY_M

CELL_M = 3.4
HEAP_CELL_M = 2.6
HEAP_SHARE = 0.3
"""Volume of a heap for the volume that stood, loose rubble with the voids gone."""
MOST_CELLS = 40


def ruin(solids: Solids, row: int, grade: int, origin: Floats) -> Mesh:
    """The broken form of one building."""
    rng = np.random.default_rng(seed_of(str(solids.shapes.ids[row])))
    return torn(solids, row, origin, rng) if grade == 4 else heap(solids, row, origin, rng)


class Grid:
    """A building's footprint as cells along its longest wall: cell edges, and which cells are inside."""

    def __init__(self, solids: Solids, row: int, cell_m: float, margin_m: float = 0.0) -> None:
        self.frame = solids.frame[row]
        a0, a1, c0, c1 = solids.box[row] + np.array([-1, 1, -1, 1]) * margin_m
        xy = _outline(solids, row)
        along, across = xy @ self.frame, xy[:, 1] * self.frame[0] - xy[:, 0] * self.frame[1]
        self.along = _lines(a0, a1, along, cell_m)
        self.across = _lines(c0, c1, across, cell_m)
        u, v = np.meshgrid(
            (self.along[:-1] + self.along[1:]) / 2, (self.across[:-1] + self.across[1:]) / 2, indexing="ij"
        )
        self.middle = np.dstack([u, v])
        shape = polygon_of(solids.shapes, row).buffer(margin_m, quad_segs=2)
        self.inside = shapely.contains_xy(shape, self.world(self.middle.reshape(-1, 2))).reshape(u.shape)
        if not self.inside.any():
            self.inside[:] = True

    def world(self, place: Floats) -> Floats:
        """Project coordinates of places in the frame."""
        x = place[..., 0] * self.frame[0] - place[..., 1] * self.frame[1]
        return np.stack([x, place[..., 0] * self.frame[1] + place[..., 1] * self.frame[0]], axis=-1)


def _outline(solids: Solids, row: int) -> Floats:
    first, last = solids.shapes.feature_offsets[row : row + 2]
    return solids.shapes.xy[solids.shapes.part_offsets[first] : solids.shapes.part_offsets[last]]


def _lines(low: float, high: float, own: Floats, cell_m: float) -> Floats:
    """Grid lines at the footprint's own corners and at most a cell apart between them."""
    knots = np.unique(np.round(np.r_[low, own[(own > low) & (own < high)], high], 2))
    knots = knots[np.r_[True, np.diff(knots) > 0.6]]
    knots[-1] = high
    step = max(cell_m, (high - low) / MOST_CELLS)
    pieces = [
        np.linspace(a, b, max(int(np.ceil((b - a) / step)), 1), endpoint=False)
        for a, b in zip(knots[:-1], knots[1:], strict=True)
    ]
    return np.r_[np.concatenate(pieces), high] if pieces else np.array([low, high])


def torn(solids: Solids, row: int, origin: Floats, rng: np.random.Generator) -> Mesh:
    """Whole at one end, bitten down storey by storey at others, with slab edges showing and rubble at the foot."""
    grid = Grid(solids, row, CELL_M)
    base, top = float(solids.base_m[row]), float(solids.top_m[row] - 0.5 * solids.roof_m[row])
    storeys = max(int(solids.storeys[row]), 1)
    height = _bitten(grid, storeys, rng) * (top - base) / storeys
    shell = _terraces(solids, row, grid, base, height, origin, rng)
    low = height < (top - base) * 0.55
    rubble = _debris(solids, row, grid, low & grid.inside, base, 10 + 2 * storeys, origin, rng)
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
    lid = _placed(grid, np.array(lids), origin)
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
    return quads(_placed(grid, corners, origin), np.full(len(walls), solids.owner[row]), u, v)


def _placed(grid: Grid, corners: Floats, origin: Floats) -> Floats:
    return np.concatenate([grid.world(corners[..., :2]) - origin, corners[..., 2:]], axis=-1)


def heap(solids: Solids, row: int, origin: Floats, rng: np.random.Generator) -> Mesh:
    """An uneven mound, spread a little beyond the footprint, with stubs of wall and slabs sticking out."""
    grid = Grid(solids, row, HEAP_CELL_M, 2.0)
    stood = float(solids.top_m[row] - solids.base_m[row])
    x, y = np.meshgrid(grid.along, grid.across, indexing="ij")
    node = np.dstack([x, y]) + rng.uniform(-0.7, 0.7, (*x.shape, 2))
    depth = shapely.distance(
        shapely.points(grid.world(np.dstack([x, y])).reshape(-1, 2)),
        polygon_of(solids.shapes, row).buffer(2.0).boundary,
    )
    inside = shapely.contains_xy(
        polygon_of(solids.shapes, row).buffer(2.0), grid.world(np.dstack([x, y])).reshape(-1, 2)
    )
    rise = np.where(inside, np.minimum(depth / 3.5, 1.0), 0.0).reshape(x.shape)
    lumps = _smoothed(_smoothed(rng.uniform(0.2, 1.8, x.shape)))
    z = rise * (lumps + rng.uniform(-0.12, 0.12, x.shape)) * (0.8 + 0.4 * np.sin(x / 7.0 + rng.uniform(0, 6)) ** 2)
    mean = max(float(z.mean()), 1e-6)
    z *= min(HEAP_SHARE * stood * float(solids.fill[row]) / mean, 7.0)
    surface = _placed(grid, np.dstack([node, z]), origin)
    a, b, c, d = surface[:-1, :-1], surface[1:, :-1], surface[1:, 1:], surface[:-1, 1:]
    corners = np.concatenate([np.stack(t, axis=2).reshape(-1, 3, 3) for t in ((a, b, c), (a, c, d))])
    corners = corners[corners[..., 2].max(1) > 0.05]
    mound = faces(
        corners,
        np.full(len(corners), solids.owner[row]),
        PLAIN,
        rng.uniform(0.2, 2.4, (len(corners), 1)) + 0.3 * corners[..., 2] / STOREY_M,
    )
    return joined(
        [
            mound,
            _stubs(solids, row, origin, rng),
            _debris(solids, row, grid, grid.inside, 0.0, 14, origin, rng, 0.35 * float(z.max())),
        ]
    )


def _smoothed(values: Floats) -> Floats:
    """Each value with its four neighbours, so that a heap is lumpy and not all spikes."""
    wide = np.pad(values, 1, mode="edge")
    near = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]
    return np.asarray((values + near / 2.0) / 3.0)


def _stubs(solids: Solids, row: int, origin: Floats, rng: np.random.Generator) -> Mesh:
    """A few pieces of the outer walls, one or two storeys high, with a broken top edge."""
    ring = _outline(solids, row)[: int(np.diff(solids.shapes.part_offsets)[solids.shapes.feature_offsets[row]])]
    a, b = ring, np.roll(ring, -1, 0)
    length = np.linalg.norm(b - a, axis=1)
    most = min(0.6 * float(solids.top_m[row] - solids.base_m[row]), 2.2 * STOREY_M)
    pieces = []
    for k in np.flatnonzero(length > 3.0).tolist():
        if rng.random() < 0.45:
            start, share = rng.uniform(0, 0.6), rng.uniform(0.15, 0.4)
            p, q = (a[k] + (b[k] - a[k]) * t for t in (start, min(start + share, 1.0)))
            pieces.append((p, q, rng.uniform(0.5, 1.0) * most, rng.uniform(0.15, 0.9) * most))
    if not pieces:
        return joined([])
    return joined([_slab(p - origin, q - origin, h, g, int(solids.owner[row])) for p, q, h, g in pieces])


def _slab(p: Floats, q: Floats, left_m: float, right_m: float, slot: int) -> Mesh:
    """A piece of wall 0.4 m thick whose top falls from one end to the other."""
    way = (q - p) / max(float(np.linalg.norm(q - p)), 1e-6)
    inward = np.array([-way[1], way[0]]) * 0.4
    foot = np.array([p, q, q + inward, p + inward])
    low = np.c_[foot, np.zeros(4)]
    high = np.c_[foot, [left_m, right_m, right_m, left_m]]
    sides = np.stack([low, np.roll(low, -1, 0), np.roll(high, -1, 0), high], axis=1)
    v = sides[..., 2] / STOREY_M
    return joined(
        [
            quads(sides, np.full(4, slot), np.full((4, 4), PLAIN), v),
            quads(high[None], np.full(1, slot), np.full((1, 4), PLAIN), np.full((1, 4), 2.0)),
        ]
    )


def _debris(
    solids: Solids,
    row: int,
    grid: Grid,
    where: NDArray[np.bool_],
    base: float,
    count: int,
    origin: Floats,
    rng: np.random.Generator,
    lift_m: float = 0.4,
) -> Mesh:
    """Tilted slabs and blocks lying over the cells `where` and a little around them."""
    cells = grid.middle[where]
    if not len(cells):
        return joined([])
    place = cells[rng.integers(0, len(cells), count)] + rng.normal(0, 2.6, (count, 2))
    size = rng.uniform(0.5, 2.4, (count, 1, 1)) * np.array([1.0, 0.7, 0.3])
    cube = np.array([[x, y, z] for z in (-0.5, 0.5) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]) * 0.5
    block = (cube[None] * size) @ _turns(rng, count)
    block += np.concatenate([place, base + rng.uniform(0.1, 1.0, (count, 1)) * lift_m + 0.2], axis=1)[:, None]
    sides = np.array([[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [4, 5, 6, 7]])
    corners = _placed(grid, block[:, sides].reshape(-1, 4, 3), origin)
    n = len(corners)
    return quads(corners, np.full(n, solids.owner[row]), np.full((n, 4), PLAIN), np.full((n, 4), 1.2))


def _turns(rng: np.random.Generator, count: int) -> Floats:
    """Rotations about the vertical, then a lean."""
    a, b = rng.uniform(0, 2 * np.pi, count), rng.normal(0, 0.45, count)
    zero, one = np.zeros(count), np.ones(count)
    about = np.stack([np.cos(a), np.sin(a), zero, -np.sin(a), np.cos(a), zero, zero, zero, one], axis=1).reshape(
        -1, 3, 3
    )
    lean = np.stack([np.cos(b), zero, np.sin(b), zero, one, zero, -np.sin(b), zero, np.cos(b)], axis=1).reshape(
        -1, 3, 3
    )
    return np.asarray(lean @ about)
