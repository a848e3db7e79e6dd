"""Static user equilibrium: nobody can save time by another way (Wardrop 1952), found with Algorithm B (Dial 2006).

Several classes of drivers may share the roads: what they pay beside the common time of a link may differ (tolls divided
by their value of time), their vehicles count alike. Where such classes share jammed roads they sort themselves slowly:
mind the gap that was reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .bush import FAR, Floats, refresh_all
from .bush_gap import add_up
from .bush_work import Work
from .core import bushes_of, core_of, road_of
from .links import Links

Matrix: TypeAlias = NDArray[np.float64] | sparse.csr_array | sparse.csr_matrix


@dataclass(frozen=True)
class Solution:
    """An equilibrium and how good it is.

    Attributes
    ----------
    flows : (m,) vehicles on each link. Where times are constant the flows are not unique, only the times are.
    times : (m,) time of each link at these flows, tolls included; infinite where closed.
    gap : relative gap, 1 - (time on shortest paths) / (time spent), of the trips that are served.
    objective : Beckmann's, which an equilibrium makes smallest.
    iterations : sweeps over the origins.
    unserved : (zones, zones) trips of all classes that have no way; unserved_trips is their sum.
    max_node_imbalance : most vehicles that appear or vanish at a node.
    flows_by_class : (classes, m) vehicles of each class.
    spent : vehicles times time over all links, each class with what it pays.
    """

    flows: Floats
    times: Floats
    gap: float
    objective: float
    iterations: int
    unserved: sparse.csr_array
    unserved_trips: float
    max_node_imbalance: float
    flows_by_class: Floats
    spent: float


FINE = 1e-6
"""From here on bushes are balanced more often between two looks at the network: what is left lies within them."""
ROUNDS, FINE_ROUNDS = 5, 11
DIRTY = 0.25
"""Bushes that lose less than this part of the gap that is allowed are left as they are."""
SETTLED = 10.0
"""The gap is not worth a look while a sweep changes the whole time by more than so many times what is allowed, or FINE;
close by, it is: it tells which bushes need no visit."""


class Equilibrium:
    """A network and its trips, held so that it can be solved again quickly after a change.

    Parameters
    ----------
    links : the network; it is copied.
    demand : (zones, zones) trips, dense or sparse, in vehicles in the period that the capacities are for; or one such
        matrix for each class. Trips within a zone do not use the network and are left out.
    fixed : (classes, m) what each class pays on each link in the unit of time, in place of ``links.fixed``.
    threads : how many work at once; the numbers that come out do not depend on it.

    Raises
    ------
    ValueError
        If shapes do not fit, or trips are negative or not numbers.
    """

    def __init__(
        self, links: Links, demand: Matrix | Sequence[Matrix], fixed: Floats | None = None, threads: int = 1
    ) -> None:
        self.links = links.copy()
        self._demand = _matrices(demand, links.zones)
        self._leaving = _leaving(self.demand)
        self._fixed = _fixed(links, len(self._demand), fixed)
        self._closed = np.zeros(len(links), np.bool_)
        self._core = core_of(self.links)
        self._opened = np.zeros(0, np.int32)
        self._to_mend = False
        road = road_of(self.links, self._core, self._fixed)
        bushes, self._trip_zone = bushes_of(self.links, self._core, self._demand)
        self._work = Work(self._core.graph, road, bushes, links.nodes, threads)
        self._excess = np.zeros(bushes.used.size)
        self._started = False

    @property
    def demand(self) -> sparse.csr_array:
        """(zones, zones) trips of all classes."""
        return sum(self._demand[1:], self._demand[0])

    @property
    def closed(self) -> NDArray[np.bool_]:
        """(m,) which links are closed."""
        return self._closed.copy()

    def close(self, links: Iterable[int]) -> None:
        """Closes links; the next solve() keeps what does not use them and finds other ways for the rest."""
        self._shut(links, True)

    def open(self, links: Iterable[int]) -> None:
        """Opens links that were closed."""
        self._shut(links, False)

    def _shut(self, links: Iterable[int], closed: bool) -> None:
        at = self._places(links)
        at = at[self._closed[at] != closed]
        self._closed[at] = closed
        inner = self._core.place[at]
        self._work.road.closed[inner[inner >= 0]] = closed
        if np.isin(at, self._core.last).any():
            last = self._core.last[self._trip_zone]
            self._work.bushes.allowed[:] = (last < 0) | ~self._closed[last]
        if not closed:
            self._opened = np.union1d(self._opened, inner[inner >= 0]).astype(np.int32)
        self._to_mend |= at.size > 0

    def set_capacity(self, links: Iterable[int], capacity: float | Floats) -> None:
        """Gives links another capacity (above 0; close() is for none)."""
        at = self._places(links)
        changed = self.links.capacity.copy()
        changed[at] = capacity
        self.links = self.links.copy(capacity=changed)
        road = road_of(self.links, self._core, self._fixed)
        self._work.road.inverse_capacity[:] = road.inverse_capacity

    def _places(self, links: Iterable[int]) -> NDArray[np.int64]:
        at = np.unique(np.asarray(list(links), dtype=np.int64))
        if at.size and (at[0] < 0 or at[-1] >= len(self.links)):
            raise ValueError("there is no link of that number")
        return at

    def copy(self) -> Equilibrium:
        """The same state, to change and solve beside this one."""
        return deepcopy(self)

    def solve(
        self, gap: float = 1e-6, most_iterations: int = 500, progress: Callable[[float], object] | None = None
    ) -> Solution:
        """Goes on from the last state until the relative gap is not above `gap`.

        Parameters
        ----------
        gap : relative gap to reach; 1e-10 is within what the numbers can tell.
        most_iterations : sweeps after which it stops, whatever the gap.
        progress : called every few milliseconds with the share done, from 0 to 1; what it raises ends the run, and the
            state stays usable.
        """
        word = _Word(progress, gap)
        with self._work.told(word):
            reached, iterations = self._approach(gap, most_iterations, word)
        return self._solution(reached, iterations)

    def _approach(self, gap: float, most_iterations: int, word: _Word) -> tuple[float, int]:
        """Sweeps until the gap is reached; gives the gap and the number of sweeps."""
        swept = self._start(gap, most_iterations, word)
        while True:
            reached = self._gap()
            word.reached(reached)
            if reached <= gap or swept >= most_iterations:
                return reached, swept
            dirty = np.flatnonzero(self._excess > DIRTY * gap * self._spent).astype(np.int32)
            self._work.visit(dirty, ROUNDS if reached > FINE else FINE_ROUNDS)
            swept += 1

    def _start(self, gap: float, most_iterations: int, word: _Word) -> int:
        """Does what needs no gap, which costs nearly as much as a sweep; gives the number of sweeps."""
        work, was = self._work, self._started
        refresh_all(work.road)
        mended = work.mend(self._opened) if was and self._to_mend else np.zeros(0, np.int32)
        if not was:
            work.begin()
        self._last_time = self._time_on_last_links()
        self._started, self._to_mend = True, False
        self._opened = np.zeros(0, np.int32)
        if not was:
            return self._settle(gap, most_iterations, word)
        work.visit(mended, ROUNDS)
        return min(mended.size, 1)

    def _settle(self, gap: float, most_iterations: int, word: _Word) -> int:
        before = FAR
        for swept in range(most_iterations):
            spent = self._last_time + self._work.visit(self._work.every(), ROUNDS)
            change = abs(spent - before)
            if change <= SETTLED * max(gap, FINE) * spent:
                return swept + 1
            word.reached(change / spent if spent > 0 else 1.0)
            before = spent
        return most_iterations

    def _gap(self) -> float:
        self._excess, self._spent = self._work.measure()
        whole = float(self._spent.sum()) + self._last_time
        return float(self._excess.sum()) / whole if whole > 0 else 0.0

    def _time_on_last_links(self) -> float:
        flows = self._last_flows()
        used = flows.sum(axis=0) > 0
        times = self._times(flows.sum(axis=0))
        return float(np.sum(flows[:, used] * (times + self._fixed - self._fixed[0])[:, used]))

    def _last_flows(self) -> Floats:
        """(classes, m) vehicles on the links that the core leaves out."""
        flows = np.zeros((len(self._demand), len(self.links)))
        bushes = self._work.bushes
        last = self._core.last[self._trip_zone]
        kind = np.repeat(bushes.kind, np.diff(bushes.trip_start))
        use = bushes.served & (last >= 0)
        np.add.at(flows, (kind[use], last[use]), bushes.trips[use])
        return flows

    def _times(self, flows: Floats) -> Floats:
        times: Floats = self.links.times(flows) - self.links.fixed + self._fixed[0]
        times[self._closed] = FAR
        return times

    def _flows_by_class(self) -> Floats:
        flows = self._last_flows()
        add_up(self._work.bushes, self._core.link, flows)
        return flows

    def _unserved(self) -> sparse.csr_array:
        """Trips between zones that no bush carries."""
        bushes = self._work.bushes
        left = np.flatnonzero(~bushes.served)
        origin = bushes.origin[np.searchsorted(bushes.trip_start, left, side="right") - 1]
        zones = self.links.zones
        return sparse.csr_array((bushes.trips[left], (origin, self._trip_zone[left])), shape=(zones, zones))

    def _solution(self, reached: float, iterations: int) -> Solution:
        by_class = self._flows_by_class()
        flows = by_class.sum(axis=0)
        unserved = self._unserved()
        beyond = float(np.sum(by_class * (self._fixed - self.links.fixed)))
        return Solution(
            flows=flows,
            times=self._times(flows),
            gap=reached,
            objective=self.links.objective(flows) + beyond,
            iterations=iterations,
            unserved=unserved,
            unserved_trips=float(unserved.sum()),
            max_node_imbalance=self._imbalance(flows, unserved),
            flows_by_class=by_class,
            spent=self._spent_by(by_class),
        )

    def _spent_by(self, by_class: Floats) -> float:
        used = by_class > 0
        times = self.links.times(by_class.sum(axis=0)) - self.links.fixed + self._fixed
        return float(np.dot(by_class[used], times[used]))

    def _imbalance(self, flows: Floats, unserved: sparse.csr_array) -> float:
        links = self.links
        ends = np.zeros(links.nodes)
        np.add.at(ends, links.head, flows)
        np.subtract.at(ends, links.tail, flows)
        ends[: links.zones] += self._leaving - _leaving(unserved)
        return float(np.abs(ends).max(initial=0.0))


def _leaving(trips: sparse.csr_array) -> Floats:
    """(zones,) trips that begin in each zone less those that end there."""
    return np.asarray(trips.sum(axis=1), np.float64).ravel() - np.asarray(trips.sum(axis=0), np.float64).ravel()


def _matrices(demand: Matrix | Sequence[Matrix], zones: int) -> list[sparse.csr_array]:
    given = demand if isinstance(demand, (list, tuple)) else [demand]
    matrices = [sparse.csr_array(matrix, dtype=np.float64) for matrix in given]
    for matrix in matrices:
        if matrix.shape != (zones, zones):
            raise ValueError(f"the demand has the shape {matrix.shape}, but there are {zones} zones")
        if not np.all(np.isfinite(matrix.data)) or np.any(matrix.data < 0):
            raise ValueError("the demand has negative or infinite trips")
        matrix.sum_duplicates()
    return matrices


def _fixed(links: Links, classes: int, fixed: Floats | None) -> Floats:
    if fixed is None:
        return np.repeat(links.fixed[None, :], classes, axis=0)
    whole = np.array(fixed, dtype=np.float64, ndmin=2)
    if whole.shape != (classes, len(links)) or not np.all(np.isfinite(whole)) or np.any(whole < 0):
        raise ValueError("fixed holds one value of 0 or more for each class and link")
    return whole


class _Word:
    """Tells a person how far it is, as often as it is called."""

    def __init__(self, progress: Callable[[float], object] | None, gap: float) -> None:
        self._progress, self._gap, self._share = progress, gap, 0.0

    def __call__(self) -> None:
        if self._progress is not None:
            self._progress(self._share)

    def reached(self, gap: float) -> None:
        """The share done grows with the digits of the gap."""
        if gap <= self._gap:
            self._share = 1.0
        elif 0 < self._gap < 1:
            self._share = max(self._share, min(1.0, math.log(gap) / math.log(self._gap)))
        self()
