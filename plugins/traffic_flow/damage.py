"""What damage and works do to the network: cuts with their reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from . import craters, debris, norms, osm
from .harm import grades, readings
from .network import RoadNetwork
from .norms import Norms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Words = NDArray[np.object_]

BRIDGE, DEBRIS, CRATER, WORKS = "bridge", "debris", "crater", "works"
"""Reasons of cuts."""
STOREY_M = 3.0


@dataclass(frozen=True)
class Cuts:
    """What narrows or closes links; a row for each link and thing that does it, c rows.

    Attributes
    ----------
    link : (c,) links of the network. lanes : (c,) lanes left in the link's direction, 0 is closed.
    reason : (c,) `BRIDGE`, `DEBRIS`, `CRATER` or `WORKS`. table, row : (c,) where it stands in the project.
    unplaced : ids of observations of destroyed bridges that lie near no bridge of the network.
    """

    link: Ints
    lanes: Floats
    reason: Words
    table: Words
    row: Words
    unplaced: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.link.size)


def found(
    network: RoadNetwork,
    *,
    buildings: Any = None,
    marks: Any = None,
    matches: Any = None,
    observations: Any = None,
    features: Any = None,
    zones: Any = None,
    on: str | None = None,
    reach: str = "likely",
    table: Norms | None = None,
) -> Cuts:
    """Cuts by what the project knows.

    - A destroyed bridge cuts what runs over it: an observation of a bridge that reads as destroyed cuts the nearest
      bridge within a tolerance, or all bridges of the outline that it lies in; a destroyed building that is a bridge
      cuts the bridges over its footprint.
    - Debris of collapsed buildings takes lanes (see `debris.narrowed`); bridges and tunnels are spared.
    - Craters on a street leave what lies beside them (see `craters.narrowed`); tunnels are spared.
    - Works of a zone close or halve streets that lie in it, on the day `on` (ISO); without a day there are none.

    Parameters
    ----------
    The city's tables, each None where there is none. buildings need id, geometry, height_m, levels, and if the project
    has them part_of, name, attributes; features need id, kind, geometry; zones id, kind, starts_on, ends_on, geometry.
    reach : "low", "likely" or "high".
    """
    table = table or norms.ours()
    cuts: list[Cuts] = []
    fallen = None
    if buildings is not None and len(buildings):
        grade = grades(buildings, marks, matches, observations)
        fallen = buildings[grade >= table.told["debris"]["from_grade"]]
        cuts.append(_debris(network, fallen, reach, table))
    cuts.append(_bridges(network, fallen, observations, features, table))
    cuts.append(_craters(network, craters.known(observations, features, table.told["craters"], reach), table))
    if zones is not None and len(zones) and on:
        cuts.append(_works(network, zones, on, table))
    return _joined(cuts)


def _joined(cuts: Sequence[Cuts]) -> Cuts:
    def one(name: str, kind: type) -> NDArray[Any]:
        return np.concatenate([np.asarray(getattr(part, name), kind) for part in cuts] or [np.zeros(0, kind)])

    lost = tuple(word for part in cuts for word in part.unplaced)
    words = (one("reason", object), one("table", object), one("row", object))
    return Cuts(one("link", np.int64), one("lanes", np.float64), *words, lost)


def _rows(link: Any, lanes: Any, reason: str, table: str, row: Any, unplaced: tuple[str, ...] = ()) -> Cuts:
    many = len(link)
    left = np.asarray(lanes, np.float64) + np.zeros(many)
    said, there = np.full(many, reason, object), np.full(many, table, object)
    return Cuts(np.asarray(link, np.int64), left, said, there, np.asarray(row, object), unplaced)


def _debris(network: RoadNetwork, fallen: Any, reach: str, table: Norms) -> Cuts:
    """Cuts by debris; both directions of a street lose lanes alike."""
    spared = network.bridge | network.tunnel | network.turn
    link, both = _whole_streets(network, spared)
    height = np.asarray(fallen["height_m"], np.float64)
    storeys = np.asarray(fallen["levels"], np.float64) * STOREY_M
    reaches = table.reach_m(np.where(height > 0, height, storeys), reach)
    shapes = np.asarray(fallen["geometry"], object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    ids = np.asarray(fallen["id"], object)[there]
    less = debris.narrowed(network.geometry[link], both, network.width_m[link], shapes[there], reaches[there], table)
    hit, at = _both_ways(network, link, less, spared)
    return _rows(hit, less.lanes[at] * network.share[hit], DEBRIS, "buildings", ids[less.building[at]])


def _craters(network: RoadNetwork, found: craters.Craters, table: Norms) -> Cuts:
    """Cuts by craters, which lie on bridges too; both directions of a street lose lanes alike."""
    if not len(found):
        return _joined([])
    spared = network.tunnel | network.turn
    link, both = _whole_streets(network, spared)
    width = debris.widths(both, network.width_m[link], table)
    less = craters.narrowed(network.geometry[link], both, width, found, table.told["craters"], table.told["lane"])
    hit, at = _both_ways(network, link, less, spared)
    made = _rows(hit, less.lanes[at] * network.share[hit], CRATER, "", found.row[less.building[at]])
    return replace(made, table=found.table[less.building[at]])


def _whole_streets(network: RoadNetwork, spared: Bools) -> tuple[Ints, Floats]:
    """One link of each street, and the lanes of both directions together."""
    piece, first = np.unique(network.piece[~spared], return_index=True)
    return np.flatnonzero(~spared)[first], np.asarray(np.bincount(network.piece, network.lanes), np.float64)[piece]


def _both_ways(network: RoadNetwork, link: Ints, less: debris.Narrowed, spared: Bools) -> tuple[Ints, Ints]:
    """All links of narrowed streets, and the row of `less` of each."""
    number = np.full(int(network.piece.max(initial=-1)) + 1, -1)
    number[network.piece[link[less.street]]] = np.arange(less.street.size)
    hit = np.flatnonzero((number[network.piece] >= 0) & ~spared)
    return hit, number[network.piece[hit]]


def _bridges(network: RoadNetwork, fallen: Any, observations: Any, features: Any, table: Norms) -> Cuts:
    rule = table.told["bridges"]
    over = np.flatnonzero(network.bridge & ~network.turn)
    parts = [_fallen_bridges(network, over, fallen, rule)] if fallen is not None else []
    if observations is not None and len(observations):
        parts.append(_seen_bridges(network, over, observations, features, rule))
    return _joined(parts)


def _named(told: Any, rule: Mapping[str, Any]) -> Bools:
    """(k,) whether one of the words is one for a bridge."""
    words = frozenset(rule["words"])
    return np.array([isinstance(t, str) and not words.isdisjoint(re.findall(r"\w+", t.casefold())) for t in told], bool)


def _tagged(told: Any) -> Bools:
    """(k,) whether the source calls a building a bridge."""
    tags = [osm.tags_of(t) for t in told]
    return np.array([t.get("building") == "bridge" or t.get("man_made") == "bridge" for t in tags], bool)


def _fallen_bridges(network: RoadNetwork, over: Ints, fallen: Any, rule: Mapping[str, Any]) -> Cuts:
    """Destroyed buildings that are bridges, by their name or what the source said of them."""
    is_bridge = _named(fallen["name"], rule) if "name" in fallen else np.zeros(len(fallen), bool)
    if "attributes" in fallen:
        is_bridge |= _tagged(fallen["attributes"])
    rows = fallen[is_bridge]
    shape, bridge = shapely.STRtree(network.geometry[over]).query(_shapes(rows), predicate="intersects")
    return _rows(over[bridge], 0.0, BRIDGE, "buildings", np.asarray(rows["id"], object)[shape])


def _shapes(rows: Any) -> NDArray[Any]:
    return np.asarray(rows["geometry"], object)


def _seen_bridges(network: RoadNetwork, over: Ints, observations: Any, features: Any, rule: Mapping[str, Any]) -> Cuts:
    """Observations of destroyed bridges: all bridges of the outline they lie in, else the nearest street's."""
    if "site" not in observations:
        return _joined([])
    destroyed = readings(observations["latest_grade"]) >= rule["from_grade"]
    seen = observations[_named(observations["site"], rule) & destroyed]
    shape, ids = _shapes(seen), np.asarray(seen["id"], object)
    pairs = np.concatenate(
        [_nearest(network, over, shape, features, rule), _under(network, over, shape, features)], axis=1
    )
    unplaced = tuple(ids[~np.isin(np.arange(ids.size), pairs[0])].tolist())
    # both directions of a street fall together
    same = np.unique(np.column_stack([pairs[0], network.piece[over[pairs[1]]]]), axis=0)
    at, link = np.nonzero(same[:, 1][:, None] == network.piece[over][None])
    return _rows(over[link], 0.0, BRIDGE, "observations", ids[same[at, 0]], unplaced)


