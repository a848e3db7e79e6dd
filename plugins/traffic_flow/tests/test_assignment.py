"""The equilibrium against what is known of it: small networks worked out by hand, and the laws every network obeys."""

from __future__ import annotations

import numpy as np
import pytest
from traffic_flow.assignment import Equilibrium
from traffic_flow.links import Links


def network(ends: list[tuple[int, int]], nodes: int, zones: int, first_through: int = 0, **columns: object) -> Links:
    """Links between those ends, one minute long and without delay where `columns` says nothing else."""
    tail, head = np.array(ends, np.int32).reshape(-1, 2).T
    given = {"free_time": 1.0, "b": 0.0, "capacity": 1.0, "power": 4.0, "fixed": 0.0, **columns}
    numbers = {name: np.broadcast_to(np.asarray(value, float), tail.shape).copy() for name, value in given.items()}
    return Links(tail, head, nodes=nodes, zones=zones, first_through=first_through, **numbers)


def trips(zones: int, wanted: dict[tuple[int, int], float]) -> np.ndarray:
    matrix = np.zeros((zones, zones))
    for (origin, end), number in wanted.items():
        matrix[origin, end] = number
    return matrix


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
