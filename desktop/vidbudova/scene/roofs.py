"""Pitched roofs: gabled, hipped and shed on four-cornered footprints, pyramids and domes on any convex one.

Other footprints without a courtyard that should have one of them get slopes from every wall, up to a narrow flat.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.scene.mesh import PLAIN, ROOF_V, Mesh, faces, joined
from vidbudova.scene.solids import ROOF_CODES, Floats, Ints, Solids

FLAT, GABLED, HIPPED, SHED, PYRAMIDAL, DOME = (
    ROOF_CODES[k] for k in ("flat", "gabled", "hipped", "shed", "pyramidal", "dome")
)
DOME_RINGS = 4
SLOPED = 100
"""Slopes from every wall of any footprint: no form of the data, but what a form becomes where it does not fit."""


def formed(solids: Solids, rows: Ints) -> NDArray[np.int8]:
    """The roof that each footprint can carry: as asked for where the form fits, else flat."""
    shapes = solids.shapes
    roof = solids.roof[rows].copy()
    single = np.diff(shapes.feature_offsets)[rows] == 1
    rings = np.diff(shapes.part_offsets)
    corners = (
        rings[np.minimum(shapes.feature_offsets[rows], max(len(rings) - 1, 0))]
        if len(rings)
        else np.zeros(len(rows), int)
    )
    four = single & (corners == 4) & (solids.fill[rows] > 0.8)
    roof[(roof == SHED) & ~four] = FLAT
    for k in np.flatnonzero(np.isin(roof, (PYRAMIDAL, DOME)) | (np.isin(roof, (GABLED, HIPPED)) & ~four)).tolist():
        ring = _ring(solids, int(rows[k]))
        if roof[k] in (PYRAMIDAL, DOME) and single[k] and _convex(ring):
            continue
        roof[k] = SLOPED if single[k] and len(drawn_in(ring)) else FLAT
    return roof


def _ring(solids: Solids, row: int) -> Floats:
    start, end = (int(v) for v in solids.shapes.part_offsets[solids.shapes.feature_offsets[row] + np.array([0, 1])])
    return solids.shapes.xy[start:end]


def _convex(ring: Floats) -> bool:
    out, into = following(ring) - ring, ring - previous(ring)
    return bool((into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0] > -1e-6).all())


def pitched(solids: Solids, rows: Ints, form: NDArray[np.int8], origin: Floats) -> Mesh:
    """Roofs of the buildings `rows` with the forms that `formed` gave (none of them flat)."""
    four = np.isin(form, (GABLED, HIPPED, SHED))
    parts = [_four_cornered(solids, rows[four], form[four], origin)] if four.any() else []
    parts += [
        _sloped(solids, int(r), origin) if f == SLOPED else _domed(solids, int(r), int(f), origin)
        for r, f in zip(rows[~four], form[~four], strict=True)
    ]
    return joined(parts)


def _four_cornered(solids: Solids, rows: Ints, form: NDArray[np.int8], origin: Floats) -> Mesh:
    start = solids.shapes.part_offsets[solids.shapes.feature_offsets[rows]]
    ring = solids.shapes.xy[start[:, None] + np.arange(4)] - origin
    side = np.linalg.norm(np.roll(ring, -1, 1) - ring, axis=2)
    turn = (side[:, 1] + side[:, 3] > side[:, 0] + side[:, 2]).astype(int)
    ring = np.take_along_axis(ring, ((np.arange(4) + turn[:, None]) % 4)[..., None], axis=1)
    eaves = solids.top_m[rows] - solids.roof_m[rows]
    low = np.dstack([ring, np.repeat(eaves[:, None], 4, 1)])
    slot = solids.owner[rows]
    shed = form == SHED
    parts = [
        _ridged(low[~shed], solids.top_m[rows][~shed], form[~shed] == HIPPED, slot[~shed], solids.storeys[rows][~shed])
    ]
    parts.append(_sheds(low[shed], solids.top_m[rows][shed], slot[shed], solids.storeys[rows][shed]))
    return joined(parts)


def _ridged(low: Floats, top: Floats, hipped: NDArray[np.bool_], slot: Ints, storeys: Floats) -> Mesh:
    """Ridge along the longer sides; a hip draws its ends in by half the width."""
    east, west = (low[:, 1] + low[:, 2]) / 2, (low[:, 3] + low[:, 0]) / 2
    east[:, 2] = west[:, 2] = top
    way = (west - east)[:, :2]
    length = np.linalg.norm(way, axis=1)
    width = np.linalg.norm(low[:, 2, :2] - low[:, 1, :2], axis=1)
    draw = np.where(hipped, np.minimum(0.5 * width / np.maximum(length, 1e-9), 0.48), 0.0)[:, None] * way
    east[:, :2] += draw
    west[:, :2] -= draw
    slopes = [
        (low[:, 0], low[:, 1], east),
        (low[:, 0], east, west),
        (low[:, 2], low[:, 3], west),
        (low[:, 2], west, east),
    ]
    ends = [(low[:, 1], low[:, 2], east), (low[:, 3], low[:, 0], west)]
    parts = [faces(np.stack(t, axis=1), slot) for t in slopes]
    level = np.where(hipped, ROOF_V, storeys)[:, None]
    return joined(parts + [faces(np.stack(t, axis=1), slot, PLAIN, level) for t in ends])


def _sheds(low: Floats, top: Floats, slot: Ints, storeys: Floats) -> Mesh:
    """One slope that rises from the first long side to the other, and the three walls that close it."""
    if not len(low):
        return joined([])
    high = low[:, 2:4].copy()
    high[:, :, 2] = top[:, None]
    q0, q1, q2, q3, h2, h3 = low[:, 0], low[:, 1], low[:, 2], low[:, 3], high[:, 0], high[:, 1]
    slope = [(q0, q1, h2), (q0, h2, h3)]
    closing = [(q1, q2, h2), (q3, q0, h3), (q2, q3, h3), (q2, h3, h2)]
    level = storeys[:, None]
    return joined(
        [faces(np.stack(t, axis=1), slot) for t in slope]
        + [faces(np.stack(t, axis=1), slot, PLAIN, level) for t in closing]
    )


def _domed(solids: Solids, row: int, form: int, origin: Floats) -> Mesh:
    """Rings that draw together over a convex footprint: one step for a pyramid, a quarter circle for a dome."""
    ring = _ring(solids, row) - origin
    middle = ring.mean(0)
    steps = np.linspace(0, np.pi / 2, DOME_RINGS + 1 if form == DOME else 2)
    eaves, rise = solids.top_m[row] - solids.roof_m[row], solids.roof_m[row]
    rings = [
        np.c_[middle + (ring - middle) * np.cos(s), np.full(len(ring), eaves + rise * np.sin(s))] for s in steps[:-1]
    ]
    apex = np.tile([*middle, eaves + rise], (len(ring), 1))
    corners = [np.stack([rings[-1], np.roll(rings[-1], -1, 0), apex], axis=1)]
    for a, b in zip(rings[:-1], rings[1:], strict=True):
        a1, b1 = np.roll(a, -1, 0), np.roll(b, -1, 0)
        corners += [np.stack([a, a1, b1], axis=1), np.stack([a, b1, b], axis=1)]
    found = np.concatenate(corners)
    return faces(found, np.full(len(found), solids.owner[row]))


DRAW_SHARE, LEAST_DRAWN_M = 0.94, 0.4
"""How far the slopes go before the first of them runs out, and the least that is worth it."""


def drawn_in(ring: Floats) -> Floats:
    """How the corners (k, 2) of a footprint move when every wall goes inward by one distance, and none vanishes.

    Mitres: a corner moves by m with m · n = 1 for the inward normals n of both its walls. A wall of length L shrinks
    with the distance d by the difference of the mitres at its ends along it, and is gone at d = L / rate; where an
    inward corner would meet another wall sooner, d is lessened. Empty where nothing sensible is left.
    """
    ring = ring - ring[0]
    mitre, away = _mitres(ring)
    if not np.isfinite(away) or away < LEAST_DRAWN_M:
        return np.zeros((0, 2))
    outline = shapely.Polygon(ring)
    for share in (DRAW_SHARE, 0.6, 0.35):
        inner = shapely.Polygon(ring + mitre * away * share)
        if inner.is_valid and inner.exterior.is_ccw and away * share >= LEAST_DRAWN_M and outline.contains(inner):
            return np.asarray(mitre * away * share)
    return np.zeros((0, 2))


def _mitres(ring: Floats) -> tuple[Floats, float]:
    """The way every corner goes for each metre inward, and how far until the first wall is gone."""
    way = following(ring) - ring
    length = np.linalg.norm(way, axis=1)
    if len(ring) < 4 or length.min() < 0.05:
        return np.zeros_like(ring), 0.0
    way = way / length[:, None]
    inward = np.c_[-way[:, 1], way[:, 0]]
    before = previous(inward)
    mitre = (before + inward) / np.maximum(1.0 + (before * inward).sum(1), 0.15)[:, None]
    rate = ((mitre - following(mitre)) * way).sum(1)
    gone = np.where(rate > 1e-6, length / np.maximum(rate, 1e-6), np.inf)
    return mitre, float(gone.min())


def _sloped(solids: Solids, row: int, origin: Floats) -> Mesh:
    """Slopes from every wall to the ring that `drawn_in` leaves, and the flat inside it."""
    import mapbox_earcut

    ring, shift = _ring(solids, row), drawn_in(_ring(solids, row))
    inner = ring + shift
    eaves, top = solids.top_m[row] - solids.roof_m[row], solids.top_m[row]
    low, high = np.c_[ring - origin, np.full(len(ring), eaves)], np.c_[inner - origin, np.full(len(ring), top)]
    next_low, next_high = following(low), following(high)
    slopes = np.concatenate([np.stack(t, axis=1) for t in ((low, next_low, next_high), (low, next_high, high))])
    local = inner - inner[0]
    flat = mapbox_earcut.triangulate_float64(local, np.array([len(local)], np.uint32)).reshape(-1, 3)
    corners = np.concatenate([slopes, _upward(high[flat])])
    return faces(corners, np.full(len(corners), solids.owner[row]))


def _upward(corners: Floats) -> Floats:
    """Triangles (t, 3, 3) seen from above counter-clockwise."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    turned = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0
    return np.asarray(np.where(turned[:, None, None], corners[:, ::-1], corners))


def following(ring: Floats) -> Floats:
    """For each corner the one after it; numpy's roll takes several times as long for a single roof."""
    return np.concatenate([ring[1:], ring[:1]])


def previous(ring: Floats) -> Floats:
    """For each corner the one before it."""
    return np.concatenate([ring[-1:], ring[:-1]])
