"""Bridges: a deck that rises from the ground, its sides and parapets, and piers under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.footing import Footing
from vidbudova.scene.land import WHOLE, Ground
from vidbudova.scene.ribbons import joints, lines_of
from vidbudova.scene.solids import Floats, real, truths
from vidbudova.scene.style import Colour, Style
from vidbudova.scene.surface import Surface, polydata
from vidbudova.scene.tiles import Band, Bands, grid_of

BRIDGE_TILE_M = 1600.0
STEEPEST = 0.05
"""Most rise of a deck for the length of its bridge, so that a short one is not a hump."""
LEVEL_M, DECK_M, PARAPET_M, RAMP_M, STEP_M, PIER_EVERY_M = 4.6, 1.1, 0.9, 70.0, 5.0, 32.0
FARTHEST_M = 12_000.0
CLEAR_M = 0.15
"""A deck never lies deeper in the ground than this above it, whatever the heights say."""

Faces = tuple[Floats, Floats, Floats]
"""Quads (q, 4, 3), colours (q, 3), normals (q, 3)."""


def bridges(
    ground: Ground,
    lines: Shapes,
    width_m: Floats,
    style: Style,
    top: str,
    footing: Footing | None = None,
    drawn: Sequence[str] = WHOLE,
) -> Bands:
    """The bridges among the lines of a table; pieces of one bridge are joined first."""
    footing = footing or Footing(ground.origin)
    spans, widths, levels = spans_of(lines, width_m)
    boxes = np.array([s.bounds for s in spans]).reshape(-1, 4)
    low, high = boxes[:, :2] - ground.origin - 10.0, boxes[:, 2:] - ground.origin + 10.0
    highest = np.array([footing.z(shapely.get_coordinates(s)).max() for s in spans])
    grid = grid_of(low, high, highest + 12.0, BRIDGE_TILE_M)

    def make(tile: int) -> list[Surface]:
        position = (grid.bounds[tile, :2] + grid.bounds[tile, 2:]) / 2

        def under(xy: Floats) -> Floats:
            return footing.z_local(xy + position)

        parts = [
            span_faces(
                shapely.get_coordinates(spans[k]) - ground.origin - position, widths[k], levels[k], style, top, under
            )
            for k in grid.rows(tile).tolist()
        ]
        faces = [np.concatenate(p) for p in zip(*parts, strict=True)]
        if footing.relief is not None and "body" not in drawn:
            # shadows are worked out over level ground
            faces[0][..., 2] -= under(faces[0][..., :2].reshape(-1, 2)).reshape(faces[0].shape[:2])
        return _surfaces(ground, faces, position, drawn if footing.relief is not None else WHOLE)

    return Bands([Band(grid, make, 0.0, FARTHEST_M)])


def spans_of(lines: Shapes, width_m: Floats) -> tuple[list[shapely.LineString], list[float], list[float]]:
    """Whole bridges with their widths and levels."""
    rows = np.flatnonzero(truths(lines, "bridge") & (np.diff(lines.feature_offsets) > 0))
    level = np.clip(np.nan_to_num(real(lines, "level"), nan=1.0), 1.0, 3.0)
    spans: list[shapely.LineString] = []
    widths: list[float] = []
    levels: list[float] = []
    for width, height in {(float(width_m[r]), float(level[r])) for r in rows}:
        same = rows[(width_m[rows] == width) & (level[rows] == height)]
        xy, offsets, _ = lines_of(lines, same)
        pieces = [shapely.LineString(xy[a:b]) for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
        merged = [s for s in shapely.get_parts(shapely.line_merge(shapely.MultiLineString(pieces))) if s.length > 1.0]
        spans += merged
        widths += [width] * len(merged)
        levels += [height] * len(merged)
    return spans, widths, levels


def profile(along: Floats, level: float, ground: Floats | None = None) -> Floats:
    """Height of the deck at distances along a bridge: up a ramp, level, and down again.

    ground : (n,) heights of what lies under it; the deck goes from bank to bank and rises only where the valley
    does not give the room that its level wants.
    """
    length = float(along[-1])
    ramp = min(RAMP_M, 0.5 * length)
    near = np.clip(np.minimum(along, length - along) / max(ramp, 1e-6), 0.0, 1.0)
    wanted, hump = min(LEVEL_M * level, STEEPEST * length), near * near * (3.0 - 2.0 * near)
    if ground is None:
        return np.asarray(wanted * hump)
    banks = np.interp(along, [0.0, max(length, 1e-6)], [ground[0], ground[-1]])
    deep = float((banks - ground).max(initial=0.0))
    return np.asarray(np.maximum(banks + max(wanted - deep, 0.0) * hump, ground + CLEAR_M * near))


def _level_ground(xy: Floats) -> Floats:
    return np.zeros(len(xy))


def span_faces(
    xy: Floats,
    width: float,
    level: float,
    style: Style,
    top: str,
    under: Callable[[Floats], Floats] = _level_ground,
) -> Faces:
    """Deck, sides, parapets and piers of one bridge; `under` gives the heights of the ground at places (n, 2)."""
    line = shapely.get_coordinates(shapely.segmentize(shapely.LineString(xy), STEP_M))
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    ground = under(line)
    z = profile(along, level, ground)
    side = joints(line, np.array([0, len(line)]))[0]
    left, right = line + side * width / 2, line - side * width / 2
    deck = _strip(left, z, right, z, style[top])
    parts = [deck]
    for edge, sign in ((left, 1.0), (right, -1.0)):
        outer = _strip(edge, z + PARAPET_M, edge, np.maximum(z - DECK_M, np.minimum(ground, z)), style["deck"], sign)
        parts.append(outer)
    parts += [
        _pier(line[k], side[k], (ground[k], z[k] - DECK_M), width, style["deck"])
        for k in _pier_places(along, z - ground)
    ]
    return tuple(np.concatenate(p) for p in zip(*parts, strict=True))  # type: ignore[return-value]


def _strip(a: Floats, za: Floats, b: Floats, zb: Floats, colour: Colour, sign: float = 1.0) -> Faces:
    upper, lower = np.c_[a, za], np.c_[b, zb]
    quads = np.stack([upper[:-1], lower[:-1], lower[1:], upper[1:]], axis=1)
    normal = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]) * sign
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    return quads, np.tile(np.array(colour), (len(quads), 1)), normal


def _pier_places(along: Floats, z: Floats) -> list[int]:
    wanted = np.arange(PIER_EVERY_M / 2, along[-1], PIER_EVERY_M)
    at = np.unique(np.searchsorted(along, wanted).clip(0, len(along) - 1))
    return [int(k) for k in at if z[k] > 3.0]


def _pier(at: Floats, side: Floats, span: tuple[float, float], width: float, colour: Colour) -> Faces:
    across = side / np.linalg.norm(side)
    way = np.array([-across[1], across[0]])
    ring = np.array([at + s * across * width * 0.32 + w * way * 0.8 for s, w in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    closed = np.concatenate([ring, ring[:1]])
    sides = _strip(closed, np.full(5, span[1]), closed, np.full(5, span[0]), colour)
    middle = sides[0].mean(1)[:, :2] - at
    outward = np.c_[middle / np.linalg.norm(middle, axis=1, keepdims=True), np.zeros(4)]
    return sides[0], sides[1], outward


def _surfaces(
    ground: Ground, faces: list[NDArray[np.float64]], position: Floats, drawn: Sequence[str]
) -> list[Surface]:
    quads, colours, normals = faces
    triangles = (np.array([0, 1, 2, 0, 2, 3]) + 4 * np.arange(len(quads))[:, None]).reshape(-1, 3).astype(np.int32)
    attributes = {
        "colour": np.repeat(colours, 4, axis=0).astype(np.float32),
        "facing": np.repeat(normals, 4, axis=0).astype(np.float32),
    }
    at = (float(position[0]), float(position[1]), 0.0)
    points = quads.reshape(-1, 3).astype(np.float32)
    looks = [(ground.looks[{"body": "solid"}.get(name, name)], attributes if name == "body" else {}) for name in drawn]
    data = polydata(points, triangles, attributes if "body" in drawn else {})
    return [Surface(ground.renderer, look, points, triangles, worn, at, data=data) for look, worn in looks]
