"""What a road network is made of: parts that hang together, dead ends, edges where the data were cut off, mends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .links import Links

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

EDGE_M = 50.0
"""A dead end so near the hull of all nodes is thought to be cut off there rather than to end."""


@dataclass(frozen=True)
class Topology:
    """Report on a network of n nodes.

    Attributes
    ----------
    part : (n,) number of the part that hangs together whatever the direction; 0 is the largest, then by size.
    strong : (n,) the same for parts in which every node reaches every other.
    part_km, strong_km : kilometres of directed links inside each of them.
    dead_ends : nodes where one road ends, those at the edge not among them.
    edge : nodes where one road ends at the edge of the data: where a clipped import was cut off.
    mended : (s, 2) ends that were joined to what they did not quite meet.
    passing : (c, 2) points shared by roads on different levels, which do not meet there.
    crossing : (x, 2) points where roads of one level cross without a point in common: they do not meet, and where many
        are told, the data lack their junctions.
    left_out : reason -> how many roads: "cars" (class), "access", "geometry", "length", "doubled" (another road lies on
        the same line).
    by_turns : roads whose direction changes by the clock, taken as half a road each way.
    bans : turn bans applied. bans_lost : those that could not be understood on this network.
    """

    part: Ints
    strong: Ints
    part_km: Floats
    strong_km: Floats
    dead_ends: Ints
    edge: Ints
    mended: Floats
    passing: Floats
    crossing: Floats
    left_out: Mapping[str, int]
    by_turns: int = 0
    bans: int = 0
    bans_lost: int = 0

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.part_km)

    @property
    def strong_parts(self) -> int:
        """How many parts there are in which every node reaches every other."""
        return len(self.strong_km)

    @property
    def main(self) -> Bools:
        """(n,) nodes of the largest part in which every node reaches every other."""
        return np.asarray(self.strong == 0)


def parts(links: Links, length_m: Floats, strong: bool, open_: Bools | None = None) -> tuple[Ints, Floats]:
    """Number of the part of each node (n,), by falling size in nodes, and kilometres of links inside each part.

    Parameters
    ----------
    open_ : (m,) links that count; all if not given.
    """
    use = np.ones(len(links), bool) if open_ is None else open_
    tail, head = links.tail[use], links.head[use]
    graph = coo_matrix((np.ones(tail.size, np.int8), (tail, head)), shape=(links.nodes, links.nodes))
    if not links.nodes:
        return np.zeros(0, np.int32), np.zeros(0)
    kind = "strong" if strong else "weak"
    count, found = connected_components(graph, directed=True, connection=kind)
    order = np.argsort(-np.bincount(found, minlength=count), kind="stable")
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count)
    part = rank[found]
    inside = part[tail] == part[head]
    km = np.bincount(part[tail][inside], length_m[use][inside] / 1000, minlength=count)
    return part, np.asarray(km, np.float64)


def ends(tail: Ints, head: Ints, piece: Ints, node_xy: Floats) -> tuple[Ints, Ints]:
    """(dead ends, dead ends at the edge of the data): nodes that one end of one piece touches.

    Parameters
    ----------
    piece : (m,) links of both directions of a street have one number.
    """
    first = np.unique(piece, return_index=True)[1]
    touched = np.bincount(np.concatenate([tail[first], head[first]]), minlength=len(node_xy))
    dead = np.flatnonzero(touched == 1).astype(np.int32)
    if len(node_xy) < 3:
        return dead, dead[:0]
    hull = shapely.convex_hull(shapely.linestrings(node_xy))  # of a line it is that of its points, and sooner there
    if hull.area == 0:
        return dead, dead[:0]
    at_edge = shapely.dwithin(shapely.points(node_xy[dead]), hull.exterior, EDGE_M)
    return dead[~at_edge], dead[at_edge]


def crossings(shapes: NDArray[Any], tail: NDArray[Any], head: NDArray[Any], level: NDArray[Any]) -> Floats:
    """(x, 2) points where pieces of one level cross that have no node in common."""
    if not len(shapes):
        return np.zeros((0, 2))
    one, other = shapely.STRtree(shapes).query(shapes)
    apart = (one < other) & (level[one] == level[other])
    for mine in (tail, head):
        for theirs in (tail, head):
            apart &= mine[one] != theirs[other]
    one, other = one[apart], other[apart]
    met = shapely.crosses(shapes[one], shapes[other])
    points = shapely.point_on_surface(shapely.intersection(shapes[one[met]], shapes[other[met]]))
    return np.asarray(shapely.get_coordinates(points), np.float64)
