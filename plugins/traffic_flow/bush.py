"""Bushes: for each origin (and class) the acyclic set of links that its trips use or may soon use.

A bush is one row of links and flows, grouped by the node where the links end, the nodes in topological order. Work on a
bush happens in positions (place of a node in that order), so that all that is touched lies close together. Rows are as
long as bushes are, not as long as the network: memory is about 12 bytes for each link of each bush.

The names of the algorithm are those of Dial (2006), "A path-based user-equilibrium traffic assignment algorithm that
obviates path storage and enumeration", Transportation Research B 40: the shortest and the longest path to each node.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

FAR = np.inf
"""Time to a node that is not reached, and of a closed link."""
NEARLY_EMPTY = 1e-6
"""Share of the capacity."""
CRUMB = 1e-13
"""Flows below this share of an origin's trips are what rounding leaves, not traffic."""


class Graph(NamedTuple):
    """Links between nodes; those that leave node u are ``out_link[out_start[u]:out_start[u + 1]]``."""

    tail: Ints
    head: Ints
    out_start: Ints
    out_link: Ints
    first_through: int


class Road(NamedTuple):
    """What links cost now: ``time = free + rise * (flow * inverse_capacity) ** power``, and its slope.

    `time` counts what the first class pays, fixed costs included; `extra` (classes, m) what each class pays beyond it.
    """

    free: Floats
    rise: Floats
    inverse_capacity: Floats
    power: Floats
    flow: Floats
    time: Floats
    slope: Floats
    closed: NDArray[np.bool_]
    extra: Floats


class Bushes(NamedTuple):
    """All bushes, a row each; row r holds its first ``used[r]`` links and the trips of ``trip_start[r]`` onwards.

    Its first ``live[r]`` links are those over which a trip could go: the others lead to nodes where none ends and from
    where no link of the bush goes on to one (in a street network three of four). No flow is ever on them.
    Trips whose last link, which the core leaves out, is closed are not `allowed`; the `served` ones are in the flows.
    """

    origin: Ints
    kind: Ints
    used: Ints
    live: Ints
    link: Ints
    flow: Floats
    trip_start: Ints
    trip_node: Ints
    trips: Floats
    allowed: NDArray[np.bool_]
    served: NDArray[np.bool_]
    crumb: Floats


class Bench(NamedTuple):
    """Room to work on one bush at a time; by node: place, mark; by position: the rest; by link: the last seven."""

    place: Ints
    mark: Ints
    node: Ints
    start: Ints
    low: Floats
    high: Floats
    low_in: Ints
    high_in: Ints
    need: Floats
    key: Floats
    came_by: Ints
    heap: Ints
    tail_at: Ints
    old_link: Ints
    old_flow: Floats
    old_tail: Ints
    new_link: Ints
    member: Ints


def bench(nodes: int, links: int) -> Bench:
    """Room for a network of that size."""
    whole = [np.zeros(nodes + 1, np.int32) for _ in range(8)]
    real = [np.zeros(nodes + 1) for _ in range(4)]
    place, mark, node, start, low_in, high_in, came_by, heap = whole
    place[:] = -1
    mark[:] = -1
    by_link = [np.zeros(links + 1, np.int32) for _ in range(5)]
    tail_at, old_link, old_tail, new_link, member = by_link
    return Bench(
        place, mark, node, start, real[0], real[1], low_in, high_in, real[2], real[3], came_by, heap,
        tail_at, old_link, np.zeros(links + 1), old_tail, new_link, member,
    )  # fmt: skip


@kernel
def refresh(road: Road, a: int) -> None:
    """Time and slope of link a at its flow; where the empty link has an endless slope, that of a nearly empty one."""
    load = road.flow[a] * road.inverse_capacity[a]
    p = road.power[a]
    if load <= 0.0:
        load = 0.0
        steep = 0.0 if p > 1.0 else road.rise[a] * NEARLY_EMPTY ** (p - 1.0)
    elif p == 4.0:
        steep = road.rise[a] * load * load * load
    else:
        steep = road.rise[a] * load ** (p - 1.0)
    road.time[a] = road.free[a] + steep * load
    road.slope[a] = steep * p * road.inverse_capacity[a]


@kernel
def refresh_all(road: Road) -> None:
    for a in range(road.flow.size):
        refresh(road, a)
        if road.closed[a]:
            road.time[a] = FAR


