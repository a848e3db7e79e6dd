"""GPX: waypoints, routes and tracks of field work."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from vidbudova.formats import xml_stream
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake
from vidbudova.formats.xml_stream import Node
from vidbudova.model import crs as crs_rules

NAME = "gpx"
TITLE = "GPX"
ENDINGS = (".gpx",)

BATCH = 5000
LAYERS = {"wpt": "waypoints", "rte": "routes", "trk": "tracks"}
INNER = frozenset(("rtept", "trkseg", "trkpt", "extensions", "link"))


def sniff(path: Path, head: bytes) -> bool:
    """A <gpx> element."""
    return b"<gpx" in head[:4096] and b"<OGRVRT" not in head


def read(path: Path, intake: Intake, layer: str = "") -> None:
    """All three kinds, each a layer of its own."""
    waiting: dict[str, list[Node]] = {name: [] for name in LAYERS}
    numbers = dict.fromkeys(LAYERS, 0)

    def give(name: str) -> None:
        if waiting[name]:
            intake.take(_features(name, waiting[name], numbers[name]))
            numbers[name] += len(waiting[name])
            waiting[name] = []

    for node in xml_stream.elements(path, frozenset(LAYERS), intake.job.name):
        waiting[node.name].append(node)
        if len(waiting[node.name]) >= BATCH:
            give(node.name)
            intake.progress(0.5, LAYERS[node.name])
    for name in LAYERS:
        give(name)


def _features(name: str, nodes: list[Node], start: int) -> Features:
    shapes = np.empty(len(nodes), dtype=object)
    faults: dict[int, tuple[str, str]] = {}
    attributes = []
    columns: dict[str, None] = {}
    for at, node in enumerate(nodes):
        shapes[at], fault = _shape(node)
        if fault:
            faults[at] = fault
        attributes.append(_said(node))
        columns.update(dict.fromkeys(attributes[-1]))
    ids = [str(start + at + 1) for at in range(len(nodes))]
    return Features(LAYERS[name], crs_rules.WGS84, shapes, attributes, ids, faults, tuple(columns))


def _shape(node: Node) -> tuple[Any, tuple[str, str] | None]:
    if node.name == "wpt":
        places = _places([node])
        return (shapely.points(places[0]), None) if places else (None, ("coordinates-missing", ""))
    runs = [node.children] if node.name == "rte" else [one.children for one in node.children if one.name == "trkseg"]
    found = [_places(child for child in run if child.name in ("rtept", "trkpt")) for run in runs]
    lines = [shapely.linestrings(places) for places in found if len(places) > 1]
    if lines:
        return (lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)), None
    alone = [places[0] for places in found if places]
    return (shapely.points(alone[0]), None) if alone else (None, ("geometry-empty", node.said("name")))


def _places(nodes: Iterable[Node]) -> list[tuple[float, float]]:
    """Those that are numbers; a point without a place is nothing to draw a line through."""
    found = []
    for node in nodes:
        try:
            place = float(node.attributes.get("lon", "")), float(node.attributes.get("lat", ""))
        except ValueError:
            continue
        if all(map(math.isfinite, place)):
            found.append(place)
    return found


def _said(node: Node) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for child in node.children:
        if child.name not in INNER and child.text.strip():
            said.setdefault(child.name, child.text.strip())
        elif child.name == "link" and child.attributes.get("href"):
            said.setdefault("link", child.attributes["href"])
        elif child.name == "extensions":
            _add_leaves(said, child)
    times = [time for kind in ("trkpt", "rtept") for one in node.all(kind) if (time := one.said("time"))]
    if times:
        said.setdefault("time", times[0])
        said["time_end"] = times[-1]
    return said


def _add_leaves(said: dict[str, Any], node: Node) -> None:
    for child in node.children:
        if child.children:
            _add_leaves(said, child)
        elif child.text.strip():
            said.setdefault(child.name, child.text.strip())
