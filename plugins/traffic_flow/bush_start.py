"""Where bushes come from: a shortest tree for each origin; and how they are mended when links close or open."""

from __future__ import annotations

from .bush import FAR, Bench, Bushes, Floats, Graph, Ints, Road, clear, lay_out, refresh
from .compiled import kernel


@kernel
def rise(heap: Ints, key: Floats, mark: Ints, at: int) -> None:
    """Moves the entry at `at` of the heap to where its key belongs, towards the front; `mark` says where each is."""
    u = heap[at]
    while at > 0:
        above = (at - 1) >> 1
        if key[u] >= key[heap[above]]:
            break
        heap[at] = heap[above]
        mark[heap[at]] = at
        at = above
    heap[at] = u
    mark[u] = at


@kernel
def sink(heap: Ints, key: Floats, mark: Ints, size: int) -> None:
    """Moves the first entry of the heap to where its key belongs, away from the front."""
    u = heap[0]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
            below += 1
        if key[heap[below]] >= key[u]:
            break
        heap[at] = heap[below]
        mark[heap[at]] = at
        at = below
    heap[at] = u
    mark[u] = at


@kernel
def grow(graph: Graph, road: Road, bushes: Bushes, bench: Bench, r: int, n: int, extra: Floats) -> int:
    """Adds every node that can be reached and is not on the bench yet, each by its shortest way (Dijkstra 1959).

    The new nodes come last and each by one link, so that the row stays in topological order.
    """
    head, out_start, out_link, time = graph.head, graph.out_start, graph.out_link, road.time
    heap, key, mark, came_by, place = bench.heap, bench.key, bench.mark, bench.came_by, bench.place
    link, flow, count = bushes.link[r], bushes.flow[r], bushes.used[r]
    node, low, low_in, start, tail_at = bench.node, bench.low, bench.low_in, bench.start, bench.tail_at
    size, p = 0, 0
    while True:
        while p < n:
            u = node[p]
            k, end = out_start[u], out_start[u + 1]
            if p > 0 and u < graph.first_through:
                k = end
            while k < end:
                a = out_link[k]
                k += 1
                w = head[a]
                reach = low[p] + (time[a] + extra[a])
                if place[w] >= 0 or reach == FAR or (mark[w] >= 0 and reach >= key[w]):
                    continue
                if mark[w] < 0:
                    heap[size] = w
                    mark[w] = size
                    size += 1
                key[w] = reach
                came_by[w] = a
                rise(heap, key, mark, mark[w])
            p += 1
        if size == 0:
            break
        u = heap[0]
        mark[u] = -1
        size -= 1
        if size > 0:
            heap[0] = heap[size]
            sink(heap, key, mark, size)
        link[count] = came_by[u]
        flow[count] = 0.0
        tail_at[count] = place[graph.tail[came_by[u]]]
        place[u] = n
        node[n] = u
        low[n] = key[u]
        low_in[n] = count
        start[n] = count
        count += 1
        n += 1
        start[n] = count
    bushes.used[r] = count
    bushes.live[r] = count
    return n


@kernel
def send(road: Road, bushes: Bushes, bench: Bench, r: int, n: int) -> None:
    """Sends what `need` holds at each position back to the origin over the shortest tree."""
    need, low_in, tail_at = bench.need, bench.low_in, bench.tail_at
    link, flow = bushes.link[r], bushes.flow[r]
    for p in range(n - 1, 0, -1):
        trips = need[p]
        if trips <= 0.0:
            continue
        e = low_in[p]
        flow[e] += trips
        road.flow[link[e]] += trips
        refresh(road, link[e])
        need[tail_at[e]] += trips
        need[p] = 0.0
    need[0] = 0.0


@kernel
def plant(graph: Graph, road: Road, bushes: Bushes, bench: Bench, rows: Ints) -> None:
    """Makes each of the bushes named the shortest tree at the times of now."""
    for k in range(rows.size):
        r = rows[k]
        bushes.used[r] = 0
        n = lay_out(graph, bushes, bench, r, 0)
        bench.low[0] = 0.0
        n = grow(graph, road, bushes, bench, r, n, road.extra[bushes.kind[r]])
        clear(bench, n)


@kernel
def load(graph: Graph, road: Road, bushes: Bushes, bench: Bench, rows: Ints) -> None:
    """Sends the trips of the bushes named over their trees; those that do not reach their end are not served."""
    for k in range(rows.size):
        r = rows[k]
        n = lay_out(graph, bushes, bench, r, bushes.used[r])
        for p in range(n):
            bench.low_in[p] = bench.start[p]
            bench.need[p] = 0.0
        for t in range(bushes.trip_start[r], bushes.trip_start[r + 1]):
            p = bench.place[bushes.trip_node[t]]
            bushes.served[t] = p >= 0 and bushes.allowed[t]
            if p > 0 and bushes.allowed[t]:
                bench.need[p] += bushes.trips[t]
        send(road, bushes, bench, r, n)
        clear(bench, n)
