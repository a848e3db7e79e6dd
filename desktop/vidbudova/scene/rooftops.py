"""What stands on flat roofs near by: a parapet around a roof that lies lower, and machine rooms on tall blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.mesh import PLAIN, ROOF_V, Mesh, empty, joined, quads
from vidbudova.scene.ribbons import joints
from vidbudova.scene.solids import Floats, Ints, Solids, next_vertex_of
from vidbudova.scene.walls import rows_of

DEPTH_M, THICK_M = 0.8, 0.45
FEWEST_STOREYS, LIFT_STOREYS = 3, 6
ROOM_M, ROOM_EVERY_M = (3.4, 2.2, 2.5), 26.0


def has_parapet(solids: Solids, rows: Ints) -> NDArray[np.bool_]:
    """Which of these flat-roofed buildings are large enough to have one."""
    width = np.minimum(solids.box[rows, 1] - solids.box[rows, 0], solids.box[rows, 3] - solids.box[rows, 2])
    return np.asarray((solids.storeys[rows] >= FEWEST_STOREYS) & (width > 6.0))


def parapets(solids: Solids, rows: Ints, origin: Floats) -> Mesh:
    """The tops and inner sides of the parapets of `rows`."""
    shapes = solids.shapes
    first, last = shapes.feature_offsets[rows], shapes.feature_offsets[rows + 1]
    start, end = shapes.part_offsets[first], shapes.part_offsets[last]
    at = rows_of(start, end)
    if not len(at):
        return empty()
    order = np.argsort(at)
    succ = order[np.searchsorted(at, next_vertex_of(shapes, at), sorter=order)]
    of = rows[np.repeat(np.arange(len(rows)), end - start)]
    xy = shapes.xy[at] - origin
    inner = xy + _inward(xy, succ) * THICK_M
    z = solids.top_m[of]
    a, b, c, d = np.c_[xy, z], np.c_[xy[succ], z], np.c_[inner[succ], z], np.c_[inner, z]
    low_c, low_d = c - [0, 0, DEPTH_M], d - [0, 0, DEPTH_M]
    slot, plain = solids.owner[of], np.full((len(at), 4), PLAIN)
    rim = quads(np.stack([a, b, c, d], axis=1), slot, plain, np.full((len(at), 4), ROOF_V))
    sides = quads(np.stack([low_c, low_d, d, c], axis=1), slot, plain, np.full((len(at), 4), 1.4))
    return joined([rim, sides])


def _inward(xy: Floats, succ: Ints) -> Floats:
    """Mitred vectors to the inside at every corner (the inside is left of each wall)."""
    before = np.empty(len(xy), np.int64)
    before[succ] = np.arange(len(xy))
    three = np.stack([xy[before], xy, xy[succ]], axis=1).reshape(-1, 2)
    return joints(three, np.arange(0, len(three) + 1, 3))[0][1::3]


def machine_rooms(solids: Solids, rows: Ints, origin: Floats) -> Mesh:
    """Small boxes along the middle of the roofs of tall, plain blocks."""
    tall = rows[(solids.storeys[rows] >= LIFT_STOREYS) & (solids.fill[rows] > 0.8)]
    long = solids.box[tall, 1] - solids.box[tall, 0]
    count = np.maximum((long / ROOM_EVERY_M).astype(int), 1)
    of = np.repeat(np.arange(len(tall)), count)
    if not len(of):
        return empty()
    k = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    along = solids.box[tall[of], 0] + long[of] * (k + 0.5) / count[of]
    across = solids.box[tall[of], 2:].mean(1)
    length, width, height = ROOM_M
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.5 * np.array([length, width])
    place = np.stack([along, across], axis=1)[:, None] + signs
    frame = solids.frame[tall[of]]
    x = place[..., 0] * frame[:, None, 0] - place[..., 1] * frame[:, None, 1] - origin[0]
    y = place[..., 0] * frame[:, None, 1] + place[..., 1] * frame[:, None, 0] - origin[1]
    top = solids.top_m[tall[of]][:, None] + np.zeros(4)
    low, high = np.dstack([x, y, top - DEPTH_M]), np.dstack([x, y, top - DEPTH_M + height])
    sides = np.stack([low, np.roll(low, -1, 1), np.roll(high, -1, 1), high], axis=2).reshape(-1, 4, 3)
    slot, n = solids.owner[tall[of]], len(of)
    return joined(
        [
            quads(sides, np.repeat(slot, 4), np.full((4 * n, 4), PLAIN), np.full((4 * n, 4), 3.0)),
            quads(high, slot, np.full((n, 4), PLAIN), np.full((n, 4), ROOF_V)),
        ]
    )
