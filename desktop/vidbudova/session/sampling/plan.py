"""The plan of the sample city: a lattice of streets bent along a river, and what each of its blocks is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ORIGIN = (398_000.0, 5_402_000.0)
TURN = 0.38
BANK_M = 92.0
"""From the river's centre line to the axis of the embankment."""
RIVER_HALF_M = 58.0
PER_BLOCK = 92
"""Buildings of an average block, outskirts and parks counted."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One block of the lattice between the axes of its four streets."""

    i: int
    j: int
    u0: float
    u1: float
    v0: float
    v1: float
    kind: str

    def rng(self, seed: int) -> np.random.Generator:
        """The block's own chance, so that what stands in one does not depend on the others."""
        return np.random.default_rng([seed, self.i, self.j])


@dataclass(frozen=True, slots=True)
class Plan:
    """Street axes in plan coordinates (u along the river, v across it, metres) and the bend to the map."""

    seed: int
    us: Floats
    vs: Floats
    river_row: int
    bridges: tuple[int, int]
    phases: Floats
    cells: tuple[Cell, ...]

    def place(self, u: Floats | float, v: Floats | float) -> Floats:
        """(…, 2) map coordinates of plan coordinates."""
        u, v = np.broadcast_arrays(np.asarray(u, float), np.asarray(v, float))
        p = self.phases
        x = u + 42 * np.sin(v / 760 + p[0]) + 12 * np.sin(v / 330 + p[1])
        bend = 74 * np.sin(2 * math.pi * u / 2500 + p[2]) + 13 * np.sin(2 * math.pi * u / 1150 + p[3])
        y = v + bend * np.exp(-((v / 2600) ** 2))
        x, y = x - self.us.mean(), y
        c, s = math.cos(TURN), math.sin(TURN)
        return np.round(np.stack([x * c - y * s + ORIGIN[0], x * s + y * c + ORIGIN[1]], axis=-1), 3)

    def angle(self, u: Floats | float, v: Floats | float) -> Floats:
        """(…,) direction of the street along the river, radians."""
        step = self.place(np.asarray(u) + 2.0, v) - self.place(np.asarray(u) - 2.0, v)
        return np.asarray(np.arctan2(step[..., 1], step[..., 0]))

    def lean(self, u: float, v: float) -> float:
        """How far a block leans: sideways metres a metre across it."""
        step = self.place(u, v + 2.0) - self.place(u, v - 2.0)
        return float(-math.tan(math.atan2(step[1], step[0]) - float(self.angle(u, v)) - math.pi / 2))


def make_plan(buildings: int, seed: int, more: float = 1.0) -> Plan:
    """A plan with room for about so many buildings."""
    rng = np.random.default_rng([seed, 7])
    blocks = max(10.0, more * buildings / PER_BLOCK)
    cols = max(4, round(math.sqrt(blocks * 1.25)))
    rows = max(3, math.ceil(blocks / cols))
    north = max(2, math.ceil(rows * 0.58))
    us: Floats = np.round(np.array([0.0, *np.cumsum(rng.uniform(345, 440, cols))]), 1)
    up = BANK_M + np.r_[0.0, np.cumsum(rng.uniform(300, 350, north))]
    down = -BANK_M - np.r_[0.0, np.cumsum(rng.uniform(300, 350, max(1, rows - north)))]
    vs: Floats = np.round(np.concatenate([down[::-1], up]), 1)
    river_row = len(down) - 1
    bridges = (max(1, round(cols * 0.32)), min(cols - 1, max(2, round(cols * 0.7))))
    cells = _cells(us, vs, river_row, rng)
    return Plan(seed, us, vs, river_row, bridges, rng.uniform(0, 2 * math.pi, 4), cells)


def _cells(us: Floats, vs: Floats, river_row: int, rng: np.random.Generator) -> tuple[Cell, ...]:
    cols, rows = len(us) - 1, len(vs) - 1
    spots = [(i, j) for j in range(rows) if j != river_row for i in range(cols)]
    kinds = dict(zip(spots, _kinds(spots, cols, rows, river_row, rng), strict=True))
    return tuple(Cell(i, j, us[i], us[i + 1], vs[j], vs[j + 1], kinds[i, j]) for i, j in spots)


def _kinds(spots: list[tuple[int, int]], cols: int, rows: int, river_row: int, rng: np.random.Generator) -> list[str]:
    """Old town by the river on the right bank, slabs round it, houses at the edge, works by the railway."""
    at = np.array(spots, float)
    across = at[:, 1] - river_row
    side = np.abs((at[:, 0] + 0.5) / cols - 0.46)
    far = np.hypot(side * cols, np.where(across > 0, across - 0.5, 1.6 - across)) + rng.uniform(0, 0.9, len(at))
    order = np.argsort(far, kind="stable")
    n = len(spots)
    kinds = np.full(n, "houses", object)
    old = max(2, round(n * 0.12))
    slabs = max(3, round(n * 0.36))
    kinds[order[:old]] = "old"
    kinds[order[0]] = "centre"
    kinds[order[old : old + slabs]] = "slabs"
    edge = [k for k in np.argsort(at[:, 1] * cols - at[:, 0], kind="stable") if kinds[k] == "houses" and at[k, 1] == 0]
    works = edge[: max(1, round(n * 0.08))] or [int(order[-1])]
    kinds[works] = "works"
    banks = [k for k in order[old:] if abs(across[k]) == 1 and kinds[k] in ("slabs", "houses")]
    kinds[banks[:1] + banks[6 :: max(6, cols // 2)]] = "park"
    outer = [k for k in order[::-1] if kinds[k] == "houses" and at[k, 1] == rows - 1]
    kinds[outer[: max(1, n // 60)]] = "cemetery"
    left = [k for k in order if across[k] < 0 and kinds[k] == "houses"]
    kinds[left[: max(1, round(n * 0.05))]] = "slabs"
    return [str(k) for k in kinds]
