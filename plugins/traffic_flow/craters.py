"""How much of a street craters leave free."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .debris import Narrowed
from .osm import tags_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Shapes = NDArray[Any]

ROUND = 8
"""Corners of a quarter of a crater's edge."""
WIDEST_M = 50.0
"""No crater in a street is wider from its middle; what says more is taken as not known."""
_RADIUS = (("radius_m", 1.0), ("radius", 1.0), ("diameter_m", 0.5), ("diameter", 0.5))
_NONE = np.zeros(0, object)


@dataclass(frozen=True)
class Craters:
    """Craters of the project; k rows.

    Attributes
    ----------
    shape : (k,) points or outlines. radius_m : (k,) of points. on_road : (k,) reported as damage to a road, so that it
        lies on the nearest one. table, row : (k,) where it stands in the project.
    """

    shape: Shapes
    radius_m: Floats
    on_road: Bools
    table: Shapes
    row: Shapes

    def __len__(self) -> int:
        return int(self.shape.size)


def known(observations: Any, features: Any, rule: Mapping[str, Any], level: str) -> Craters:
    """Features of the kind crater, and observations of the ground that are called one.

    Parameters
    ----------
    observations : table with id, geometry, and target, latest_raw and site if the project has them; or None.
    features : table with id, geometry, kind, and attributes where a radius or diameter in metres may stand; or None.
    rule : the section [craters]. level : "low", "likely" or "high" radius where none is known.
    """
    parts = [_seen(observations, rule), _drawn(features, rule)]
    shape, radius, on_road, table, row = (np.concatenate(each) for each in zip(*parts, strict=True))
    there = ~(shapely.is_missing(shape) | shapely.is_empty(shape)) & np.isin(shapely.get_dimensions(shape), (0, 2))
    radius = np.where(np.isnan(radius.astype(np.float64)), rule[f"{level}_m"], radius.astype(np.float64))
    return Craters(shape[there], radius[there], on_road[there].astype(bool), table[there], row[there])


def narrowed(
    streets: Shapes, lanes: Floats, width_m: Floats, craters: Craters, rule: Mapping[str, Any], lane: Mapping[str, Any]
) -> Narrowed:
    """Lanes left of streets with craters on them; `building` is the crater that leaves least.

    Nobody drives over a crater: one passes on either side of it, in whole lanes, as wide as the street's lanes are but
    no wider than the norm; a side of less than the least width is no way, and a street without one is closed. Craters
    that lie beside each other are looked at one by one.

    Parameters
    ----------
    streets : (s,) centre lines. lanes : (s,) of both directions. width_m : (s,). lane : the section [lane].
    """
    shape = _placed(streets, width_m, craters, rule["within_m"])
    street, crater = _pairs(streets, width_m, shape)
    if not street.size:
        return Narrowed(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
    right, left = _across(streets[street], shape[crater], width_m[street])
    half = width_m[street] / 2
    one = np.minimum(lane["width_m"], width_m[street] / lanes[street])
    least = np.minimum(lane["least_m"], width_m[street])
    sides = np.stack([half + right, half - left])
    sides = np.where(sides < least, 0.0, sides)
    free = np.minimum(np.floor(sides / one + 1e-9).sum(axis=0), lanes[street])
    order = np.lexsort((free, street))
    touched, first = np.unique(street[order], return_index=True)
    worst = order[first]
    less = free[worst] < lanes[touched]
    return Narrowed(touched[less], free[worst][less], crater[worst][less])


def _placed(streets: Shapes, width_m: Floats, craters: Craters, within_m: float) -> Shapes:
    """(k,) areas of craters; those that are reported on a road are moved to the edge of the nearest, no further in."""
    spot = craters.shape.copy()
    shift = np.flatnonzero(craters.on_road & (shapely.get_dimensions(spot) == 0))
    if shift.size and len(streets):
        tree = shapely.STRtree(streets)
        which, street = tree.query_nearest(shapely.centroid(spot[shift]), max_distance=within_m, all_matches=False)
        crater = shift[which]
        at = shapely.centroid(spot[crater])
        foot = shapely.line_interpolate_point(streets[street], shapely.line_locate_point(streets[street], at))
        away = np.maximum(shapely.distance(at, foot), 1e-9)
        share = np.minimum(width_m[street] / 2 / away, 1.0)[:, None]
        start = shapely.get_coordinates(foot)
        spot[crater] = shapely.points(start + (shapely.get_coordinates(at) - start) * share)
    point = np.flatnonzero(shapely.get_dimensions(spot) == 0)
    spot[point] = shapely.buffer(spot[point], craters.radius_m[point], quad_segs=ROUND)
    return spot


def _pairs(streets: Shapes, width_m: Floats, shape: Shapes) -> tuple[Ints, Ints]:
    """Streets and the craters that touch them beside, not beyond their ends."""
    if not len(streets) or not len(shape):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    reach = float(width_m.max()) / 2
    crater, street = shapely.STRtree(streets).query(shape, predicate="dwithin", distance=reach)
    surface = shapely.buffer(streets[street], width_m[street] / 2, cap_style="flat", join_style="mitre")
    hit = shapely.intersects(surface, shape[crater])
    return street[hit], crater[hit]


def _across(lines: Shapes, shapes: Shapes, width_m: Floats) -> tuple[Floats, Floats]:
    """(k,) from where to where a shape lies across a street, metres from its middle, those on the right below 0."""
    surface = shapely.buffer(lines, width_m / 2, cap_style="flat", join_style="mitre")
    on_it = shapely.intersection(surface, shapes)
    xy, of = shapely.get_coordinates(on_it, return_index=True)
    line = lines[of]
    along = shapely.line_locate_point(line, shapely.points(xy))
    before = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(along - 0.5, 0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(along + 0.5, shapely.length(line))))
    run, off = after - before, xy - before
    cross = run[:, 0] * off[:, 1] - run[:, 1] * off[:, 0]
    away = np.sign(cross) * shapely.distance(line, shapely.points(xy))
    right, left = np.full(len(lines), np.inf), np.full(len(lines), -np.inf)
    np.minimum.at(right, of, away)
    np.maximum.at(left, of, away)
    half = width_m / 2
    return np.clip(right, -half, half), np.clip(left, -half, half)


