"""Quickest ways through a network: from one or many places at once, and between many places."""

from __future__ import annotations

import os
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
SHARE = 0.5
"""Width of a bucket, as a share of the middle cost of a link: so few nodes of a street network are looked at twice."""
MOST_BUCKETS = 4096
MOST_THREADS = 4


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


def between(roads: Star, origins: Ints, targets: Ints, threads: int = 0) -> Floats:
    """Least costs from each origin to each target, (origins, targets); infinite where no way leads.

    By buckets of cost (Dial 1969), in which nodes are looked at again where that helps.

    Parameters
    ----------
    threads : how many work at it; as many as there are processors, up to `MOST_THREADS`, if not given.
    """
    width, buckets = _buckets(roads.cost)
    many = max(1, threads or min(os.cpu_count() or 1, MOST_THREADS))
    found = np.empty((origins.size, targets.size))
    of, to = np.ascontiguousarray(origins, np.int32), np.ascontiguousarray(targets, np.int32)

    def rows(part: slice) -> None:
        _between(roads.first, roads.head, roads.cost, roads.first_through, of[part], to, width, buckets, found[part])

    ends = np.linspace(0, origins.size, 4 * many + 1).astype(int).tolist()
    with ThreadPoolExecutor(many) as pool:
        list(pool.map(rows, [slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True) if pair[0] < pair[1]]))
    return found


def make_ready() -> None:
    """Compiles the kernels or takes them from the cache."""
    there = np.zeros(1, np.int32)
    roads = star(there, there, np.ones(1), 1)
    reach(roads, there)
    between(roads, there, there, 1)


def _buckets(cost: Floats) -> tuple[float, int]:
    """How wide a bucket is and how many there are, so that what one node leads to lies within one round of them."""
    some = cost[(cost > 0) & np.isfinite(cost)]
    if not some.size:
        return 1.0, 3
    most = float(some.max())
    width = max(float(np.median(some)) * SHARE, most / MOST_BUCKETS)
    return width, int(most / width) + 3


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


@njit(cache=True, nogil=True)
def _between(
    first: Ints, heads: Ints, cost: Floats, first_through: int, origins: Ints, targets: Ints, width: float,
    buckets: int, found: Floats,
) -> None:  # fmt: skip
    nodes = first.size - 1
    best = np.empty(nodes)
    start = np.full(buckets, -1, np.int32)  # of each bucket's list of nodes
    held = np.full(nodes, -1, np.int32)  # the bucket that a node is in
    before = np.empty(nodes, np.int32)
    after = np.empty(nodes, np.int32)
    for row in range(origins.size):
        origin = origins[row]
        best[:] = np.inf
        best[origin] = 0.0
        start[0] = origin
        held[origin] = 0
        before[origin] = -1
        after[origin] = -1
        waiting = 1
        at = 0
        while waiting > 0:
            node = start[at]
            if node < 0:
                at = at + 1 if at + 1 < buckets else 0
                continue
            start[at] = after[node]
            if after[node] >= 0:
                before[after[node]] = -1
            held[node] = -1
            waiting -= 1
            if node < first_through and node != origin:
                continue
            for link in range(first[node], first[node + 1]):
                reached = best[node] + cost[link]
                head = heads[link]
                if reached >= best[head]:
                    continue
                best[head] = reached
                into = int(reached / width) % buckets
                if held[head] == into:
                    continue
                if held[head] >= 0:
                    if before[head] >= 0:
                        after[before[head]] = after[head]
                    else:
                        start[held[head]] = after[head]
                    if after[head] >= 0:
                        before[after[head]] = before[head]
                    waiting -= 1
                held[head] = into
                before[head] = -1
                after[head] = start[into]
                if start[into] >= 0:
                    before[start[into]] = head
                start[into] = head
                waiting += 1
        for target in range(targets.size):
            found[row, target] = best[targets[target]]
