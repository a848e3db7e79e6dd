"""The lines of routes: along the shapes of their trips, or straight from stop to stop where there are none."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from vidbudova.formats import values
from vidbudova.formats.gtfs_tables import Tables
from vidbudova.formats.intake import Intake

Place = tuple[float, float]
TRIPS_LOOKED_AT = 40
"""Of a route and direction without shapes; the trip with the most stops gives the line."""


def place(row: Mapping[str, Any], lon: str, lat: str) -> Place | None:
    """The place that a row gives, or None."""
    x, y = values.real(row.get(lon)), values.real(row.get(lat))
    return None if x is None or y is None or not (math.isfinite(x) and math.isfinite(y)) else (x, y)


def of_routes(tables: Tables, stops: Mapping[str, Place], intake: Intake) -> tuple[dict[str, Any], list[str]]:
    """Route -> its line in longitude and latitude, and the routes whose line leads from stop to stop."""
    shaped: dict[str, set[str]] = defaultdict(set)
    bare: dict[tuple[str, str], list[str]] = defaultdict(list)
    for trip in tables.rows("trips"):
        route, shape = trip.get("route_id", ""), trip.get("shape_id", "")
        if shape:
            shaped[route].add(shape)
        elif len(some := bare[route, trip.get("direction_id", "")]) < TRIPS_LOOKED_AT:
            some.append(trip.get("trip_id", ""))
    drawn = _shapes(tables, {shape for listed in shaped.values() for shape in listed})
    intake.progress(0.6, "")
    lines = {route: _joined([drawn[s] for s in sorted(listed) if s in drawn]) for route, listed in shaped.items()}
    lines = {route: line for route, line in lines.items() if line is not None}
    missing = {key: trips for key, trips in bare.items() if key[0] not in lines}
    straight = _from_stops(tables, stops, missing, intake) if missing else {}
    return {**lines, **straight}, sorted(straight)


def _shapes(tables: Tables, wanted: set[str]) -> dict[str, Any]:
    points: dict[str, list[tuple[float, Place]]] = defaultdict(list)
    for row in tables.rows("shapes") if wanted else ():
        shape = row.get("shape_id", "")
        where = place(row, "shape_pt_lon", "shape_pt_lat")
        if shape in wanted and where is not None:
            points[shape].append((values.real(row.get("shape_pt_sequence")) or 0.0, where))
    return {shape: line for shape, listed in points.items() if (line := _line(listed)) is not None}


def _line(numbered: list[tuple[float, Place]]) -> Any:
    numbered.sort(key=lambda one: one[0])
    xy = np.array([where for _n, where in numbered])
    fresh = np.ones(len(xy), bool)
    fresh[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    return shapely.linestrings(xy[fresh]) if fresh.sum() > 1 else None


def _joined(lines: list[Any]) -> Any:
    distinct = list({shapely.to_wkb(line): line for line in lines}.values())
    return None if not distinct else distinct[0] if len(distinct) == 1 else shapely.multilinestrings(distinct)


def _from_stops(
    tables: Tables, stops: Mapping[str, Place], trips: Mapping[tuple[str, str], list[str]], intake: Intake
) -> dict[str, Any]:
    wanted = {trip for listed in trips.values() for trip in listed}
    calls: dict[str, list[tuple[float, Place]]] = defaultdict(list)
    unknown = set()
    for row in tables.rows("stop_times"):
        if (trip := row.get("trip_id", "")) in wanted:
            stop = row.get("stop_id", "")
            if stop in stops:
                calls[trip].append((values.real(row.get("stop_sequence")) or 0.0, stops[stop]))
            elif stop:
                unknown.add(stop)
    if unknown:
        intake.note("stop-unknown", ", ".join(sorted(unknown)[:3]), len(unknown))
    found: dict[str, list[Any]] = defaultdict(list)
    for (route, _direction), listed in trips.items():
        longest = max(listed, key=lambda trip: len(calls.get(trip, ())))
        if (calls.get(longest)) and (line := _line(calls[longest])) is not None:
            found[route].append(line)
    return {route: _joined(lines) for route, lines in found.items()}
