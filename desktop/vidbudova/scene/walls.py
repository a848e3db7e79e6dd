"""Prisms: walls of all rings at once, and flat tops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.mesh import PLAIN, ROOF_V, Mesh, empty, quads
from vidbudova.scene.solids import STOREY_M, Floats, Ints, Solids, next_vertex_of

BAY_M = 3.2


def rows_of(starts: Ints, ends: Ints) -> Ints:
    """start, start + 1 … end − 1 of every pair, one after the other."""
    count = ends - starts
    return np.repeat(starts - (np.cumsum(count) - count), count) + np.arange(count.sum())


def walls(solids: Solids, rows: Ints, top_m: Floats, origin: Floats) -> Mesh:
    """Walls of the buildings `rows` from their undersides to `top_m` (one each), about an origin."""
    if not len(rows):
        return empty()
    shapes = solids.shapes
    first, last = shapes.feature_offsets[rows], shapes.feature_offsets[rows + 1]
    start, end = shapes.part_offsets[first], shapes.part_offsets[last]
    at = rows_of(start, end)
    of = np.repeat(np.arange(len(rows)), end - start)
    a = shapes.xy[at] - origin
    b = shapes.xy[next_vertex_of(shapes, at)] - origin
    row = rows[of]
    return _wall_quads(solids, row, a, b, top_m[of])


def _wall_quads(solids: Solids, row: Ints, a: Floats, b: Floats, top_m: Floats) -> Mesh:
    base = solids.base_m[row]
    corners = np.empty((len(a), 4, 3))
    corners[:, 0, :2] = corners[:, 3, :2] = a
    corners[:, 1, :2] = corners[:, 2, :2] = b
    corners[:, :2, 2], corners[:, 2:, 2] = base[:, None], top_m[:, None]
    length = np.hypot(*(b - a).T)
    u = bays_of(length, solids.windows[row])
    full = solids.top_m[row] - solids.roof_m[row] - base
    ground = base / STOREY_M
    v = np.stack([ground, ground, *[ground + (top_m - base) / full * solids.storeys[row]] * 2], axis=1)
    return quads(corners, solids.owner[row], u, v)


def bays_of(length_m: Floats, windows: NDArray[np.bool_]) -> Floats:
    """(w, 4) bays of windows at the corners of walls of some lengths; PLAIN for walls with none."""
    bays = np.where(windows & (length_m > 2.0), np.maximum(np.round(length_m / BAY_M), 1.0), PLAIN)
    return np.asarray(np.where(bays[:, None] > 0, bays[:, None] * np.array([0.0, 1.0, 1.0, 0.0]), PLAIN))


def flat_tops(solids: Solids, rows: Ints, z_m: Floats, origin: Floats, upward: bool = True) -> Mesh:
    """Level faces over the footprints `rows` at z_m (one each); `upward` False for undersides."""
    if not len(rows):
        return empty()
    shapes = solids.shapes
    rings = np.diff(shapes.part_offsets)
    first, count = shapes.feature_offsets[rows], np.diff(shapes.feature_offsets)[rows]
    quad = (count == 1) & (rings[np.minimum(first, len(rings) - 1)] == 4) & (solids.fill[rows] > 0.75)
    points, triangles, of = _joined(
        _plain(solids, rows, np.flatnonzero(quad)), _cut(solids, rows, np.flatnonzero(~quad))
    )
    n = len(points)
    flat = np.zeros((n, 4), np.float32)
    flat[:, 2], flat[:, 3] = (PLAIN, ROOF_V) if upward else (-2.0, 0.0)
    where = np.empty((n, 3), np.float32)
    where[:, :2], where[:, 2] = points - origin, z_m[of]
    return Mesh(
        where, triangles if upward else triangles[:, ::-1].copy(), flat, solids.owner[rows[of]].astype(np.float32)
    )


Part = tuple[Floats, NDArray[np.int32], Ints]


def _plain(solids: Solids, rows: Ints, which: Ints) -> Part:
    """Four-cornered footprints: two triangles each, without a loop."""
    start = solids.shapes.part_offsets[solids.shapes.feature_offsets[rows[which]]]
    points = solids.shapes.xy[start[:, None] + np.arange(4)].reshape(-1, 2)
    # the diagonal that lies inside goes through the corner that turns inward, if one does
    p = points.reshape(-1, 4, 2)
    out, into = np.roll(p, -1, 1) - p, p - np.roll(p, 1, 1)
    inward = out[..., 0] * into[..., 1] - out[..., 1] * into[..., 0] > 1e-9
    odd = inward[:, 1] | inward[:, 3]
    pattern = np.where(odd[:, None], np.array([1, 2, 3, 1, 3, 0]), np.array([0, 1, 2, 0, 2, 3]))
    triangles = (pattern + 4 * np.arange(len(which))[:, None]).reshape(-1, 3).astype(np.int32)
    return points, triangles, np.repeat(which, 4)


def _cut(solids: Solids, rows: Ints, which: Ints) -> Part:
    """Any footprint, courtyards and several parts included, by ear cutting."""
    points, triangles, of, seen = [np.zeros((0, 2))], [np.zeros((0, 3), np.int32)], [np.zeros(0, np.int64)], 0
    for k in which.tolist():
        for ring_points, ring_triangles in triangulated(solids.shapes, int(rows[k])):
            points.append(ring_points)
            triangles.append(ring_triangles + np.int32(seen))
            of.append(np.full(len(ring_points), k))
            seen += len(ring_points)
    return np.concatenate(points), np.concatenate(triangles), np.concatenate(of)


def _joined(a: Part, b: Part) -> Part:
    return (
        np.concatenate([a[0], b[0]]),
        np.concatenate([a[1], b[1] + np.int32(len(a[0]))]),
        np.concatenate([a[2], b[2]]),
    )


def triangulated(shapes: Shapes, row: int) -> list[tuple[Floats, NDArray[np.int32]]]:
    """(points, triangles) of each polygon of one feature, holes left open, triangles counter-clockwise."""
    import mapbox_earcut

    first, last = int(shapes.feature_offsets[row]), int(shapes.feature_offsets[row + 1])
    starts = [r for r in range(first, last) if not shapes.is_hole[r]] + [last]
    found = []
    for begin, end in zip(starts[:-1], starts[1:], strict=True):
        offsets = shapes.part_offsets[begin : end + 1]
        points = shapes.xy[offsets[0] : offsets[-1]]
        local = points - points[0]
        triangles = mapbox_earcut.triangulate_float64(local, (offsets[1:] - offsets[0]).astype(np.uint32))
        found.append((points, _upward(local, triangles.reshape(-1, 3).astype(np.int32))))
    return found


def _upward(points: Floats, triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles[turn < 0] = triangles[turn < 0][:, ::-1]
    return triangles
