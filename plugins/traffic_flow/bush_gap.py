"""How far from equilibrium: exact shortest times of now for every bush, and what its trips lose to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bush import FAR, Bench, Bushes, Floats, Graph, Road, clear, label, lay_out
from .compiled import kernel


@kernel
def correct(graph: Graph, road: Road, bench: Bench, extra: Floats, n: int) -> None:
    """Makes the shortest times over the bush those over the whole network.

    Few differ or none, so that one look at all links in their order (at times by node, in `key`) mostly is enough; what
    it finds is followed by label correcting. `key` is FAR for nodes that are not on the bench, before and after.
    """
    low, node, queue, mark, by_node = bench.low, bench.node, bench.heap, bench.mark, bench.key
    head, tail, out_start, out_link, times = graph.head, graph.tail, graph.out_start, graph.out_link, road.time
    for p in range(n):
        by_node[node[p]] = low[p]
    first, waiting, size, origin = 0, 0, queue.size, node[0]
    for a in range(head.size):
        u, w = tail[a], head[a]
        reach = by_node[u] + (times[a] + extra[a])
        if reach < by_node[w] and (u >= graph.first_through or u == origin):
            by_node[w] = reach
            if mark[w] < 0:
                mark[w] = 1
                queue[waiting] = w
                waiting += 1
    changed = waiting > 0
    while waiting > 0:
        u = queue[first]
        first = first + 1 if first + 1 < size else 0
        waiting -= 1
        mark[u] = -1
        if u < graph.first_through:
            continue
        for k in range(out_start[u], out_start[u + 1]):
            a = out_link[k]
            w = head[a]
            reach = by_node[u] + (times[a] + extra[a])
            if reach < by_node[w]:
                by_node[w] = reach
                if mark[w] < 0:
                    mark[w] = 1
                    last = first + waiting
                    queue[last if last < size else last - size] = w
                    waiting += 1
    for p in range(n):
        if changed:
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
def measure(
    graph: Graph, road: Road, bushes: Bushes, bench: Bench, flows: Floats, excess: Floats, spent: Floats
) -> None:
    """Excess time and whole time of each bush (rows,) now, and the flows of all bushes added up anew (m,).

    The excess is the sum over links of flow * (time to the beginning + time of the link - time to the end), which does
    not lose digits as the difference of two totals would.
    """
    for a in range(flows.size):
        flows[a] = 0.0
    bench.key[:] = FAR
    times = road.time
    for r in range(bushes.used.size):
        extra = road.extra[bushes.kind[r]]
        n = lay_out(graph, bushes, bench, r)
        link, flow = bushes.link[r], bushes.flow[r]
        label(road, bench, link, flow, extra, n, False)
        conserve(bushes, bench, r, n)
        correct(graph, road, bench, extra, n)
        lost, total, low, start, tail_at = 0.0, 0.0, bench.low, bench.start, bench.tail_at
        for p in range(1, n):
            for e in range(start[p], start[p + 1]):
                a = link[e]
                time = times[a] + extra[a]
                total += flow[e] * time
                lost += flow[e] * (low[tail_at[e]] + time - low[p])
                flows[a] += flow[e]
        excess[r] = lost
        spent[r] = total
        clear(bench, n)


@kernel
def add_up(bushes: Bushes, core_link: NDArray[np.int64], flows: Floats) -> None:
    """Adds the flows of all bushes to those of their classes, (classes, links of the whole network)."""
    for r in range(bushes.used.size):
        for e in range(bushes.used[r]):
            flows[bushes.kind[r], core_link[bushes.link[r, e]]] += bushes.flow[r, e]
