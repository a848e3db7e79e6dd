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

from .bush import FAR, Floats, Ints, bench, refresh_all
from .bush_gap import add_up, measure
from .bush_mend import mend
from .bush_shape import sweep
from .bush_start import load
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


class Equilibrium:
    """A network and its trips, held so that it can be solved again quickly after a change.

    Parameters
    ----------
    links : the network; it is copied.
    demand : (zones, zones) trips, dense or sparse, in vehicles in the period that the capacities are for; or one such
        matrix for each class. Trips within a zone do not use the network and are left out.
    fixed : (classes, m) what each class pays on each link in the unit of time, in place of ``links.fixed``.

    Raises
    ------
    ValueError
        If shapes do not fit, or trips are negative or not numbers.
    """

    def __init__(self, links: Links, demand: Matrix | Sequence[Matrix], fixed: Floats | None = None) -> None:
        self.links = links.copy()
        self._demand = _matrices(demand, links.zones)
        self._fixed = _fixed(links, len(self._demand), fixed)
        self._closed = np.zeros(len(links), np.bool_)
        self._core = core_of(self.links)
        self._bench = bench(links.nodes, self._core.link.size)
        self._road = road_of(self.links, self._core, self._fixed)
        self._opened = np.zeros(0, np.int32)
        self._to_mend = False
        self._bushes, self._trip_zone = bushes_of(self.links, self._core, self._demand)
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
        self._road.closed[inner[inner >= 0]] = closed
        if np.isin(at, self._core.last).any():
            last = self._core.last[self._trip_zone]
            self._bushes.allowed[:] = (last < 0) | ~self._closed[last]
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
        self._road.inverse_capacity[:] = road.inverse_capacity

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
        progress : called after each sweep with the share done, from 0 to 1; what it raises ends the run, and the state
            stays usable.
        """
        self._start()
        reached, before, first, iterations = self._measure(), FAR, 1.0, 0
        while reached > gap and iterations < most_iterations:
            self._sweep(reached, before)
            reached, before = self._measure(), reached
            iterations += 1
            if progress is not None:
                progress(_share(reached, gap, first))
        return self._solution(reached, iterations)

    def _start(self) -> None:
        refresh_all(self._road)
        if not self._started:
            self._make_room(self.links.nodes)
            every = np.arange(self._bushes.used.size, dtype=np.int32)
            load(self._core.graph, self._road, self._bushes, self._bench, every)
        elif self._to_mend:
            self._make_room(self.links.nodes)
            self._visit(mend(self._core.graph, self._road, self._bushes, self._bench, self._opened), rounds=1)
        self._last_time = self._time_on_last_links()
        self._started, self._to_mend = True, False
        self._opened = np.zeros(0, np.int32)

    def _make_room(self, more: int) -> None:
        """Rows take up to `more` links beyond the longest row of now."""
        most = int(self._bushes.used.max(initial=0)) + more
        rows, width = self._bushes.link.shape
        if most <= width:
            return
        link, flow = np.zeros((rows, most), np.int32), np.zeros((rows, most))
        link[:, :width], flow[:, :width] = self._bushes.link, self._bushes.flow
        self._bushes = self._bushes._replace(link=link, flow=flow)

    def _measure(self) -> float:
        rows = self._bushes.used.size
        flows = np.zeros(self._core.link.size)
        self._excess, self._spent = np.zeros(rows), np.zeros(rows)
        measure(self._core.graph, self._road, self._bushes, self._bench, flows, self._excess, self._spent)
        self._road.flow[:] = flows
        refresh_all(self._road)
        whole = float(self._spent.sum()) + self._last_time
        return float(self._excess.sum()) / whole if whole > 0 else 0.0

    def _sweep(self, reached: float, before: float) -> None:
        """Visits the bushes that lose more than a small part of the mean; the closer, the more often in between.

        All of them after a sweep that did not even halve the gap: then bushes that lose little hold up those that lose
        much (on Anaheim 18 instead of 251 sweeps to 1e-10).
        """
        self._make_room(self.links.nodes // 4 + 16)
        least = 0.1 * self._excess.sum() / max(self._excess.size, 1) if reached < 0.5 * before else -1.0
        self._visit(np.flatnonzero(self._excess > least).astype(np.int32), rounds=4 if reached > 1e-6 else 10)

    def _visit(self, rows: Ints, rounds: int) -> None:
        """Reshapes and balances these bushes, then balances them `rounds` times more."""
        graph, road, bushes, room = self._core.graph, self._road, self._bushes, self._bench
        sweep(graph, road, bushes, room, rows, True, 0.0, 1)
        for _ in range(rounds):
            sweep(graph, road, bushes, room, rows, False, 0.0, 1)

    def _time_on_last_links(self) -> float:
        flows = self._last_flows()
        used = flows.sum(axis=0) > 0
        times = self._times(flows.sum(axis=0))
        return float(np.sum(flows[:, used] * (times + self._fixed - self._fixed[0])[:, used]))

    def _last_flows(self) -> Floats:
        """(classes, m) vehicles on the links that the core leaves out."""
        flows = np.zeros((len(self._demand), len(self.links)))
        bushes = self._bushes
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
        add_up(self._bushes, self._core.link, flows)
        return flows

    def _unserved(self) -> sparse.csr_array:
        """Trips between zones that no bush carries."""
        bushes = self._bushes
        origin = np.repeat(bushes.origin, np.diff(bushes.trip_start))
        served = sparse.csr_array(
            (bushes.trips[bushes.served], (origin[bushes.served], self._trip_zone[bushes.served])),
            shape=(self.links.zones, self.links.zones),
        )
        wanted = self.demand
        left = sparse.coo_array(wanted - served)
        use = (left.row != left.col) & (left.data > 1e-12 * wanted.data.max(initial=0.0))
        return sparse.csr_array((left.data[use], (left.row[use], left.col[use])), shape=left.shape)

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
        served = self.demand - unserved
        ends = np.zeros(links.nodes)
        np.add.at(ends, links.head, flows)
        np.subtract.at(ends, links.tail, flows)
        ends[: links.zones] += np.asarray(served.sum(axis=1)).ravel() - np.asarray(served.sum(axis=0)).ravel()
        return float(np.abs(ends).max(initial=0.0))


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


def _share(reached: float, gap: float, first: float) -> float:
    if reached <= gap or gap <= 0:
        return 1.0 if reached <= gap else 0.0
    return min(1.0, max(0.0, math.log(first / reached) / math.log(first / gap)))
