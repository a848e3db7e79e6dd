"""GTFS timetables, zipped or as a folder: stops as places, routes as lines along their shapes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely

from vidbudova.formats import archive, folders, gtfs_lines, values
from vidbudova.formats.features import Attributes, Features
from vidbudova.formats.gtfs_tables import Tables
from vidbudova.formats.intake import Intake
from vidbudova.formats.kinds import Placing
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

NAME = "gtfs"
TITLE = "GTFS"
ENDINGS = (".zip",)

TABLES = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "shapes.txt", "agency.txt", "feed_info.txt")
BATCH = 20_000
PLACES_TO_WAIT = ("", "0", "1")
PARTS = {"2": "entrance", "3": "node", "4": "boarding area"}
KINDS = {
    0: "tram line", 1: "metro line", 2: "rail line", 3: "bus line", 4: "ferry line", 5: "cable tram line",
    6: "aerial lift", 7: "funicular", 11: "trolleybus line", 12: "monorail",
}  # fmt: skip
EXTENDED = {1: 2, 2: 3, 4: 1, 7: 3, 8: 11, 9: 0, 10: 4, 12: 4, 13: 6, 14: 7}
"""Hundreds of the extended route types -> the plain type."""


def sniff(path: Path, head: bytes) -> bool:
    """A folder or archive with stops and another table of a timetable."""
    if path.is_dir():
        return folders.is_timetable(path)
    if not archive.is_zip(head):
        return False
    names = {_table(info) for info in archive.members(path, path.name)}
    return "stops.txt" in names and bool(names & {"routes.txt", "trips.txt", "stop_times.txt", "agency.txt"})


def _table(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename.replace("\\", "/")).name.lower()


def read(path: Path, intake: Intake) -> None:
    """Stops, then routes."""
    tables = Tables(_files(path, intake), intake)
    intake.attribution = next((row.get("agency_name", "") for row in tables.rows("agency")), "")
    intake.stage(0, 3)
    known = _stops(tables, intake)
    intake.stage(1, 3)
    _routes(tables, known, intake)


def _files(path: Path, intake: Intake) -> dict[str, Path]:
    if path.is_dir():
        return {name.removesuffix(".txt"): path / name for name in TABLES if (path / name).is_file()}
    job = intake.job
    most_mb = int(job.limits.get("unpacked_mb", 4096))
    found = archive.unpack(path, job.name, Path(job.scratch) / "gtfs", lambda i: _table(i) in TABLES, most_mb)
    return {PurePosixPath(name.replace("\\", "/")).stem.lower(): file for name, file in found.items()}


def _stops(tables: Tables, intake: Intake) -> dict[str, tuple[float, float]]:
    known: dict[str, tuple[float, float]] = {}
    rows: list[dict[str, Any]] = []
    for row in tables.rows("stops"):
        rows.append(row)
        if (place := gtfs_lines.place(row, "stop_lon", "stop_lat")) is not None:
            known[row.get("stop_id", "")] = place
        if len(rows) >= BATCH:
            intake.take(_stop_features(rows), _place_stop)
            rows = []
    if rows:
        intake.take(_stop_features(rows), _place_stop)
    return known


def _stop_features(rows: list[dict[str, Any]]) -> Features:
    shapes = np.empty(len(rows), dtype=object)
    faults: dict[int, tuple[str, str]] = {}
    for at, row in enumerate(rows):
        place = gtfs_lines.place(row, "stop_lon", "stop_lat")
        if place is None:
            written = f"{row.get('stop_lon', '')} {row.get('stop_lat', '')}".strip()
            faults[at] = ("coordinates-not-numbers" if written else "coordinates-missing", written)
        else:
            shapes[at] = shapely.points(place)
    ids = [row.get("stop_id") or str(at + 1) for at, row in enumerate(rows)]
    return Features("stops", crs_rules.WGS84, shapes, rows, ids, faults)


def _place_stop(said: Attributes, _dimension: int) -> list[Placing]:
    name = values.text(said.get("stop_name"))
    kind = values.text(said.get("location_type")) or ""
    if kind in PLACES_TO_WAIT:
        return [Placing("places", {"name": name, "kind": "stop"})]
    return [Placing("features", {"name": name, "kind": PARTS.get(kind, "stop")})]


def _routes(tables: Tables, stops: Mapping[str, tuple[float, float]], intake: Intake) -> None:
    routes = list(tables.rows("routes"))
    if not routes:
        return
    lines, from_stops = gtfs_lines.of_routes(tables, stops, intake)
    shapes = np.empty(len(routes), dtype=object)
    faults: dict[int, tuple[str, str]] = {}
    for at, row in enumerate(routes):
        shapes[at] = lines.get(row.get("route_id", ""))
        if shapes[at] is None:
            faults[at] = ("route-without-line", "")
    if from_stops:
        intake.note("line-from-stops", ", ".join(from_stops[:3]), len(from_stops))
    ids = [row.get("route_id") or str(at + 1) for at, row in enumerate(routes)]
    intake.take(Features("routes", crs_rules.WGS84, shapes, routes, ids, faults), _place_route)


def _place_route(said: Attributes, _dimension: int) -> list[Placing]:
    number, long = values.text(said.get("route_short_name")), values.text(said.get("route_long_name"))
    name = " ".join(dict.fromkeys(part for part in (number, long) if part)) or values.text(said.get("route_id"))
    kind = values.whole(said.get("route_type"))
    if kind is not None and kind >= 100:
        kind = EXTENDED.get(kind // 100)
    return [Placing("features", {"name": name, "kind": KINDS.get(-1 if kind is None else kind, _("line"))})]
