"""A second opinion on an equilibrium: shortest times by scipy's Dijkstra, which shares nothing with the assignment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from .links import Links

Floats = NDArray[np.float64]

_NOTHING = 1e-300
"""Times of 0 in a sparse graph would read as no link; this is less than any sum of times can tell."""


@dataclass(frozen=True)
class Certificate:
    """What flows are worth.

    Attributes
    ----------
    relative_gap : 1 - shortest / spent; 0 in equilibrium.
    spent, shortest : vehicles times time, of the flows and if all trips took ways that are shortest at these times.
    unserved_trips : trips between zones without any way.
    node_imbalance : most vehicles that appear or vanish at a node, of the trips that have a way.
    """

    relative_gap: float
    spent: float
    shortest: float
    unserved_trips: float
    node_imbalance: float


def certify(
    links: Links, demand: Floats | sparse.csr_array, flows: Floats, closed: NDArray[np.bool_] | None = None
) -> Certificate:
    """Measures flows (m,) of one class against trips (zones, zones) on the network without the closed links.

    The relative gap is that of Rose, Daskin and Koppelman (1988), Transportation Research B 22.
    """
    trips = sparse.coo_array(demand)
    trips.sum_duplicates()
    use = (trips.row != trips.col) & (trips.data > 0)
    origin, end, number = trips.row[use], trips.col[use], trips.data[use]
    times = links.times(flows)
    way = shortest_times(links, times, closed)[origin, end]
    served = np.isfinite(way)
    shortest = float(np.dot(way[served], number[served]))
    used = flows > 0
    spent = float(np.dot(times[used], flows[used]))
    held = np.zeros(links.nodes)
    for nodes, change in ((links.head, flows), (links.tail, -flows)):
        np.add.at(held, nodes, change)
    for nodes, change in ((origin[served], number[served]), (end[served], -number[served])):
        np.add.at(held, nodes, change)
    return Certificate(
        relative_gap=1 - shortest / spent if spent > 0 else 0.0,
        spent=spent,
        shortest=shortest,
        unserved_trips=float(number[~served].sum()),
        node_imbalance=float(np.abs(held).max(initial=0.0)),
    )


def shortest_times(links: Links, times: Floats, closed: NDArray[np.bool_] | None = None) -> Floats:
    """(zones, zones) shortest times, infinite where there is no way, 0 within a zone.

    Nodes that may not be passed through are split: links leave them from a second node that none leads to.
    """
    open_links = np.ones(len(links), np.bool_) if closed is None else ~closed
    tail = np.where(links.tail < links.first_through, links.tail + links.nodes, links.tail)
    order = np.lexsort((times, links.head, tail))
    order = order[open_links[order]]
    pairs = np.stack([tail[order], links.head[order]])
    first = np.ones(order.size, np.bool_)
    first[1:] = np.any(pairs[:, 1:] != pairs[:, :-1], axis=0)
    graph = sparse.csr_array(
        (np.maximum(times[order][first], _NOTHING), (pairs[0, first], pairs[1, first])), shape=(2 * links.nodes,) * 2
    )
    zones = np.arange(links.zones)
    begin = np.where(zones < links.first_through, zones + links.nodes, zones)
    if not links.zones:
        return np.zeros((0, 0))
    found = np.asarray(csgraph.dijkstra(graph, indices=begin))[:, : links.zones]
    np.fill_diagonal(found, 0.0)
    return found
