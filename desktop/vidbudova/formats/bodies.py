"""Buildings as bodies, for files that others show in 3D: their own surfaces where there are some, else prisms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.formats.facets import GROUND, ROOF, WALL, Face, Floats, Ints, rings_of, triangles_of

SNAP_M = 0.0005


@dataclass(frozen=True, slots=True)
class Body:
    """One building.

    footprint : polygon or multipolygon in the project's CRS, or None; low_m, high_m : its foot and top above the
    datum; corners : (t, 3, 3) its own surfaces, outside counter-clockwise, None for a prism; surface : (t,) their
    kinds; rgb : its colour; in_parts : whether only its parts have a shape.
    """

    id: str
    attributes: dict[str, Any]
    footprint: shapely.Geometry | None
    low_m: float
    high_m: float
    part_of: str = ""
    corners: Floats | None = None
    surface: NDArray[np.uint8] | None = None
    lod: str = "1"
    rgb: tuple[int, int, int] = (214, 210, 202)
    in_parts: bool = False


@dataclass(frozen=True, slots=True)
class Bodies:
    """All that goes into one file: bodies in a system, with heights above a datum."""

    crs: str
    datum: str
    name: str
    listed: list[Body] = field(default_factory=list)


def polygons(shape: shapely.Geometry | None) -> list[shapely.Polygon]:
    """The polygons of a footprint, outer rings counter-clockwise."""
    if shape is None or shape.is_empty:
        return []
    parts = shapely.get_parts(shape).tolist()
    return [shapely.orient_polygons(p) for p in parts if p.geom_type == "Polygon" and not p.is_empty]


def prism(polygon: shapely.Polygon, low_m: float, high_m: float) -> list[Face]:
    """The faces of a prism: ground, roof and walls, looking outward."""
    rings = [np.asarray(ring.coords)[:-1, :2] for ring in (polygon.exterior, *polygon.interiors)]
    low = [np.c_[ring, np.full(len(ring), low_m)] for ring in rings]
    high = [np.c_[ring, np.full(len(ring), high_m)] for ring in rings]
    faces = [Face([ring[::-1] for ring in low], GROUND), Face(high, ROOF)]
    for a, b in zip(low, high, strict=True):
        after = np.roll(np.arange(len(a)), -1)
        faces += [Face([np.array([a[k], a[n], b[n], b[k]])], WALL) for k, n in enumerate(after.tolist())]
    return faces


def triangles(body: Body) -> tuple[Floats, NDArray[np.uint8]]:
    """(t, 3, 3) corners of a body and their kinds (t,)."""
    if body.corners is not None and body.surface is not None:
        return body.corners, body.surface
    if body.in_parts:
        return np.zeros((0, 3, 3)), np.zeros(0, np.uint8)
    faces = [face for p in polygons(body.footprint) for face in prism(p, body.low_m, body.high_m)]
    if not faces:
        return np.zeros((0, 3, 3)), np.zeros(0, np.uint8)
    rings = rings_of(faces)
    found, of = triangles_of(rings, len(faces))
    return rings.xyz[found], np.array([face.surface for face in faces], np.uint8)[of]


def welded(corners: Floats) -> tuple[Floats, Ints]:
    """Vertices (v, 3), each once, and triangles (t, 3) of them; those that collapse are left out."""
    flat = corners.reshape(-1, 3)
    if not len(flat):
        return flat, np.zeros((0, 3), np.int64)
    grid = np.round((flat - flat[0]) / SNAP_M).astype(np.int64)
    _grid, first, of = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    found = of.reshape(-1, 3)
    whole = (found[:, 0] != found[:, 1]) & (found[:, 1] != found[:, 2]) & (found[:, 0] != found[:, 2])
    return flat[first], found[whole]


def is_closed(found: Ints) -> bool:
    """Whether every edge of triangles is run along once each way."""
    edges = np.concatenate([found[:, [0, 1]], found[:, [1, 2]], found[:, [2, 0]]])
    if len(found) < 4:
        return False
    there, back = (np.sort(e[:, 0] * (found.max() + 1) + e[:, 1]) for e in (edges, edges[:, ::-1]))
    return bool((there == back).all() and (np.diff(there) > 0).all())
