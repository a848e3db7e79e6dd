"""Networks along the streets that feed every building: water, sewage, heating, gas and telecom; what each needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling import ground
from vidbudova.session.sampling.city import Town
from vidbudova.session.sampling.graph import Graph, Ints, Spread, gathered, graph_of, spots, spread, totals
from vidbudova.session.sampling.plan import Floats

Row = dict[str, Any]
Objects = NDArray[np.object_]
SEWERS = (200, 250, 315, 400, 500, 600, 800, 1000, 1500, 2000, 2500)
MAINS = (110, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1200, 1600)
HEATING = (50, 80, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 1000, 1200, 1400)
GAS = (63, 90, 110, 160, 225, 315, 400, 530)
LOOPED = ("primary", "secondary", "tertiary")


@dataclass(frozen=True, slots=True)
class Streets:
    """The town as networks see it: the graph, where each building hangs, the ground at the nodes."""

    town: Town
    graph: Graph
    node: Ints
    ground_m: Floats
    needs: dict[str, Floats]


@dataclass(slots=True)
class Net:
    """One network as rows, and the code of the node each building hangs on (None: it is not on it)."""

    name: str
    hang: Objects
    nodes: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)


def streets_of(town: Town) -> Streets:
    """Every building at the nearer end of the piece of street it stands at."""
    graph = graph_of(town.roads)
    row = np.full(len(town.roads.lines), -1)
    row[graph.piece] = np.arange(len(graph.piece))
    link = row[town.front]
    a, b = graph.a[link], graph.b[link]
    at = shapely.get_coordinates(shapely.centroid(town.shapes))
    nearer = np.hypot(*(at - graph.at[a]).T) <= np.hypot(*(at - graph.at[b]).T)
    return Streets(town, graph, np.where(nearer, a, b), ground.height_at(town.plan, graph.at), needs(town))


def needs(town: Town) -> dict[str, Floats]:
    """What every building takes, 0 where it is not on a network: kW, m³ a day, kW, kW, lines.

    Rules of thumb: 1.1 kW a flat at the transformer, 0.6 kW a job; 150 l a person and 40 l a job a day; heat 70 W a
    square metre of floor; gas 12 kW a private house.
    """
    rows, use = town.rows, town.rows["use"]
    people, jobs, flats = (rows[name].astype(float) for name in ("people", "jobs", "flats"))
    floor = shapely.area(town.shapes) * rows["levels"].astype(float)
    shed, summer, house = use == "garage", use == "other", use == "house"
    served = ~(shed | summer)
    water = np.maximum(0.15 * people + 0.04 * jobs, 0.2)
    return {
        "power": np.maximum(np.where(house, 3.0, 1.1 * flats) + 0.6 * jobs, 0.3),
        "water": np.where(shed, 0.0, water),
        "sewage": np.where(served, 0.9 * water, 0.0),
        "heating": np.where(served & ~house, np.maximum(0.07 * floor, 2.0), 0.0),
        "gas": np.where(house, 12.0, 0.0),
        "telecom": np.where(served, np.maximum(flats, 1) + np.floor(jobs / 3), 0.0),
    }


def nets(streets: Streets) -> list[Net]:
    """All but power."""
    town, graph = streets.town, streets.graph
    wanted = {name: totals(streets.node, need, len(graph.at)) for name, need in streets.needs.items()}
    ringed = _ringed(streets)
    wanted["water"][np.r_[graph.a[ringed], graph.b[ringed]]] += 1e-6
    found = []
    for name, prefix in PREFIX.items():
        weight = wanted[name]
        if not weight.any():
            found.append(Net(name, np.full(len(town.shapes), None, object)))
            continue
        sources = _sources(streets, name, weight)
        found.append(_woven(streets, name, prefix, sources, weight))
    return found


PREFIX = {"water": "W", "sewage": "K", "heating": "H", "gas": "G", "telecom": "C"}
SOURCE = {
    "water": ("pump", "Насосна станція"),
    "sewage": ("treatment", "Очисні споруди"),
    "heating": ("boiler_house", "Котельня"),
    "gas": ("gas_station", "ГРС"),
    "telecom": ("exchange", "АТС"),
}
SHARE = {"water": 60_000.0, "heating": 240_000.0, "gas": 400_000.0, "telecom": 40_000.0}
"""What one source can give."""


def _sources(streets: Streets, name: str, weight: Floats) -> list[int]:
    graph, town = streets.graph, streets.town
    if name == "sewage":
        return [int(np.argmin(streets.ground_m + np.where(weight > 0, 0.0, 1e6)))]
    if name == "heating":
        boilers = np.flatnonzero(town.rows["name"] == SOURCE["heating"][1])
        return sorted({int(n) for n in streets.node[boilers].tolist()}) or spots(graph, weight, 1)
    count = int(weight.sum() // SHARE[name]) + 1
    return spots(graph, weight, count)


def _woven(streets: Streets, name: str, prefix: str, sources: list[int], weight: Floats) -> Net:
    graph, tree = streets.graph, spread(streets.graph, sources)
    flow = gathered(tree, weight)
    child = np.flatnonzero((tree.parent >= 0) & (flow > 0))
    codes = np.array([f"{prefix}{n}" for n in range(len(graph.at))], object)
    net = Net(name, codes[streets.node])
    net.hang[streets.needs[name] <= 0] = None
    lines, start, end = courses(streets, tree, child, SIDE[name], name == "sewage")
    for row in _links(streets, name, lines, start, end, flow[child]):
        net.links.append({**row, "from_node": codes[row["from_node"]], "to_node": codes[row["to_node"]]})
    used = (flow > 0) | np.isin(np.arange(len(flow)), sources)
    if name == "water":
        _rings(streets, tree, net, codes)
    net.nodes.extend(_nodes(streets, name, codes, np.flatnonzero(used), sources, flow))
    return net


SIDE = {"water": 2.4, "sewage": -2.4, "heating": 4.4, "gas": -4.6, "telecom": 5.4}
"""How far from the axis of the street, metres."""


def courses(streets: Streets, tree: Spread, child: Ints, side: float, up: bool = False) -> tuple[Objects, Ints, Ints]:
    """Lines of the links to nodes, beside the axis, the way the flow goes: away from sources, or to them (`up`)."""
    graph = streets.graph
    link = tree.link[child]
    along = (graph.b[link] == child) != up
    lines = beside(streets.town.roads.lines[graph.piece[link]], side)
    lines = np.where(along, lines, shapely.reverse(lines))
    return lines, np.where(up, child, tree.parent[child]), np.where(up, tree.parent[child], child)


def beside(lines: Objects, side: float) -> Objects:
    """Lines moved to their left by metres, vertex by vertex, so that there are as many."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    step = np.diff(xy, axis=0)
    joined = of[1:] == of[:-1]
    step[~joined] = 0.0
    before, after = np.r_[np.zeros((1, 2)), step], np.r_[step, np.zeros((1, 2))]
    way = before + after
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    return np.asarray(shapely.linestrings(np.round(xy + side * np.c_[-way[:, 1], way[:, 0]], 2), indices=of))


