"""Heaps: what a destroyed building leaves, a mound with slabs in it, of the very volume that the estimate says."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.model.rubble import Factors, gross_volume_m3
from vidbudova.scene.mesh import PLAIN, Mesh, faces, joined, quads
from vidbudova.scene.ruin_cells import MOST_SLAB_M, Grid, laid, outline_of, placed, slabs
from vidbudova.scene.solids import STOREY_M, Floats, Solids, polygon_of
from vidbudova.session.rubble import factors_of

CELL_M = 2.6
MOST_SLABS, SLAB_FOR_M3 = 24, 12.0
SLABS_SHARE = 0.25
"""Slabs are at most this share of the rubble, so that a garage is no pile of bridge decks."""


def rubble_volume_m3(solids: Solids, row: int) -> float:
    """The likely volume of loose rubble of one building."""
    return _gross_m3(solids, row) * factors(solids, row).likely


def factors(solids: Solids, row: int) -> Factors:
    """The factors of one building by its use."""
    use = solids.shapes.columns.get("use")
    return factors_of(None if use is None else use[row])


def _gross_m3(solids: Solids, row: int) -> float:
    a0, a1, c0, c1 = solids.box[row]
    area = np.array([(a1 - a0) * (c1 - c0) * solids.fill[row]])
    height = np.array([solids.top_m[row] - solids.base_m[row]])
    return float(gross_volume_m3(area, height, np.array([solids.roof_m[row]]))[0])


def heap(solids: Solids, row: int, origin: Floats, rng: np.random.Generator) -> Mesh:
    """The heap as it is drawn: rubble without its underside, and stubs of wall that still stand."""
    return joined([rubble(solids, row, origin, rng), _stubs(solids, row, origin, rng)])


def rubble(solids: Solids, row: int, origin: Floats, rng: np.random.Generator, closed: bool = False) -> Mesh:
    """The mound and the slabs on it. `closed` adds the undersides: then every part is watertight."""
    volume = rubble_volume_m3(solids, row)
    stood = float(solids.top_m[row] - solids.base_m[row])
    grid = Grid(solids, row, CELL_M, min(1.2 + 0.14 * stood, 7.0))
    count = int(np.clip(volume / SLAB_FOR_M3, 3, MOST_SLABS))
    blocks = slabs(rng, count, min(MOST_SLAB_M, 1.2 * volume ** (1 / 3)))
    blocks *= min(1.0, (SLABS_SHARE * volume / max(float(_volumes(blocks).sum()), 1e-9)) ** (1 / 3))
    node = _mound(solids, row, grid, volume - float(_volumes(blocks).sum()), rng)
    blocks += _resting(grid, node, count, rng)[:, None]
    slot = int(solids.owner[row])
    return joined([_surface(grid, node, slot, origin, rng, closed), laid(grid, blocks, origin, slot, closed)])


def _volumes(blocks: Floats) -> Floats:
    """Volumes of blocks (n, 8, 3) from the three edges at their first corner."""
    first = blocks[:, 0]
    a, b, c = blocks[:, 1] - first, blocks[:, 3] - first, blocks[:, 4] - first
    return np.asarray(np.abs((np.cross(a, b) * c).sum(1)))


def _mound(solids: Solids, row: int, grid: Grid, volume: float, rng: np.random.Generator) -> Floats:
    """(u, v, 3) nodes of an uneven mound of a volume, zero along its rim, in the frame of the grid."""
    u, v = np.meshgrid(grid.along, grid.across, indexing="ij")
    reach = grid.margin_m
    area = polygon_of(solids.shapes, row).buffer(reach, quad_segs=2)
    places = grid.world(np.dstack([u, v])).reshape(-1, 2)
    deep = np.where(shapely.contains_xy(area, places), shapely.distance(shapely.points(places), area.boundary), 0.0)
    rise = np.minimum(deep / (reach + 2.0), 1.0).reshape(u.shape)
    rise[[0, -1], :] = rise[:, [0, -1]] = 0.0
    if not rise.any():
        rise[1:-1, 1:-1] = 1.0
    lumps = _smoothed(_smoothed(rng.uniform(0.2, 1.8, u.shape))) + rng.uniform(-0.12, 0.12, u.shape)
    z = rise * np.maximum(lumps, 0.1) * (0.8 + 0.4 * np.sin(u / 7.0 + rng.uniform(0, 6)) ** 2)
    node = np.dstack([u + _shaken(grid.along, u, rng, 0), v + _shaken(grid.across, v, rng, 1), z])
    node[..., 2] *= volume / under(_triangles(node))
    return node


def _shaken(lines: Floats, like: Floats, rng: np.random.Generator, axis: int) -> Floats:
    """Shifts of nodes that keep every triangle the right way up: a quarter of the way to the nearer neighbour."""
    gap = np.diff(lines)
    nearest = np.minimum(np.r_[gap[:1], gap], np.r_[gap, gap[-1:]])
    span = nearest[:, None] if axis == 0 else nearest[None, :]
    return np.asarray(rng.uniform(-0.25, 0.25, like.shape) * np.minimum(span, 2.8))


def _triangles(node: Floats) -> Floats:
    """(t, 3, 3) the triangles of the nodes that rise above the ground."""
    a, b, c, d = node[:-1, :-1], node[1:, :-1], node[1:, 1:], node[:-1, 1:]
    found = np.concatenate([np.stack(t, axis=2).reshape(-1, 3, 3) for t in ((a, b, c), (a, c, d))])
    return np.asarray(found[found[..., 2].max(1) > 0.0])


def under(corners: Floats) -> float:
    """The volume between triangles (t, 3, 3) and the ground."""
    up = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] / 2
    return float((up * corners[..., 2].mean(1)).sum())


def _surface(grid: Grid, node: Floats, slot: int, origin: Floats, rng: np.random.Generator, closed: bool) -> Mesh:
    corners = placed(grid, _triangles(node), origin)
    count = len(corners)
    shade = rng.uniform(0.2, 2.4, (count, 1)) + 0.3 * corners[..., 2] / STOREY_M
    top = faces(corners, np.full(count, slot), PLAIN, shade)
    if not closed:
        return top
    below = corners[:, ::-1] * np.array([1.0, 1.0, 0.0])
    return joined([top, faces(below, np.full(count, slot), PLAIN, 0.0)])


def _resting(grid: Grid, node: Floats, count: int, rng: np.random.Generator) -> Floats:
    """(count, 3) places on the mound for slabs, half sunk into it."""
    risen = np.argwhere(node[..., 2] > 0.0)
    i, j = risen[rng.integers(0, len(risen), count)].T
    found: Floats = node[i, j].copy()
    found[:, :2] += rng.uniform(-0.6, 0.6, (count, 2))
    found[:, 2] += 0.25
    return found


def _smoothed(values: Floats) -> Floats:
    """Each value with its four neighbours, so that a heap is lumpy and not all spikes."""
    wide = np.pad(values, 1, mode="edge")
    near = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]
    return np.asarray((values + near / 2.0) / 3.0)


def _stubs(solids: Solids, row: int, origin: Floats, rng: np.random.Generator) -> Mesh:
    """A few pieces of the outer walls, one or two storeys high, with a broken top edge."""
    ring = outline_of(solids, row)[: int(np.diff(solids.shapes.part_offsets)[solids.shapes.feature_offsets[row]])]
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
