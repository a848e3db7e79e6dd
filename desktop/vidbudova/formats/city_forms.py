"""What can be told from the faces of a building: its footprint, its height, the form of its roof."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from vidbudova.formats.facets import FLOOR, GROUND, INTERIOR, ROOF, Face, Floats

LEVEL = 0.985
"""A face leans so little that it counts as level: the cosine of ten degrees."""
UPRIGHT = 0.17
TURN_DEG = 25.0
FLAT_SHARE = 0.85
ROOF_TYPES = {
    "1000": "flat", "1010": "shed", "1020": "shed", "1030": "gabled", "1040": "hipped", "1050": "hipped",
    "1060": "hipped", "1070": "pyramidal", "1080": "pyramidal", "1090": "dome", "1100": "shed", "1110": "dome",
    "1120": "dome", "2100": "shed", "3100": "gabled", "3200": "hipped", "3300": "hipped", "3400": "hipped",
    "3500": "pyramidal", "3600": "pyramidal", "3700": "dome", "3800": "shed", "3900": "dome",
}  # fmt: skip
"""Codes of roofs in CityGML's own list and in that of German surveys -> ours."""


def footprint(faces: list[Face]) -> shapely.Geometry | None:
    """The area that faces stand on: their ground surfaces, else what looks down, else all that is not upright."""
    for wanted in (_ground, _downward, _any):
        chosen = wanted(faces)
        shape = _union(chosen) if chosen else None
        if shape is not None and shape.area > 1e-6:
            return shape
    return None


def outline(faces: list[Face]) -> shapely.Geometry | None:
    """The area that faces cover, seen from above."""
    shape = _union(_any(faces)) if faces else None
    return shape if shape is not None and shape.area > 1e-9 else None


def _ground(faces: list[Face]) -> list[Face]:
    return [face for face in faces if face.surface == GROUND] or [face for face in faces if face.surface == FLOOR]


def _downward(faces: list[Face]) -> list[Face]:
    return [face for face, lean in zip(faces, _leans(faces), strict=True) if lean < -UPRIGHT]


def _any(faces: list[Face]) -> list[Face]:
    return [face for face, lean in zip(faces, _leans(faces), strict=True) if abs(lean) > UPRIGHT]


def _leans(faces: list[Face]) -> Floats:
    """How far up each face looks: 1 up, 0 upright, -1 down."""
    return normals(faces)[:, 2]


def normals(faces: list[Face]) -> Floats:
    """(n, 3) unit normals."""
    return _units(_areas(faces))


def _areas(faces: list[Face]) -> Floats:
    """(n, 3) normals as long as twice the area; a building has few corners, for which arrays cost more than a loop."""
    return np.array([_newell(face.rings[0].tolist()) for face in faces]).reshape(-1, 3)


def _newell(ring: list[list[float]]) -> tuple[float, float, float]:
    nx = ny = nz = 0.0
    if not ring:
        return nx, ny, nz
    x0, y0, z0 = ring[0]
    ax = ay = az = 0.0
    for x, y, z in ring[1:]:
        bx, by, bz = x - x0, y - y0, z - z0
        nx += ay * bz - az * by
        ny += az * bx - ax * bz
        nz += ax * by - ay * bx
        ax, ay, az = bx, by, bz
    return nx, ny, nz


def _units(found: Floats) -> Floats:
    return np.asarray(found / np.maximum(np.sqrt((found**2).sum(axis=1)), 1e-12)[:, None])


def _union(faces: list[Face]) -> shapely.Geometry | None:
    shapes = []
    for face in faces:
        rings = [ring[:, :2] for ring in face.rings if len(ring) >= 3]
        if rings and np.isfinite(rings[0]).all():
            shapes.append(shapely.Polygon(rings[0], rings[1:]))
    if not shapes:
        return None
    if len(shapes) == 1:
        return shapes[0]
    listed = shapely.set_precision(np.array(shapes, object), 0.001, mode="pointwise")
    flat = _tiled(listed)
    if flat is None:
        flat = shapely.union_all(shapely.make_valid(listed), grid_size=0.001)
    parts = [p for part in shapely.get_parts(flat).tolist() for p in shapely.get_parts(part).tolist()]
    parts = [p for p in parts if p.geom_type == "Polygon" and p.area > 1e-6]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0] if parts else None


def _tiled(shapes: Any) -> shapely.Geometry | None:
    """The union of faces that lie edge to edge, which is quick; None if they overlap or leave gaps."""
    try:
        flat = shapely.coverage_union_all(shapely.orient_polygons(shapes))
    except shapely.GEOSException:
        return None
    total = float(shapely.area(shapes).sum())
    return flat if flat.is_valid and abs(flat.area - total) < 1e-4 * total else None


def heights(faces: list[Face]) -> tuple[float, float] | None:
    """The lowest and highest point of what is outside."""
    found = [ring[:, 2] for face in faces if face.surface != INTERIOR for ring in face.rings if len(ring)]
    if not found:
        return None
    z = np.concatenate(found)
    return (float(z.min()), float(z.max())) if np.isfinite(z).all() else None


def roof(faces: list[Face], attributes: dict[str, Any]) -> dict[str, Any]:
    """roof_shape and roof_height_m: as the source says, else by which ways the roof's faces look."""
    said = str(attributes.get("roofType") or attributes.get("roof_type") or "").rpartition("_")[2].strip()
    shape = ROOF_TYPES.get(said, "")
    up = [face for face in faces if face.surface == ROOF and len(face.rings[0]) >= 3]
    if not up:
        return {"roof_shape": shape} if shape else {}
    found_normals = _areas(up)
    area, unit = np.sqrt((found_normals**2).sum(axis=1)), _units(found_normals)
    leaning = np.abs(unit[:, 2]) < LEVEL
    if area[~leaning].sum() >= FLAT_SHARE * area.sum():
        return {"roof_shape": shape or "flat"}
    z = np.concatenate([ring[:, 2] for face, lean in zip(up, leaning, strict=True) if lean for ring in face.rings])
    found: dict[str, Any] = {"roof_height_m": round(float(np.ptp(z)), 2)}
    if shape := shape or _form(unit[leaning], area[leaning], up, leaning):
        found["roof_shape"] = shape
    return found


def _form(unit: Floats, area: Floats, faces: list[Face], leaning: Any) -> str:
    """The form by the directions that the faces look to; "" where it is none of ours."""
    unit = np.where(unit[:, 2:] < 0, -unit, unit)
    way = np.degrees(np.arctan2(unit[:, 1], unit[:, 0]))
    ways: list[float] = []
    for angle in way[np.argsort(-area)]:
        if area[way == angle].sum() > 0.04 * area.sum() and all(_turn(angle, other) > TURN_DEG for other in ways):
            ways.append(float(angle))
    if len(ways) == 1:
        return "shed"
    if len(ways) == 2:
        return "gabled" if _turn(*ways) > 180 - TURN_DEG else ""
    if len(ways) >= 7:
        return "dome"
    if len(ways) in (3, 4):
        return "pyramidal" if len(ways) == 4 and _meets_in_one(faces, leaning) else "hipped"
    return ""


def _turn(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)


def _meets_in_one(faces: list[Face], leaning: Any) -> bool:
    points = np.concatenate([f.rings[0] for f, lean in zip(faces, leaning, strict=True) if lean])
    top = points[points[:, 2] > points[:, 2].max() - 0.05]
    return bool(np.ptp(top[:, :2], axis=0).max() < 0.3)
