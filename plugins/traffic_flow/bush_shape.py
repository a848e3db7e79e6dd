"""Which links belong to a bush: idle ones go, ones that shorten paths come, and nothing ever runs in a circle."""

from __future__ import annotations

import numpy as np

from .bush import Bench, Bushes, Floats, Graph, Ints, Road, balance, clear, label, lay_out
from .compiled import kernel


@kernel
def candidates(graph: Graph, road: Road, bench: Bench, extra: Floats, n: int, room: int, strict: bool) -> int:
    """Links that may join the bush on the bench, into new_link; gives their number.

    A link joins if the longest path to its beginning and then the link is shorter than the longest path to its end:
    longest times then rise along every link, the new ones strictly, so that no circle can close (also with links of no
    length). With `strict` it must shorten the shortest path, too, which no link of the bush does; else links of the
    bush (marked in member) are left out (Nie 2010, Transportation Research B 44).
    """
    low, high, place, member, joins = bench.low, bench.high, bench.place, bench.member, bench.new_link
    head, out_start, out_link, times = graph.head, graph.out_start, graph.out_link, road.time
    found = 0
    for p in range(n):
        u = bench.node[p]
        if p > 0 and u < graph.first_through:
            continue
        for k in range(out_start[u], out_start[u + 1]):
            a = out_link[k]
            q = place[head[a]]
            if q <= 0 or found >= room:
                continue
            time = times[a] + extra[a]
            shorter = low[p] + time < low[q] if strict else member[a] == 0
            if shorter and high[p] + time < high[q]:
                joins[found] = a
                found += 1
    return found


@kernel
def sort_by_longest(bench: Bench, n: int) -> None:
    """The nodes of the bench in the order of their longest times, equal ones in the order they had."""
    node, high, place = bench.node, bench.high, bench.place
    work = 0
    for p in range(1, n):
        u, key = node[p], high[p]
        q = p
        while q > 0 and high[q - 1] > key:
            node[q] = node[q - 1]
            high[q] = high[q - 1]
            q -= 1
        node[q] = u
        high[q] = key
        work += p - q
        if work > 40 * n:
            order = np.argsort(high[:n], kind="mergesort")
            moved = node[:n].copy()
            for k in range(n):
                node[k] = moved[order[k]]
            break
    for p in range(n):
        place[node[p]] = p


@kernel
def rebuild(graph: Graph, bench: Bench, link: Ints, flow: Floats, count: int, n: int, new: int) -> int:
    """Writes the row anew: links that carry flow or lie on the shortest tree (mark in old_tail), and `new` ones."""
    keep = 0
    for p in range(n + 1):
        bench.start[p] = 0
    for e in range(count):
        if flow[e] > 0.0 or bench.old_tail[e] == 1:
            bench.old_link[keep] = link[e]
            bench.old_flow[keep] = flow[e]
            keep += 1
    for k in range(new):
        bench.old_link[keep + k] = bench.new_link[k]
        bench.old_flow[keep + k] = 0.0
    total = keep + new
    start, place = bench.start, bench.place
    for k in range(total):
        start[place[graph.head[bench.old_link[k]]] + 1] += 1
    for p in range(n):
        start[p + 1] += start[p]
    for k in range(total):
        a = bench.old_link[k]
        p = place[graph.head[a]]
        e = start[p]
        start[p] += 1
        link[e] = a
        flow[e] = bench.old_flow[k]
        bench.tail_at[e] = place[graph.tail[a]]
    for p in range(n, 0, -1):
        start[p] = start[p - 1]
    start[0] = 0
    return total


@kernel
def reshape(graph: Graph, road: Road, bushes: Bushes, bench: Bench, r: int, n: int, extra: Floats) -> None:
    """Drops the idle links of bush r, which is on the bench, and adds those that shorten its paths."""
    link, flow, count = bushes.link[r], bushes.flow[r], bushes.used[r]
    label(road, bench, link, flow, extra, n, True)
    idle = 0
    for e in range(count):
        bench.old_tail[e] = 0
    for p in range(1, n):
        if bench.low_in[p] >= 0:
            bench.old_tail[bench.low_in[p]] = 1
    for e in range(count):
        if flow[e] <= 0.0 and bench.old_tail[e] == 0:
            idle += 1
    room = link.size - (count - idle)
    new = candidates(graph, road, bench, extra, n, room, True)
    if new == 0:
        for e in range(count):
            bench.member[link[e]] = 1
        new = candidates(graph, road, bench, extra, n, room, False)
        for e in range(count):
            bench.member[link[e]] = 0
    if new == 0 and idle == 0:
        return
    for k in range(new):
        a = bench.new_link[k]
        if bench.place[graph.tail[a]] > bench.place[graph.head[a]]:
            sort_by_longest(bench, n)
            break
    bushes.used[r] = rebuild(graph, bench, link, flow, count, n, new)


@kernel
def sweep(
    graph: Graph, road: Road, bushes: Bushes, bench: Bench, visit: Ints, grow: bool, least: float, rounds: int
) -> None:
    """Visits the bushes named, reshapes them if `grow`, and balances the flow in each."""
    for k in range(visit.size):
        r = visit[k]
        extra = road.extra[bushes.kind[r]]
        n = lay_out(graph, bushes, bench, r)
        if grow:
            reshape(graph, road, bushes, bench, r, n, extra)
        balance(road, bench, bushes.link[r], bushes.flow[r], extra, n, bushes.crumb[r], least, rounds)
        clear(bench, n)
