"""The road network of a city: directed links with class, lanes, speed and capacity, made from the table of roads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from . import joints, norms, osm, topology
from .links import Links
from .norms import UNKNOWN, Norms
from .signals import waits
from .topology import Topology

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

COLUMNS = (
    "geometry", "name", "class", "lanes", "speed_km_h", "oneway", "bridge", "tunnel", "level", "width_m", "source_id",
    "attributes",
)  # fmt: skip
"""What is read of the table of roads."""
SNAP_M = 0.5
"""Ends that miss another road by no more are joined to it."""
LEAST_KM_H, MOST_KM_H = 3.0, 200.0


@dataclass(frozen=True)
class RoadNetwork:
    """Directed links of the roads that cars may use; m links over n nodes. Seconds, metres, vehicles an hour.

    Attributes
    ----------
    links : the form of the engine, with no zones: nodes 0 … n-1 are places on roads.
    road_id : (m,) id in the table of roads. piece : (m,) both directions of one stretch of road have one number.
    forward : (m,) whether the link runs as the road was drawn.
    geometry : (m,) LineStrings in the direction of the link, in the project's CRS.
    length_m, speed_km_h : (m,). lanes : (m,) lanes in the link's direction; half a lane where one serves both.
    lane_capacity : (m,) vehicles an hour and lane. width_m : (m,) of the whole road, nan where not known.
    road_class : (m,) codes of the schema. name : (m,) of the road, "". bridge, tunnel : (m,). level : (m,) 0 is ground.
    turn : (m,) links of no length that stand for the turns that are allowed where some are banned; road_id is "".
    node_xy : (n, 2) metres. joinable : (n,) nodes where zones may be joined: not those that turns were split into.
    topology : the report.
    """

    links: Links
    road_id: NDArray[np.object_]
    piece: Ints
    forward: Bools
    geometry: Shapes
    length_m: Floats
    speed_km_h: Floats
    lanes: Floats
    lane_capacity: Floats
    width_m: Floats
    road_class: NDArray[np.object_]
    name: NDArray[np.object_]
    bridge: Bools
    tunnel: Bools
    level: Ints
    turn: Bools
    node_xy: Floats
    joinable: Bools
    topology: Topology

    def __len__(self) -> int:
        return len(self.links)

    @cached_property
    def key(self) -> NDArray[np.object_]:
        """(m,) what a link is called in edits: the road's id, the stretch of it from 0, and the direction."""
        _ids, road = np.unique(self.road_id.astype(str), return_inverse=True)
        road = road.ravel()
        lowest = np.full(int(road.max(initial=-1)) + 1, 2**31 - 1)
        np.minimum.at(lowest, road, self.piece)
        stretch = self.piece - lowest[road]
        signs = np.where(self.forward, "+", "-")
        made = [f"{i}:{k}{s}" for i, k, s in zip(self.road_id.tolist(), stretch.tolist(), signs.tolist(), strict=True)]
        return np.array(made, object)

    @cached_property
    def doors(self) -> Bools:
        """(m,) links on which one may stop and step out: no motorways, trunk roads, bridges, tunnels or turns."""
        fast = np.isin(self.road_class, ("motorway", "trunk"))
        return np.asarray(~(fast | self.bridge | self.tunnel | self.turn))

    @cached_property
    def roads(self) -> frozenset[str]:
        """Ids of the roads that have links."""
        return frozenset(self.road_id[~self.turn].tolist())

    @cached_property
    def share(self) -> Floats:
        """(m,) share of a street's lanes that the link's direction has."""
        whole = np.bincount(self.piece, self.lanes)
        return np.asarray(self.lanes / whole[self.piece])

    def find(self, references: Sequence[str]) -> Ints:
        """Links that ids of roads (all their links) and keys of links name; what names none is passed over."""
        wanted = set(references)
        keys = {word for word in wanted if ":" in word}
        chosen = np.isin(self.road_id, list(wanted - keys))
        if keys:
            chosen |= np.isin(self.key, list(keys))
        return np.flatnonzero(chosen & ~self.turn).astype(np.int32)

    def capacity_of(self, lanes: Floats) -> Floats:
        """(m,) vehicles an hour with other numbers of lanes (m,)."""
        return np.asarray(lanes * self.lane_capacity, np.float64)


@dataclass
class _Roads:
    """Columns of k roads that have a line: what is known and what the norms fill in."""

    row: Ints
    line: Shapes
    level: NDArray[np.int64]
    oneway: NDArray[np.object_]
    speed: Floats
    lanes: Floats
    capacity: Floats


