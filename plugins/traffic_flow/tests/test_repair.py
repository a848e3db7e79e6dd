"""The order of mending against all orders there are, and against what can be worked out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from traffic_flow import repair
from traffic_flow.assignment import Equilibrium
from traffic_flow.links import Links
from traffic_flow.repair import Cut
from traffic_flow.repair_search import Area, exact, greedy, improved
from traffic_flow.tests.small import grid, network, trips


def random_area(seed: int, works: int, pairs_only: bool = False) -> Area:
    """Losses that fall with every work done, by amounts that depend on what else is done."""
    chance = np.random.default_rng(seed)
    single = chance.uniform(0, 0 if pairs_only else 10, works)
    joint = np.triu(chance.uniform(0, 8, (works, works)), 1)

    def loss(done: frozenset[int]) -> float:
        left = [work not in done for work in range(works)]
        pairs = sum(joint[i, j] for i in range(works) for j in range(i + 1, works) if left[i] or left[j])
        return float(single @ left + pairs)

    return Area(loss, tuple(chance.uniform(0.5, 5, works)))


@pytest.mark.parametrize("seed", range(12))
def test_that_few_works_get_the_best_of_all_orders(seed: int) -> None:
    area = random_area(seed, 5, pairs_only=seed % 3 == 0)
    best = min(area.total(way) for way in itertools.permutations(range(5)))
    assert area.total(exact(area)) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_that_many_works_come_close_to_the_best_order_and_no_swap_helps(seed: int) -> None:
    area = random_area(seed, 7, pairs_only=seed % 3 == 0)
    best = area.total(exact(area))
    way = improved(area, greedy(area))
    assert sorted(way) == list(range(7))
    assert area.total(way) <= area.total(greedy(area)) + 1e-9
    assert area.total(way) <= 1.02 * best
    for k in range(6):
        swapped = (*way[:k], way[k + 1], way[k], *way[k + 2 :])
        assert area.total(swapped) >= area.total(way) - 1e-9


def test_that_two_works_that_only_help_together_are_seen() -> None:
    # Works 1 and 3 are the two bridges of one road: 100 is lost until both are mended; 0 and 2 bring 5 each.
    def loss(done: frozenset[int]) -> float:
        return (0 if {1, 3} <= done else 100) + 5 * sum(work not in done for work in (0, 2, 4))

    assert set(greedy(Area(loss, (1.0,) * 5))[:2]) <= {0, 2, 4}
    assert set(improved(Area(loss, (1.0,) * 5), (0, 1, 2, 3, 4))[:2]) == {1, 3}
    assert set(exact(Area(loss, (1.0,) * 5))[:2]) == {1, 3}


def test_that_a_search_ends_with_its_budget() -> None:
    area = random_area(3, 9)
    area.budget = 20
    way = improved(area, greedy(area))
    assert sorted(way) == list(range(9))
    assert len(area._asked) < 20 + 9


# Two islands of one zone each beside the mainland (0), a bridge to each, and a second road beside the first bridge.
ENDS = [(0, 1), (1, 0), (0, 2), (2, 0), (0, 1), (1, 0)]
ISLES = network(ENDS, nodes=3, zones=3, free_time=[1.0, 1.0, 2.0, 2.0, 4.0, 4.0])
WANTED = trips(3, {(0, 1): 100.0, (1, 0): 50.0, (0, 2): 10.0})


def test_that_losses_are_those_worked_out_by_hand() -> None:
    cuts = [Cut("first", (0, 1), days=2, distance=1), Cut("second", (2, 3), cost=5, days=1, distance=3)]
    plan = repair.order(Equilibrium(ISLES, WANTED), cuts, penalty=20.0, periods=2.0, gap=1e-9)
    # Without the first bridge 150 trips take 3 minutes longer, without the second 10 have no way; twice a day.
    start = plan.curve[0]
    assert (start.mended, start.days, start.cost) == (None, 0.0, 0.0)
    assert (start.delay, start.unserved, start.loss) == pytest.approx((900.0, 20.0, 1300.0))
    assert plan.proven
    # By Smith's rule (1956): 450 a day for the first, 400 for the second.
    assert plan.order == (0, 1)
    assert [step.loss for step in plan.curve] == pytest.approx([1300.0, 400.0, 0.0], abs=1e-6)
    assert [step.days for step in plan.curve] == [0.0, 2.0, 3.0]
    assert [step.cost for step in plan.curve] == [0.0, 1.0, 6.0]
    assert plan.best.total == pytest.approx(2 * 1300 + 400)
    assert [(row.first_gain, row.last_loss) for row in plan.criticality] == [
        pytest.approx((900.0, 900.0)),
        pytest.approx((400.0, 400.0)),
    ]
    assert plan.criticality[1].gain_per_cost == pytest.approx(80.0)
    assert {curve.name: curve.order for curve in plan.compared} == {
        "greedy": (0, 1),
        "largest": (0, 1),
        "nearest": (0, 1),
    }


def test_that_dear_works_wait_when_money_is_what_counts() -> None:
    cuts = [Cut("first", (0, 1), cost=10), Cut("second", (2, 3), cost=1)]
    assert repair.order(Equilibrium(ISLES, WANTED), cuts, per="cost", penalty=20.0).order == (1, 0)


def test_that_the_nearest_first_is_left_out_where_nobody_knows_how_near() -> None:
    plan = repair.order(Equilibrium(ISLES, WANTED), [Cut("first", (0, 1)), Cut("second", (2,), distance=1.0)])
    assert {curve.name for curve in plan.compared} == {"greedy", "largest"}


def test_that_a_trip_without_a_way_counts_twice_the_longest_trip_where_nothing_else_is_said() -> None:
    assert repair.order(Equilibrium(ISLES, WANTED), [Cut("first", (0,))]).penalty == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("cuts", "words"),
    [
        ([], "nothing to mend"),
        ([Cut("first", ())], "first closes no link"),
        ([Cut("first", (0,), days=0.0)], "days and a cost"),
        ([Cut("first", (0,), cost=float("nan"))], "days and a cost"),
        ([Cut("first", (99,))], "no link of that number"),
    ],
)
def test_that_nonsense_to_mend_gets_a_sentence(cuts: list[Cut], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        repair.order(Equilibrium(ISLES, WANTED), cuts)


def test_that_an_axis_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="per days or per cost"):
        repair.order(Equilibrium(ISLES, WANTED), [Cut("first", (0,))], per="hours")


def _cuts_of(links: Links, seed: int, many: int) -> list[Cut]:
    chance = np.random.default_rng(seed)
    half = len(links) // 2
    roads = chance.choice(half, many, replace=False)
    days = chance.uniform(1, 5, many)
    return [Cut(f"{at}", (int(roads[at]), int(roads[at]) + half), days=float(days[at])) for at in range(many)]


@pytest.mark.parametrize("seed", [1, 2])
def test_that_the_order_on_a_congested_grid_is_the_best_of_all(seed: int) -> None:
    links, demand = grid(4, seed, busy=3.0)
    cuts = _cuts_of(links, seed, 4)
    plan = repair.order(Equilibrium(links, demand), cuts, penalty=60.0, gap=1e-8)
    losses = {}
    for count in range(5):
        for done in itertools.combinations(range(4), count):
            model = Equilibrium(links, demand)
            model.close([link for at, cut in enumerate(cuts) if at not in done for link in cut.links])
            solution = model.solve(1e-9)
            losses[frozenset(done)] = solution.spent + 60.0 * solution.unserved_trips
    full = losses[frozenset(range(4))]

    def total(way: tuple[int, ...]) -> float:
        return sum((losses[frozenset(way[:k])] - full) * cuts[at].days for k, at in enumerate(way))

    best = min(total(way) for way in itertools.permutations(range(4)))
    assert total(plan.order) == pytest.approx(best, rel=1e-5)
    assert plan.best.total == pytest.approx(best, rel=1e-4)
    assert all(plan.best.total <= curve.total * (1 + 1e-9) for curve in plan.compared)
    searched = repair.order(Equilibrium(links, demand), cuts, penalty=60.0, gap=1e-8, exact_up_to=0)
    assert not searched.proven
    assert best * (1 - 1e-4) <= searched.best.total <= 1.05 * best


def test_that_the_model_is_left_as_it_was_and_progress_only_rises() -> None:
    links, demand = grid(3, 5)
    model = Equilibrium(links, demand)
    model.close([0])
    before = model.solve(1e-8).flows
    said: list[float] = []
    repair.order(model, [Cut("a", (3,)), Cut("b", (5,))], progress=said.append)
    assert said == sorted(said)
    assert said[-1] == 1.0
    assert model.closed.nonzero()[0].tolist() == [0]
    assert model.solve(1e-8).flows == pytest.approx(before, rel=1e-12, abs=1e-9)


def test_that_what_progress_raises_ends_the_search() -> None:
    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repair.order(Equilibrium(ISLES, WANTED), [Cut("first", (0,))], progress=stop)
