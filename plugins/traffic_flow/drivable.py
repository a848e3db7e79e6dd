"""The table of roads as numbers: which roads cars may use, which way, how fast and on how many lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from . import osm
from .norms import UNKNOWN, Norms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

COLUMNS = (
    "geometry", "name", "class", "lanes", "speed_km_h", "oneway", "bridge", "tunnel", "level", "width_m", "source_id",
    "attributes",
)  # fmt: skip
"""What is read of the table of roads."""
LEAST_KM_H, MOST_KM_H = 3.0, 200.0
FARTHEST_M = 1e8
"""Coordinates beyond it are no metres of a projected system."""
MOST_LANES, MOST_LEVEL = 30, 100


@dataclass
class Roads:
    """Columns of k roads that have a line: what is known and what the norms fill in."""

    row: Ints
    line: Shapes
    level: NDArray[np.int64]
    oneway: NDArray[np.object_]
    speed: Floats
    lanes: Floats
    capacity: Floats


def column(roads: Any, name: str) -> NDArray[Any]:
    if name in roads:
        return np.asarray(roads[name])
    return np.full(len(roads), None, object)


def numbers(roads: Any, name: str) -> Floats:
    told = column(roads, name)
    if told.dtype == object:
        told = np.array([np.nan if v is None else v for v in told], np.float64)
    found = told.astype(np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def truths(roads: Any, name: str) -> Bools:
    told = column(roads, name)
    return told if told.dtype == np.bool_ else np.array([bool(v) if v == v else False for v in told], bool)


def usable(roads: Any, said: osm.Said, table: Norms) -> tuple[Roads, dict[str, int]]:
    """Lines of roads for cars, a row for each part of a line of several; and how many roads are not used, and why."""
    shape = column(roads, "geometry")
    named = _classes(roads, said)
    cars = np.array([table.of(word).cars for word in named], bool)
    shut = np.array([bool(word) for word in said.closed], bool)
    lines = sound(shape)
    left_out = {
        "cars": int((~cars).sum()),
        "access": int((cars & shut).sum()),
        "geometry": int((cars & ~shut & ~lines).sum()),
    }
    row = np.flatnonzero(cars & ~shut & lines)
    line, of = shapely.get_parts(shapely.force_2d(shape[row]), return_index=True)
    row = row[of][whole := shapely.get_num_points(line) > 0]
    return Roads(row.astype(np.int32), line[whole], *_drive(roads, said, table, named, row)), left_out


def _classes(roads: Any, said: osm.Said) -> list[str]:
    """The class of each road by which the norms are looked up: ramps have their own."""
    codes = column(roads, "class")
    return [
        high if high.endswith("_link") and high.startswith(str(code)) else (code if code else UNKNOWN)
        for code, high in zip([c if isinstance(c, str) else "" for c in codes], said.highway, strict=True)
    ]


def sound(shape: Shapes) -> Bools:
    """(k,) geometries that are lines with coordinates that a city can have."""
    kind = shapely.get_type_id(shape)
    good = np.isin(kind, (1, 5)) & ~shapely.is_empty(shape)
    xy, of = shapely.get_coordinates(shape, return_index=True)
    good[of[~(np.abs(xy) < FARTHEST_M).all(axis=1)]] = False
    return np.asarray(good)


def _drive(
    roads: Any, said: osm.Said, table: Norms, named: list[str], row: Ints
) -> tuple[NDArray[np.int64], NDArray[np.object_], Floats, Floats, Floats]:
    """Level, direction, speed (k, 2), lanes (k, 2) and capacity of a lane of the roads in `row`."""
    norm = [table.of(named[i]) for i in row]
    oneway = _directions(roads, said)[row]
    speed = numbers(roads, "speed_km_h")[row]
    speed[~(speed > 0)] = np.nan
    limits = np.where(np.isnan(speed)[:, None], said.speed[row], _both(speed, said.speed[row]))
    fallback = np.array([n.speed for n in norm], np.float64).reshape(-1, 1)
    limits = np.clip(np.where(np.isnan(limits), fallback, limits), LEAST_KM_H, MOST_KM_H)
    lanes = _lanes(roads, said, row, oneway, np.array([n.lanes for n in norm], np.float64))
    return levels(roads)[row], oneway, limits, lanes, np.array([n.capacity for n in norm], np.float64)


def _both(speed: Floats, tagged: Floats) -> Floats:
    """(k, 2) the column's speed, but a direction's own where the tags give the directions different ones."""
    differ = tagged[:, 0] != tagged[:, 1]
    own = differ[:, None] & np.isfinite(tagged)
    return np.asarray(np.where(own, tagged, speed[:, None]), np.float64)


def _directions(roads: Any, said: osm.Said) -> NDArray[np.object_]:
    """(k,) "yes", "reverse" or "no": of the column, else of the tags."""
    told = column(roads, "oneway")
    return np.array(
        [
            t if t in (osm.ALONG, osm.AGAINST, osm.BOTH) else s or osm.BOTH
            for t, s in zip(told, said.oneway, strict=True)
        ],
        object,
    )


def _lanes(roads: Any, said: osm.Said, row: Ints, oneway: NDArray[np.object_], usual: Floats) -> Floats:
    """(k, 2) lanes along and against: tagged for the direction, else all or half of the column's, else the norm's."""
    whole = numbers(roads, "lanes")[row]
    whole[~((whole >= 1) & (whole <= MOST_LANES))] = np.nan
    single = oneway != osm.BOTH
    each = np.where(np.isnan(whole), usual, np.where(single, whole, whole / 2))
    each = np.where(said.by_turns[row] & ~single, each / 2, each)
    tagged = said.lanes[row]
    rest = np.where(np.isnan(tagged[:, ::-1]), np.nan, whole[:, None] - tagged[:, ::-1])
    known = np.where(np.isnan(tagged), np.where(rest > 0, rest, np.nan), tagged)
    return np.asarray(np.where(np.isnan(known) | single[:, None], each[:, None], known), np.float64)


def levels(roads: Any) -> NDArray[np.int64]:
    """(k,) levels; bridges and tunnels that do not say theirs are one above and one below the ground."""
    level = np.clip(np.nan_to_num(numbers(roads, "level")), -MOST_LEVEL, MOST_LEVEL).astype(np.int64)
    raised = truths(roads, "bridge").astype(np.int64) - truths(roads, "tunnel").astype(np.int64)
    return np.asarray(np.where(level == 0, raised, level))
