"""GeoJSON (RFC 7946), read strictly by ourselves: GDAL takes much that is wrong without a word."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from vidbudova.formats.features import Features
from vidbudova.formats.geojson_document import TITLE as TITLE
from vidbudova.formats.geojson_document import Document
from vidbudova.formats.intake import Intake
from vidbudova.model import crs as crs_rules

NAME = "geojson"
ENDINGS = (".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson")

BATCH = 20_000
MOST_DEGREES = 400.0
_SNIFF = re.compile(rb'"(?:type|features|geometry|coordinates)"\s*:', re.S)


class Malformed(Exception):
    """A feature that is set aside: code and what was seen."""

    def __init__(self, code: str, seen: str) -> None:
        super().__init__(code, seen)
        self.code = code
        self.seen = seen


def sniff(path: Path, head: bytes) -> bool:
    """A JSON object with the members of GeoJSON, or any JSON under one of the endings."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    if not start.startswith((b"{", b"[")):
        return False
    return bool(_SNIFF.search(head)) or path.suffix.lower() in ENDINGS


def read(path: Path, intake: Intake, layer: str = "") -> None:
    """The features, in batches; never more than one batch of them is held in memory."""
    document = Document(path, intake)
    crs, start = document.crs, 0
    for rows in _batches(document.features()):
        batch = _features(rows, start, crs, layer or Path(intake.job.name).stem)
        if crs == crs_rules.WGS84 and start == 0 and _are_no_degrees(batch):
            batch.crs = crs = ""
        intake.take(batch)
        intake.progress(min(document.read_bytes / max(document.size, 1), 1.0), "")
        start += len(rows)
    for name in document.repeated:
        intake.note("property-repeated", name)


def _batches(features: Iterator[Any]) -> Iterator[list[Any]]:
    while rows := list(islice(features, BATCH)):
        yield rows


def _are_no_degrees(batch: Features) -> bool:
    """Whether most places cannot be degrees: then the file is in a system that it does not name."""
    bounds = shapely.bounds(batch.geometries)
    known = np.isfinite(bounds).all(axis=1)
    far = known & (np.abs(bounds).max(axis=1, initial=0.0) > MOST_DEGREES)
    return bool(far.sum() > known.sum() / 2)


def _features(rows: list[Any], start: int, crs: str, layer: str) -> Features:
    shapes = np.empty(len(rows), dtype=object)
    attributes: list[dict[str, Any]] = []
    ids: list[str] = []
    faults: dict[int, tuple[str, str]] = {}
    columns: dict[str, None] = {}
    for at, row in enumerate(rows):
        properties: Any = {}
        name: Any = None
        try:
            if not isinstance(row, dict) or row.get("type") != "Feature":
                raise Malformed("feature-malformed", str(row)[:60])
            name, properties = row.get("id"), row.get("properties")
            if not isinstance(properties, dict | None):
                raise Malformed("feature-malformed", "properties")
            shapes[at], closed = geometry(row.get("geometry"))
            if closed:
                faults[at] = ("ring-closed", "")
        except Malformed as wrong:
            faults[at] = (wrong.code, wrong.seen)
        properties = properties if isinstance(properties, dict) else {}
        attributes.append(properties)
        columns.update(dict.fromkeys(properties))
        ids.append(str(name) if isinstance(name, str | int) else str(start + at))
    return Features(layer, crs, shapes, attributes, ids, faults, tuple(columns))


def geometry(member: Any) -> tuple[shapely.Geometry | None, bool]:
    """A geometry object as shapely, and whether an open ring was closed; Malformed if it is none."""
    if member is None:
        return None, False
    kind = member.get("type") if isinstance(member, dict) else None
    if kind == "GeometryCollection":
        return _collection(member)
    make = _MAKERS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise Malformed("geometry-type-unknown", str(kind)[:40])
    coordinates = member.get("coordinates")
    if not isinstance(coordinates, list):
        raise Malformed("coordinates-missing", str(kind))
    if not coordinates:
        return shapely.from_wkt(f"{str(kind).upper()} EMPTY"), False
    return make(coordinates)


def _collection(member: dict[str, Any]) -> tuple[shapely.Geometry, bool]:
    listed = member.get("geometries")
    if not isinstance(listed, list):
        raise Malformed("feature-malformed", "geometries")
    made = [geometry(one) for one in listed]
    return shapely.geometrycollections([g for g, _closed in made if g is not None]), any(closed for _g, closed in made)


def _positions(listed: Any, least: int) -> list[Any]:
    if not isinstance(listed, list):
        raise Malformed("coordinates-not-numbers", str(listed)[:60])
    for position in listed:
        _position(position)
    if len(listed) < least:
        raise Malformed("geometry-invalid", f"{len(listed)} < {least}")
    return [position[:2] for position in listed]


def _position(position: Any) -> Any:
    if not isinstance(position, list) or len(position) < 2:
        raise Malformed("coordinates-not-numbers", str(position)[:60])
    for value in position[:3]:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Malformed("coordinates-not-numbers", str(position)[:60])
        if isinstance(value, int) and abs(value) > 10**15 or not math.isfinite(value):
            raise Malformed("coordinates-not-finite", str(position)[:60])
    return position[:2]


def _point(coordinates: Any) -> tuple[shapely.Geometry, bool]:
    return shapely.points(_position(coordinates)), False


def _line(coordinates: Any) -> tuple[shapely.Geometry, bool]:
    return shapely.linestrings(_positions(coordinates, 2)), False


def _polygon(coordinates: Any) -> tuple[shapely.Geometry, bool]:
    if not isinstance(coordinates, list):
        raise Malformed("coordinates-not-numbers", str(coordinates)[:60])
    rings = [_positions(ring, 3) for ring in coordinates]
    closed = False
    for ring in rings:
        if ring[0] != ring[-1]:
            ring.append(ring[0])
            closed = True
        if len(ring) < 4:
            raise Malformed("geometry-invalid", f"{len(ring)} < 4")
    if not rings:
        return shapely.Polygon(), closed
    return shapely.Polygon(rings[0], rings[1:]), closed


def _many(make: Callable[[Any], tuple[shapely.Geometry, bool]], join: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def made(coordinates: list[Any]) -> tuple[shapely.Geometry, bool]:
        parts = [make(one) for one in coordinates]
        return join([g for g, _closed in parts]), any(closed for _g, closed in parts)

    return made


_MAKERS: dict[str, Callable[[Any], tuple[shapely.Geometry, bool]]] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": _many(_point, shapely.multipoints),
    "MultiLineString": _many(_line, shapely.multilinestrings),
    "MultiPolygon": _many(_polygon, shapely.multipolygons),
}
