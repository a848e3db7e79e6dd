"""Pitched roofs: gabled, hipped and shed on four-cornered footprints, pyramids and domes on any convex one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.mesh import PLAIN, ROOF_V, Mesh, faces, joined
from vidbudova.scene.solids import ROOF_CODES, Floats, Ints, Solids

FLAT, GABLED, HIPPED, SHED, PYRAMIDAL, DOME = (
    ROOF_CODES[k] for k in ("flat", "gabled", "hipped", "shed", "pyramidal", "dome")
)
DOME_RINGS = 4


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
    roof[np.isin(roof, (GABLED, HIPPED, SHED)) & ~four] = FLAT
    for k in np.flatnonzero(np.isin(roof, (PYRAMIDAL, DOME))).tolist():
        if not (single[k] and _convex(_ring(solids, int(rows[k])))):
            roof[k] = FLAT
    return roof


def _ring(solids: Solids, row: int) -> Floats:
    start, end = (int(v) for v in solids.shapes.part_offsets[solids.shapes.feature_offsets[row] + np.array([0, 1])])
    return solids.shapes.xy[start:end]


def _convex(ring: Floats) -> bool:
    out, into = np.roll(ring, -1, 0) - ring, ring - np.roll(ring, 1, 0)
    return bool((into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0] > -1e-6).all())


def pitched(solids: Solids, rows: Ints, form: NDArray[np.int8], origin: Floats) -> Mesh:
    """Roofs of the buildings `rows` with the forms that `formed` gave (none of them flat)."""
    four = np.isin(form, (GABLED, HIPPED, SHED))
    parts = [_four_cornered(solids, rows[four], form[four], origin)] if four.any() else []
    parts += [_domed(solids, int(r), int(f), origin) for r, f in zip(rows[~four], form[~four], strict=True)]
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
