"""Quickest ways against scipy's Dijkstra, which knows nothing of ours."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph
from traffic_flow import quickest
from traffic_flow.certificate import shortest_times
from traffic_flow.links import Links
from traffic_flow.tests.small import network


def random_links(seed: int, nodes: int = 60, many: int = 200, zones: int = 10, first_through: int = 0) -> Links:
    chance = np.random.default_rng(seed)
    ends = [(int(a), int(b)) for a, b in chance.integers(0, nodes, (many, 2))]
    return network(ends, nodes, zones, first_through, free_time=chance.choice([0.5, 1, 2, 7], many))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("first_through", [0, 10])
def test_that_times_between_zones_are_those_of_scipy(seed: int, first_through: int) -> None:
    links = random_links(seed, first_through=first_through)
    zones = np.arange(10, dtype=np.int32)
    ours = quickest.between(quickest.of_links(links), zones, zones)
    assert ours == pytest.approx(shortest_times(links, links.free_time))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("longest", [0.0, 3.0, 1e6])
def test_that_times_between_all_nodes_are_to_the_last_bit_those_of_the_search_from_one(
    seed: int, longest: float
) -> None:
    chance = np.random.default_rng(seed)
    cost = chance.uniform(0, longest, 600) * (chance.random(600) < 0.9)  # some cost nothing
    cost[chance.random(600) < 0.1] = np.inf  # and some are shut
    ends = chance.integers(0, 120, (2, 600)).astype(np.int32)
    roads = quickest.star(*ends, cost, 120, first_through=5)
    every = np.arange(120, dtype=np.int32)
    alone = np.array([quickest.reach(roads, np.array([origin], np.int32))[0] for origin in every])
    for threads in (1, 3):
        assert np.array_equal(quickest.between(roads, every, every, threads), alone)
    assert quickest.between(roads, every[:0], every).shape == (0, 120)


@pytest.mark.parametrize("seed", range(5))
def test_that_the_nearest_seed_is_found_with_what_it_already_costs(seed: int) -> None:
    links = random_links(seed)
    seeds, starts = np.array([3, 17, 17, 40], np.int32), np.array([2.0, 9.0, 0.5, 1.0])
    cost, owner = quickest.reach(quickest.of_links(links), seeds, starts)
    order = np.lexsort((links.free_time, links.head, links.tail))
    pairs = links.tail[order].astype(np.int64) * links.nodes + links.head[order]
    _, first = np.unique(pairs, return_index=True)
    kept = order[first]
    graph = sparse.csr_array((links.free_time[kept], (links.tail[kept], links.head[kept])), shape=(links.nodes,) * 2)
    alone = csgraph.dijkstra(graph, indices=seeds) + starts[:, None]
    assert cost == pytest.approx(alone.min(axis=0))
    reached = np.isfinite(cost)
    assert alone[owner[reached], np.flatnonzero(reached)] == pytest.approx(cost[reached])
    assert np.all(owner[~reached] == quickest.NOBODY)


def test_that_a_limit_leaves_the_rest_unreached_and_other_costs_keep_the_links() -> None:
    roads = quickest.of_links(network([(0, 1), (1, 2), (2, 3)], nodes=4, zones=4))
    at_first = np.array([0], np.int32)
    assert quickest.reach(roads, at_first, limit=1.5)[0].tolist() == [0.0, 1.0, np.inf, np.inf]
    dearer = roads.with_cost(np.array([1.0, 5.0, np.inf]))
    assert quickest.reach(dearer, at_first)[0].tolist() == [0.0, 1.0, 6.0, np.inf]


def test_that_no_seed_reaches_nobody() -> None:
    roads = quickest.of_links(network([(0, 1)], nodes=2, zones=2))
    cost, owner = quickest.reach(roads, np.zeros(0, np.int32))
    assert np.all(np.isinf(cost))
    assert owner.tolist() == [quickest.NOBODY] * 2
