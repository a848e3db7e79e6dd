"""The plan of the sample city: a lattice of streets bent along a river, and what each of its blocks is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ORIGIN = (398_000.0, 5_402_000.0)
BANK_M = 92.0
"""From the river's centre line to the axis of the embankment."""
RIVER_HALF_M = 58.0
PER_BLOCK = 92
"""Buildings of an average block, parks counted."""
BRIDGE_EACH_M = 2400.0
COUNTRY_M = 420.0
"""Width of a ring of fields and woods round the lattice."""
WAVES_M = (1900.0, 3100.0, 5200.0, 8700.0, 14500.0)
STRAIN = (0.05, 0.09, 0.12, 0.13, 0.13)
"""How much each wave of the bend leans a right angle; together they stay below a third."""


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
class Bend:
    """How the plan is bent to the map: sideways waves that keep areas, so that blocks lean but do not shrink."""

    along: Floats
    """(k, 2) wave numbers, radians a metre."""
    swing: Floats
    """(k, 2) metres, square to the wave."""
    phase: Floats
    turn: float
    middle: float

    def shift(self, p: Floats) -> Floats:
        """(…, 2) metres by which places of the plan (…, 2) are moved."""
        x, y, found = p[..., 0], p[..., 1], np.zeros_like(p)
        for (kx, ky), (sx, sy), phase in zip(
            self.along.tolist(), self.swing.tolist(), self.phase.tolist(), strict=True
        ):
            wave = np.sin(kx * x + ky * y + phase)
            found[..., 0] += sx * wave
            found[..., 1] += sy * wave
        return found

    def place(self, u: Floats | float, v: Floats | float) -> Floats:
        """(…, 2) map coordinates of plan coordinates."""
        p = np.empty((*np.broadcast_shapes(np.shape(u), np.shape(v)), 2))
        p[..., 0], p[..., 1] = u, v
        p += self.shift(p)
        x, y = p[..., 0] - self.middle, p[..., 1]
        c, s = math.cos(self.turn), math.sin(self.turn)
        found = np.empty_like(p)
        found[..., 0], found[..., 1] = x * c - y * s + ORIGIN[0], x * s + y * c + ORIGIN[1]
        return np.asarray(np.round(found, 3))

    def back(self, xy: Floats) -> Floats:
        """(…, 2) plan coordinates of map coordinates, to a centimetre."""
        x, y = xy[..., 0] - ORIGIN[0], xy[..., 1] - ORIGIN[1]
        c, s = math.cos(self.turn), math.sin(self.turn)
        bent = np.stack([x * c + y * s + self.middle, y * c - x * s], axis=-1)
        p = bent.copy()
        for _round in range(11):
            p = bent - self.shift(p)
        return p


@dataclass(frozen=True, slots=True)
class Plan:
    """Street axes in plan coordinates (u along the river, v across it, metres), the bend to the map, the blocks."""

    seed: int
    us: Floats
    vs: Floats
    river_row: int
    bridges: tuple[int, ...]
    phases: Floats
    bend: Bend
    cells: tuple[Cell, ...]
    country: tuple[Cell, ...]
    kinds: dict[tuple[int, int], str] = field(repr=False)
    far_m: float
    """How far the country goes on round the lattice."""

    def place(self, u: Floats | float, v: Floats | float) -> Floats:
        """(…, 2) map coordinates of plan coordinates."""
        return self.bend.place(u, v)

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
    from vidbudova.session.sampling import quarters

    rng = np.random.default_rng([seed, 7])
    blocks = max(10.0, more * buildings / PER_BLOCK)
    room = blocks / (0.86 if blocks < 40 else 0.72)
    cols = max(4, round(math.sqrt(room * 1.3)))
    rows = max(3, math.ceil(room / cols))
    north = max(2, math.ceil(rows * 0.58))
    us: Floats = np.round(np.array([0.0, *np.cumsum(rng.uniform(330, 450, cols))]), 1)
    up = BANK_M + np.r_[0.0, np.cumsum(rng.uniform(290, 365, north))]
    down = -BANK_M - np.r_[0.0, np.cumsum(rng.uniform(290, 365, max(1, rows - north)))]
    vs: Floats = np.round(np.concatenate([down[::-1], up]), 1)
    river_row = len(down) - 1
    bridges = _bridges(us)
    kinds = quarters.kinds(cols, len(vs) - 1, river_row, bridges, round(blocks), rng)
    cells = tuple(Cell(i, j, us[i], us[i + 1], vs[j], vs[j + 1], kind) for (i, j), kind in kinds.items())
    rings = 2 if blocks < 60 else 3 if blocks < 400 else 6
    country = quarters.country(us, vs, river_row, kinds, rings, rng)
    phases = rng.uniform(0, 2 * math.pi, 4)
    return Plan(seed, us, vs, river_row, bridges, phases, _bend(rng, us), cells, country, kinds, rings * COUNTRY_M)


def _bridges(us: Floats) -> tuple[int, ...]:
    """The streets that cross the river: at least two, then one every few kilometres of the middle of the city."""
    cols = len(us) - 1
    count = max(2, round(float(us[-1]) * 0.62 / BRIDGE_EACH_M))
    found = np.round(np.linspace(cols * 0.3, cols * 0.7, count)).astype(int)
    return tuple(int(i) for i in np.unique(found.clip(1, cols - 1)))


def _bend(rng: np.random.Generator, us: Floats) -> Bend:
    heading = rng.uniform(0, math.pi, len(WAVES_M))
    number = 2 * math.pi / np.array(WAVES_M)
    toward = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    square = np.stack([-toward[:, 1], toward[:, 0]], axis=-1)
    swing = square * (np.array(STRAIN) / number)[:, None]
    phase = rng.uniform(0, 2 * math.pi, len(WAVES_M))
    return Bend(toward * number[:, None], swing, phase, float(rng.uniform(-0.5, 0.5)), float(us.mean()))
