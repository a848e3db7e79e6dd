"""Blocks of private houses: streets every two parcels, a house at the front of each, a shed at the back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.session.sampling.lots import Lots, boxes, ell
from vidbudova.session.sampling.plan import Cell, Floats, Plan
from vidbudova.session.sampling.streets import SHAPE, Streets, grid, half_widths

DEPTHS_M = (27.0, 31.0, 36.0)
HALF_M = SHAPE["residential"][2] / 2


@dataclass(frozen=True, slots=True)
class Rows:
    """Where a quarter's rows of houses run: along the river, or `turned` across it; places in their own axes."""

    plan: Plan
    turned: bool

    def place(self, along: Floats, across: Floats) -> Floats:
        """(n, 2) map coordinates."""
        return self.plan.place(across, along) if self.turned else self.plan.place(along, across)

    def angle(self, along: Floats, across: Floats) -> Floats:
        """(n,) direction of the row, radians."""
        if self.turned:
            return np.asarray(self.plan.angle(across, along) + np.pi / 2)
        return self.plan.angle(along, across)


def lay_out(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Streets and houses of one block: the same way in a neighbourhood, another way in the next."""
    rng = cell.rng(plan.seed)
    p, i, j = plan.phases, cell.i, cell.j
    turned = bool(np.sin(i * 0.83 + p[0]) + np.sin(j * 0.71 + p[1]) + np.sin((i - j) * 0.47 + p[2]) > 0.55)
    depth = DEPTHS_M[int((np.sin(i * 0.61 + j * 0.37 + p[3]) + 1) * 1.49)]
    left, right, low, high = half_widths(plan, cell)
    edges, halves = ((cell.u0, cell.u1), (left, right)) if turned else ((cell.v0, cell.v1), (low, high))
    ends, gaps = ((cell.v0, cell.v1), (low, high)) if turned else ((cell.u0, cell.u1), (left, right))
    inner = grid(*edges, 2 * depth + 8)
    middle = round(ends[0] + (ends[1] - ends[0]) * float(rng.uniform(0.4, 0.6)), 1)
    for k, at in enumerate(inner):
        key = f"u{i}.{k}" if turned else f"v{j}.{k}"
        streets.add(int(turned), at, *ends, "residential", streets.named(key))
    key = f"v{j}.m" if turned else f"u{i}.m"
    streets.add(int(not turned), middle, *edges, "residential", streets.named(key))
    lines, half = [edges[0], *inner, edges[1]], [halves[0], *(HALF_M for _ in inner), halves[1]]
    spans = (ends[0] + gaps[0], middle - HALF_M), (middle + HALF_M, ends[1] - gaps[1])
    for v0, v1, h0, h1 in zip(lines, lines[1:], half, half[1:], strict=False):
        deep = (v1 - v0 - h0 - h1) / 2
        for from_u, to_u in spans:
            _row(Rows(plan, turned), rng, lots, from_u, to_u, v0 + h0, deep, 1)
            _row(Rows(plan, turned), rng, lots, from_u, to_u, v1 - h1, deep, -1)


def _row(
    plan: Rows, rng: np.random.Generator, lots: Lots, from_u: float, to_u: float, front: float, deep: float, side: int
) -> None:
    """One row of parcels with its front at v = front, going `deep` metres to the side +1 or -1."""
    count = int((to_u - from_u - 5) // 20.5)
    if count < 1 or deep < 18:
        return
    edges = np.linspace(from_u + 2.5, to_u - 2.5, count + 1)
    middle, width = (edges[1:] + edges[:-1]) / 2, (to_u - from_u - 5) / count
    there = rng.random(count) > 0.05
    wide, long = rng.uniform(8, min(13, width - 5.5), count), rng.uniform(7.5, 11, count)
    back = rng.uniform(4.0, 7.5, count)
    u = middle + rng.uniform(-0.5, 0.5, count) * (width - wide - 5)
    at = plan.place(u, front + side * (back + long / 2))
    turn = plan.angle(u, np.full(count, front))
    bent = there & (rng.random(count) < 0.22)
    _houses(rng, lots, at, turn, wide, long, there & ~bent)
    _bent_houses(rng, lots, at, turn, -side if plan.turned else side, np.flatnonzero(bent))
    _sheds(plan, rng, lots, middle, front, deep, width, side, there)


def _looks(rng: np.random.Generator, n: int) -> dict[str, Any]:
    levels = rng.choice([1, 1, 1, 2], n)
    roof = rng.choice(
        ["gabled", "gabled", "gabled", "hipped", "hipped", "flat"], n, p=[0.2, 0.2, 0.2, 0.18, 0.18, 0.04]
    )
    return {
        "use": "house",
        "levels": levels,
        "roof_shape": roof,
        "keep": 1,
        "roof_height_m": np.where(roof == "flat", 0.0, np.round(rng.uniform(2.0, 3.4, n), 1)),
        "material": rng.choice(["brick", "aerated concrete", "clay", "wood"], n, p=[0.62, 0.2, 0.12, 0.06]),
        "built_year": np.where(levels == 2, rng.integers(1992, 2019, n), rng.integers(1932, 1985, n)),
    }


def _houses(
    rng: np.random.Generator, lots: Lots, at: Floats, turn: Floats, wide: Floats, long: Floats, who: NDArray[np.bool_]
) -> None:
    rows = np.flatnonzero(who)
    if len(rows):
        lots.add(boxes(at[rows], turn[rows], wide[rows], long[rows]), **_looks(rng, len(rows)))


def _bent_houses(
    rng: np.random.Generator, lots: Lots, at: Floats, turn: Floats, side: int, rows: NDArray[np.int64]
) -> None:
    if len(rows):
        local = ell(11.0, 10.0, 5.6) * (1, side)
        local = local if side > 0 else local[::-1]
        c, s = np.cos(turn[rows])[:, None], np.sin(turn[rows])[:, None]
        turned = np.stack([local[:, 0] * c - local[:, 1] * s, local[:, 0] * s + local[:, 1] * c], axis=-1)
        looks = _looks(rng, len(rows))
        lots.add(np.round(turned + at[rows][:, None, :], 3), **looks)


def _sheds(
    plan: Rows,
    rng: np.random.Generator,
    lots: Lots,
    middle: Floats,
    front: float,
    deep: float,
    width: float,
    side: int,
    there: NDArray[np.bool_],
) -> None:
    rows = np.flatnonzero(there & (rng.random(len(middle)) < 0.3))
    if not len(rows) or deep < 24:
        return
    u = middle[rows] + rng.choice([-1, 1], len(rows)) * (width / 2 - 4.5)
    at = plan.place(u, np.full(len(rows), front + side * (deep - 4.2)))
    turn = plan.angle(u, np.full(len(rows), front))
    lots.add(
        boxes(at, turn, rng.uniform(3.6, 6.0, len(rows)), rng.uniform(3.4, 5.0, len(rows))),
        use="garage",
        levels=1,
        storey_m=2.5,
        roof_shape="shed",
        roof_height_m=0.7,
        material="brick",
        built_year=1980,
        keep=0,
    )
