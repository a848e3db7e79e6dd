"""Public transport and junctions: tram tracks, lines of tram and bus with their stops, signals."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from vidbudova.session.sampling.graph import Ints, Spread, spots, spread, totals
from vidbudova.session.sampling.plan import Floats
from vidbudova.session.sampling.utilities import Streets, beside

Row = dict[str, Any]
STOP_EACH_M = 430.0
TRACK_M = 1.6
RANK = {"primary": 3, "secondary": 2, "tertiary": 1}


@dataclass(slots=True)
class Transit:
    """Rows of lines, tracks and stops. `stop_at`: number of the stop at each node of the streets that has one."""

    lines: list[Row] = field(default_factory=list)
    tracks: list[Row] = field(default_factory=list)
    stops: list[Row] = field(default_factory=list)
    stop_at: dict[int, int] = field(default_factory=dict)


def transit(streets: Streets) -> Transit:
    """Trams on the avenue and over bridges, then buses from edge to edge through the middle."""
    found = Transit()
    trams = _trams(streets)
    for k, way in enumerate(trams):
        _line(streets, found, way, "tram", str(k + 1), 7.0 + 2 * (k % 3))
        _track(streets, found, way)
    count = int(np.clip(len(streets.town.plan.cells) // 11, 2, 90))
    for k, way in enumerate(_buses(streets, count)):
        _line(streets, found, way, "bus", str(10 + k), 8.0 + 4 * (k % 5))
    return found


def _trams(streets: Streets) -> list[list[int]]:
    """(nodes in order) along the avenue as far as the city goes, and from it over each other bridge."""
    plan, graph = streets.town.plan, streets.graph
    row = plan.river_row
    there = sorted(i for i, j in plan.kinds if j in (row + 1, row + 2))
    first, last = float(plan.us[there[0]]), float(plan.us[there[-1] + 1])
    avenue, south = float(plan.vs[row + 2]), float(plan.vs[row - 1])
    wanted: list[tuple[tuple[float, float], ...]] = [((first, avenue), (last, avenue))]
    wanted += [((first, avenue), (float(plan.us[i]), avenue), (float(plan.us[i]), south)) for i in plan.bridges[::2]]
    found = []
    for places in wanted:
        ends = [int(np.argmin(np.hypot(*(graph.at - plan.place(*place)).T))) for place in places]
        way = [ends[0]]
        for a, b in zip(ends, ends[1:], strict=False):
            way += _path(spread(graph, [a]), b)[1:]
        found.append(way)
    return found


def _path(tree: Spread, node: int) -> list[int]:
    """Nodes from the source of a spread to a node."""
    way = [node]
    while (before := int(tree.parent[way[-1]])) >= 0:
        way.append(before)
    return way[::-1]


def _buses(streets: Streets, count: int) -> list[list[int]]:
    """From places far apart through the middle: each with about the opposite one."""
    graph = streets.graph
    weight = totals(streets.node, streets.town.rows["people"].astype(float) + 0.01, len(graph.at))
    middle, *ends = spots(graph, weight, 2 * count + 1)
    at = graph.at[ends] - graph.at[middle]
    order = np.argsort(np.arctan2(at[:, 1], at[:, 0]), kind="stable").tolist()
    tree = spread(graph, [middle])
    found = []
    for k in range(count):
        a, b = _path(tree, ends[order[k]]), _path(tree, ends[order[k + count]])
        while len(a) > 1 and len(b) > 1 and a[1] == b[1]:
            a, b = a[1:], b[1:]
        found.append(a[::-1] + b[1:])
    return [way for way in found if len(way) > 2]


def _between(streets: Streets, way: list[int]) -> tuple[Ints, list[bool]]:
    """The links along a way, and whether each is gone the way it is drawn."""
    graph = streets.graph
    links, along = [], []
    for a, b in zip(way, way[1:], strict=False):
        near = range(int(graph.start[a]), int(graph.start[a + 1]))
        link = min((graph.link[k] for k in near if graph.other[k] == b), key=lambda n: float(graph.cost[n]))
        links.append(int(link))
        along.append(bool(graph.a[link] == a))
    return np.array(links), along


def _course(streets: Streets, way: list[int]) -> Floats:
    links, along = _between(streets, way)
    lines = streets.town.roads.lines[streets.graph.piece[links]]
    parts = [shapely.get_coordinates(line)[:: 1 if on else -1] for line, on in zip(lines, along, strict=True)]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _line(streets: Streets, found: Transit, way: list[int], mode: str, ref: str, headway: float) -> None:
    graph = streets.graph
    stops, gone = [_stop(streets, found, way[0], mode)], 0.0
    for a, b in zip(way, way[1:], strict=False):
        gone += float(np.hypot(*(graph.at[b] - graph.at[a])))
        known = b in found.stop_at and gone > 0.55 * STOP_EACH_M
        if gone >= STOP_EACH_M or known or b == way[-1]:
            stops.append(_stop(streets, found, b, mode))
            gone = 0.0
    title = "Трамвай" if mode == "tram" else "Автобус"
    listed = json.dumps([str(n + 1) for n in dict.fromkeys(stops)])
    course = shapely.linestrings(_course(streets, way))
    said = {"name": f"{title} {ref}", "ref": ref, "mode": mode, "headway_min": headway, "stops": listed}
    found.lines.append({"geom": course, **said})


def _stop(streets: Streets, found: Transit, node: int, mode: str) -> int:
    """The number of the stop at a node; it is put there if there is none."""
    if node not in found.stop_at:
        names = _streets_at(streets, node)
        name = " / ".join(n.removeprefix("вулиця ").removeprefix("проспект ") for n in names[:2]) or f"Зупинка {node}"
        found.stop_at[node] = len(found.stops)
        place = np.round(streets.graph.at[node] + (9.0, 6.5), 2)
        found.stops.append({"geom": shapely.points(place), "kind": "stop", "name": name, "capacity": None})
    return found.stop_at[node]


def _streets_at(streets: Streets, node: int) -> list[str]:
    graph, roads = streets.graph, streets.town.roads
    links = graph.link[int(graph.start[node]) : int(graph.start[node + 1])]
    return sorted({str(roads.name[piece]) for piece in graph.piece[links].tolist() if roads.name[piece]})


def _track(streets: Streets, found: Transit, way: list[int]) -> None:
    """Two tracks, each stretch once, however many lines run there; stretches on bridges apart."""
    links, _along = _between(streets, way)
    pieces = streets.graph.piece[links]
    laid = {row["piece"] for row in found.tracks}
    pieces = np.array([p for p in pieces.tolist() if p not in laid], int)
    for side in (-TRACK_M, TRACK_M):
        lines = beside(streets.town.roads.lines[pieces], side)
        for piece, line in zip(pieces.tolist(), lines, strict=True):
            over = bool(streets.town.roads.bridge[piece])
            said = {"kind": "tram", "name": "Трамвайна колія", "bridge": int(over), "tunnel": 0, "level": int(over)}
            found.tracks.append({"geom": line, "piece": piece, **said})


def junctions(streets: Streets) -> list[Row]:
    """Where three or more streets meet: signals where a main road meets another, else priority."""
    graph, kinds = streets.graph, streets.town.roads.kind[streets.graph.piece]
    rank = np.array([RANK.get(k, 0) for k in kinds.tolist()])
    degree = np.diff(graph.start)
    top = np.maximum.reduceat(rank[graph.link], graph.start[:-1])
    crossing = np.add.reduceat((rank[graph.link] >= 2).astype(int), graph.start[:-1])
    rows = []
    for node in np.flatnonzero(degree >= 3).tolist():
        signals = crossing[node] >= 3 and top[node] >= 2
        cycle = (0.0, 0.0, 70.0, 90.0)[int(top[node])] if signals else None
        names = " / ".join(_streets_at(streets, node)[:2])
        control = "signals" if signals else "priority" if top[node] else "none"
        place = shapely.points(graph.at[node])
        rows.append({"geom": place, "name": names or None, "control": control, "cycle_s": cycle})
    return rows
