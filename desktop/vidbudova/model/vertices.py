"""Editing the corners of a drawn area: where the handles are, and the area with one moved, added or taken away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from vidbudova.model.shapes import Floats
from vidbudova.model.snapping import SAME_M, XY, edge_near

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Handle:
    """One corner of a (multi)polygon: its part, its ring (0 is the outer one) and its number in the ring."""

    part: int
    ring: int
    corner: int


@dataclass(frozen=True, slots=True)
class Rings:
    """An area as plain rings of corners, parts[part][ring] is (n, 2) without the closing corner."""

    parts: tuple[tuple[Floats, ...], ...]


def rings_of(area: shapely.Polygon | shapely.MultiPolygon) -> Rings:
    """The rings of a polygon or multipolygon."""
    parts = shapely.get_parts(area)
    return Rings(tuple(tuple(_open(r) for r in (p.exterior, *p.interiors)) for p in parts))


def area_of(rings: Rings) -> shapely.MultiPolygon:
    """The multipolygon of the rings; it may be invalid."""
    return shapely.MultiPolygon([shapely.Polygon(p[0], p[1:]) for p in rings.parts])


def corners(rings: Rings) -> tuple[list[Handle], Floats]:
    """Every handle and its place: (n,) and (n, 2)."""
    handles = [
        Handle(p, r, c)
        for p, part in enumerate(rings.parts)
        for r, ring in enumerate(part)
        for c in range(len(ring))
    ]
    places = [ring for part in rings.parts for ring in part]
    return handles, np.concatenate(places) if places else np.empty((0, 2))


def handle_near(rings: Rings, xy: XY, within_m: float) -> Handle | None:
    """The nearest corner within some metres."""
    handles, places = corners(rings)
    if not handles:
        return None
    distance = np.hypot(places[:, 0] - xy[0], places[:, 1] - xy[1])
    i = int(distance.argmin())
    return handles[i] if distance[i] <= within_m else None


def side_near(rings: Rings, xy: XY, within_m: float) -> tuple[Handle, XY] | None:
    """The nearest side within some metres: the handle that a new corner there would have, and the place on the side."""
    best: tuple[float, Handle, XY] | None = None
    for p, part in enumerate(rings.parts):
        for r, ring in enumerate(part):
            found = edge_near(ring, xy, within_m, closed=True)
            if found is None or found.edge is None or (best is not None and best[0] <= found.distance_m):
                continue
            start = int(np.nonzero((ring == found.edge[0]).all(axis=1))[0][0])
            best = (found.distance_m, Handle(p, r, start + 1), found.xy)
    return None if best is None else (best[1], best[2])


def at(rings: Rings, handle: Handle) -> XY:
    """Where a corner is."""
    x, y = rings.parts[handle.part][handle.ring][handle.corner]
    return (float(x), float(y))


def neighbours(rings: Rings, handle: Handle) -> tuple[XY, XY]:
    """The corners before and after a corner in its ring."""
    ring = rings.parts[handle.part][handle.ring]
    before, after = ring[handle.corner - 1], ring[(handle.corner + 1) % len(ring)]
    return (float(before[0]), float(before[1])), (float(after[0]), float(after[1]))


def move(rings: Rings, handle: Handle, xy: XY) -> Rings:
    """The rings with one corner elsewhere."""
    ring = rings.parts[handle.part][handle.ring].copy()
    ring[handle.corner] = xy
    return _with(rings, handle, ring)


def insert(rings: Rings, handle: Handle, xy: XY) -> Rings:
    """The rings with a corner added at that place of its ring."""
    ring = rings.parts[handle.part][handle.ring]
    return _with(rings, handle, np.insert(ring, handle.corner, xy, axis=0))


def remove(rings: Rings, handle: Handle) -> Rings | None:
    """The rings without a corner. A hole of three goes with it; of an outer ring of three nothing can go: None."""
    ring = rings.parts[handle.part][handle.ring]
    if len(ring) > FEWEST:
        return _with(rings, handle, np.delete(ring, handle.corner, axis=0))
    if handle.ring == 0:
        return None
    part = rings.parts[handle.part]
    return _with_part(rings, handle.part, part[: handle.ring] + part[handle.ring + 1 :])


def shift(rings: Rings, dx: float, dy: float) -> Rings:
    """The rings moved as a whole, metres."""
    return Rings(tuple(tuple(ring + (dx, dy) for ring in part) for part in rings.parts))


def same_corner(rings: Rings, xy: XY) -> Handle | None:
    """The corner that lies exactly there (within a millimetre): what a neighbour shares."""
    return handle_near(rings, xy, SAME_M)


def _open(ring: shapely.LinearRing) -> Floats:
    coordinates: Floats = shapely.get_coordinates(ring)[:-1]
    return coordinates


def _with(rings: Rings, handle: Handle, ring: Floats) -> Rings:
    part = rings.parts[handle.part]
    return _with_part(rings, handle.part, (*part[: handle.ring], ring, *part[handle.ring + 1 :]))


def _with_part(rings: Rings, number: int, part: tuple[Floats, ...]) -> Rings:
    return Rings((*rings.parts[:number], part, *rings.parts[number + 1 :]))
