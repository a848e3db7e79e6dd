"""What becomes of bushes when links close or open: what is not touched stays as it is, the rest goes other ways."""

from __future__ import annotations

import numpy as np

from .bush import FAR, Bench, Bushes, Floats, Graph, Ints, Road, clear, label, lay_out, refresh
from .bush_start import grow, send
from .compiled import kernel


@kernel
def touched(graph: Graph, road: Road, bushes: Bushes, bench: Bench, r: int, opened: Ints) -> bool:
    """Whether the bush on the bench has a closed link, other trips to serve, or a way to somewhere new."""
    for e in range(bushes.used[r]):
        if road.closed[bushes.link[r, e]]:
            return True
    for t in range(bushes.trip_start[r], bushes.trip_start[r + 1]):
        if bushes.served[t] != (bushes.allowed[t] and bench.place[bushes.trip_node[t]] >= 0):
            return True
    for k in range(opened.size):
        u = graph.tail[opened[k]]
        passed = u >= graph.first_through or u == bushes.origin[r]
        if bench.place[u] >= 0 and passed and bench.place[graph.head[opened[k]]] < 0:
            return True
    return False


@kernel
def keep_open_paths(road: Road, bushes: Bushes, bench: Bench, r: int, n: int, missing: Floats) -> None:
    """Leaves on each link the part of its flow that uses no closed link; `missing` by node gets the trips of the rest.

    The share of the trips through a node that came to it by open links follows from the flows, in topological order
    (trips are taken to mix at nodes).
    """
    link, flow, start, tail_at = bushes.link[r], bushes.flow[r], bench.start, bench.tail_at
    whole, entered = bench.high, bench.key
    whole[0] = 1.0
    bench.need[0] = 0.0
    for p in range(1, n):
        enters, good = 0.0, 0.0
        for e in range(start[p], start[p + 1]):
            enters += flow[e]
            if not road.closed[link[e]]:
                good += flow[e] * whole[tail_at[e]]
        whole[p] = good / enters if enters > 0.0 else 0.0
        entered[p] = good
        bench.need[p] = 0.0
    for t in range(bushes.trip_start[r], bushes.trip_start[r + 1]):
        u = bushes.trip_node[t]
        p = bench.place[u]
        if not bushes.allowed[t]:
            continue
        share = whole[p] if bushes.served[t] and p >= 0 else 0.0
        missing[u] += bushes.trips[t] * (1.0 - share)
        if share > 0.0:
            bench.need[p] += bushes.trips[t] * share
    for p in range(n - 1, 0, -1):
        for e in range(start[p], start[p + 1]):
            a, q, stays = link[e], tail_at[e], 0.0
            if entered[p] > 0.0 and not road.closed[a]:
                stays = bench.need[p] * flow[e] * whole[q] / entered[p]
            bench.need[q] += stays
            if stays != flow[e]:
                road.flow[a] += stays - flow[e]
                flow[e] = stays
                refresh(road, a)
                if road.closed[a]:
                    road.time[a] = FAR


@kernel
def drop_cut_off(graph: Graph, road: Road, bushes: Bushes, bench: Bench, r: int, n: int) -> None:
    """Keeps of row r what can still be reached over open links of the bush."""
    link, flow, reached = bushes.link[r], bushes.flow[r], bench.mark
    keep = 0
    for p in range(1, n):
        for e in range(bench.start[p], bench.start[p + 1]):
            q = bench.tail_at[e]
            if road.closed[link[e]] or (q > 0 and reached[q] != 1):
                continue
            reached[p] = 1
            link[keep] = link[e]
            flow[keep] = flow[e]
            keep += 1
    for p in range(1, n):
        reached[p] = -1
    bushes.used[r] = keep


@kernel
def mend(graph: Graph, road: Road, bushes: Bushes, bench: Bench, rows: Ints, opened: Ints) -> Ints:
    """Mends those of these bushes that closed or newly opened links touch; gives their rows.

    Trips that used closed links go by the shortest way over what is left of the bush and, beyond that, over the
    network; trips without any way are marked as not served.
    """
    mended, count = np.zeros(rows.size, np.int32), 0
    missing = np.zeros(bench.place.size)
    for r in rows:
        n = lay_out(graph, bushes, bench, r, bushes.used[r])
        if not touched(graph, road, bushes, bench, r, opened):
            clear(bench, n)
            continue
        mended[count] = r
        count += 1
        missing[:] = 0.0
        keep_open_paths(road, bushes, bench, r, n, missing)
        drop_cut_off(graph, road, bushes, bench, r, n)
        clear(bench, n)
        n = lay_out(graph, bushes, bench, r, bushes.used[r])
        extra = road.extra[bushes.kind[r]]
        label(road, bench, bushes.link[r], bushes.flow[r], extra, n, False)
        n = grow(graph, road, bushes, bench, r, n, extra)
        for p in range(n):
            bench.need[p] = 0.0
        for t in range(bushes.trip_start[r], bushes.trip_start[r + 1]):
            p = bench.place[bushes.trip_node[t]]
            bushes.served[t] = p >= 0 and bushes.allowed[t]
            if p > 0:
                bench.need[p] += missing[bushes.trip_node[t]]
                missing[bushes.trip_node[t]] = 0.0
        send(road, bushes, bench, r, n)
        clear(bench, n)
    return mended[:count]
