"""Quickest ways through a network from one or many places at once (Dijkstra 1959, with a heap of stale entries)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .links import Links

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

NOBODY = -1
"""Label of a node that no seed reaches."""


@dataclass(frozen=True)
class Star:
    """Links in the order of the node they leave.

    Attributes
    ----------
    first : (nodes + 1,) where each node's links begin.
    head, cost : (m,) where each link leads, and its cost (≥ 0).
    link : (m,) index of the link in the order it was given.
    first_through : nodes below it are never passed through.
    """

    first: Ints
    head: Ints
    cost: Floats
    link: Ints
    first_through: int = 0

    @property
    def nodes(self) -> int:
        return int(self.first.size) - 1

    def with_cost(self, cost: Floats) -> Star:
        """The same links at other costs, (m,) in the order they were given to `star`."""
        return Star(self.first, self.head, np.ascontiguousarray(cost[self.link]), self.link, self.first_through)


def star(tail: Ints, head: Ints, cost: Floats, nodes: int, first_through: int = 0) -> Star:
    """Links as a `Star`; parallel links, loops and links of no cost are allowed, and such of endless cost are shut."""
    order = np.argsort(tail, kind="stable").astype(np.int32)
    first = np.zeros(nodes + 1, np.int32)
    first[1:] = np.cumsum(np.bincount(tail, minlength=nodes))
    return Star(
        first,
        np.ascontiguousarray(head[order], np.int32),
        np.ascontiguousarray(cost[order], np.float64),
        order,
        first_through,
    )


def of_links(links: Links, times: Floats | None = None) -> Star:
    """The star of an assignment's network, on the empty roads unless `times` (m,) says otherwise."""
    cost = links.free_time + links.fixed if times is None else times
    return star(links.tail, links.head, cost, links.nodes, links.first_through)


def reach(roads: Star, seeds: Ints, starts: Floats | None = None, limit: float = np.inf) -> tuple[Floats, Ints]:
    """Least cost from the cheapest seed to every node, and which seed that is.

    Parameters
    ----------
    seeds : (s,) nodes to begin at; a node may be named more than once.
    starts : (s,) cost already spent at each seed; none if not given.
    limit : farther nodes are left unreached.

    Returns
    -------
    (nodes,) costs, infinite where no way leads; (nodes,) place of the seed in `seeds`, or `NOBODY`.
    """
    at = np.zeros(seeds.size) if starts is None else starts
    return _reach(
        roads.first,
        roads.head,
        roads.cost,
        roads.first_through,
        np.ascontiguousarray(seeds, np.int32),
        np.ascontiguousarray(at, np.float64),
        limit,
    )


def between(roads: Star, origins: Ints, targets: Ints, threads: int = 2) -> Floats:
    """Least costs from each origin to each target, (origins, targets); infinite where no way leads."""

    def row(origin: int) -> Floats:
        return reach(roads, np.array([origin], np.int32))[0][targets]

    with ThreadPoolExecutor(max(1, threads)) as pool:
        rows = list(pool.map(row, origins.tolist()))
    return np.array(rows, np.float64).reshape(origins.size, targets.size)


@njit(cache=True, nogil=True)
def _push(keys: Floats, nodes: Ints, size: int, key: float, node: int) -> int:
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if keys[parent] <= key:
            break
        keys[place] = keys[parent]
        nodes[place] = nodes[parent]
        place = parent
    keys[place] = key
    nodes[place] = node
    return size + 1


@njit(cache=True, nogil=True)
def _drop(keys: Floats, nodes: Ints, size: int) -> int:
    """Takes the top away: the last entry sinks from there."""
    size -= 1
    key, node = keys[size], nodes[size]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[place] = keys[child]
        nodes[place] = nodes[child]
        place = child
    keys[place] = key
    nodes[place] = node
    return size


@njit(cache=True, nogil=True)
def _reach(
    first: Ints, heads: Ints, cost: Floats, first_through: int, seeds: Ints, starts: Floats, limit: float
) -> tuple[Floats, Ints]:
    nodes = first.size - 1
    best = np.full(nodes, np.inf)
    owner = np.full(nodes, -1, np.int32)
    seeded = np.zeros(nodes, np.bool_)
    keys = np.empty(heads.size + seeds.size + 1)
    queue = np.empty(heads.size + seeds.size + 1, np.int32)
    size = 0
    for seed in range(seeds.size):
        node = seeds[seed]
        if starts[seed] < best[node] and starts[seed] <= limit:
            best[node] = starts[seed]
            owner[node] = seed
            seeded[node] = True
            size = _push(keys, queue, size, starts[seed], node)
    while size > 0:
        key, node = keys[0], queue[0]
        size = _drop(keys, queue, size)
        if key > best[node] or (node < first_through and not seeded[node]):
            continue
        for at in range(first[node], first[node + 1]):
            reached = key + cost[at]
            head = heads[at]
            if reached < best[head] and reached <= limit:
                best[head] = reached
                owner[head] = owner[node]
                size = _push(keys, queue, size, reached, head)
    return best, owner
