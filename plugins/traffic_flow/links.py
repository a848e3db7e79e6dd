"""The network as the assignment sees it: directed links between numbered nodes, and what it costs to use them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_INTEGERS = ("tail", "head")
_NUMBERS = ("free_time", "b", "capacity", "power", "fixed")


@dataclass
class Links:
    """Directed links; the time of a link is ``free_time * (1 + b * (flow / capacity) ** power) + fixed``.

    Attributes
    ----------
    tail, head : (m,) int32, nodes where each link begins and ends. Parallel links and loops are allowed.
    nodes : how many nodes there are.
    zones : nodes 0 .. zones-1 are where trips begin and end.
    first_through : nodes below it are only begun or ended at, never passed through; 0 lets traffic pass everywhere.
    free_time : (m,) time on the empty link, in one unit of time for the whole network; 0 is allowed.
    b, power : (m,) of the formula of the Bureau of Public Roads (1964), mostly 0.15 and 4; b = 0 is a constant time.
    capacity : (m,) vehicles an hour (or in the period of the demand); above 0 where b is.
    fixed : (m,) tolls and the like in the unit of time, added whatever the flow.
    """

    tail: Ints
    head: Ints
    nodes: int
    zones: int
    first_through: int
    free_time: Floats
    b: Floats
    capacity: Floats
    power: Floats
    fixed: Floats

    def __post_init__(self) -> None:
        for name in _INTEGERS:
            setattr(self, name, np.ascontiguousarray(getattr(self, name), dtype=np.int32))
        for name in _NUMBERS:
            setattr(self, name, np.ascontiguousarray(getattr(self, name), dtype=np.float64))
        self._check()

    def _check(self) -> None:
        for name in (*_INTEGERS, *_NUMBERS):
            if getattr(self, name).shape != self.tail.shape:
                raise ValueError(f"{name} has not one value for each of the {self.tail.size} links")
        if not 0 <= self.zones <= self.nodes or not 0 <= self.first_through <= self.nodes:
            raise ValueError("zones and first_through lie between 0 and the number of nodes")
        ends = np.concatenate([self.tail, self.head])
        if ends.size and (ends.min() < 0 or ends.max() >= self.nodes):
            raise ValueError("a link begins or ends at a node that is not there")
        for name in _NUMBERS:
            numbers = getattr(self, name)
            if not np.all(np.isfinite(numbers)) or np.any(numbers < 0):
                raise ValueError(f"{name} has values below 0 or without end")
        if np.any((self.b > 0) & (self.capacity <= 0)):
            raise ValueError("a link whose time depends on its flow has no capacity")

    def __len__(self) -> int:
        return int(self.tail.size)

    def copy(self, **changes: Any) -> Links:
        """The same network with its own arrays, and with other values where `changes` names them."""
        own = {name: getattr(self, name).copy() for name in (*_INTEGERS, *_NUMBERS)}
        return replace(self, **{**own, **changes})

    def times(self, flows: Floats) -> Floats:
        """Time of each link (m,) at flows (m,), tolls and the like included."""
        return self.free_time * (1 + self.b * self._load(flows) ** self.power) + self.fixed

    def objective(self, flows: Floats) -> float:
        """Sum of the integrals of the times from 0 to the flows (Beckmann, McGuire and Winsten 1956).

        What a user equilibrium makes smallest; in vehicles times the unit of time.
        """
        growing = self.free_time * self.b * self._load(flows) ** self.power / (self.power + 1)
        return float(np.dot(flows, self.free_time + self.fixed + growing))

    def _load(self, flows: Floats) -> Floats:
        return np.divide(flows, self.capacity, out=np.zeros_like(flows), where=self.b > 0)
