"""The streets as a graph: links between nodes where they meet, and the quickest way to every node from some."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling.plan import Floats
from vidbudova.session.sampling.streets import Network

Ints = NDArray[np.int64]
NO_CARS = ("footway", "path")


@dataclass(frozen=True, slots=True)
class Graph:
    """Links for cars between nodes.

    Attributes
    ----------
    at : (m, 2) places of the nodes. piece : (n,) the piece of road of each link. a, b : (n,) its nodes.
    cost : (n,) metres, main streets cheaper, so that mains follow them.
    start, link, other : links round each node: those of node k are `link[start[k]:start[k + 1]]`, with other ends.
    """

    at: Floats
    piece: Ints
    a: Ints
    b: Ints
    cost: Floats
    start: Ints
    link: Ints
    other: Ints


@dataclass(frozen=True, slots=True)
class Spread:
    """A forest over the nodes: the way from the nearest source.

    Attributes
    ----------
    parent, link : (m,) the node before and the link to it; -1 at sources and where no way leads.
    source : (m,) number of the source; -1 where no way leads. order : nodes reached, the nearest first.
    """

    parent: Ints
    link: Ints
    source: Ints
    order: Ints


DEAR = {"primary": 0.55, "secondary": 0.65, "tertiary": 0.75, "service": 1.3}


def graph_of(roads: Network) -> Graph:
    """The graph of the roads for cars; bridges count, since mains cross them too."""
    piece = np.flatnonzero(~np.isin(roads.kind, NO_CARS))
    lines = roads.lines[piece]
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    at, node = np.unique(ends, axis=0, return_inverse=True)
    a, b = node[: len(piece)], node[len(piece) :]
    dear = np.array([DEAR.get(k, 1.0) for k in roads.kind[piece].tolist()])
    every, link = np.r_[a, b], np.r_[np.arange(len(piece)), np.arange(len(piece))]
    order = np.argsort(every, kind="stable")
    start = np.searchsorted(every[order], np.arange(len(at) + 1))
    cost = shapely.length(lines) * dear * np.where(roads.oneway[piece] == "no", 1.0, 1.4)
    return Graph(at, piece, a, b, cost, start, link[order], np.r_[b, a][order])


def spread(graph: Graph, sources: list[int]) -> Spread:
    """The cheapest way to every node from any of the sources (Dijkstra)."""
    n = len(graph.at)
    parent, way, owner = [-1] * n, [-1] * n, [-1] * n
    best = [float("inf")] * n
    start, link, other, cost = (x.tolist() for x in (graph.start, graph.link, graph.other, graph.cost))
    heap = []
    for k, node in enumerate(sources):
        if best[node] > 0:
            best[node], owner[node] = 0.0, k
            heap.append((0.0, node))
    heapq.heapify(heap)
    order, done = [], bytearray(n)
    while heap:
        far, node = heapq.heappop(heap)
        if done[node]:
            continue
        done[node] = 1
        order.append(node)
        for k in range(start[node], start[node + 1]):
            to, reached = other[k], far + cost[link[k]]
            if reached < best[to]:
                best[to], parent[to], way[to], owner[to] = reached, node, link[k], owner[node]
                heapq.heappush(heap, (reached, to))
    return Spread(np.array(parent), np.array(way), np.array(owner), np.array(order))


def gathered(tree: Spread, weight: Floats) -> Floats:
    """(m,) the weight of each node and of all beyond it."""
    total, parent = weight.tolist(), tree.parent.tolist()
    for node in tree.order[::-1].tolist():
        if parent[node] >= 0:
            total[parent[node]] += total[node]
    return np.array(total)


def totals(node: Ints, weight: Floats, count: int) -> Floats:
    """(count,) the weights that hang on each node."""
    found = np.zeros(count)
    np.add.at(found, node, weight)
    return found


def spots(graph: Graph, weight: Floats, count: int) -> list[int]:
    """Nodes for so many sources: the heaviest middle first, then always the farthest from those there are."""
    used = np.flatnonzero(weight > 0)
    middle = np.average(graph.at[used], axis=0, weights=weight[used])
    found = [int(used[np.argmin(np.hypot(*(graph.at[used] - middle).T))])]
    away = np.hypot(*(graph.at[used] - graph.at[found[0]]).T)
    while len(found) < count:
        k = int(np.argmax(away * (weight[used] > np.median(weight[used]))))
        found.append(int(used[k]))
        away = np.minimum(away, np.hypot(*(graph.at[used] - graph.at[used[k]]).T))
    return found
