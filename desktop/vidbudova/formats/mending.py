"""Geometry: what can be mended is, what cannot is named with a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.formats.duplicates import outlines
from vidbudova.model import crs as crs_rules

Geometries = NDArray[np.object_]

AREA, LINE, POINT = 2, 1, 0
DIMENSIONS = {"POINT": POINT, "LINESTRING": LINE, "MULTILINESTRING": LINE, "POLYGON": AREA, "MULTIPOLYGON": AREA}
LATITUDE = 90.0
LONGITUDE = 180.0


@dataclass(slots=True)
class Mended:
    """Geometries in the project's system; `codes` is "" where one is fit to use.

    dimensions : as `dimensions` gives them; dimension : as shapely does; usual : as the usual tables take them.
    """

    geometries: Geometries
    codes: list[str]
    mended: NDArray[np.bool_]
    dimensions: NDArray[np.int8]
    dimension: list[int]
    usual: Fitted


def mend(geometries: Geometries, source: str, target: str) -> Mended:
    """Flatten, check, bring to the target system and make valid.

    Parameters
    ----------
    geometries : (n,) in the system `source`, None allowed.
    source, target : coordinate systems.
    """
    flat = shapely.force_2d(geometries)
    codes = np.full(len(flat), "", dtype=object)
    codes[shapely.is_empty(flat)] = "geometry-empty"
    codes[shapely.is_missing(flat)] = "geometry-null"
    codes[(codes == "") & ~_finite(flat)] = "coordinates-not-finite"
    if crs_rules.parse(source).is_geographic:
        codes[(codes == "") & ~_on_earth(flat)] = "coordinates-absurd"
    moved = flat.copy()
    good = codes == ""
    moved[good] = shapely.transform(flat[good], lambda xy: crs_rules.transform(xy, source, target))
    lost = good & ~_finite(moved)
    codes[lost] = "coordinates-absurd"
    moved[codes == "coordinates-not-finite"] = None
    moved[codes == "coordinates-absurd"] = None
    mended = _make_valid(moved, codes)
    same = shapely.get_dimensions(moved).tolist()
    return Mended(moved, codes.tolist(), mended, dimensions(moved), same, fitted(moved))


def _finite(geometries: Geometries) -> NDArray[np.bool_]:
    return _every(geometries, lambda xy: np.isfinite(xy).all(axis=1))


def _on_earth(geometries: Geometries) -> NDArray[np.bool_]:
    most = np.array([LONGITUDE, LATITUDE])
    return _every(geometries, lambda xy: (np.abs(xy) <= most).all(axis=1))


def _every(geometries: Geometries, fits: Callable[[crs_rules.Floats], Any]) -> NDArray[np.bool_]:
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    good = np.ones(len(geometries), bool)
    good[owner[~fits(xy)]] = False
    return good


def _make_valid(geometries: Geometries, codes: NDArray[np.object_]) -> NDArray[np.bool_]:
    bad = (codes == "") & ~shapely.is_valid(geometries)
    for at in np.flatnonzero(bad):
        made = _mended(geometries[at])
        if made is None:
            codes[at] = "geometry-invalid"
        else:
            geometries[at] = made
    return np.asarray(bad & (codes == ""), bool)


def _mended(geometry: shapely.Geometry) -> shapely.Geometry | None:
    dimension = shapely.get_dimensions(geometry)
    try:
        made = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    except shapely.GEOSException:
        return None
    parts = [p for p in shapely.get_parts(made).tolist() if shapely.get_dimensions(p) == dimension and not p.is_empty]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def dimensions(geometries: Geometries) -> NDArray[np.int8]:
    """0 points, 1 lines, 2 areas, -1 nothing or a mixture."""
    found = np.asarray(shapely.get_dimensions(geometries), np.int8)
    found[shapely.get_type_id(geometries) == 7] = -1
    return found


def fit(geometry: shapely.Geometry, wanted: str) -> shapely.Geometry | None:
    """The geometry as a table's type takes it, or None if it is of another kind."""
    if wanted == "GEOMETRY":
        return geometry
    dimension = shapely.get_dimensions(geometry)
    if wanted == "POINT":
        return geometry if geometry.geom_type == "Point" else shapely.point_on_surface(geometry)
    if dimension != DIMENSIONS[wanted] or geometry.geom_type == "GeometryCollection":
        return None
    if wanted == "MULTIPOLYGON":
        return geometry if geometry.geom_type == "MultiPolygon" else shapely.multipolygons([geometry])
    if geometry.geom_type == "MultiLineString":
        return geometry
    return shapely.multilinestrings([shapely.linestrings(shapely.get_coordinates(geometry))])


@dataclass(slots=True)
class Fitted:
    """Geometries as the usual table of their kind takes them (areas and lines as many, points alone), made at once.

    shapes : None where the kind has no usual table; wkb : the same; wanted : the usual table's type.
    """

    shapes: list[shapely.Geometry | None]
    wkb: list[bytes | None]
    wanted: list[str]
    _outlines: list[bytes] | None = None

    def outline(self, at: int) -> bytes:
        """What tells the outline of an area apart from others."""
        if self._outlines is None:
            areas = [s if w == "MULTIPOLYGON" else None for s, w in zip(self.shapes, self.wanted, strict=True)]
            self._outlines = outlines(np.array(areas, object))
        return self._outlines[at]


_USUAL = {0: "POINT", 1: "MULTILINESTRING", 5: "MULTILINESTRING", 3: "MULTIPOLYGON", 6: "MULTIPOLYGON"}


def fitted(geometries: Geometries) -> Fitted:
    """Every geometry as the usual table of its kind takes it."""
    kinds = shapely.get_type_id(geometries)
    shapes = geometries.copy()
    shapes[~np.isin(kinds, list(_USUAL))] = None
    for kind, join in ((3, shapely.multipolygons), (1, shapely.multilinestrings)):
        single = np.flatnonzero(kinds == kind)
        if len(single):
            shapes[single] = join(shapes[single], indices=np.arange(len(single)))
    wanted = [_USUAL.get(int(kind), "") for kind in kinds]
    return Fitted(shapes.tolist(), shapely.to_wkb(shapes).tolist(), wanted)


def filled(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """The area that one closed line goes round, or None."""
    if geometry.geom_type == "MultiLineString" and len(geometry.geoms) == 1:
        geometry = geometry.geoms[0]
    if geometry.geom_type not in ("LineString", "LinearRing") or not geometry.is_closed:
        return None
    if shapely.get_num_coordinates(geometry) < 4:
        return None
    made = shapely.polygons(shapely.get_coordinates(geometry))
    return made if made.is_valid else _mended(made)