@kernel
def lay_out(graph: Graph, bushes: Bushes, bench: Bench, r: int, links: int) -> int:
    """Puts the first `links` of bush r on the bench: node, start, tail_at by position; gives the number of those."""
    place, node, start, tail_at = bench.place, bench.node, bench.start, bench.tail_at
    node[0] = bushes.origin[r]
    place[node[0]] = 0
    start[0] = 0
    n = 1
    last = -1
    for e in range(links):
        a = bushes.link[r, e]
        w = graph.head[a]
        if w != last:
            node[n] = w
            place[w] = n
            start[n] = e
            n += 1
            last = w
        tail_at[e] = place[graph.tail[a]]
    start[n] = links
    if n == 1:
        start[1] = 0
    return n


@kernel
def clear(bench: Bench, n: int) -> None:
    """Forgets the places of the nodes of the bush on the bench."""
    for p in range(n):
        bench.place[bench.node[p]] = -1


@kernel
def label(road: Road, bench: Bench, link: Ints, flow: Floats, extra: Floats, n: int, idle: bool) -> None:
    """Shortest times over the bush, and longest ones over its used links (with `idle`, and over the shortest tree)."""
    low, high, start, tail_at = bench.low, bench.high, bench.start, bench.tail_at
    low[0] = 0.0
    high[0] = 0.0
    for p in range(1, n):
        best, most, best_at, most_at = FAR, -FAR, -1, -1
        for e in range(start[p], start[p + 1]):
            a = link[e]
            q = tail_at[e]
            time = road.time[a] + extra[a]
            if low[q] + time < best:
                best = low[q] + time
                best_at = e
            if flow[e] > 0.0 and high[q] + time > most:
                most = high[q] + time
                most_at = e
        if idle and best_at >= 0:
            time = road.time[link[best_at]] + extra[link[best_at]]
            longest = high[tail_at[best_at]] + time
            if longest > most:
                most = longest
                most_at = best_at
        low[p] = best
        high[p] = most
        bench.low_in[p] = best_at
        bench.high_in[p] = most_at


@kernel
def move(
    road: Road, bench: Bench, link: Ints, flow: Floats, extra: Floats, end: int, crumb: float, least: float
) -> float:
    """One Newton step from the longest to the shortest path to position `end`; gives the difference it found.

    Both paths are followed back to where they part; the flow that makes them equally long to first order goes over, or
    all there is.
    """
    tail_at, low_in, high_in = bench.tail_at, bench.low_in, bench.high_in
    i, j = end, end
    slow, quick, slope, most = 0.0, 0.0, 0.0, FAR
    while True:
        if j >= i:
            e = high_in[j]
            a = link[e]
            slow += road.time[a] + extra[a]
            slope += road.slope[a]
            if flow[e] < most:
                most = flow[e]
            j = tail_at[e]
        if i > j:
            e = low_in[i]
            a = link[e]
            quick += road.time[a] + extra[a]
            slope += road.slope[a]
            i = tail_at[e]
        if i == j:
            break
    gain = slow - quick
    if gain <= least or most <= 0.0:
        return 0.0
    step = most if gain >= slope * most else gain / slope
    p = end
    while p != i:
        e = low_in[p]
        a = link[e]
        flow[e] += step
        road.flow[a] += step
        refresh(road, a)
        p = tail_at[e]
    p = end
    while p != i:
        e = high_in[p]
        a = link[e]
        left = flow[e] - step
        gone = step
        if left < crumb:
            gone = flow[e]
            left = 0.0
        flow[e] = left
        road.flow[a] -= gone
        refresh(road, a)
        p = tail_at[e]
    return gain


@kernel
def balance(
    road: Road, bench: Bench, link: Ints, flow: Floats, extra: Floats, n: int, crumb: float, least: float, rounds: int
) -> None:
    """Moves flow within the bush on the bench from longest to shortest paths, far nodes first, in a few rounds."""
    low, high, start = bench.low, bench.high, bench.start
    for _ in range(rounds):
        label(road, bench, link, flow, extra, n, False)
        moved = False
        for p in range(n - 1, 0, -1):
            if start[p + 1] - start[p] < 2 or bench.high_in[p] == bench.low_in[p] or bench.high_in[p] < 0:
                continue
            if high[p] - low[p] > least and move(road, bench, link, flow, extra, p, crumb, least) > 0.0:
                moved = True
        if not moved:
            break
