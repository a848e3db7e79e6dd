"""Where bushes come from: a shortest tree for each origin; and how they are mended when links close or open."""

from __future__ import annotations

from numba import njit

from .bush import FAR, Bench, Bushes, Floats, Graph, Ints, Road, clear, lay_out, refresh


@njit(cache=True, error_model="numpy")
def rise(bench: Bench, at: int) -> None:
    """Moves the entry at `at` of the heap to where its key belongs, towards the front; `mark` says where each is."""
    heap, key, mark = bench.heap, bench.key, bench.mark
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


@njit(cache=True, error_model="numpy")
def sink(bench: Bench, size: int) -> None:
    """Moves the first entry of the heap to where its key belongs, away from the front."""
    heap, key, mark = bench.heap, bench.key, bench.mark
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


@njit(cache=True, error_model="numpy")
def offer(graph: Graph, road: Road, bench: Bench, extra: Floats, u: int, so_far: float, size: int) -> int:
    """Offers the links that leave node u to the nodes that have no place yet; gives the size of the heap."""
    for k in range(graph.out_start[u], graph.out_start[u + 1]):
        a = graph.out_link[k]
        w = graph.head[a]
        reach = so_far + (road.time[a] + extra[a])
        if bench.place[w] >= 0 or reach == FAR:
            continue
        if bench.mark[w] < 0:
            bench.key[w] = reach
            bench.heap[size] = w
            bench.mark[w] = size
            size += 1
        elif reach < bench.key[w]:
            bench.key[w] = reach
        else:
            continue
        bench.came_by[w] = a
        rise(bench, bench.mark[w])
    return size


@njit(cache=True, error_model="numpy")
def grow(graph: Graph, road: Road, bushes: Bushes, bench: Bench, r: int, n: int, extra: Floats) -> int:
    """Adds every node that can be reached and is not on the bench yet, each by its shortest way (Dijkstra 1959).

    The new nodes come last and each by one link, so that the row stays in topological order.
    """
    size = 0
    for p in range(n):
        u = bench.node[p]
        if p == 0 or u >= graph.first_through:
            size = offer(graph, road, bench, extra, u, bench.low[p], size)
    while size > 0:
        u = bench.heap[0]
        size -= 1
        if size > 0:
            bench.heap[0] = bench.heap[size]
            sink(bench, size)
        bench.mark[u] = -1
        count = bushes.used[r]
        bushes.link[r, count] = bench.came_by[u]
        bushes.flow[r, count] = 0.0
        bench.tail_at[count] = bench.place[graph.tail[bench.came_by[u]]]
        bench.place[u] = n
        bench.node[n] = u
        bench.low[n] = bench.key[u]
        bench.low_in[n] = count
        bench.start[n] = count
        bushes.used[r] = count + 1
        n += 1
        bench.start[n] = count + 1
        if u >= graph.first_through:
            size = offer(graph, road, bench, extra, u, bench.key[u], size)
    return n


@njit(cache=True, error_model="numpy")
def send(road: Road, bushes: Bushes, bench: Bench, r: int, n: int) -> None:
    """Sends what `need` holds at each position back to the origin over the shortest tree."""
    for p in range(n - 1, 0, -1):
        trips = bench.need[p]
        if trips <= 0.0:
            continue
        e = bench.low_in[p]
        a = bushes.link[r, e]
        bushes.flow[r, e] += trips
        road.flow[a] += trips
        refresh(road, a)
        bench.need[bench.tail_at[e]] += trips
        bench.need[p] = 0.0
    bench.need[0] = 0.0


@njit(cache=True, error_model="numpy")
def load(graph: Graph, road: Road, bushes: Bushes, bench: Bench, visit: Ints) -> None:
    """Begins the bushes named anew: all trips on the shortest tree at the times that the bushes before have left."""
    for k in range(visit.size):
        r = visit[k]
        for e in range(bushes.used[r]):
            road.flow[bushes.link[r, e]] -= bushes.flow[r, e]
            refresh(road, bushes.link[r, e])
        bushes.used[r] = 0
        n = lay_out(graph, bushes, bench, r)
        bench.low[0] = 0.0
        n = grow(graph, road, bushes, bench, r, n, road.extra[bushes.kind[r]])
        for p in range(n):
            bench.need[p] = 0.0
        for t in range(bushes.trip_start[r], bushes.trip_start[r + 1]):
            p = bench.place[bushes.trip_node[t]]
            bushes.served[t] = p >= 0
            if p > 0:
                bench.need[p] += bushes.trips[t]
        send(road, bushes, bench, r, n)
        clear(bench, n)