def standard(sizes: tuple[int, ...], wanted: Floats) -> Floats:
    """The next size that is made."""
    made: Floats = np.array(sizes, float)
    return np.asarray(made[np.searchsorted(made, wanted).clip(max=len(sizes) - 1)])


def sizes(name: str, flow: Floats) -> Floats:
    """Diameters (mm) for flows: water and sewage at 0.9 m/s and peaks of 1.8; heat at 1.2 m/s and 50 K; gas by rule."""
    litres = {"water": flow / 86.4 * 1.8 + 8, "sewage": flow / 86.4 * 1.8 * 2 + 4, "heating": flow / 4.19 / 50}
    if name == "gas":
        return standard(GAS, 40.0 + 2.2 * np.sqrt(flow))
    speed = 1.2 if name == "heating" else 0.9
    made = {"water": MAINS, "sewage": SEWERS, "heating": HEATING}[name]
    across: Floats = np.sqrt(4 * litres[name] / 1000 / np.pi / speed) * 1000
    return standard(made, across)


def _links(streets: Streets, name: str, lines: Objects, start: Ints, end: Ints, flow: Floats) -> Iterator[Row]:
    if name == "telecom":
        fibres = standard((4, 8, 16, 32, 64, 96, 144, 288), flow / 8)
        for line, a, b, n in zip(lines, start.tolist(), end.tolist(), fibres.tolist(), strict=True):
            yield {"geom": line, "kind": "fibre", "fibres": int(n), "from_node": a, "to_node": b}
        return
    wide = sizes(name, flow)
    rise = streets.ground_m[end] - streets.ground_m[start]
    pressure = _pressure(name, wide, rise)
    for line, a, b, d, p in zip(lines, start.tolist(), end.tolist(), wide.tolist(), pressure.tolist(), strict=True):
        yield {
            "geom": line,
            "kind": "hot_water" if name == "heating" else name,
            "diameter_mm": d,
            "pressure_bar": p if p > 0 else None,
            "material": MATERIAL[name][int(d > MATERIAL[name][2])],
            "from_node": a,
            "to_node": b,
        }


