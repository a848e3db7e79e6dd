"""Small networks and trips for the tests."""

from __future__ import annotations

import numpy as np
from traffic_flow.links import Links


def network(ends: list[tuple[int, int]], nodes: int, zones: int, first_through: int = 0, **columns: object) -> Links:
    """Links between those ends, one minute long and without delay where `columns` says nothing else."""
    tail, head = np.array(ends, np.int32).reshape(-1, 2).T
    given = {"free_time": 1.0, "b": 0.0, "capacity": 1.0, "power": 4.0, "fixed": 0.0, **columns}
    numbers = {name: np.broadcast_to(np.asarray(value, float), tail.shape).copy() for name, value in given.items()}
    return Links(tail, head, nodes=nodes, zones=zones, first_through=first_through, **numbers)


def trips(zones: int, wanted: dict[tuple[int, int], float]) -> np.ndarray:
    """A matrix with those trips and no others."""
    matrix = np.zeros((zones, zones))
    for (origin, end), number in wanted.items():
        matrix[origin, end] = number
    return matrix


def grid(side: int, seed: int, zones: int = 4, busy: float = 1.0) -> tuple[Links, np.ndarray]:
    """Streets both ways between the crossings of a square, the first crossings being zones, and trips between all."""
    chance = np.random.default_rng(seed)
    pairs = [(x * side + y, (x + 1) * side + y) for x in range(side - 1) for y in range(side)]
    pairs += [(x * side + y, x * side + y + 1) for x in range(side) for y in range(side - 1)]
    spread = chance.permutation(side * side)
    ends = [(int(spread[a]), int(spread[b])) for a, b in pairs]
    ends += [(b, a) for a, b in ends]
    many = len(ends)
    links = network(
        ends,
        nodes=side * side,
        zones=zones,
        free_time=chance.uniform(1, 5, many),
        b=0.15,
        capacity=chance.uniform(50, 200, many),
    )
    demand = chance.uniform(10, 100, (zones, zones)) * busy
    np.fill_diagonal(demand, 0.0)
    return links, demand
