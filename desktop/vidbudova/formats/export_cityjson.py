"""CityJSON 2.0 and CityJSONSeq: footprints as LoD0, blocks as LoD1, own surfaces as what they are."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.formats.bodies import Bodies, Body, is_closed, polygons, prism, welded
from vidbudova.formats.facets import CEILING, CLOSURE, DOOR, FLOOR, GROUND, INTERIOR, ROOF, WALL, WINDOW, Face, Floats
from vidbudova.formats.values import plain

SCALE = 0.0001
"""Whole numbers of tenths of a millimetre."""
KINDS = {
    GROUND: "GroundSurface", WALL: "WallSurface", ROOF: "RoofSurface", CLOSURE: "ClosureSurface",
    FLOOR: "OuterFloorSurface", CEILING: "OuterCeilingSurface", WINDOW: "Window", DOOR: "Door",
    INTERIOR: "InteriorWallSurface",
}  # fmt: skip
Geometry = dict[str, Any]


class _Vertices:
    """Numbers of vertices in one object; whole numbers from the file's own origin."""

    def __init__(self, origin: Floats, start: int) -> None:
        self.origin, self.start = origin, start
        self.rows: dict[tuple[int, int, int], int] = {}

    def of(self, xyz: Floats) -> list[int]:
        """Numbers of places (n, 3)."""
        listed = np.round((xyz - self.origin) / SCALE).astype(np.int64).tolist()
        return [self.rows.setdefault((x, y, z), self.start + len(self.rows)) for x, y, z in listed]

    def ring(self, xyz: Floats) -> list[int]:
        """Numbers of a ring, none twice in a row."""
        listed = self.of(xyz)
        return [v for k, v in enumerate(listed) if v != listed[k - 1]]


def whole(path: Path, bodies: Bodies) -> None:
    """One CityJSON file. Vertices are gathered beside it, so that it need not be held whole."""
    origin, children = _origin(bodies), _children(bodies)
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as rows:
        out.write(json.dumps(_head(bodies, origin), ensure_ascii=False)[:-1] + ', "CityObjects": {')
        for k, body in enumerate(bodies.listed):
            vertices = _Vertices(origin, count)
            said = city_object(body, children, vertices)
            out.write((",\n" if k else "\n") + json.dumps(body.id) + ": ")
            out.write(json.dumps(said, ensure_ascii=False, allow_nan=False))
            count = _put(rows, vertices, count)
        out.write('\n}, "vertices": [\n')
        rows.seek(0)
        shutil.copyfileobj(rows, out)
        out.write("\n]}\n")


def _put(rows: IO[str], vertices: _Vertices, count: int) -> int:
    for x, y, z in vertices.rows:
        rows.write(f"{',' if count else ''}[{x},{y},{z}]")
        count += 1
    return count


def lines(path: Path, bodies: Bodies) -> None:
    """CityJSONSeq: one building with its parts a line."""
    origin, children = _origin(bodies), _children(bodies)
    by_id = {body.id: body for body in bodies.listed}
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(json.dumps(_head(bodies, origin) | {"CityObjects": {}, "vertices": []}, ensure_ascii=False) + "\n")
        for body in bodies.listed:
            if body.part_of in by_id:
                continue
            vertices = _Vertices(origin, 0)
            objects = {one.id: city_object(one, children, vertices) for one in _family(body, children, by_id)}
            said = {"type": "CityJSONFeature", "id": body.id, "CityObjects": objects}
            rows = [list(row) for row in vertices.rows]
            out.write(json.dumps(said | {"vertices": rows}, ensure_ascii=False, allow_nan=False) + "\n")


def _family(body: Body, children: dict[str, list[str]], by_id: dict[str, Body]) -> list[Body]:
    found = [body]
    for id in children.get(body.id, ()):
        found += _family(by_id[id], children, by_id)
    return found


def _children(bodies: Bodies) -> dict[str, list[str]]:
    ids, found = {body.id for body in bodies.listed}, defaultdict(list)
    for body in bodies.listed:
        if body.part_of in ids:
            found[body.part_of].append(body.id)
    return dict(found)


def _origin(bodies: Bodies) -> Floats:
    low = np.array(
        [b.footprint.bounds[:2] for b in bodies.listed if b.footprint is not None and not b.footprint.is_empty]
    )
    z = [body.low_m for body in bodies.listed]
    return np.asarray(np.floor([*(low.min(axis=0) if len(low) else (0.0, 0.0)), min(z, default=0.0)]))