MATERIAL: dict[str, tuple[Any, Any, int]] = {
    "water": ("polyethylene", "steel", 315),
    "sewage": ("ceramic", "concrete", 400),
    "heating": ("steel", "steel", 0),
    "gas": ("polyethylene", "steel", 225),
}


def _pressure(name: str, wide: Floats, rise: Floats) -> Floats:
    if name == "sewage":
        return np.where(rise > 0.5, 2.0, 0.0)
    if name == "gas":
        return np.where(wide > 160, 3.0, 0.003)
    return np.full(len(wide), {"water": 4.0, "heating": 8.0}[name])


def _ringed(streets: Streets) -> NDArray[np.bool_]:
    """Links whose street has a main that may close a ring."""
    return np.isin(streets.town.roads.kind[streets.graph.piece], LOOPED)


def _rings(streets: Streets, tree: Spread, net: Net, codes: Objects) -> None:
    """Mains along the main streets that close rings, from the node nearer to a source."""
    graph, ringed = streets.graph, _ringed(streets)
    spare = np.flatnonzero(ringed & ~np.isin(np.arange(len(ringed)), tree.link))
    rank = np.empty(len(graph.at), int)
    rank[tree.order] = np.arange(len(tree.order))
    lines = beside(streets.town.roads.lines[graph.piece[spare]], SIDE["water"])
    ahead = rank[graph.a[spare]] < rank[graph.b[spare]]
    for line, a, b, on in zip(lines, codes[graph.a[spare]], codes[graph.b[spare]], ahead.tolist(), strict=True):
        ends = {"from_node": a, "to_node": b} if on else {"from_node": b, "to_node": a}
        course = line if on else shapely.reverse(line)
        net.links.append(
            {
                "geom": course,
                "kind": "water",
                "diameter_mm": 200.0,
                "pressure_bar": 4.0,
                "material": "polyethylene",
                **ends,
            }
        )


def _nodes(streets: Streets, name: str, codes: Objects, used: Ints, sources: list[int], flow: Floats) -> Iterator[Row]:
    kind, title = SOURCE[name]
    number = {node: k + 1 for k, node in enumerate(sources)}
    points = shapely.points(streets.graph.at[used])
    for node, point in zip(used.tolist(), points, strict=True):
        source = node in number
        yield {
            "geom": point,
            "code": codes[node],
            "network": name,
            "kind": kind if source else "junction",
            "name": f"{title} № {number[node]}" if source else None,
            "ground_m": round(float(streets.ground_m[node]), 2),
            "capacity": round(float(flow[node]) * 1.3) if source else None,
        }
