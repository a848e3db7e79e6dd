"""The second opinion: against numbers worked out by hand, and against flows that are no equilibrium."""

from __future__ import annotations

import numpy as np
import pytest
from traffic_flow.assignment import Equilibrium
from traffic_flow.certificate import certify, shortest_times
from traffic_flow.tests.small import grid, network, trips

ROADS = network([(0, 1), (0, 1)], nodes=2, zones=2, free_time=[10.0, 20.0])


def test_that_the_gap_is_the_share_of_time_lost_to_shorter_ways() -> None:
    certificate = certify(ROADS, trips(2, {(0, 1): 4.0}), np.array([3.0, 1.0]))
    assert (certificate.spent, certificate.shortest) == (50.0, 40.0)
    assert certificate.relative_gap == pytest.approx(0.2)
    assert certificate.node_imbalance == 0.0


def test_that_vehicles_that_vanish_are_seen() -> None:
    certificate = certify(ROADS, trips(2, {(0, 1): 4.0}), np.array([3.5, 0.0]))
    assert certificate.node_imbalance == pytest.approx(0.5)


def test_that_trips_without_a_way_are_counted_and_closed_links_are_no_way() -> None:
    wanted = trips(2, {(0, 1): 4.0, (1, 0): 2.0})
    assert certify(ROADS, wanted, np.array([4.0, 0.0])).unserved_trips == 2.0
    shut = certify(ROADS, wanted, np.zeros(2), np.array([True, True]))
    assert (shut.unserved_trips, shut.spent, shut.relative_gap) == (6.0, 0.0, 0.0)


def test_that_shortest_times_know_zones_that_are_not_passed_and_links_of_no_time() -> None:
    ends = [(0, 1), (1, 2), (0, 3), (3, 4), (4, 2), (0, 3)]
    links = network(ends, nodes=5, zones=3, first_through=3)
    times = np.array([1.0, 1.0, 5.0, 0.0, 2.0, 3.0])
    through = shortest_times(links, times)
    assert through[0].tolist() == pytest.approx([0.0, 1.0, 5.0])
    assert np.isinf(through[2, 0])
    assert shortest_times(links.copy(first_through=0), times)[0, 2] == pytest.approx(2.0)
    assert shortest_times(links, times, np.arange(6) == 5)[0, 2] == pytest.approx(7.0)


def test_that_flows_moved_away_from_an_equilibrium_are_worse() -> None:
    links, demand = grid(5, 4, busy=2.0)
    flows = Equilibrium(links, demand).solve(1e-10).flows
    best = certify(links, demand, flows)
    all_at_once = Equilibrium(links, demand).solve(1.0).flows
    worse = certify(links, demand, 0.9 * flows + 0.1 * all_at_once)
    assert best.relative_gap <= 1e-9 < worse.relative_gap
    assert worse.node_imbalance == pytest.approx(0.0, abs=1e-9)
    assert links.objective(flows) < links.objective(0.9 * flows + 0.1 * all_at_once)
