"""Traffic zones: hexagons or districts, from people and jobs of the buildings, and how they join the road network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from .links import Links

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Shapes = NDArray[Any]

OUTSIDE = -1
"""Zone of a building that has neither people nor jobs near it."""
SECTORS = 6
"""A zone is joined to the roads on at most so many sides."""
DETOUR = 1.3
"""Way on the road over the straight line; 1.2 to 1.4 in cities (Barthélemy 2011, Spatial Networks, section 3.2.3)."""
CONNECTOR_KM_H = 20.0
"""Speed on yards and drives between doors and the road: an assumption."""


@dataclass(frozen=True)
class Zones:
    """Where trips begin and end; z zones over n buildings.

    Attributes
    ----------
    id : (z,) what matrices call the zone: a hexagon's column and row ("12:-3"), or the district's own id.
    title : (z,) for people.
    outline : (z,) polygons.
    xy : (z, 2) middle of the zone weighted by people and jobs, metres.
    people, jobs : (z,) sums over the buildings.
    of : (n,) zone of each building, `OUTSIDE` where its zone is empty and was dropped.
    """

    id: tuple[str, ...]
    title: tuple[str, ...]
    outline: Shapes
    xy: Floats
    people: Floats
    jobs: Floats
    of: Ints

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Connectors:
    """How zones join the network: one row for each pair of zone and road node, used in both directions.

    Attributes
    ----------
    zone, node : (c,) the zone, and the road node in the network's own numbers.
    seconds : (c,) from the zone's middle to the node.
    weight : (c,) share of the zone's people and jobs on that side; sums to 1 in each zone.
    """

    zone: Ints
    node: Ints
    seconds: Floats
    weight: Floats


def hexagons(xy: Floats, people: Floats, jobs: Floats, width_m: float) -> Zones:
    """Zones of hexagons `width_m` from side to side, with a point and numbers for each building.

    The grid is fixed to the origin of the coordinate system, so that a zone has the same id in every scenario. Hexagons
    without people and jobs are left out.

    Parameters
    ----------
    xy : (n, 2) metres. people, jobs : (n,), not below 0; what is not known counts as 0.
    """
    if not width_m > 0:
        raise ValueError("the width of zones is above 0")
    people, jobs = _counts(people), _counts(jobs)
    kept, index = _different(_cells(xy, width_m))
    names = tuple(f"{column}:{row}" for column, row in kept.tolist())
    grid = Zones(names, names, _hexes(kept, width_m), np.zeros((len(kept), 2)), people, jobs, _whole(index))
    return _filled(grid, xy, people, jobs)


def districts(
    xy: Floats,
    people: Floats,
    jobs: Floats,
    ids: Sequence[str],
    titles: Sequence[str],
    outlines: Shapes,
    rest_width_m: float,
) -> Zones:
    """Zones by polygons; buildings outside all of them fall to hexagons of `rest_width_m`, so nobody is lost.

    A building in several polygons belongs to the first.
    """
    people, jobs = _counts(people), _counts(jobs)
    outlines = np.asarray(outlines, object)
    of = _first_within(xy, outlines)
    left = np.flatnonzero(of < 0)
    rest = hexagons(xy[left], people[left], jobs[left], rest_width_m)
    of[left] = np.where(rest.of >= 0, rest.of + len(ids), OUTSIDE)
    every = Zones(
        (*ids, *rest.id),
        (*titles, *rest.title),
        np.concatenate([outlines, rest.outline]),
        np.zeros((len(ids) + len(rest), 2)),
        people,
        jobs,
        of,
    )
    return _filled(every, xy, people, jobs)


def main_part(links: Links) -> NDArray[np.bool_]:
    """(nodes,) whether a node is in the largest part of the network where every node reaches every other."""
    ones = np.ones(len(links), np.int8)
    graph = coo_matrix((ones, (links.tail, links.head)), shape=(links.nodes, links.nodes))
    part = connected_components(graph, directed=True, connection="strong")[1]
    if not part.size:
        return np.zeros(0, bool)
    return np.asarray(part == np.bincount(part).argmax())


def connectors(zones: Zones, xy: Floats, weights: Floats, node_xy: Floats, usable: NDArray[np.bool_]) -> Connectors:
    """Joins each zone to the usable node nearest to the weighted middle of each of its `SECTORS` sides.

    Parameters
    ----------
    xy, weights : (n, 2) and (n,) of the buildings, as `zones` was made from; weights are people and jobs.
    node_xy : (nodes, 2). usable : (nodes,) nodes of the main part where a car may turn into a yard.
    """
    nodes = np.flatnonzero(usable)
    if not nodes.size or not len(zones):
        none = np.zeros(0, np.int32)
        return Connectors(none, none, np.zeros(0), np.zeros(0))
    zone, middle, weight = _sides(zones, xy, _counts(weights))
    node = nodes[cKDTree(node_xy[nodes]).query(middle)[1]]
    pair, index = np.unique(np.column_stack([zone, node]), axis=0, return_inverse=True)
    summed = np.bincount(index.ravel(), weight)
    whole = np.bincount(pair[:, 0], summed, minlength=len(zones))
    away = np.linalg.norm(node_xy[pair[:, 1]] - zones.xy[pair[:, 0]], axis=1)
    return Connectors(
        _whole(pair[:, 0]), _whole(pair[:, 1]), away * DETOUR / (CONNECTOR_KM_H / 3.6), summed / whole[pair[:, 0]]
    )


def attach(links: Links, zones: int, joined: Connectors, entry: Any = None) -> Links:
    """The network with zones as nodes 0 … zones-1 and road nodes after them; connectors last, out and then in.

    Connectors take the same time however many use them, and nobody passes through a zone.

    Parameters
    ----------
    entry : (n,) the node where one arrives who is bound for a node, see `destination.Twins`; None: the node itself.
    """
    zone, node = joined.zone, joined.node + zones
    arrived = node if entry is None else entry[joined.node] + zones
    same = np.zeros(2 * zone.size)

    def more(own: Floats, value: float) -> Floats:
        return np.concatenate([own, same + value])

    return Links(
        tail=_whole(np.concatenate([links.tail + zones, zone, arrived])),
        head=_whole(np.concatenate([links.head + zones, node, zone])),
        nodes=links.nodes + zones,
        zones=zones,
        first_through=zones,
        free_time=np.concatenate([links.free_time, joined.seconds, joined.seconds]),
        b=more(links.b, 0),
        capacity=more(links.capacity, 1),
        power=more(links.power, 1),
        fixed=more(links.fixed, 0),
    )


def _whole(values: Any) -> Ints:
    return np.ascontiguousarray(values, np.int32)


def _counts(values: Any) -> Floats:
    """Numbers of people or jobs, 0 where none is known."""
    known = np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    return np.maximum(known, 0)


def _cells(xy: Floats, width_m: float) -> NDArray[np.int64]:
    """Axial column and row of the hexagon (pointed at the top) around each point, by rounding cube coordinates."""
    side = width_m / np.sqrt(3)
    q = (np.sqrt(3) / 3 * xy[:, 0] - xy[:, 1] / 3) / side
    r = (2 / 3 * xy[:, 1]) / side
    cube = np.column_stack([q, r, -q - r])
    near = np.rint(cube)
    off = np.abs(near - cube)
    worst = off.argmax(axis=1)
    rows = np.arange(len(cube))
    near[rows, worst] -= near.sum(axis=1)
    return np.asarray(near[:, :2], np.int64)


def _different(cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different rows in order, and which of them each row is."""
    if not len(cells):
        return cells, np.zeros(0, np.int64)
    least = cells.min(axis=0)
    high = int(np.ptp(cells[:, 1])) + 1
    if int(np.ptp(cells[:, 0])) * high > 2**62:
        kept, index = np.unique(cells, axis=0, return_inverse=True)
        return kept, index.ravel()
    # one number for both is sorted many times faster
    number, index = np.unique((cells[:, 0] - least[0]) * high + (cells[:, 1] - least[1]), return_inverse=True)
    return np.column_stack([number // high, number % high]) + least, index


def _hexes(cells: NDArray[np.int64], width_m: float) -> Shapes:
    side = width_m / np.sqrt(3)
    middle = np.column_stack([np.sqrt(3) * (cells[:, 0] + cells[:, 1] / 2), 1.5 * cells[:, 1]]) * side
    angle = np.radians(np.arange(30, 391, 60))
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * side
    ring[-1] = ring[0]
    return np.asarray(shapely.polygons(middle[:, None, :] + ring[None]), object)


def _first_within(xy: Floats, outlines: Shapes) -> Ints:
    """(n,) the first polygon that covers each point, or `OUTSIDE`."""
    of = np.full(len(xy), len(outlines), np.int32)
    point, outline = shapely.STRtree(outlines).query(shapely.points(xy), predicate="intersects")
    np.minimum.at(of, point, outline.astype(np.int32))
    return np.where(of < len(outlines), of, OUTSIDE).astype(np.int32)


def _filled(zones: Zones, xy: Floats, people: Floats, jobs: Floats) -> Zones:
    """Zones with their sums and middles, without the empty ones."""
    inside = zones.of >= 0
    of, many = zones.of[inside], len(zones)

    def total(values: Floats) -> Floats:
        return np.asarray(np.bincount(of, values[inside], minlength=many), np.float64)

    weight = people + jobs
    sums = total(weight)
    kept = np.flatnonzero(sums > 0)
    middle = np.column_stack([total(weight * xy[:, 0]), total(weight * xy[:, 1])])[kept] / sums[kept, None]
    renumbered = np.full(many + 1, OUTSIDE, np.int32)
    renumbered[kept] = np.arange(kept.size)
    return replace(
        zones,
        id=tuple(zones.id[i] for i in kept),
        title=tuple(zones.title[i] for i in kept),
        outline=zones.outline[kept],
        xy=middle,
        people=total(people)[kept],
        jobs=total(jobs)[kept],
        of=renumbered[zones.of],
    )


def _sides(zones: Zones, xy: Floats, weights: Floats) -> tuple[Ints, Floats, Floats]:
    """Zone, weighted middle (s, 2) and weight of each side of a zone that has people or jobs."""
    filled = np.flatnonzero((zones.of >= 0) & (weights > 0))
    zone = zones.of[filled]
    away = xy[filled] - zones.xy[zone]
    sector = ((np.arctan2(away[:, 1], away[:, 0]) + np.pi) / (2 * np.pi) * SECTORS).astype(np.int64) % SECTORS
    side, index = np.unique(zone.astype(np.int64) * SECTORS + sector, return_inverse=True)
    weight = np.asarray(np.bincount(index, weights[filled]), np.float64)
    east = np.bincount(index, weights[filled] * xy[filled, 0]) / weight
    north = np.bincount(index, weights[filled] * xy[filled, 1]) / weight
    return _whole(side // SECTORS), np.column_stack([east, north]), weight
