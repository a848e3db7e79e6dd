"""Orders that make an area small: exactly for few, by greedy choice and small changes for more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations

Order = tuple[int, ...]


@dataclass
class Area:
    """The area under the curve of an order: the loss before each work times the weight of the work, added up.

    Attributes
    ----------
    loss : loss of a set of works done; dear to ask, so that it is asked only while `budget` lasts.
    weights : of each work, above 0.
    noise : differences of losses up to it tell nothing.
    budget : most different sets that may be asked for in a search.
    """

    loss: Callable[[frozenset[int]], float]
    weights: tuple[float, ...]
    noise: float = 0.0
    budget: int = 10**9
    _asked: set[frozenset[int]] = field(default_factory=set)

    def total(self, order: Order) -> float:
        return math.fsum(self.of(frozenset(order[:k])) * self.weights[work] for k, work in enumerate(order))

    def of(self, done: frozenset[int]) -> float:
        self._asked.add(done)
        return self.loss(done)

    @property
    def spent(self) -> bool:
        return len(self._asked) >= self.budget

    def between(self, done: frozenset[int], works: Iterable[int]) -> float:
        """Area from `done` over these works, one after another."""
        area = 0.0
        for work in works:
            area += self.of(done) * self.weights[work]
            done |= {work}
        return area


def exact(area: Area) -> Order:
    """The best of all orders, over sets rather than orders: the best way to a set ends with one of its works."""
    works = range(len(area.weights))
    best: dict[frozenset[int], tuple[float, Order]] = {frozenset(): (0.0, ())}
    for count in range(1, len(works) + 1):
        for members in combinations(works, count):
            done = frozenset(members)
            ways = []
            for last in members:
                before, order = best[done - {last}]
                ways.append((before + area.of(done - {last}) * area.weights[last], (*order, last)))
            best[done] = min(ways)
    return best[frozenset(works)][1]


def greedy(area: Area) -> Order:
    """Next always the work that takes most away for its weight; a pair where no single work does."""
    order: Order = ()
    while len(order) < len(area.weights):
        left = [work for work in range(len(area.weights)) if work not in order]
        order += _next(area, frozenset(order), left)
    return order


def _next(area: Area, done: frozenset[int], left: list[int]) -> Order:
    if len(left) == 1 or area.spent:
        return tuple(sorted(left, key=lambda work: area.weights[work]))
    now = area.of(done)
    gains: dict[Order, float] = {(work,): now - area.of(done | {work}) for work in left}
    if max(gains.values()) <= area.noise and len(left) > 2 and not area.spent:
        gains |= {pair: now - area.of(done | set(pair)) for pair in combinations(left, 2)}
    best = max(gains, key=lambda works: gains[works] / sum(area.weights[work] for work in works))
    return min((best, best[::-1]), key=lambda works: area.between(done, works))


def improved(area: Area, order: Order) -> Order:
    """The order after all swaps of neighbours and all moves of one work that help; none of them helps any more."""
    while not area.spent:
        better = _swapped(area, order) or _moved(area, order)
        if better is None:
            break
        order = better
    return order


def _swapped(area: Area, order: Order) -> Order | None:
    """With the neighbours swapped where it helps first; only the loss between the two is another."""
    for k in range(len(order) - 1):
        if area.spent:
            return None
        done, pair = frozenset(order[:k]), order[k : k + 2]
        if _helps(area, done, pair, pair[::-1]):
            return order[:k] + pair[::-1] + order[k + 2 :]
    return None


def _moved(area: Area, order: Order) -> Order | None:
    """With one work moved to where it helps; only what lies between its places is another."""
    for at in range(len(order)):
        for to in range(len(order)):
            if abs(at - to) < 2 or area.spent:
                continue
            rest = order[:at] + order[at + 1 :]
            moved = rest[:to] + (order[at],) + rest[to:]
            low, high = min(at, to), max(at, to) + 1
            if _helps(area, frozenset(order[:low]), order[low:high], moved[low:high]):
                return moved
    return None


def _helps(area: Area, done: frozenset[int], old: Order, new: Order) -> bool:
    least = area.noise * sum(area.weights[work] for work in old)
    return area.between(done, new) < area.between(done, old) - least