def _head(bodies: Bodies, origin: Floats) -> dict[str, Any]:
    shapes = [b.footprint for b in bodies.listed if b.footprint is not None and not b.footprint.is_empty]
    x0, y0, x1, y1 = shapely.total_bounds(np.array(shapes, object)) if shapes else (0.0, 0.0, 0.0, 0.0)
    low, high = ((f(values) if values else 0.0) for f, values in (
        (min, [b.low_m for b in bodies.listed]), (max, [b.high_m for b in bodies.listed])))  # fmt: skip
    who, _colon, code = bodies.crs.partition(":")
    metadata: dict[str, Any] = {
        "title": bodies.name,
        "geographicalExtent": [float(v) for v in (x0, y0, low, x1, y1, high)],
    }
    if code:
        metadata["referenceSystem"] = f"https://www.opengis.net/def/crs/{who}/0/{code}"
    return {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [SCALE] * 3, "translate": origin.tolist()},
        "metadata": metadata,
    }


def city_object(body: Body, children: dict[str, list[str]], vertices: _Vertices) -> dict[str, Any]:
    """A building or a part with its geometries."""
    is_part = body.id in children.get(body.part_of, ())
    said: dict[str, Any] = {"type": "BuildingPart" if is_part else "Building"}
    attributes = {name: _value(value) for name, value in body.attributes.items() if value is not None}
    if attributes:
        said["attributes"] = attributes
    if is_part:
        said["parents"] = [body.part_of]
    if body.id in children:
        said["children"] = children[body.id]
    said["geometry"] = [one for one in (_flat(body, vertices), _shape(body, vertices)) if one]
    return said


def _value(value: Any) -> Any:
    value = plain(value)
    return sorted(value) if isinstance(value, frozenset | set) else value


def _flat(body: Body, vertices: _Vertices) -> Geometry | None:
    """The footprint."""
    faces = []
    for polygon in polygons(body.footprint):
        rings = [np.asarray(ring.coords)[:-1, :2] for ring in (polygon.exterior, *polygon.interiors)]
        listed = [vertices.ring(np.c_[ring, np.full(len(ring), body.low_m)]) for ring in rings]
        if len(listed[0]) >= 3:
            faces.append([ring for ring in listed if len(ring) >= 3])
    return {"type": "MultiSurface", "lod": "0", "boundaries": faces} if faces else None


def _shape(body: Body, vertices: _Vertices) -> Geometry | None:
    if body.corners is not None and body.surface is not None:
        return _own(body, body.corners, body.surface, vertices)
    solids = [prism(p, body.low_m, body.high_m) for p in polygons(body.footprint)]
    if body.in_parts or not solids or body.high_m - body.low_m < 2 * SCALE:
        return None
    shells = [_shell(faces, vertices) for faces in solids]
    values = [[[0 if f.surface == GROUND else 1 if f.surface == ROOF else 2 for f in faces]] for faces in solids]
    surfaces = [{"type": KINDS[k]} for k in (GROUND, ROOF, WALL)]
    one = len(shells) == 1
    return {
        "type": "Solid" if one else "CompositeSolid",
        "lod": "1",
        "boundaries": [shells[0]] if one else [[shell] for shell in shells],
        "semantics": {"surfaces": surfaces, "values": values[0] if one else values},
    }


def _shell(faces: list[Face], vertices: _Vertices) -> list[list[list[int]]]:
    return [[vertices.ring(ring) for ring in face.rings] for face in faces]


def _own(body: Body, corners: Floats, surface: NDArray[np.uint8], vertices: _Vertices) -> Geometry | None:
    places, found = welded(corners)
    numbers = np.array(vertices.of(places) if len(places) else [], np.int64)
    kept = numbers[found] if len(found) else np.zeros((0, 3), np.int64)
    good = (kept[:, 0] != kept[:, 1]) & (kept[:, 1] != kept[:, 2]) & (kept[:, 0] != kept[:, 2])
    kept = kept[good]
    if not len(kept):
        return None
    kinds = _kinds_of(corners, surface)[good]
    known = [k for k in np.unique(kinds).tolist() if k in KINDS]
    values = [known.index(k) if k in known else None for k in kinds.tolist()]
    faces = [[row] for row in kept.tolist()]
    solid = is_closed(kept)
    said: Geometry = {
        "type": "Solid" if solid else "MultiSurface", "lod": body.lod, "boundaries": [faces] if solid else faces,
    }  # fmt: skip
    if known:
        surfaces = [{"type": KINDS[k]} for k in known]
        said["semantics"] = {"surfaces": surfaces, "values": [values] if solid else values}
    return said


def _kinds_of(corners: Floats, surface: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Kinds of the triangles that `welded` keeps."""
    flat = corners.reshape(-1, 3)
    grid = np.round((flat - flat[0]) / 0.0005).astype(np.int64).reshape(-1, 3, 3)
    same = [(grid[:, a] == grid[:, b]).all(axis=1) for a, b in ((0, 1), (1, 2), (0, 2))]
    return np.asarray(surface[~(same[0] | same[1] | same[2])])