def _nearest(network: RoadNetwork, over: Ints, shape: NDArray[Any], features: Any, rule: Mapping[str, Any]) -> Ints:
    """(2, k) observation and bridge: the nearest within the tolerance, for observations without an outline."""
    alone = np.flatnonzero(shapely.get_dimensions(_outlined(shape, features)) < 2)
    if not over.size or not alone.size:
        return np.zeros((2, 0), np.int64)
    tree = shapely.STRtree(network.geometry[over])
    at, bridge = tree.query_nearest(shape[alone], max_distance=rule["within_m"], all_matches=True)
    return np.stack([alone[at], bridge])


def _under(network: RoadNetwork, over: Ints, shape: NDArray[Any], features: Any) -> Ints:
    """(2, k) observation and bridge: all that run over the outline of the observation."""
    area = _outlined(shape, features)
    flat = np.flatnonzero(shapely.get_dimensions(area) == 2)
    at, bridge = shapely.STRtree(network.geometry[over]).query(area[flat], predicate="intersects")
    return np.stack([flat[at], bridge])


def _outlined(shape: NDArray[Any], features: Any) -> NDArray[Any]:
    """Observations with the outline of the bridge they lie in, where the project has one."""
    area = shape.copy()
    if features is None or not len(features):
        return area
    outline = np.asarray(features["geometry"], object)[np.asarray(features["kind"], object) == "bridge"]
    outline = outline[shapely.get_dimensions(outline) == 2]
    at, which = shapely.STRtree(outline).query(shape, predicate="intersects")
    area[at] = outline[which]
    return area


