"""How far from equilibrium: exact shortest times of now for every bush, and what its trips lose to them."""

from __future__ import annotations

from numba import njit

from .bush import Bench, Bushes, Floats, Graph, Road, clear, label, lay_out


@njit(cache=True, error_model="numpy")
def correct(graph: Graph, road: Road, bench: Bench, extra: Floats, n: int) -> None:
    """Makes the shortest times over the bush those over the whole network (label correcting; few change)."""
    low, place, node, queue, mark = bench.low, bench.place, bench.node, bench.heap, bench.mark
    head, out_start, out_link, all_times = graph.head, graph.out_start, graph.out_link, road.time
    first, waiting = 0, 0
    size = queue.size
    for p in range(n):
        queue[p] = p
        mark[p] = 1
        waiting += 1
    while waiting > 0:
        p = queue[first]
        first = first + 1 if first + 1 < size else 0
        waiting -= 1
        mark[p] = -1
        u = node[p]
        if p > 0 and u < graph.first_through:
            continue
        for k in range(out_start[u], out_start[u + 1]):
            a = out_link[k]
            q = place[head[a]]
            reach = low[p] + (all_times[a] + extra[a])
            if q > 0 and reach < low[q]:
                low[q] = reach
                if mark[q] < 0:
                    mark[q] = 1
                    last = first + waiting
                    queue[last if last < size else last - size] = q
                    waiting += 1


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
def measure(
    graph: Graph, road: Road, bushes: Bushes, bench: Bench, flows: Floats, excess: Floats, spent: Floats
) -> None:
    """Excess time and whole time of each bush (rows,) now, and the flows of all bushes added up anew (m,).

    The excess is the sum over links of flow * (time to the beginning + time of the link - time to the end), which does
    not lose digits as the difference of two totals would.
    """
    for a in range(flows.size):
        flows[a] = 0.0
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
                if flow[e] > 0.0:
                    a = link[e]
                    time = road.time[a] + extra[a]
                    total += flow[e] * time
                    lost += flow[e] * (low[tail_at[e]] + time - low[p])
                    flows[a] += flow[e]
        excess[r] = lost
        spent[r] = total
        clear(bench, n)
