"""The road network of a city: directed links with class, lanes, speed and capacity, made from the table of roads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from . import destination, joints, norms, osm, topology, turns
from .destination import Twins
from .drivable import COLUMNS, LEAST_KM_H, Roads, column, numbers, truths, usable
from .links import Links
from .norms import UNKNOWN, Norms
from .signals import waits
from .topology import Topology

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

__all__ = ["COLUMNS", "RoadNetwork", "build"]

SNAP_M = 0.5
"""Ends that miss another road by no more are joined to it."""
TURN: dict[str, Any] = {
    "road_id": "", "forward": True, "length_m": 0.0, "speed_km_h": LEAST_KM_H, "lanes": 1.0, "lane_capacity": 1.0,
    "width_m": np.nan, "road_class": "", "name": "", "bridge": False, "tunnel": False, "level": 0, "turn": True,
    "for_residents": False,
}  # fmt: skip
"""What links that stand for turns have."""


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
    topology : the report. twins : how streets only for reaching what lies on them are doubled; None without any.
    for_residents : (m,) links that nobody may pass through to elsewhere.
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
    for_residents: Bools
    twins: Twins | None = None

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
    def entrances(self) -> Bools:
        """(n,) nodes where zones may be joined: of the main part, whole, and on a street where one may stop."""
        stop = np.zeros(self.links.nodes, bool)
        stop[self.links.tail[self.doors]] = stop[self.links.head[self.doors]] = True
        return np.asarray(stop & self.joinable & self.topology.main)

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


def build(roads: Any, junctions: Any = None, *, table: Norms | None = None, snap_m: float = SNAP_M) -> RoadNetwork:
    """Makes the network of the roads that cars may use.

    Roads are cut where they meet (see `joints.cut`). What the data do not say comes from the norms of the class. The
    free time is length ÷ speed; a link into a junction with signals waits there as well.

    Parameters
    ----------
    roads : the city's table with `COLUMNS` and id; a missing column counts as not known.
    junctions : the city's table with geometry, control, cycle_s and attributes, or None.
    table : norms; those of `capacity.toml` if not given. snap_m : tolerance for ends that do not quite meet.
    """
    table = table or norms.ours()
    said = osm.read(column(roads, "attributes").tolist(), table)
    kept, left_out = usable(roads, said, table)
    pieces = joints.cut(kept.line, kept.level, snap_m)
    left_out["length"] = int(pieces.short.size)
    return _assembled(roads, junctions, kept, pieces, said, left_out, table)


def _assembled(
    roads: Any,
    junctions: Any,
    kept: Roads,
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
    single = _single(tail, head, row, pieces.geometry[piece], kept.level[line])
    left_out["doubled"] = len(set(row.tolist()) - set(row[single].tolist()))
    piece, back, line, row, forward = piece[single], back[single], line[single], row[single], forward[single]
    tail, head, shape = tail[single], head[single], pieces.geometry[piece]
    shape[~forward] = shapely.reverse(shape[~forward])
    length = np.asarray(shapely.length(shape), np.float64)
    speed, lanes, capacity = kept.speed[line, back], kept.lanes[line, back], kept.capacity[line]
    links = _links(tail, head, len(pieces.node_xy), length / (speed / 3.6), lanes * capacity, table)
    links.fixed += waits(junctions, pieces.node_xy, links.tail, links.head, table)
    made = RoadNetwork(
        links=links,
        road_id=np.asarray(roads["id"], object)[row],
        piece=piece.astype(np.int32),
        forward=forward,
        geometry=shape,
        length_m=length,
        speed_km_h=speed,
        lanes=lanes,
        lane_capacity=capacity,
        width_m=numbers(roads, "width_m")[row],
        road_class=np.array([c if isinstance(c, str) else UNKNOWN for c in column(roads, "class")], object)[row],
        name=np.array([n if isinstance(n, str) else "" for n in column(roads, "name")], object)[row],
        bridge=truths(roads, "bridge")[row],
        tunnel=truths(roads, "tunnel")[row],
        level=kept.level[line].astype(np.int32),
        turn=np.zeros(len(links), bool),
        node_xy=pieces.node_xy,
        joinable=np.ones(len(pieces.node_xy), bool),
        for_residents=np.zeros(len(links), bool),
        topology=_report(links, length, piece, pieces, kept, left_out, int(said.by_turns[np.unique(kept.row)].sum())),
    )
    turned, old = _turned(made, roads, row, said)
    return _for_residents(turned, old, said.destination[row])


def _for_residents(network: RoadNetwork, place: NDArray[np.int64], only: Bools) -> RoadNetwork:
    """The network without ways through streets that are only for reaching something on them; its links come first."""
    if not only.any():
        return network
    only = np.append(only, np.zeros(len(network) - only.size, bool))
    shut, inner = destination.held(network.links, only, place)
    links, old, twins = destination.split(network.links, shut, inner)
    many = len(links) - len(network)
    crossing = np.flatnonzero(inner)
    at = network.node_xy[crossing]
    spots = shapely.linestrings(np.repeat(at[:, None, :], 2, axis=1))
    longer: dict[str, Any] = {name: _more(getattr(network, name), many, value) for name, value in TURN.items()}
    longer["for_residents"][: shut.size] = shut & ~network.turn
    longer["lanes"][twins.twin] = 0.0  # a twin is of the same street and has no lanes beside it
    last = int(network.piece.max(initial=-1)) + 1 + np.arange(crossing.size)
    report = network.topology
    return replace(
        network,
        links=links,
        **longer,
        piece=np.concatenate([network.piece, network.piece[twins.real], last]).astype(np.int32),
        geometry=np.concatenate([network.geometry, network.geometry[twins.real], spots]),
        node_xy=network.node_xy[old],
        joinable=np.append(network.joinable, np.zeros(old.size - network.joinable.size, bool)),
        topology=replace(report, part=report.part[old], strong=report.strong[old]),
        twins=twins,
    )


def _turned(network: RoadNetwork, roads: Any, row: Ints, said: osm.Said) -> tuple[RoadNetwork, NDArray[np.int64]]:
    """The network with the turn bans of the tags, links that stand for turns last, and the old node of each node."""
    if not said.bans:
        return network, np.arange(network.links.nodes, dtype=np.int64)
    by_source: dict[str, list[int]] = {}
    for i, source in enumerate(column(roads, "source_id").tolist()):
        by_source.setdefault(str(source), []).append(i)
    banned, good, lost = turns.understood(said.bans, row.astype(np.int64), network.links, by_source)
    links, old, held = turns.split(network.links, banned)
    many = len(links) - len(network)
    at = network.node_xy[old[links.tail[len(network) :]]]
    spots = shapely.linestrings(np.repeat(at[:, None, :], 2, axis=1))
    longer: dict[str, Any] = {name: _more(getattr(network, name), many, value) for name, value in TURN.items()}
    made = replace(
        network,
        links=links,
        **longer,
        piece=np.append(network.piece, network.piece.max(initial=-1) + 1 + np.arange(many)).astype(np.int32),
        geometry=np.append(network.geometry, spots),
        node_xy=network.node_xy[old],
        joinable=~held,
    )
    part, part_km = topology.parts(links, made.length_m, strong=False)
    strong, strong_km = topology.parts(links, made.length_m, strong=True)
    report = replace(network.topology, part=part, strong=strong, part_km=part_km, strong_km=strong_km)
    return replace(made, topology=replace(report, bans=good, bans_lost=lost)), old


def _more(values: NDArray[Any], many: int, value: Any) -> NDArray[Any]:
    return np.concatenate([values, np.full(many, value, values.dtype)])


def _single(tail: Any, head: Any, row: Ints, shape: Shapes, level: Any) -> Bools:
    """(m,) False for links that lie on one of another road: the same street that was brought in twice."""
    single = np.ones(tail.size, bool)
    order = np.lexsort((head, tail))
    same = (np.diff(tail[order]) == 0) & (np.diff(head[order]) == 0)
    parallel = order[np.append(same, False) | np.append(False, same)] if order.size else order
    first: dict[tuple[int, ...], int] = {}
    middle = shapely.get_coordinates(shapely.line_interpolate_point(shape[parallel], 0.5, normalized=True))
    place = np.rint(np.column_stack([middle, shapely.length(shape[parallel])]) * 100).astype(np.int64)
    for k, at in zip(np.sort(parallel).tolist(), place[np.argsort(parallel)].tolist(), strict=True):
        held = first.setdefault((int(tail[k]), int(head[k]), int(level[k]), *at), k)
        single[k] = row[held] == row[k]
    return single


def _links(tail: Any, head: Any, nodes: int, free_time: Floats, capacity: Floats, table: Norms) -> Links:
    ones = np.ones(len(free_time))
    formula = table.told["formula"]
    return Links(tail, head, nodes, 0, 0, free_time, ones * formula["b"], capacity, ones * formula["power"], ones * 0.0)


def _report(
    links: Links,
    length: Floats,
    piece: Ints,
    pieces: joints.Pieces,
    kept: Roads,
    left_out: dict[str, int],
    by_turns: int,
) -> Topology:
    part, part_km = topology.parts(links, length, strong=False)
    strong, strong_km = topology.parts(links, length, strong=True)
    dead, edge = topology.ends(links.tail, links.head, piece, pieces.node_xy)
    crossing = topology.crossings(pieces.geometry, pieces.tail, pieces.head, kept.level[pieces.line])
    places = (pieces.mended, pieces.passing, crossing)
    return Topology(part, strong, part_km, strong_km, dead, edge, *places, left_out, by_turns=by_turns)
