"""In which order to mend cut roads, so that people lose least while the works last."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .assignment import Equilibrium, Solution
from .certificate import shortest_times
from .repair_search import Area, exact, greedy, improved

Told = Callable[[float], object]


@dataclass(frozen=True)
class Cut:
    """Something to mend.

    Attributes
    ----------
    name : what it is called.
    links : numbers of the links that it closes until it is mended.
    cost : money it takes to mend, above 0 in any one currency.
    days : how long the works take, above 0; one site is worked on at a time.
    distance : how far it is from where the crews are; not a number if unknown, then "nearest first" is left out.
    size : what "largest first" goes by; if None the traffic on its busiest link before the damage.
    """

    name: str
    links: tuple[int, ...]
    cost: float = 1.0
    days: float = 1.0
    distance: float = math.nan
    size: float | None = None


@dataclass(frozen=True)
class Step:
    """A point of a curve: what a day costs people once `mended` (None at the beginning) and those before it are mended.

    `days` and `cost` are what the works have taken so far; `delay` is in vehicles times the unit of time, `unserved` in
    trips, `loss` in vehicles times the unit of time, all three a day and against the network with everything mended.
    """

    mended: str | None
    days: float
    cost: float
    delay: float
    unserved: float
    loss: float


@dataclass(frozen=True)
class Curve:
    """One order: places in the list of cuts, a step for each and one before, and the loss summed over the works."""

    name: str
    order: tuple[int, ...]
    steps: tuple[Step, ...]
    total: float


@dataclass(frozen=True)
class Criticality:
    """What one cut means.

    `first_gain` is the daily loss that mending it first takes away; `last_loss` the daily loss while it alone is left:
    the Network Robustness Index of Scott, Novak, Aultman-Hall and Guo (2006), Journal of Transport Geography 14, with
    trips that have no way counted, too. Beside them what a day of works and a unit of money bring if it is the first.
    """

    name: str
    first_gain: float
    last_loss: float
    gain_per_day: float
    gain_per_cost: float


@dataclass(frozen=True)
class RepairPlan:
    """The order found, the orders it was compared with, and what each cut means.

    `proven` says that no order is better (up to the gap of the assignments); `penalty` is the loss that one trip
    without a way was counted as; `assignments` how many equilibria were solved.
    """

    best: Curve
    compared: tuple[Curve, ...]
    criticality: tuple[Criticality, ...]
    penalty: float
    proven: bool
    assignments: int

    @property
    def order(self) -> tuple[int, ...]:
        return self.best.order

    @property
    def curve(self) -> tuple[Step, ...]:
        return self.best.steps


def order(
    equilibrium: Equilibrium,
    cuts: Sequence[Cut],
    *,
    per: str = "days",
    penalty: float | None = None,
    periods: float = 1.0,
    gap: float = 1e-6,
    most_assignments: int = 2000,
    exact_up_to: int = 6,
    progress: Told | None = None,
) -> RepairPlan:
    """Finds the order of mending that makes the loss over the works small.

    The daily loss of a state is ``periods * (delay + penalty * unserved)``: `delay` is what the trips that have a way
    need in equilibrium beyond what the same trips need with all cuts mended, `unserved` the trips without a way that
    have one then. An order costs the sum over its works of the daily loss before each times its days (or its cost,
    ``per="cost"``): the area under its curve. Every loss is that of an equilibrium of its own, warm-started from the
    state solved before; nothing is guessed from the flows of another state.

    With few cuts all sets of them are solved and the order is optimal (Held and Karp 1962). With more, the site that
    takes away the most loss a day (or a unit of money) of its works comes next, of two that only help together the
    pair; then neighbours are swapped and single works moved as long as that helps.

    Parameters
    ----------
    equilibrium : the network and its trips; it is left as it is. What it has closed beside the cuts stays closed.
    cuts : what to mend.
    per : "days" or "cost", what runs along the axis.
    penalty : loss of a trip without a way, in the unit of time; if None twice the longest equilibrium time between two
        zones with trips.
    periods : how many times a day the period of the demand counts (a morning peak of an hour about 10).
    gap : relative gap of each assignment; gains below what it can tell count as none.
    most_assignments : afterwards the search ends with the best order so far.
    exact_up_to : up to so many cuts all sets are solved.
    progress : called with the share done, from 0 to 1; what it raises ends the search.

    Raises
    ------
    ValueError
        If there is no cut, one has no links, or costs or days that are not above 0, or `per` is something else.
    """
    weights = _weights(cuts, per)
    expected = 2 ** len(cuts) if len(cuts) <= exact_up_to else len(cuts) * (len(cuts) + 7) // 2
    losses = _Losses(equilibrium, cuts, penalty, periods, gap, min(expected, most_assignments), progress)
    area = Area(losses.of, weights, losses.noise, most_assignments)
    ways = _simple_orders(cuts, losses.whole)
    first = greedy(area)
    proven = len(cuts) <= exact_up_to and 2 ** len(cuts) <= most_assignments
    best = exact(area) if proven else min((improved(area, way) for way in (first, *ways.values())), key=area.total)
    compared = {"greedy": first, **ways}
    plan = RepairPlan(
        best=_curve("best", best, cuts, losses, area),
        compared=tuple(_curve(name, way, cuts, losses, area) for name, way in compared.items()),
        criticality=tuple(_criticality(at, cuts, losses) for at in range(len(cuts))),
        penalty=losses.penalty,
        proven=proven,
        assignments=losses.solved,
    )
    if progress is not None:
        progress(1.0)
    return plan


def _weights(cuts: Sequence[Cut], per: str) -> tuple[float, ...]:
    if per not in ("days", "cost"):
        raise ValueError("an order is sought per days or per cost")
    if not cuts:
        raise ValueError("there is nothing to mend")
    for cut in cuts:
        if not cut.links:
            raise ValueError(f"{cut.name} closes no link")
        if not (0 < cut.days < math.inf and 0 < cut.cost < math.inf):
            raise ValueError(f"{cut.name} needs days and a cost above 0")
    return tuple(cut.days if per == "days" else cut.cost for cut in cuts)


@dataclass(frozen=True)
class _State:
    delay: float
    unserved: float
    loss: float


class _Losses:
    """The daily loss of each set of mended cuts; each is solved once, from the state solved before it."""

    def __init__(
        self,
        equilibrium: Equilibrium,
        cuts: Sequence[Cut],
        penalty: float | None,
        periods: float,
        gap: float,
        expected: int,
        progress: Told | None,
    ) -> None:
        self._model, self._cuts, self._gap, self._periods = equilibrium.copy(), cuts, gap, periods
        self._expected, self._progress = expected, progress
        self._known: dict[frozenset[int], _State] = {}
        self.solved = 0
        self._model.open({link for cut in cuts for link in cut.links})
        self.whole = self._solve()
        times = shortest_times(self._model.links, self.whole.times, self._model.closed)
        self._times = np.where(np.isfinite(times), times, 0.0)
        self._served = np.isfinite(times)
        self.penalty = 2.0 * self._longest() if penalty is None else penalty
        self.noise = 2.0 * gap * periods * self.whole.spent
        self._known[frozenset(range(len(cuts)))] = _State(0.0, 0.0, 0.0)

    def _longest(self) -> float:
        wanted = self._model.demand.toarray() > 0
        return float(self._times[wanted & self._served].max(initial=0.0))

    def _solve(self) -> Solution:
        solution = self._model.solve(self._gap)
        self.solved += 1
        if self._progress is not None:
            self._progress(min(0.99, self.solved / (self._expected + 1)))
        return solution

    def state(self, mended: frozenset[int]) -> _State:
        if mended not in self._known:
            self._known[mended] = self._loss(mended)
        return self._known[mended]

    def of(self, mended: frozenset[int]) -> float:
        return self.state(mended).loss

    def _loss(self, mended: frozenset[int]) -> _State:
        shut = {link for at, cut in enumerate(self._cuts) if at not in mended for link in cut.links}
        self._model.open({link for cut in self._cuts for link in cut.links} - shut)
        self._model.close(shut)
        solution = self._solve()
        lost = solution.unserved.tocoo()
        missed = self._served[lost.row, lost.col]
        unserved = float(lost.data[missed].sum())
        instead = float(np.dot(lost.data, self._times[lost.row, lost.col]))
        delay = self._periods * (solution.spent - (self.whole.spent - instead))
        unserved *= self._periods
        return _State(delay, unserved, delay + self.penalty * unserved)


def _simple_orders(cuts: Sequence[Cut], whole: Solution) -> dict[str, tuple[int, ...]]:
    """What people do without a model: the largest first, or the nearest first."""
    sizes = [float(whole.flows[list(cut.links)].max()) if cut.size is None else cut.size for cut in cuts]
    ways = {"largest": tuple(sorted(range(len(cuts)), key=lambda at: -sizes[at]))}
    if all(math.isfinite(cut.distance) for cut in cuts):
        ways["nearest"] = tuple(sorted(range(len(cuts)), key=lambda at: cuts[at].distance))
    return ways


def _curve(name: str, way: tuple[int, ...], cuts: Sequence[Cut], losses: _Losses, area: Area) -> Curve:
    steps, days, cost = [], 0.0, 0.0
    for count in range(len(way) + 1):
        mended = None
        if count:
            cut = cuts[way[count - 1]]
            mended, days, cost = cut.name, days + cut.days, cost + cut.cost
        state = losses.state(frozenset(way[:count]))
        steps.append(Step(mended, days, cost, state.delay, state.unserved, state.loss))
    return Curve(name, way, tuple(steps), area.total(way))


def _criticality(at: int, cuts: Sequence[Cut], losses: _Losses) -> Criticality:
    cut = cuts[at]
    gain = losses.of(frozenset()) - losses.of(frozenset([at]))
    alone = losses.of(frozenset(range(len(cuts))) - {at})
    return Criticality(cut.name, gain, alone, gain / cut.days, gain / cut.cost)
