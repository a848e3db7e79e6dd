"""The laws that every equilibrium obeys, on networks of all kinds: parts, loops, parallel links, no time, no trips."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traffic_flow.assignment import Equilibrium, Solution
from traffic_flow.certificate import certify, shortest_times
from traffic_flow.links import Links
from traffic_flow.tests.small import grid, network, trips

GAP = 1e-9
MOST = 400
"""Sweeps. Origins that want two jammed roads for reasons that differ little change places in small steps; such a case
may end before the gap is reached, but says so. Networks as people have them are below, and they reach it."""


@st.composite
def networks(draw: Any) -> Links:
    """Up to nine nodes and thirty links anywhere between them."""
    nodes = draw(st.integers(1, 9))
    zones = draw(st.integers(1, min(4, nodes)))
    many = draw(st.integers(0, 30))
    end = st.lists(st.integers(0, nodes - 1), min_size=many, max_size=many)
    constant = draw(st.booleans())

    def column(*values: float) -> np.ndarray:
        return np.array(draw(st.lists(st.sampled_from(values), min_size=many, max_size=many)), float)

    return Links(
        tail=np.array(draw(end), np.int32),
        head=np.array(draw(end), np.int32),
        nodes=nodes,
        zones=zones,
        first_through=draw(st.sampled_from([0, zones])),
        free_time=column(0.0, 1.0, 2.0, 3.5, 10.0),
        b=column(0.0, 0.15) if constant else column(0.15, 0.5, 1.0),
        capacity=column(5.0, 20.0, 100.0),
        power=column(0.5, 1.0, 1.7, 4.0) if draw(st.booleans()) else np.full(many, 4.0),
        fixed=column(0.0, 0.0, 0.7),
    )


def demands(zones: int) -> st.SearchStrategy[np.ndarray]:
    number = st.sampled_from([0.0, 0.0, 1.0, 7.0, 40.0])
    rows = st.lists(number, min_size=zones * zones, max_size=zones * zones)
    return rows.map(lambda flat: np.array(flat).reshape(zones, zones))


cases = networks().flatmap(lambda links: st.tuples(st.just(links), demands(links.zones)))
often = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def check(links: Links, demand: np.ndarray, solution: Solution, closed: np.ndarray) -> None:
    """What holds of every equilibrium of one class."""
    trips = demand.copy()
    np.fill_diagonal(trips, 0.0)
    reachable = np.isfinite(shortest_times(links, links.free_time + links.fixed, closed))
    assert np.all(solution.flows >= 0.0)
    assert not solution.flows[closed].any()
    assert np.array_equal(solution.unserved.toarray(), np.where(reachable, 0.0, trips))
    certificate = certify(links, demand, solution.flows, closed)
    assert certificate.node_imbalance <= 1e-9 * max(1.0, trips.sum())
    assert solution.max_node_imbalance <= 1e-9 * max(1.0, trips.sum())
    assert solution.gap <= 1e-3
    assert certificate.relative_gap <= 1.01 * max(solution.gap, GAP)
    assert certificate.unserved_trips == solution.unserved_trips
    assert abs(certificate.spent - solution.spent) <= 1e-9 * max(1.0, certificate.spent)
    assert abs(links.objective(solution.flows) - solution.objective) <= 1e-9 * max(1.0, solution.objective)


@often
@given(case=cases)
def test_that_every_network_gets_an_equilibrium_that_another_hand_confirms(case: tuple[Links, np.ndarray]) -> None:
    links, demand = case
    solution = Equilibrium(links, demand).solve(GAP, most_iterations=MOST)
    check(links, demand, solution, np.zeros(len(links), np.bool_))


@often
@given(case=cases, data=st.data())
def test_that_after_any_changes_the_equilibrium_is_the_one_found_from_nothing(
    case: tuple[Links, np.ndarray], data: st.DataObject
) -> None:
    links, demand = case
    model = Equilibrium(links, demand)
    model.solve(1e-4)
    if not len(links):
        return
    some = st.lists(st.integers(0, len(links) - 1), max_size=5)
    for _ in range(data.draw(st.integers(1, 4))):
        change = data.draw(st.sampled_from(["close", "open", "capacity", "copy"]))
        if change == "capacity":
            model.set_capacity(data.draw(some), data.draw(st.sampled_from([3.0, 30.0, 300.0])))
        elif change == "copy":
            model = model.copy()
        else:
            (model.close if change == "close" else model.open)(data.draw(some))
        if data.draw(st.booleans()):
            model.solve(1e-5)
    warm = model.solve(GAP, most_iterations=MOST)
    check(model.links, demand, warm, model.closed)
    cold_model = Equilibrium(model.links, demand)
    cold_model.close(np.flatnonzero(model.closed))
    cold = cold_model.solve(GAP, most_iterations=MOST)
    assert np.array_equal(warm.unserved.toarray(), cold.unserved.toarray())
    # Above the smallest objective by no more than what the trips lose, since it is convex.
    assert abs(warm.objective - cold.objective) <= 1.1 * max(GAP, warm.gap, cold.gap) * max(1.0, cold.spent, warm.spent)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(links=networks(), data=st.data())
def test_that_each_class_of_drivers_has_an_equilibrium_of_its_own(links: Links, data: st.DataObject) -> None:
    demand = [data.draw(demands(links.zones)) for _ in range(2)]
    fixed = np.array([links.fixed, data.draw(st.sampled_from([0.0, 0.3, 4.0])) * links.fixed])
    solution = Equilibrium(links, demand, fixed).solve(GAP, most_iterations=MOST)
    assert solution.gap <= 1e-3
    assert np.allclose(solution.flows_by_class.sum(axis=0), solution.flows)
    spent = shortest = 0.0
    for kind, flows in enumerate(solution.flows_by_class):
        times = links.times(solution.flows) - links.fixed + fixed[kind]
        least = shortest_times(links, times)
        trips = demand[kind].copy()
        np.fill_diagonal(trips, 0.0)
        served = np.isfinite(least) & (trips > 0)
        held = np.zeros(links.nodes)
        np.add.at(held, links.head, flows)
        np.subtract.at(held, links.tail, flows)
        held[: links.zones] += np.where(served, trips, 0).sum(axis=1) - np.where(served, trips, 0).sum(axis=0)
        assert np.abs(held).max() <= 1e-9 * max(1.0, trips.sum())
        spent += float(np.dot(times[flows > 0], flows[flows > 0]))
        shortest += float(np.dot(least[served], trips[served]))
    assert spent - shortest <= 1.01 * max(solution.gap, GAP) * max(spent, 1e-9)
    assert abs(spent - solution.spent) <= 1e-9 * max(1.0, spent)


@often
@given(case=cases)
def test_that_the_order_of_links_does_not_matter(case: tuple[Links, np.ndarray]) -> None:
    links, demand = case
    order = np.random.default_rng(0).permutation(len(links))
    names = ("tail", "head", "free_time", "b", "capacity", "power", "fixed")
    turned = links.copy(**{name: getattr(links, name)[order] for name in names})
    one = Equilibrium(links, demand).solve(GAP, most_iterations=MOST)
    other = Equilibrium(turned, demand).solve(GAP, most_iterations=MOST)
    assert abs(one.objective - other.objective) <= 1.1 * max(GAP, one.gap, other.gap) * max(1.0, one.spent)


@pytest.mark.parametrize("seed", range(6))
def test_that_grids_as_busy_as_towns_reach_a_ten_billionth(seed: int) -> None:
    links, demand = grid(6, seed, zones=9, busy=0.7)
    chance = np.random.default_rng(seed)
    tolls = np.where(chance.random(len(links)) < 0.2, 1.5, 0.0)
    links = links.copy(fixed=tolls, b=np.where(chance.random(len(links)) < 0.1, 0.0, links.b))
    model = Equilibrium(links, demand)
    assert 0.5 < np.max(model.solve(1e-10).flows / links.capacity) < 10
    for change in (lambda: model.close([3, 40]), lambda: model.open([3]), lambda: model.set_capacity([7, 8], 30.0)):
        change()
        solution = model.solve(1e-10)
        assert solution.gap <= 1e-10
        assert certify(model.links, demand, solution.flows, model.closed).relative_gap <= 1.1e-10


def test_that_closing_the_only_way_into_a_zone_takes_its_trips_off_and_opening_brings_them_back() -> None:
    # Zone 2 hangs on node 3 by one link, which the search leaves out.
    ends = [(0, 3), (3, 0), (1, 3), (3, 1), (3, 2), (2, 3), (0, 1), (1, 0)]
    links = network(ends, nodes=4, zones=3, first_through=3, free_time=2.0, b=0.15, capacity=10.0)
    wanted = trips(3, {(0, 2): 5.0, (1, 2): 6.0, (0, 1): 7.0, (2, 0): 1.0})
    model = Equilibrium(links, wanted)
    before = model.solve(1e-10)
    model.close([4])
    shut = model.solve(1e-10)
    assert shut.unserved.toarray().tolist() == trips(3, {(0, 2): 5.0, (1, 2): 6.0}).tolist()
    check(links, wanted, shut, model.closed)
    model.open([4])
    again = model.solve(1e-10)
    assert again.unserved_trips == 0.0
    assert again.flows == pytest.approx(before.flows, rel=1e-6, abs=1e-6)
