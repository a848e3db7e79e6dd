"""Geometry of KML as shapely, in longitude and latitude; heights are left behind."""

from __future__ import annotations

import math
import re
from typing import Any

import shapely

from vidbudova.formats.xml_stream import Node

Fault = tuple[str, str] | None

_BLANK_COMMA = re.compile(r"\s*,\s*")
PRIMITIVES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model")


class _Broken(Exception):
    """Code and what was seen."""

    def __init__(self, code: str, seen: str = "") -> None:
        super().__init__(code, seen)
        self.fault = (code, seen[:60])


def of_placemark(node: Node) -> tuple[Any, Fault]:
    """The geometry of a placemark, or what is wrong with it."""
    member = next((child for child in node.children if child.name in PRIMITIVES), None)
    if member is None:
        return None, None
    try:
        parts = _parts(member)
    except _Broken as broken:
        return None, broken.fault
    if not parts:
        return None, ("geometry-empty", member.name)
    return (parts[0] if len(parts) == 1 else _joined(parts)), None


def _joined(parts: list[Any]) -> Any:
    kinds = {part.geom_type for part in parts}
    if kinds == {"Point"}:
        return shapely.multipoints(parts)
    if kinds == {"LineString"}:
        return shapely.multilinestrings(parts)
    return shapely.multipolygons(parts) if kinds == {"Polygon"} else shapely.geometrycollections(parts)


def _parts(node: Node) -> list[Any]:
    if node.name in ("MultiGeometry", "MultiTrack"):
        return [part for child in node.children if child.name in PRIMITIVES for part in _parts(child)]
    if node.name == "Polygon":
        return [_polygon(node)]
    if node.name == "Model":
        return _model(node)
    places = _track(node) if node.name == "Track" else _places(node)
    if node.name == "Point":
        return [shapely.points(places[0])] if places else []
    if len(places) < 2:
        return [shapely.points(places[0])] if places and node.name == "Track" else []
    return [shapely.linestrings(places)]


def _polygon(node: Node) -> Any:
    outer = node.find("outerBoundaryIs")
    ring = None if outer is None else outer.find("LinearRing")
    if ring is None:
        raise _Broken("geometry-invalid", "outerBoundaryIs")
    holes = [one for side in node.children if side.name == "innerBoundaryIs" for one in side.all("LinearRing")]
    return shapely.Polygon(_ring(ring), [_ring(hole) for hole in holes])


def _ring(node: Node) -> list[tuple[float, float]]:
    places = _places(node)
    if len(places) < 3:
        raise _Broken("geometry-invalid", f"{len(places)} < 4")
    closed = places if places[0] == places[-1] else [*places, places[0]]
    if len(closed) < 4:
        raise _Broken("geometry-invalid", f"{len(closed)} < 4")
    return closed


def _model(node: Node) -> list[Any]:
    """A model is a place here; what it looks like is in another file."""
    location = node.find("Location")
    if location is None:
        return []
    return [shapely.points(_place([location.said("longitude"), location.said("latitude")]))]


def _places(node: Node) -> list[tuple[float, float]]:
    written = node.find("coordinates")
    if written is None:
        raise _Broken("coordinates-missing", node.name)
    return [_place(tuple_.split(",")) for tuple_ in _BLANK_COMMA.sub(",", written.text).split()]


def _track(node: Node) -> list[tuple[float, float]]:
    return [_place(one.text.split()) for one in node.children if one.name == "coord" and one.text.strip()]


def _place(written: list[str]) -> tuple[float, float]:
    if len(written) < 2:
        raise _Broken("coordinates-missing", ",".join(written))
    try:
        lon, lat = float(written[0]), float(written[1])
    except ValueError:
        raise _Broken("coordinates-not-numbers", ",".join(written)) from None
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise _Broken("coordinates-not-finite", ",".join(written))
    return lon, lat