def _seen(observations: Any, rule: Mapping[str, Any]) -> tuple[Any, ...]:
    if observations is None or "target" not in observations or "latest_raw" not in observations:
        return _NONE, _NONE, _NONE, _NONE, _NONE
    ground = np.flatnonzero(np.asarray(observations["target"], object) == "ground")
    rows = observations.iloc[ground]
    raw = np.asarray(rows["latest_raw"], object)
    site = np.asarray(rows["site"], object) if "site" in rows else np.full(len(rows), None, object)
    said = [f"{r or ''} {s or ''}" for r, s in zip(raw, site, strict=True)]
    on_road = _says(said, rule["road_words"]) | np.isin(raw, rule["road_codes"])
    crater = _says(said, rule["words"]) | np.isin(raw, [*rule["road_codes"], *rule["field_codes"]])
    many = int(crater.sum())
    shape = np.asarray(rows["geometry"], object)[crater]
    table = np.full(many, "observations", object)
    return shape, np.full(many, np.nan), on_road[crater], table, np.asarray(rows["id"], object)[crater]


def _drawn(features: Any, rule: Mapping[str, Any]) -> tuple[Any, ...]:
    if features is None or not len(features):
        return _NONE, _NONE, _NONE, _NONE, _NONE
    kind = [word if isinstance(word, str) else "" for word in features["kind"]]
    rows = features.iloc[np.flatnonzero(_says(kind, rule["words"]))]
    if not len(rows):
        return _NONE, _NONE, _NONE, _NONE, _NONE
    told = rows["attributes"] if "attributes" in rows else [None] * len(rows)
    radius = np.array([_radius(tags_of(tags)) for tags in told], np.float64)
    shape, table = np.asarray(rows["geometry"], object), np.full(len(rows), "features", object)
    return shape, radius, np.zeros(len(rows), bool), table, np.asarray(rows["id"], object)


def _says(told: Iterable[str], words: Iterable[str]) -> Bools:
    wanted = frozenset(words)
    return np.array([not wanted.isdisjoint(re.findall(r"\w+", text.casefold())) for text in told], bool)


def _radius(tags: Mapping[str, Any]) -> float:
    """Metres; nan where the source says none that a crater can have."""
    for name, share in _RADIUS:
        try:
            found = float(str(tags[name]).replace(",", ".").removesuffix("m").strip()) * share
        except (KeyError, ValueError):
            continue
        if 0 < found <= WIDEST_M:
            return found
    return float("nan")
