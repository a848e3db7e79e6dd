"""Power: 110 kV round the city, 10 kV feeders from the substations to transformers, 0.4 kV from those to buildings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling import ground
from vidbudova.session.sampling.graph import Ints, Spread, gathered, spread, totals
from vidbudova.session.sampling.plan import Cell, Floats
from vidbudova.session.sampling.utilities import Net, Streets, courses

Row = dict[str, Any]
Objects = NDArray[np.object_]
SUBSTATION_KW = 32_000.0
TRANSFORMER_KW = 420.0
"""From this load on a transformer of its own is worth it."""
TRANSFORMERS_KVA = (100, 160, 250, 400, 630, 1000, 1260, 2000, 3200, 5000)
TOWER_EACH_M = 210.0


def power(streets: Streets) -> Net:
    """The network of power, from the grid's node outside the city to each building."""
    load = totals(streets.node, streets.needs["power"], len(streets.graph.at))
    sites = _sites(streets, max(2, int(load.sum() * 0.55 / SUBSTATION_KW) + 1))
    at = np.array([_middle(streets, cell) for cell in sites])
    sources = _nearest(streets, at)
    tree = spread(streets.graph, sources)
    above, here = _transformers(tree, load)
    low = _names("L", "T", here)
    net = Net("power", low[streets.node])
    _high(streets, net, sites, at)
    _medium(streets, net, tree, here, sources, at)
    _low(streets, net, tree, above, here, low)
    return net


def _names(prefix: str, special: str, here: Floats) -> Objects:
    return np.array([f"{special if here[n] else prefix}{n}" for n in range(len(here))], object)


def _sites(streets: Streets, count: int) -> list[Cell]:
    """Blocks of the country beside the city, spread round it."""
    plan = streets.town.plan
    city = plan.kinds.keys()
    free = [c for c in plan.country if {(c.i + 1, c.j), (c.i - 1, c.j), (c.i, c.j + 1), (c.i, c.j - 1)} & city]
    free = [c for c in free if abs(c.v0 + c.v1) / 2 > 200] or list(plan.country)
    at = np.array([((c.u0 + c.u1) / 2, (c.v0 + c.v1) / 2) for c in free])
    found = [int(np.argmax(at[:, 0]))]
    away = np.hypot(*(at - at[found[0]]).T)
    while len(found) < min(count, len(free)):
        found.append(int(np.argmax(away)))
        away = np.minimum(away, np.hypot(*(at - at[found[-1]]).T))
    return [free[k] for k in found]


def _middle(streets: Streets, cell: Cell) -> Floats:
    return streets.town.plan.place((cell.u0 + cell.u1) / 2, (cell.v0 + cell.v1) / 2)


def _nearest(streets: Streets, at: Floats) -> list[int]:
    return [int(np.argmin(np.hypot(*(streets.graph.at - place).T))) for place in at]


def _transformers(tree: Spread, load: Floats) -> tuple[Floats, Floats]:
    """(m,) the load of each node and of what lies beyond it on 0.4 kV; the load of the transformer there, or 0.

    From the ends of the streets inward, load is gathered until it is worth a transformer.
    """
    total, here = load.tolist(), [0.0] * len(load)
    parent = tree.parent.tolist()
    for node in tree.order[::-1].tolist():
        if total[node] >= TRANSFORMER_KW or (parent[node] < 0 and total[node] > 0):
            here[node] = total[node]
        elif parent[node] >= 0:
            total[parent[node]] += total[node]
    return np.array(total), np.array(here)


def _high(streets: Streets, net: Net, sites: list[Cell], at: Floats) -> None:
    """The ring of 110 kV: overhead with towers where it passes no building, else as a cable."""
    plan = streets.town.plan
    middle = at.mean(axis=0)
    order = np.argsort(np.arctan2(*(at - middle).T[::-1]), kind="stable").tolist()
    feed = plan.place(plan.us[-1] + plan.far_m - 80, plan.vs[-1] + plan.far_m - 90)
    net.nodes.append(_node(streets, feed, "S0", "grid", "ПС 330/110 кВ «Вузлова»", None))
    for k, place in enumerate(at):
        net.nodes.append(_node(streets, place, f"S{k + 1}", "substation", _title(k), 2 * 25_000.0))
        corners = [(-30, -24), (30, -24), (30, 24), (-30, 24)]
        yard = shapely.polygons(np.round(place + np.array(corners, float), 2))
        net.links.append({"geom": yard, "kind": "substation", "name": _title(k), "voltage_v": 110e3})
    first = min(range(len(order)), key=lambda k: float(np.hypot(*(at[order[k]] - feed))))
    order = order[first:] + order[:first]
    ways = [(feed, at[order[0]], "S0", f"S{order[0] + 1}")]
    ways += [(at[a], at[b], f"S{a + 1}", f"S{b + 1}") for a, b in zip(order, order[1:], strict=False)]
    if len(order) > 2:
        ways.append((feed, at[order[-1]], "S0", f"S{order[-1] + 1}"))
    tree = shapely.STRtree(streets.town.shapes)
    for a, b, start, end in ways:
        net.links.extend(_span(streets.town.water, tree, a, b, start, end))


