"""The laws that every equilibrium obeys, on networks of all kinds: parts, loops, parallel links, no time, no trips."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traffic_flow.assignment import Equilibrium, Solution
from traffic_flow.certificate import certify, shortest_times
from traffic_flow.links import Links

GAP = 1e-9


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
    assert certificate.relative_gap <= 1.1 * GAP
    assert certificate.unserved_trips == solution.unserved_trips
    assert abs(certificate.spent - solution.spent) <= 1e-9 * max(1.0, certificate.spent)
    assert abs(links.objective(solution.flows) - solution.objective) <= 1e-9 * max(1.0, solution.objective)


@often
@given(case=cases)
def test_that_every_network_gets_an_equilibrium_that_another_hand_confirms(case: tuple[Links, np.ndarray]) -> None:
    links, demand = case
    solution = Equilibrium(links, demand).solve(GAP, most_iterations=5000)
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
    warm = model.solve(GAP, most_iterations=5000)
    check(model.links, demand, warm, model.closed)
    cold_model = Equilibrium(model.links, demand)
    cold_model.close(np.flatnonzero(model.closed))
    cold = cold_model.solve(GAP, most_iterations=5000)
    assert np.array_equal(warm.unserved.toarray(), cold.unserved.toarray())
    assert abs(warm.objective - cold.objective) <= 4 * GAP * max(1.0, cold.spent)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(links=networks(), data=st.data())
def test_that_each_class_of_drivers_has_an_equilibrium_of_its_own(links: Links, data: st.DataObject) -> None:
    demand = [data.draw(demands(links.zones)) for _ in range(2)]
    fixed = np.array([links.fixed, data.draw(st.sampled_from([0.0, 0.3, 4.0])) * links.fixed])
    # Classes that pay differently for two roads change places in small steps where the roads are jammed: a hard case
    # may end before the gap is reached, but it says so.
    solution = Equilibrium(links, demand, fixed).solve(GAP, most_iterations=300)
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
    one = Equilibrium(links, demand).solve(GAP, most_iterations=5000)
    other = Equilibrium(turned, demand).solve(GAP, most_iterations=5000)
    assert abs(one.objective - other.objective) <= 4 * GAP * max(1.0, one.spent)
