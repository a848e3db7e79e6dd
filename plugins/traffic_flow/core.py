"""The part of a network that needs a search: what is left when zones with one way in are taken off.

A zone that nobody passes through (or that only leads back) and that one link leads to leaves no choice of the last
link: its trips are taken to end where that link begins, and the link's flow is the zone's trips. Networks of demand
models have one or two such links for each zone, and bushes without them are half as long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from .bush import CRUMB, Bushes, Floats, Graph, Ints, Road
from .links import Links


@dataclass(frozen=True)
class Core:
    """`link` (core links,) are places in the whole network; `last` (zones,) is the one link into a zone, or -1.

    `number` (nodes,) is what the core calls the nodes of the network.
    """

    graph: Graph
    number: Ints
    link: NDArray[np.int64]
    place: NDArray[np.int64]
    last: NDArray[np.int64]

    def ends_at(self, links: Links, zones: NDArray[np.int64]) -> Ints:
        """The node of the core where trips to these zones end."""
        last = self.last[zones]
        ends = zones.astype(np.int32)
        ends[last >= 0] = links.tail[last[last >= 0]]
        return self.number[ends]


def core_of(links: Links) -> Core:
    """Takes off the last links, dead ends, and loops of one link, by which no trip gains; numbers nodes by nearness."""
    way = links.tail != links.head
    ways_in = np.bincount(links.head[way], minlength=links.nodes)
    last_stop = (links.head < links.first_through) | _leads_back(links, way)
    final = way & (links.head < links.zones) & (ways_in[links.head] == 1) & last_stop
    final &= (links.tail >= links.first_through) & (links.tail >= links.zones)
    last = np.full(links.zones, -1, np.int64)
    last[links.head[final]] = np.flatnonzero(final)
    kept = ~final & way
    kept[kept] = _leads_on(links, kept, links.tail[final])
    number = _by_nearness(links, kept)
    tail, head = number[links.tail], number[links.head]
    link = np.flatnonzero(kept)
    link = link[np.lexsort((head[link], tail[link]))]
    place = np.full(len(links), -1, np.int64)
    place[link] = np.arange(link.size)
    out_start = np.searchsorted(tail[link], np.arange(links.nodes + 1)).astype(np.int32)
    graph = Graph(tail[link], head[link], out_start, np.arange(link.size, dtype=np.int32), links.first_through)
    return Core(graph, number, link, place, last)


def _leads_on(links: Links, kept: NDArray[np.bool_], ends: Ints) -> NDArray[np.bool_]:
    """(kept,) which links are not in a dead end: a part that hangs on one node and where no trip begins or ends."""
    low = np.minimum(links.tail[kept], links.head[kept]).astype(np.int64)
    high = np.maximum(links.tail[kept], links.head[kept])
    pairs, pair_of = np.unique(low * links.nodes + high, return_inverse=True)
    one, other = pairs // max(links.nodes, 1), pairs % max(links.nodes, 1)
    stays = np.zeros(links.nodes, np.bool_)
    stays[: links.zones] = True
    stays[ends] = True
    alive = np.ones(pairs.size, np.bool_)
    while True:
        neighbours = np.bincount(np.concatenate([one[alive], other[alive]]), minlength=links.nodes)
        dead = ~stays & (neighbours == 1)
        gone = alive & (dead[one] | dead[other])
        if not gone.any():
            return alive[pair_of]
        alive &= ~gone


def _by_nearness(links: Links, kept: NDArray[np.bool_]) -> Ints:
    """(nodes,) new numbers that are alike for nodes near each other, so that what is read together lies together.

    Zones and nodes below `first_through` keep theirs (Cuthill and McKee 1969, Proceedings of the ACM national
    conference).
    """
    fixed = max(links.zones, links.first_through)
    ends = links.tail[kept], links.head[kept]
    ways = sparse.csr_matrix((np.ones(ends[0].size), ends), shape=(links.nodes, links.nodes))
    order = csgraph.reverse_cuthill_mckee(ways, symmetric_mode=False) if links.nodes else np.zeros(0, np.int32)
    number = np.arange(links.nodes, dtype=np.int32)
    number[order[order >= fixed]] = np.arange(fixed, links.nodes)
    return number


def _leads_back(links: Links, way: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(m,) whether every link that leaves the end of this one goes back to where this one begins."""
    least = np.full(links.nodes, links.nodes)
    most = np.full(links.nodes, -1)
    np.minimum.at(least, links.tail[way], links.head[way])
    np.maximum.at(most, links.tail[way], links.head[way])
    end = links.head
    back: NDArray[np.bool_] = (most[end] < 0) | ((least[end] == links.tail) & (most[end] == links.tail))
    return back


def road_of(links: Links, core: Core, fixed: Floats) -> Road:
    """The cost functions of the core; what the first class pays for each link is part of `free`."""
    at = core.link
    growing = (links.b[at] > 0) & (links.power[at] > 0)
    inverse = np.divide(1.0, links.capacity[at], out=np.zeros(at.size), where=growing)
    first = fixed[0, at]
    free = links.free_time[at] * np.where(links.power[at] > 0, 1.0, 1.0 + links.b[at]) + first
    return Road(
        free=free,
        rise=np.where(growing, links.free_time[at] * links.b[at], 0.0),
        inverse_capacity=inverse,
        power=links.power[at].copy(),
        flow=np.zeros(at.size),
        time=free.copy(),
        slope=np.zeros(at.size),
        closed=np.zeros(at.size, np.bool_),
        extra=np.ascontiguousarray(fixed[:, at] - first),
    )


def bushes_of(links: Links, core: Core, demand: list[sparse.csr_array]) -> tuple[Bushes, Ints]:
    """Empty bushes, one for each class and origin that has trips.

    Beside them the zone where each of their trips ends.
    """
    kinds, origins, starts, ends, trips = [], [], [0], [], []
    for kind, matrix in enumerate(demand):
        for origin in range(links.zones):
            row = slice(matrix.indptr[origin], matrix.indptr[origin + 1])
            to, number = matrix.indices[row], matrix.data[row]
            use = (number > 0) & (to != origin)
            if not use.any():
                continue
            kinds.append(kind)
            origins.append(origin)
            ends.append(to[use])
            trips.append(number[use])
            starts.append(starts[-1] + int(use.sum()))
    rows = len(origins)
    width = min(core.link.size, links.nodes + links.nodes // 2 + 16)
    zone = np.concatenate(ends).astype(np.int64) if rows else np.zeros(0, np.int64)
    totals = np.array([part.sum() for part in trips])
    bushes = Bushes(
        origin=np.array(origins, np.int32),
        kind=np.array(kinds, np.int32),
        used=np.zeros(rows, np.int32),
        live=np.zeros(rows, np.int32),
        link=np.zeros((rows, width), np.int32),
        flow=np.zeros((rows, width)),
        trip_start=np.array(starts, np.int32),
        trip_node=core.ends_at(links, zone),
        trips=np.concatenate(trips) if rows else np.zeros(0),
        allowed=np.ones(starts[-1], np.bool_),
        served=np.ones(starts[-1], np.bool_),
        crumb=CRUMB * totals,
    )
    return bushes, zone.astype(np.int32)
