"""How far from equilibrium: exact shortest times of now for every bush, and what its trips lose to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bush import FAR, Bench, Bushes, Floats, Graph, Ints, Road, clear, label, lay_out
from .bush_start import rise, sink
from .compiled import kernel


@kernel
def correct(graph: Graph, road: Road, bench: Bench, extra: Floats, n: int) -> None:
    """Makes the shortest times over the bush those over the whole network.

    Few differ or none, so that one look at all links, from node to node in the order of the bush, mostly is enough:
    what gets nearer lies mostly ahead. What lies behind is followed from near to far (Dijkstra 1959). `key` holds the
    times by node and is FAR for nodes that are not on the bench, before and after.
    """
    low, node, place, heap, mark, by_node = bench.low, bench.node, bench.place, bench.heap, bench.mark, bench.key
    head, out_start, out_link, times = graph.head, graph.out_start, graph.out_link, road.time
    for p in range(n):
        by_node[node[p]] = low[p]
    size, at = 0, 0
    while at < n or size > 0:
        if at < n:
            u, p = node[at], at
            at += 1
        else:
            u, p = heap[0], n
            mark[u] = -1
            size -= 1
            if size > 0:
                heap[0] = heap[size]
                sink(heap, by_node, mark, size)
        if u < graph.first_through and p != 0:
            continue
        here = by_node[u]
        for k in range(out_start[u], out_start[u + 1]):
            a = out_link[k]
            w = head[a]
            reach = here + (times[a] + extra[a])
            if reach < by_node[w]:
                by_node[w] = reach
                if mark[w] < 0:
                    if place[w] > p:
                        continue
                    heap[size] = w
                    mark[w] = size
                    size += 1
                rise(heap, by_node, mark, mark[w])
    for p in range(n):
        low[p] = by_node[node[p]]
        by_node[node[p]] = FAR


@kernel
def conserve(bushes: Bushes, bench: Bench, r: int, n: int) -> None:
    """Scales what enters each node to what leaves or ends there: takes away what rounding has added up."""
    flow, need, start = bushes.flow[r], bench.need, bench.start
    for p in range(n):
        need[p] = 0.0
    for t in range(bushes.trip_start[r], bushes.trip_start[r + 1]):
        if bushes.served[t]:
            need[bench.place[bushes.trip_node[t]]] += bushes.trips[t]
    for p in range(n - 1, 0, -1):
        enters = 0.0
        for e in range(start[p], start[p + 1]):
            enters += flow[e]
        if enters <= 0.0:
            if need[p] > 0.0:
                flow[bench.low_in[p]] = need[p]
                need[bench.tail_at[bench.low_in[p]]] += need[p]
            continue
        share = need[p] / enters
        for e in range(start[p], start[p + 1]):
            flow[e] *= share
            need[bench.tail_at[e]] += flow[e]


@kernel
def lost_and_spent(road: Road, bench: Bench, link: Ints, flow: Floats, extra: Floats, n: int) -> tuple[float, float]:
    """Excess time and whole time of the first n positions on the bench.

    The excess is the sum over links of flow * (time to the beginning + time of the link - time to the end), which does
    not lose digits as the difference of two totals would.
    """
    low, start, tail_at, times = bench.low, bench.start, bench.tail_at, road.time
    lost, total = 0.0, 0.0
    for p in range(1, n):
        for e in range(start[p], start[p + 1]):
            if flow[e] > 0.0:
                time = times[link[e]] + extra[link[e]]
                total += flow[e] * time
                lost += flow[e] * (low[tail_at[e]] + time - low[p])
    return lost, total


@kernel
def measure(
    graph: Graph, road: Road, bushes: Bushes, bench: Bench, rows: Ints, flows: Floats, excess: Floats, spent: Floats
) -> None:
    """Excess time and whole time of the bushes named, at the times of now; their flows are added up anew to `flows`."""
    bench.key[:] = FAR
    for k in range(rows.size):
        r = rows[k]
        extra = road.extra[bushes.kind[r]]
        n = lay_out(graph, bushes, bench, r, bushes.used[r])
        link, flow, live = bushes.link[r], bushes.flow[r], bushes.live[r]
        label(road, bench, link, flow, extra, n, False)
        end = 1
        while end < n and bench.start[end] < live:
            end += 1
        conserve(bushes, bench, r, end)
        correct(graph, road, bench, extra, n)
        excess[r], spent[r] = lost_and_spent(road, bench, link, flow, extra, end)
        for e in range(live):
            flows[link[e]] += flow[e]
        clear(bench, n)


@kernel
def add_up(bushes: Bushes, core_link: NDArray[np.int64], flows: Floats) -> None:
    """Adds the flows of all bushes to those of their classes, (classes, links of the whole network)."""
    for r in range(bushes.used.size):
        for e in range(bushes.live[r]):
            flows[bushes.kind[r], core_link[bushes.link[r, e]]] += bushes.flow[r, e]
