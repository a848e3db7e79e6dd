"""Which links belong to a bush: idle ones go, ones that shorten paths come, and nothing ever runs in a circle."""

from __future__ import annotations

from .bush import FAR, Bench, Bushes, Floats, Graph, Ints, Road, balance, clear, label, lay_out
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
def insert(bench: Bench, begin: int, end: int, most: int) -> bool:
    """Sorts the nodes at these positions by their longest times, unless that takes more than `most` moves."""
    node, high = bench.node, bench.high
    work = 0
    for p in range(begin + 1, end):
        u, key = node[p], high[p]
        q = p
        while q > begin and high[q - 1] > key:
            node[q] = node[q - 1]
            high[q] = high[q - 1]
            q -= 1
        node[q] = u
        high[q] = key
        work += p - q
        if work > most:
            return False
    return True


@kernel
def sort_part(bench: Bench, begin: int, end: int) -> None:
    """Sorts the nodes at these positions by their longest times, equal ones as they were.

    Most lie nearly in order. Where they do not, they are dealt into as many equal spans of time as there are nodes,
    and sorted within these.
    """
    n = end - begin
    if insert(bench, begin, end, 4 * n):
        return
    node, high, nodes, keys, first = bench.node, bench.high, bench.heap, bench.key, bench.came_by
    low, top = high[begin], high[begin]
    for p in range(begin, end):
        low, top = min(low, high[p]), max(top, high[p])
    if not 0.0 < top - low < FAR:
        insert(bench, begin, end, n * n)
        return
    spans = n / (top - low) * (1.0 - 1e-9)
    for k in range(n + 1):
        first[k] = 0
    for p in range(begin, end):
        first[int((high[p] - low) * spans) + 1] += 1
    for k in range(n):
        first[k + 1] += first[k]
    for p in range(begin, end):
        k = int((high[p] - low) * spans)
        nodes[first[k]], keys[first[k]] = node[p], high[p]
        first[k] += 1
    for k in range(n):
        node[begin + k], high[begin + k] = nodes[k], keys[k]
    insert(bench, begin, end, n * n)


@kernel
def sort_by_longest(bench: Bench, live: int, n: int) -> None:
    """The nodes of the bench in the order of their longest times: of the first `live` and the others, each in order."""
    node, high, place, nodes, keys = bench.node, bench.high, bench.place, bench.heap, bench.key
    sort_part(bench, 0, live)
    sort_part(bench, live, n)
    p, q = 0, live
    for k in range(n):
        if q >= n or (p < live and high[p] <= high[q]):
            nodes[k], keys[k] = node[p], high[p]
            p += 1
        else:
            nodes[k], keys[k] = node[q], high[q]
            q += 1
    for k in range(n):
        node[k], high[k] = nodes[k], keys[k]
        place[nodes[k]] = k


@kernel
def by_head(graph: Graph, bench: Bench, link: Ints, flow: Floats, total: int, n: int) -> None:
    """Puts `total` links (old_link, old_flow) into the row, those that end at one node together, nodes in order."""
    start, place = bench.start, bench.place
    for p in range(n + 1):
        start[p] = 0
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


@kernel
def live_first(bushes: Bushes, bench: Bench, r: int, total: int, n: int) -> int:
    """Moves to the front of the row what leads to an end of trips, in the same order; gives the number of links."""
    link, flow, start, tail_at, leads = bushes.link[r], bushes.flow[r], bench.start, bench.tail_at, bench.came_by
    for p in range(n):
        leads[p] = 0
    for t in range(bushes.trip_start[r], bushes.trip_start[r + 1]):
        p = bench.place[bushes.trip_node[t]]
        if p >= 0:
            leads[p] = 1
    for p in range(n - 1, 0, -1):
        if leads[p] == 1:
            for e in range(start[p], start[p + 1]):
                leads[tail_at[e]] = 1
    front, back = 0, 0
    for p in range(1, n):
        for e in range(start[p], start[p + 1]):
            if leads[p] == 1:
                link[front], flow[front] = link[e], flow[e]
                front += 1
            else:
                bench.old_link[back] = link[e]
                back += 1
    for k in range(back):
        link[front + k] = bench.old_link[k]
        flow[front + k] = 0.0
    return front


@kernel
def rebuild(graph: Graph, bushes: Bushes, bench: Bench, r: int, n: int, new: int) -> None:
    """Writes the row anew: links that carry flow or lie on the shortest tree (mark in old_tail), and `new` ones."""
    link, flow = bushes.link[r], bushes.flow[r]
    total = 0
    for e in range(bushes.used[r]):
        if flow[e] > 0.0 or bench.old_tail[e] == 1:
            bench.old_link[total] = link[e]
            bench.old_flow[total] = flow[e]
            total += 1
    for k in range(new):
        bench.old_link[total] = bench.new_link[k]
        bench.old_flow[total] = 0.0
        total += 1
    by_head(graph, bench, link, flow, total, n)
    bushes.used[r] = total
    bushes.live[r] = live_first(bushes, bench, r, total, n)


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
    if new == 0 and idle == 0 and bushes.live[r] < count:
        return
    live = 1
    while live < n and bench.start[live] < bushes.live[r]:
        live += 1
    for k in range(new):
        a = bench.new_link[k]
        if bench.place[graph.tail[a]] > bench.place[graph.head[a]]:
            sort_by_longest(bench, live, n)
            break
    rebuild(graph, bushes, bench, r, n, new)


@kernel
def reshape_each(graph: Graph, road: Road, bushes: Bushes, bench: Bench, rows: Ints, spent: Floats) -> None:
    """Reshapes the bushes named, each at the times of now: none sees what becomes of another; and their whole times."""
    for k in range(rows.size):
        r = rows[k]
        extra = road.extra[bushes.kind[r]]
        n = lay_out(graph, bushes, bench, r, bushes.used[r])
        spent[r] = 0.0
        for e in range(bushes.live[r]):
            if bushes.flow[r, e] > 0.0:
                spent[r] += bushes.flow[r, e] * (road.time[bushes.link[r, e]] + extra[bushes.link[r, e]])
        reshape(graph, road, bushes, bench, r, n, extra)
        clear(bench, n)


@kernel
def balance_each(graph: Graph, road: Road, bushes: Bushes, bench: Bench, rows: Ints, least: float, rounds: int) -> None:
    """Balances the flow in the bushes named, one after the other: each sees what the ones before have moved."""
    for k in range(rows.size):
        r = rows[k]
        n = lay_out(graph, bushes, bench, r, bushes.live[r])
        extra = road.extra[bushes.kind[r]]
        balance(road, bench, bushes.link[r], bushes.flow[r], extra, n, bushes.crumb[r], least, rounds)
        clear(bench, n)