def _works(network: RoadNetwork, zones: Any, on: str, table: Norms) -> Cuts:
    """Streets of which at least a share lies in a zone that is worked on that day."""
    rule = table.told["works"]
    busy = np.isin(np.asarray(zones["kind"], object), rule["kinds"]) & _during(zones, on)
    rows = zones[busy]
    shape, kind = np.asarray(rows["geometry"], object), np.asarray(rows["kind"], object)
    ground = np.flatnonzero(~(network.bridge | network.tunnel | network.turn) & (network.length_m > 0))
    zone, link = shapely.STRtree(network.geometry[ground]).query(shape, predicate="intersects")
    link = ground[link]
    inside = shapely.length(shapely.intersection(network.geometry[link], shape[zone])) / network.length_m[link]
    shut = np.isin(network.road_class[link], rule["closed"])
    half = np.isin(network.road_class[link], rule["halved"]) & np.isin(kind[zone], rule["halved_by"])
    hit = (inside >= rule["inside_share"]) & (shut | half)
    left = np.where(shut, 0.0, network.lanes[link] / 2)
    return _rows(link[hit], left[hit], WORKS, "zones", np.asarray(rows["id"], object)[zone[hit]])


def _during(zones: Any, on: str) -> Bools:
    """(z,) zones that are worked on that day: begun, and not ended; without a beginning they are not."""
    begun = [isinstance(day, str) and day <= on for day in zones["starts_on"]]
    over = [isinstance(day, str) and bool(day) and day < on for day in zones["ends_on"]]
    return np.asarray(np.array(begun, bool) & ~np.array(over, bool))
