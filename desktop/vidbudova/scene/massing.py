"""Buildings at their levels: full (walls, roofs, ruins), box, and cap (two triangles that cover what the box would)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.mesh import PLAIN, ROOF_V, Mesh, empty, joined, quads
from vidbudova.scene.roofs import FLAT, formed, pitched
from vidbudova.scene.rooftops import DEPTH_M, has_parapet, machine_rooms, parapets
from vidbudova.scene.ruins import ruin
from vidbudova.scene.solids import STOREY_M, Floats, Ints, Solids
from vidbudova.scene.walls import bays_of, flat_tops, walls

STANDING_SHARE = {0: 1.0, 4: 0.8, 5: 0.2}
"""How much of its height a building of a broken form keeps at the far levels."""


def full(solids: Solids, rows: Ints, broken: NDArray[np.int8], origin: Floats, fine: bool = False) -> Mesh:
    """Walls and roofs as the data say; broken forms (4 torn, 5 a heap) where `broken`, one a row, says so.

    `fine` adds what only shows near by: parapets and machine rooms.
    """
    keep = solids.drawn[rows]
    rows, broken = rows[keep], broken[keep]
    whole = rows[broken == 0]
    form = formed(solids, whole)
    flat = form == FLAT
    eaves = np.where(flat, solids.top_m[whole], solids.top_m[whole] - solids.roof_m[whole])
    sunk = fine & flat & has_parapet(solids, whole)
    raised = solids.base_m[whole] > 0.01
    parts = [
        walls(solids, whole, eaves, origin),
        flat_tops(solids, whole[flat & ~sunk], eaves[flat & ~sunk], origin),
        pitched(solids, whole[~flat], form[~flat], origin),
        flat_tops(solids, whole[raised], solids.base_m[whole][raised], origin, upward=False),
        _sunk_tops(solids, whole[sunk], origin),
    ]
    parts += [ruin(solids, int(r), int(g), origin) for r, g in zip(rows[broken > 0], broken[broken > 0], strict=True)]
    return joined(parts)


def fine(solids: Solids, rows: Ints, broken: NDArray[np.int8], origin: Floats) -> Mesh:
    """The full form with what only shows near by."""
    return full(solids, rows, broken, origin, fine=True)


def _sunk_tops(solids: Solids, rows: Ints, origin: Floats) -> Mesh:
    """Roofs that lie behind a parapet, a little in its shade, and what stands on them."""
    field = flat_tops(solids, rows, solids.top_m[rows] - DEPTH_M, origin)
    field.facade[:, 3] = 1.5
    return joined([field, parapets(solids, rows, origin), machine_rooms(solids, rows, origin)])


def standing_m(solids: Solids, rows: Ints, broken: NDArray[np.int8]) -> Floats:
    """Tops of the boxes: the roof's middle height, lowered where the building is broken."""
    share = np.ones(len(rows))
    for grade, kept in STANDING_SHARE.items():
        share[broken == grade] = kept
    base = solids.base_m[rows]
    return base + (solids.top_m[rows] - 0.5 * solids.roof_m[rows] - base) * share


def _box_corners(solids: Solids, rows: Ints, origin: Floats) -> Floats:
    """(n, 4, 2) corners of the boxes, counter-clockwise, shrunk to the footprint's area."""
    frame, box = solids.frame[rows], solids.box[rows]
    shrink = np.sqrt(np.clip(solids.fill[rows], 0.45, 1.0))
    middle = np.stack([box[:, :2].mean(1), box[:, 2:].mean(1)], axis=1)
    half = np.stack([box[:, 1] - box[:, 0], box[:, 3] - box[:, 2]], axis=1) / 2 * shrink[:, None]
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    place = middle[:, None] + signs[None] * half[:, None]
    x = place[..., 0] * frame[:, None, 0] - place[..., 1] * frame[:, None, 1]
    y = place[..., 0] * frame[:, None, 1] + place[..., 1] * frame[:, None, 0]
    return np.stack([x, y], axis=2) - origin


def boxes(solids: Solids, rows: Ints, broken: NDArray[np.int8], origin: Floats) -> Mesh:
    """One oriented box a building; courtyards and other hollow footprints as plain prisms, so that they stay hollow."""
    keep = solids.drawn[rows]
    rows, top = rows[keep], standing_m(solids, rows, broken)[keep]
    hollow = solids.hollow[rows]
    plain = [walls(solids, rows[hollow], top[hollow], origin), flat_tops(solids, rows[hollow], top[hollow], origin)]
    return joined([*plain, _boxes(solids, rows[~hollow], top[~hollow], origin)])


def _boxes(solids: Solids, rows: Ints, top: Floats, origin: Floats) -> Mesh:
    """Four walls and a lid each."""
    n = len(rows)
    if not n:
        return empty()
    ring = _box_corners(solids, rows, origin)
    low = np.dstack([ring, np.repeat(solids.base_m[rows][:, None], 4, 1)])
    high = np.dstack([ring, np.repeat(top[:, None], 4, 1)])
    sides = np.stack([low, np.roll(low, -1, 1), np.roll(high, -1, 1), high], axis=2).reshape(-1, 4, 3)
    v = np.repeat(np.stack([low[:, 0, 2], low[:, 0, 2], top, top], axis=1) / STOREY_M, 4, axis=0)
    slot = solids.owner[rows]
    length = np.linalg.norm(np.roll(ring, -1, 1) - ring, axis=2).reshape(-1)
    bays = bays_of(length, np.repeat(solids.windows[rows], 4))
    return joined(
        [
            quads(sides, np.repeat(slot, 4), bays, v),
            quads(high, slot, np.full((n, 4), PLAIN), np.full((n, 4), ROOF_V)),
        ]
    )


def caps(solids: Solids, rows: Ints, broken: NDArray[np.int8], origin: Floats) -> Mesh:
    """Two triangles a building; the shader lowers the corners nearest the eye, so that the outline stays as large.

    facade holds the way from the middle to the corner instead of a normal.
    """
    keep = solids.drawn[rows]
    rows, top = rows[keep], standing_m(solids, rows, broken)[keep]
    n = len(rows)
    if not n:
        return empty()
    ring = _box_corners(solids, rows, origin)
    high = np.dstack([ring, np.repeat(top[:, None], 4, 1)])
    storeys = np.repeat((top - solids.base_m[rows])[:, None] / STOREY_M, 4, axis=1)
    mesh = quads(high, solids.owner[rows], np.full((n, 4), PLAIN), storeys)
    mesh.facade[:, :2] = (ring - ring.mean(1, keepdims=True)).reshape(-1, 2)
    return mesh
