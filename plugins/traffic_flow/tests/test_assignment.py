"""The equilibrium against what is known of it: small networks worked out by hand, and what was published."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from traffic_flow import tntp
from traffic_flow.assignment import Equilibrium
from traffic_flow.certificate import certify
from traffic_flow.links import Links
from traffic_flow.tests.small import grid, network, trips

TNTP = Path(__file__).resolve().parents[4] / "shared" / "data" / "tntp"

BRAESS = network(
    [(0, 2), (0, 3), (2, 3), (2, 1), (3, 1)],
    nodes=4,
    zones=2,
    free_time=[1e-9, 50, 10, 50, 1e-9],
    b=[1e10, 0.02, 0.1, 0.02, 1e10],
    power=1.0,
)


def test_that_the_paradox_of_braess_comes_out_as_published() -> None:
    # Braess 1968: times 10x, 50+x, 10+x, 50+x, 10x and six trips; 92 with the middle road and 83 without it.
    model = Equilibrium(BRAESS, trips(2, {(0, 1): 6.0}))
    solution = model.solve(1e-12)
    assert solution.flows == pytest.approx([4, 2, 2, 2, 4], rel=1e-5)
    assert solution.times[0] + solution.times[3] == pytest.approx(92, rel=1e-6)
    model.close([2])
    without = model.solve(1e-12)
    assert without.flows == pytest.approx([3, 3, 0, 3, 3], rel=1e-5)
    assert without.times[0] + without.times[3] == pytest.approx(83, rel=1e-6)
    model.open([2])
    assert model.solve(1e-12).flows == pytest.approx([4, 2, 2, 2, 4], rel=1e-5)


def test_that_pigou_sends_all_over_the_road_that_gets_as_slow_as_the_long_one() -> None:
    # Pigou 1920: one road of a fixed hour, one that takes as many hours as the share of all who use it.
    links = network([(0, 1), (0, 1)], nodes=2, zones=2, free_time=[60, 1e-9], b=[0, 6e10], power=1.0)
    solution = Equilibrium(links, trips(2, {(0, 1): 1.0})).solve(1e-12)
    assert solution.flows == pytest.approx([0.0, 1.0], abs=1e-9)
    assert solution.spent == pytest.approx(60.0)


def test_that_parallel_links_share_trips_so_that_they_take_equally_long() -> None:
    links = network([(0, 1)] * 3, nodes=2, zones=2, free_time=[10, 12, 30], b=0.15, capacity=[100, 200, 300])
    solution = Equilibrium(links, trips(2, {(0, 1): 400.0})).solve(1e-13)
    used = solution.flows > 0
    assert used.tolist() == [True, True, False]
    assert solution.flows.sum() == pytest.approx(400.0, rel=1e-12)
    assert solution.times[0] == pytest.approx(solution.times[1], rel=1e-10)
    assert solution.times[2] >= solution.times[0]


def test_that_the_objective_is_the_sum_of_the_integrals_of_the_times() -> None:
    links = network([(0, 1)], nodes=2, zones=2, free_time=10.0, b=0.15, capacity=50.0, fixed=3.0)
    solution = Equilibrium(links, trips(2, {(0, 1): 100.0})).solve()
    steps = np.linspace(0, 100, 200001)
    summed = float(np.trapezoid([*(10 * (1 + 0.15 * (steps / 50) ** 4) + 3)], steps))
    assert solution.objective == pytest.approx(summed, rel=1e-8)
    assert solution.times[0] == pytest.approx(10 * (1 + 0.15 * 16) + 3)


def test_that_a_toll_moves_trips_until_it_is_worth_paying() -> None:
    ends = [(0, 1), (0, 1)]
    links = network(ends, nodes=2, zones=2, free_time=10.0, b=0.1, power=1.0, capacity=10.0, fixed=[5.0, 0.0])
    solution = Equilibrium(links, trips(2, {(0, 1): 100.0})).solve(1e-12)
    # 10 + 0.1 x + 5 = 10 + 0.1 (100 - x)
    assert solution.flows == pytest.approx([25.0, 75.0], rel=1e-8)


def test_that_those_whose_time_is_worth_more_take_the_road_with_the_toll() -> None:
    ends = [(0, 1), (0, 1)]
    links = network(ends, nodes=2, zones=2, free_time=10.0, b=0.1, power=1.0, capacity=10.0)
    both = [trips(2, {(0, 1): 40.0}), trips(2, {(0, 1): 60.0})]
    # The toll is 1 minute to the first class and 20 to the second: 10 + x + 1 = 10 + (100 - x) only with x of 49.5,
    # but more than 40 the first class does not have, and for the second the toll is never worth it.
    model = Equilibrium(links, both, fixed=np.array([[1.0, 0.0], [20.0, 0.0]]))
    solution = model.solve(1e-12)
    assert solution.flows_by_class == pytest.approx(np.array([[40.0, 0.0], [0.0, 60.0]]), abs=1e-6)
    assert solution.spent == pytest.approx(40 * (10 + 0.1 * 40 + 1) + 60 * (10 + 0.1 * 60))


def test_that_an_island_keeps_its_trips_and_they_are_told_of() -> None:
    ends = [(0, 1), (1, 0), (2, 3), (3, 2)]
    wanted = trips(4, {(0, 1): 5.0, (0, 2): 7.0, (3, 1): 11.0, (2, 3): 1.0, (1, 1): 100.0})
    solution = Equilibrium(network(ends, nodes=4, zones=4), wanted).solve()
    assert solution.unserved_trips == pytest.approx(18.0)
    assert solution.unserved.toarray().nonzero()[0].tolist() == [0, 3]
    assert solution.unserved[0, 2] == 7.0
    assert solution.unserved[3, 1] == 11.0
    assert solution.flows.tolist() == [5.0, 0.0, 1.0, 0.0]


def test_that_loops_are_never_used() -> None:
    links = network([(0, 0), (0, 2), (2, 2), (2, 1), (1, 1)], nodes=3, zones=2, free_time=[0, 1, 0, 1, 0])
    assert Equilibrium(links, trips(2, {(0, 1): 3.0})).solve().flows.tolist() == [0, 3, 0, 3, 0]


def test_that_circles_of_no_time_do_not_hold_trips_up() -> None:
    ends = [(0, 2), (2, 3), (3, 4), (4, 2), (3, 2), (4, 3), (2, 4), (4, 1), (1, 4)]
    links = network(ends, nodes=5, zones=2, free_time=0.0)
    solution = Equilibrium(links, trips(2, {(0, 1): 3.0, (1, 0): 2.0})).solve(1e-12)
    assert solution.unserved_trips == 2.0
    assert solution.max_node_imbalance < 1e-12
    assert solution.flows[0] == 3.0
    assert solution.gap == 0.0


def test_that_zones_are_not_passed_through() -> None:
    # The short way leads through zone 1, which may only be begun or ended at.
    ends = [(0, 1), (1, 2), (0, 3), (3, 2)]
    links = network(ends, nodes=4, zones=3, first_through=3, free_time=[1, 1, 5, 5])
    solution = Equilibrium(links, trips(3, {(0, 2): 4.0, (0, 1): 1.0})).solve()
    assert solution.flows.tolist() == [1.0, 0.0, 4.0, 4.0]


@pytest.mark.parametrize("zones", [0, 1, 3])
def test_that_a_network_without_links_or_trips_is_in_equilibrium(zones: int) -> None:
    links = network([], nodes=max(zones, 1), zones=zones)
    solution = Equilibrium(links, np.zeros((zones, zones))).solve(1e-12)
    assert (solution.flows.size, solution.gap, solution.unserved_trips) == (0, 0.0, 0.0)


def test_that_trips_without_any_road_are_all_told_of() -> None:
    solution = Equilibrium(network([], nodes=2, zones=2), trips(2, {(0, 1): 4.0})).solve()
    assert (solution.unserved_trips, solution.spent) == (4.0, 0.0)


def test_that_roads_without_trips_stay_empty() -> None:
    links, demand = grid(3, 1)
    solution = Equilibrium(links, demand * 0).solve()
    assert not solution.flows.any()
    assert solution.times == pytest.approx(links.free_time)


def test_that_progress_rises_to_the_end_and_can_stop_the_run() -> None:
    links, demand = grid(4, 2, busy=3.0)
    said: list[float] = []
    model = Equilibrium(links, demand)
    solution = model.solve(1e-9, progress=said.append)
    assert len(said) >= solution.iterations
    assert said == sorted(said)
    assert (said[0], said[-1]) == (0.0, 1.0)

    def stop(share: float) -> None:
        raise InterruptedError

    other = Equilibrium(links, demand)
    with pytest.raises(InterruptedError):
        other.solve(1e-9, progress=stop)
    assert other.solve(1e-9).objective == pytest.approx(solution.objective, rel=1e-9)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("words", [1, 2, 3, 5, 8, 13, 21, 34])
def test_that_a_run_that_is_stopped_at_any_word_can_go_on(words: int, threads: int) -> None:
    links, demand = grid(5, 7, zones=12, busy=3.0)
    whole = Equilibrium(links, demand).solve(1e-9)
    shut = Equilibrium(links, demand)
    shut.close([3, 17])
    without = shut.solve(1e-9)

    def stopper() -> Callable[[float], object]:
        left = iter(range(words))
        return lambda share: next(left)

    model = Equilibrium(links, demand, threads=threads)
    with suppress(StopIteration):
        model.solve(1e-9, progress=stopper())
    assert model.solve(1e-9).objective == pytest.approx(whole.objective, rel=1e-9)
    model.close([3, 17])
    with suppress(StopIteration):
        model.solve(1e-9, progress=stopper())
    again = model.solve(1e-9)
    assert again.objective == pytest.approx(without.objective, rel=1e-9)
    assert certify(links, demand, again.flows, closed=model.closed).relative_gap < 1e-8


def test_that_numbers_do_not_depend_on_how_many_work_at_once() -> None:
    links, demand = grid(9, 4, zones=30, busy=2.0)
    found = []
    for threads in (1, 2, 5):
        model = Equilibrium(links, demand, threads=threads)
        first = model.solve(1e-7)
        model.close([8, 40])
        second = model.copy().solve(1e-7)
        found.append((first.flows, second.flows, first.iterations, second.iterations))
    for other in found[1:]:
        assert np.array_equal(found[0][0], other[0])
        assert np.array_equal(found[0][1], other[1])
        assert found[0][2:] == other[2:]


def test_that_only_links_that_lead_to_an_end_of_trips_carry_flow() -> None:
    links, demand = grid(8, 5, zones=6, busy=2.0)
    model = Equilibrium(links, demand)
    model.solve(1e-8)
    bushes, graph = model._work.bushes, model._core.graph
    assert (bushes.live < bushes.used).all()
    for row in range(bushes.used.size):
        used, live = bushes.link[row, : bushes.used[row]], bushes.link[row, : bushes.live[row]]
        ends = set(bushes.trip_node[bushes.trip_start[row] : bushes.trip_start[row + 1]].tolist())
        leads = ends | {int(node) for node in graph.tail[live]}
        assert {int(node) for node in graph.head[live]} <= leads
        assert not bushes.flow[row, live.size : used.size].any()
        assert not {int(node) for node in graph.head[used[live.size :]]} & ends


def test_that_a_run_ends_after_the_most_iterations_and_says_how_far_it_came() -> None:
    links, demand = grid(4, 2, busy=5.0)
    model = Equilibrium(links, demand)
    rough = model.solve(1e-12, most_iterations=1)
    assert rough.iterations == 1
    certificate = certify(links, demand, rough.flows)
    assert rough.gap == pytest.approx(certificate.relative_gap, rel=0.2)
    assert model.solve(1e-10).gap <= 1e-10 < rough.gap


@pytest.mark.parametrize(
    ("demand", "words"),
    [
        (np.zeros((3, 3)), "2 zones"),
        (np.array([[0.0, -1.0], [0.0, 0.0]]), "negative"),
        (np.array([[0.0, np.nan], [0.0, 0.0]]), "negative or infinite"),
    ],
)
def test_that_nonsense_demand_gets_a_sentence(demand: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Equilibrium(BRAESS, demand)


def test_that_nonsense_links_get_a_sentence() -> None:
    with pytest.raises(ValueError, match="no capacity"):
        network([(0, 1)], nodes=2, zones=2, b=0.15, capacity=0.0)
    with pytest.raises(ValueError, match="below 0"):
        network([(0, 1)], nodes=2, zones=2, free_time=-1.0)
    with pytest.raises(ValueError, match="a node that is not there"):
        network([(0, 2)], nodes=2, zones=2)
    with pytest.raises(ValueError, match="no link of that number"):
        Equilibrium(BRAESS, trips(2, {})).close([5])
    with pytest.raises(ValueError, match="one value of 0 or more"):
        Equilibrium(BRAESS, trips(2, {}), fixed=np.zeros((2, 5)))
    with pytest.raises(ValueError, match="no capacity"):
        Equilibrium(BRAESS, trips(2, {})).set_capacity([0], 0.0)


@pytest.mark.parametrize(
    ("folder", "published"),
    [
        ("SiouxFalls", 42.31335287107440e5),
        ("Anaheim", None),
        ("Chicago-Sketch", 17313018.7387477),
    ],
)
def test_that_published_networks_reach_their_published_equilibrium(folder: str, published: float | None) -> None:
    if not (TNTP / folder).is_dir():
        pytest.skip("the TransportationNetworks folders, which may not be passed on, are not here")
    read = tntp.read(TNTP / folder)
    solution = Equilibrium(read.links, read.demand).solve(1e-10)
    assert solution.gap <= 1e-10
    assert certify(read.links, read.demand, solution.flows).relative_gap <= 1.1e-10
    assert solution.max_node_imbalance <= 1e-6
    assert solution.unserved_trips == 0.0
    assert read.best_flows is not None
    assert solution.objective == pytest.approx(read.links.objective(read.best_flows), rel=1e-9)
    if published is not None:
        assert solution.objective == pytest.approx(published, rel=1e-9)
    known = read.best_flows
    assert np.abs(solution.flows - known).sum() <= 1e-5 * known.sum()


def test_that_dead_ends_are_left_out_of_the_search_but_not_those_where_trips_end() -> None:
    links, demand = grid(5, 11, zones=6, busy=2.0)
    far = links.nodes
    # a street of two links that nobody needs, and one at whose end zone 5 lies now
    tail = np.concatenate([links.tail, [20, far, far, far + 1, 21, far + 2]])
    head = np.concatenate([links.head, [far, 20, far + 1, far, far + 2, 21]])
    number = np.arange(far + 3)
    number[[5, far + 2]] = far + 2, 5
    more = {
        name: np.concatenate([getattr(links, name), np.full(6, value)])
        for name, value in {"free_time": 1.0, "b": 0.15, "capacity": 100.0, "power": 4.0, "fixed": 0.0}.items()
    }
    wider = Links(number[tail], number[head], nodes=far + 3, zones=6, first_through=0, **more)
    model = Equilibrium(wider, demand)
    assert len(model._core.link) == len(wider) - 4 - 1  # and the one way into zone 5
    solution = model.solve(1e-9)
    assert certify(wider, demand, solution.flows).relative_gap < 1e-8
    assert solution.max_node_imbalance < 1e-9
    assert solution.flows[-6:] == pytest.approx([0, 0, 0, 0, demand[:, 5].sum(), demand[5].sum()])