def build(roads: Any, junctions: Any = None, *, table: Norms | None = None, snap_m: float = SNAP_M) -> RoadNetwork:
    """Makes the network of the roads that cars may use.

    Roads are cut where they meet (see `joints.cut`). What the data do not say comes from the norms of the class. The
    free time is length ÷ speed; a link into a junction with signals waits there as well.

    Parameters
    ----------
    roads : the city's table with `COLUMNS` and id; a missing column counts as not known.
    junctions : the city's table with geometry, control and cycle_s, or None.
    table : norms; those of `capacity.toml` if not given. snap_m : tolerance for ends that do not quite meet.
    """
    table = table or norms.ours()
    said = osm.read(_column(roads, "attributes").tolist(), table)
    kept, left_out = _usable(roads, said, table)
    pieces = joints.cut(kept.line, kept.level, snap_m)
    left_out["length"] = int(pieces.short.size)
    return _assembled(roads, junctions, kept, pieces, said, left_out, table)


def _column(roads: Any, name: str) -> NDArray[Any]:
    if name in roads:
        return np.asarray(roads[name])
    return np.full(len(roads), None, object)


def _numbers(roads: Any, name: str) -> Floats:
    told = _column(roads, name)
    if told.dtype == object:
        told = np.array([np.nan if v is None else v for v in told], np.float64)
    found = told.astype(np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _truths(roads: Any, name: str) -> Bools:
    told = _column(roads, name)
    return told if told.dtype == np.bool_ else np.array([bool(v) if v == v else False for v in told], bool)


def _usable(roads: Any, said: osm.Said, table: Norms) -> tuple[_Roads, dict[str, int]]:
    """Lines of roads for cars, a row for each part of a line of several; and how many roads are not used, and why."""
    shape = _column(roads, "geometry")
    named = _classes(roads, said)
    cars = np.array([table.of(word).cars for word in named], bool)
    shut = np.array([bool(word) for word in said.closed], bool)
    sound = _sound(shape)
    left_out = {
        "cars": int((~cars).sum()),
        "access": int((cars & shut).sum()),
        "geometry": int((cars & ~shut & ~sound).sum()),
    }
    row = np.flatnonzero(cars & ~shut & sound)
    line, of = shapely.get_parts(shapely.force_2d(shape[row]), return_index=True)
    row = row[of][whole := shapely.get_num_points(line) > 0]
    return _Roads(row.astype(np.int32), line[whole], *_drive(roads, said, table, named, row)), left_out


def _classes(roads: Any, said: osm.Said) -> list[str]:
    """The class of each road by which the norms are looked up: ramps have their own."""
    codes = _column(roads, "class")
    return [
        high if high.endswith("_link") and high.startswith(str(code)) else (code if code else UNKNOWN)
        for code, high in zip([c if isinstance(c, str) else "" for c in codes], said.highway, strict=True)
    ]


def _sound(shape: Shapes) -> Bools:
    """(k,) geometries that are lines with finite coordinates."""
    kind = shapely.get_type_id(shape)
    good = np.isin(kind, (1, 5)) & ~shapely.is_empty(shape)
    xy, of = shapely.get_coordinates(shape, return_index=True)
    good[of[~np.isfinite(xy).all(axis=1)]] = False
    return np.asarray(good)


def _drive(
    roads: Any, said: osm.Said, table: Norms, named: list[str], row: Ints
) -> tuple[NDArray[np.int64], NDArray[np.object_], Floats, Floats, Floats]:
    """Level, direction, speed (k, 2), lanes (k, 2) and capacity of a lane of the roads in `row`."""
    norm = [table.of(named[i]) for i in row]
    oneway = _directions(roads, said)[row]
    speed = _numbers(roads, "speed_km_h")[row]
    speed[~(speed > 0)] = np.nan
    limits = np.where(np.isnan(speed)[:, None], said.speed[row], _both(speed, said.speed[row]))
    fallback = np.array([n.speed for n in norm], np.float64).reshape(-1, 1)
    limits = np.clip(np.where(np.isnan(limits), fallback, limits), LEAST_KM_H, MOST_KM_H)
    lanes = _lanes(roads, said, row, oneway, np.array([n.lanes for n in norm], np.float64))
    return _levels(roads)[row], oneway, limits, lanes, np.array([n.capacity for n in norm], np.float64)


def _both(speed: Floats, tagged: Floats) -> Floats:
    """(k, 2) the column's speed, but a direction's own where the tags give the directions different ones."""
    differ = tagged[:, 0] != tagged[:, 1]
    own = differ[:, None] & np.isfinite(tagged)
    return np.asarray(np.where(own, tagged, speed[:, None]), np.float64)


def _directions(roads: Any, said: osm.Said) -> NDArray[np.object_]:
    """(k,) "yes", "reverse" or "no": of the column, else of the tags."""
    told = _column(roads, "oneway")
    return np.array(
        [
            t if t in (osm.ALONG, osm.AGAINST, osm.BOTH) else s or osm.BOTH
            for t, s in zip(told, said.oneway, strict=True)
        ],
        object,
    )


def _lanes(roads: Any, said: osm.Said, row: Ints, oneway: NDArray[np.object_], usual: Floats) -> Floats:
    """(k, 2) lanes along and against: tagged for the direction, else all or half of the column's, else the norm's."""
    whole = _numbers(roads, "lanes")[row]
    whole[~(whole > 0)] = np.nan
    single = oneway != osm.BOTH
    each = np.where(np.isnan(whole), usual, np.where(single, whole, whole / 2))
    each = np.where(said.by_turns[row] & ~single, each / 2, each)
    tagged = said.lanes[row]
    rest = np.where(np.isnan(tagged[:, ::-1]), np.nan, whole[:, None] - tagged[:, ::-1])
    known = np.where(np.isnan(tagged), np.where(rest > 0, rest, np.nan), tagged)
    return np.asarray(np.where(np.isnan(known) | single[:, None], each[:, None], known), np.float64)


def _levels(roads: Any) -> NDArray[np.int64]:
    """(k,) levels; bridges and tunnels that do not say theirs are one above and one below the ground."""
    level = np.nan_to_num(_numbers(roads, "level")).astype(np.int64)
    raised = _truths(roads, "bridge").astype(np.int64) - _truths(roads, "tunnel").astype(np.int64)
    return np.asarray(np.where(level == 0, raised, level))


def _assembled(
    roads: Any,
    junctions: Any,
    kept: _Roads,
    pieces: joints.Pieces,
    said: osm.Said,
    left_out: dict[str, int],
    table: Norms,
) -> RoadNetwork:
    """Directed links of the pieces: the two directions of a piece beside each other."""
    oneway = kept.oneway[pieces.line]
    piece, back = np.divmod(np.arange(2 * pieces.line.size), 2)
    may = np.where(back == 0, oneway[piece] != osm.AGAINST, oneway[piece] != osm.ALONG)
    piece, back = piece[may], back[may]
    line = pieces.line[piece]
    row, forward = kept.row[line], back == 0
    tail = np.where(forward, pieces.tail[piece], pieces.head[piece])
    head = np.where(forward, pieces.head[piece], pieces.tail[piece])
    shape = pieces.geometry[piece]
    shape[~forward] = shapely.reverse(shape[~forward])
    length = np.asarray(shapely.length(shape), np.float64)
    speed, lanes, capacity = kept.speed[line, back], kept.lanes[line, back], kept.capacity[line]
    links = _links(tail, head, len(pieces.node_xy), length / (speed / 3.6), lanes * capacity, table)
    links.fixed += waits(junctions, pieces.node_xy, links.head, table)
    return RoadNetwork(
        links=links,
        road_id=np.asarray(roads["id"], object)[row],
        piece=piece.astype(np.int32),
        forward=forward,
        geometry=shape,
        length_m=length,
        speed_km_h=speed,
        lanes=lanes,
        lane_capacity=capacity,
        width_m=_numbers(roads, "width_m")[row],
        road_class=np.array([c if isinstance(c, str) else UNKNOWN for c in _column(roads, "class")], object)[row],
        name=np.array([n if isinstance(n, str) else "" for n in _column(roads, "name")], object)[row],
        bridge=_truths(roads, "bridge")[row],
        tunnel=_truths(roads, "tunnel")[row],
        level=kept.level[line].astype(np.int32),
        turn=np.zeros(len(links), bool),
        node_xy=pieces.node_xy,
        joinable=np.ones(len(pieces.node_xy), bool),
        topology=_report(links, length, piece, pieces, left_out, int(said.by_turns[np.unique(kept.row)].sum())),
    )


def _links(tail: Any, head: Any, nodes: int, free_time: Floats, capacity: Floats, table: Norms) -> Links:
    ones = np.ones(len(free_time))
    formula = table.told["formula"]
    return Links(tail, head, nodes, 0, 0, free_time, ones * formula["b"], capacity, ones * formula["power"], ones * 0.0)


def _report(
    links: Links, length: Floats, piece: Ints, pieces: joints.Pieces, left_out: dict[str, int], by_turns: int
) -> Topology:
    part, part_km = topology.parts(links, length, strong=False)
    strong, strong_km = topology.parts(links, length, strong=True)
    dead, edge = topology.ends(links.tail, links.head, piece, pieces.node_xy)
    return Topology(
        part, strong, part_km, strong_km, dead, edge, pieces.mended, pieces.passing, left_out, by_turns=by_turns
    )