def _title(k: int) -> str:
    sides = ("Східна", "Західна", "Північна", "Південна", "Міська", "Заводська", "Річкова", "Садова")
    return f"ПС 110/10 кВ «{sides[k % 8]}{f'-{k // 8 + 1}' if k >= 8 else ''}»"


def _node(streets: Streets, at: Floats, code: str, kind: str, name: str, capacity: float | None) -> Row:
    level = float(ground.height_at(streets.town.plan, np.asarray(at)[None])[0])
    said = {"code": code, "network": "power", "kind": kind, "name": name, "capacity": capacity}
    return {"geom": shapely.points(np.round(at, 2)), "ground_m": round(level, 2), **said}


def _span(water: shapely.Geometry, tree: shapely.STRtree, a: Floats, b: Floats, start: str, end: str) -> Iterator[Row]:
    parts = max(1, round(float(np.hypot(*(b - a))) / TOWER_EACH_M))
    towers = np.round(a + (b - a) * np.linspace(0, 1, parts + 1)[:, None], 2)
    line = shapely.linestrings(towers)
    dry = shapely.length(shapely.intersection(line, water)) < TOWER_EACH_M
    overhead = dry and not len(tree.query(shapely.buffer(line, 15.0), predicate="intersects"))
    ends = {"voltage_v": 110e3, "from_node": start, "to_node": end}
    yield {
        "geom": line,
        "kind": "line" if overhead else "cable",
        "name": "ПЛ 110 кВ" if overhead else "КЛ 110 кВ",
        **ends,
    }
    if overhead:
        for tower in shapely.points(towers[1:-1]):
            yield {"geom": tower, "kind": "tower", "voltage_v": 110e3}


def _medium(streets: Streets, net: Net, tree: Spread, here: Floats, sources: list[int], at: Floats) -> None:
    """Feeders of 10 kV: the tree down to every transformer, and from each substation to its first street."""
    needed = gathered(tree, (here > 0).astype(float)) > 0
    code = _names("M", "T", here)
    child = np.flatnonzero((tree.parent >= 0) & needed)
    lines, start, end = courses(streets, tree, child, 6.2)
    for line, a, b in zip(lines, code[start], code[end], strict=True):
        net.links.append({"geom": line, "kind": "cable", "voltage_v": 10e3, "from_node": a, "to_node": b})
    for k, (node, place) in enumerate(zip(sources, at, strict=True)):
        way = shapely.linestrings(np.round([place, streets.graph.at[node]], 2))
        ends = {"from_node": f"S{k + 1}", "to_node": code[node]}
        net.links.append({"geom": way, "kind": "cable", "name": "Ввід 10 кВ", "voltage_v": 10e3, **ends})
    used = np.union1d(np.flatnonzero(needed), np.array(sources))
    net.nodes.extend(_points(streets, used, code, here))


def _low(streets: Streets, net: Net, tree: Spread, above: Floats, here: Floats, code: Objects) -> None:
    """0.4 kV: from each transformer down to where the next one begins."""
    child = np.flatnonzero((tree.parent >= 0) & (above > 0) & (here == 0))
    lines, start, end = courses(streets, tree, child, -6.2)
    for line, a, b in zip(lines, code[start], code[end], strict=True):
        net.links.append({"geom": line, "kind": "cable", "voltage_v": 400.0, "from_node": a, "to_node": b})
    net.nodes.extend(_points(streets, child, code, here))


def _points(streets: Streets, nodes: Ints, code: Objects, here: Floats) -> Iterator[Row]:
    sizes = np.array(TRANSFORMERS_KVA, float)
    for node, point in zip(nodes.tolist(), shapely.points(streets.graph.at[nodes]), strict=True):
        load = float(here[node])
        size = float(sizes[min(len(sizes) - 1, int(np.searchsorted(sizes, load * 0.75)))]) if load else None
        yield {
            "geom": point,
            "code": code[node],
            "network": "power",
            "kind": "transformer" if load else "junction",
            "name": f"ТП-{node}" if load else None,
            "ground_m": round(float(streets.ground_m[node]), 2),
            "capacity": size,
        }
