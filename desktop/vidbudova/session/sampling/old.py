"""Old town: perimeter blocks of two to five storeys round courtyards, with corner houses and wings in the yards."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from vidbudova.session.sampling.lots import Frame, Lots, cross, gate, rectangle, round_form
from vidbudova.session.sampling.plan import Cell, Floats, Plan
from vidbudova.session.sampling.streets import SHAPE, Streets, half_widths

DEEP_M = 12.0
JOINT_M = 0.06
"""Houses of a row stand this far apart twice over: a party wall each."""


def lay_out(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Nine small blocks with lanes between them; in the centre one is the square."""
    rng = cell.rng(plan.seed)
    left, right, low, high = half_widths(plan, cell)
    us = np.round(cell.u0 + (cell.u1 - cell.u0) * np.array([0.34, 0.67]) + rng.uniform(-12, 12, 2), 1)
    vs = np.round(cell.v0 + (cell.v1 - cell.v0) * np.array([0.33, 0.66]) + rng.uniform(-9, 9, 2), 1)
    for k, u in enumerate(us.tolist()):
        streets.add(
            1, u, cell.v0, cell.v1, "residential", streets.named(f"u{cell.i}.{k}"), oneway=("yes", "reverse")[k]
        )
    for k, v in enumerate(vs.tolist()):
        streets.add(
            0, v, cell.u0, cell.u1, "residential", streets.named(f"v{cell.j}.{k}"), oneway=("yes", "reverse")[k]
        )
    half = SHAPE["residential"][2] / 2
    across = list(pairwise([cell.u0 + left - half, *us.tolist(), cell.u1 - right + half]))
    along = list(pairwise([cell.v0 + low - half, *vs.tolist(), cell.v1 - high + half]))
    for a, (u0, u1) in enumerate(across):
        for b, (v0, v1) in enumerate(along):
            box = (u0 + half + 3, u1 - half - 3, v0 + half + 3, v1 - half - 3)
            if cell.kind == "centre" and (a, b) in ((1, 1), (2, 1), (0, 1)):
                _landmark(plan, rng, lots, box, (a, b))
            else:
                _perimeter(plan, rng, lots, box)


def _corners(plan: Plan, box: tuple[float, float, float, float], by: float = 0.0) -> Floats:
    """The four corners of a small block on the map, counter-clockwise, moved in by metres."""
    u0, u1, v0, v1 = box
    return plan.place(np.array([u0 + by, u1 - by, u1 - by, u0 + by]), np.array([v0 + by, v0 + by, v1 - by, v1 - by]))


def _perimeter(plan: Plan, rng: np.random.Generator, lots: Lots, box: tuple[float, float, float, float]) -> None:
    outer, inner = _corners(plan, box), _corners(plan, box, DEEP_M)
    lots.area(_corners(plan, box, -1.5), "residential")
    lots.groves.append((shapely.polygons(_corners(plan, box, DEEP_M + 6)), 26.0))
    cuts = [_cuts(rng, float(np.hypot(*(outer[(k + 1) % 4] - outer[k])))) for k in range(4)]
    year = int(rng.integers(1880, 1958))
    for k in range(4):
        _side(rng, lots, outer[k], outer[(k + 1) % 4], inner[k], inner[(k + 1) % 4], cuts[k], year)
        before = cuts[k - 1]
        _corner(rng, lots, outer, inner, k, before, cuts[k], year)
    if rng.random() < 0.35 and min(box[1] - box[0], box[3] - box[2]) > 84:
        _court(plan, rng, lots, box, year)


def _cuts(rng: np.random.Generator, length: float) -> Floats:
    """Where the party walls of a side are, as shares of it; the first and last house belong to the corners."""
    count = max(3, round((length - 36) / rng.uniform(16, 22)))
    edges = np.linspace(18, length - 18, count) + np.r_[0, rng.uniform(-2.5, 2.5, count - 2), 0]
    return np.asarray(edges / length)


def _looks(rng: np.random.Generator, year: int, tall: bool = False) -> dict[str, Any]:
    levels = int(rng.choice([3, 4, 5] if tall else [2, 3, 3, 4, 4, 5]))
    pitched = rng.random() < 0.82
    return {
        "levels": levels,
        "storey_m": 3.5,
        "material": "brick",
        "built_year": year + int(rng.integers(0, 12)),
        "use": str(rng.choice(["apartments", "apartments", "apartments", "apartments", "office", "retail", "public"])),
        "roof_shape": ("hipped" if tall else "gabled") if pitched else "flat",
        "roof_height_m": round(float(rng.uniform(2.2, 3.6)), 1) if pitched else 0.0,
    }


def _side(
    rng: np.random.Generator, lots: Lots, o0: Floats, o1: Floats, i0: Floats, i1: Floats, cuts: Floats, year: int
) -> None:
    length = float(np.hypot(*(o1 - o0)))
    inward = (i0 + i1 - o0 - o1) / 2
    inward = inward - (o1 - o0) * (inward @ (o1 - o0)) / length**2
    inward /= np.hypot(*inward)
    joint = JOINT_M / length
    for t0, t1 in pairwise(cuts.tolist()):
        if rng.random() < 0.09:
            continue
        deep = float(rng.choice([DEEP_M, DEEP_M, 10.5]))
        a, b = o0 + (o1 - o0) * (t0 + joint), o0 + (o1 - o0) * (t1 - joint)
        lots.add(np.round(np.array([[a, b, b + inward * deep, a + inward * deep]]), 3), **_looks(rng, year))
        if rng.random() < 0.3:
            _wing(rng, lots, a + inward * (deep + 0.1), b - a, inward, year)


def _wing(rng: np.random.Generator, lots: Lots, start: Floats, front: Floats, inward: Floats, year: int) -> None:
    """A lower wing that goes back into the yard."""
    along = front / np.hypot(*front) * rng.uniform(5.5, 7.5)
    deep = inward * rng.uniform(9, 20)
    looks = {
        **_looks(rng, year),
        "levels": int(rng.choice([1, 2, 2])),
        "roof_shape": "shed",
        "roof_height_m": 1.4,
        "keep": 0,
    }
    lots.add(np.round(np.array([[start, start + along, start + along + deep, start + deep]]), 3), **looks)


def _corner(
    rng: np.random.Generator, lots: Lots, outer: Floats, inner: Floats, k: int, before: Floats, after: Floats, year: int
) -> None:
    """The L-shaped house round corner k: from the last party wall of one side to the first of the next."""
    o, last, following = outer[k], outer[k - 1], outer[(k + 1) % 4]
    e1, e2 = last - o, following - o
    n1, n2 = float(np.hypot(*e1)), float(np.hypot(*e2))
    d1, d2 = e1 / n1, e2 / n2
    across1, across2 = d2 - d1 * (d1 @ d2), d1 - d2 * (d1 @ d2)
    across1, across2 = across1 / np.hypot(*across1) * DEEP_M, across2 / np.hypot(*across2) * DEEP_M
    p1 = o + d1 * (n1 * (1 - before[-1]) - JOINT_M)
    p2 = o + d2 * (n2 * after[0] - JOINT_M)
    sine = abs(float(d1[0] * d2[1] - d1[1] * d2[0]))
    heart = o + (d1 + d2) * (DEEP_M / sine)
    ring = np.array([[p1, o, p2, p2 + across2, heart, p1 + across1]])
    lots.add(np.round(ring, 3), **{**_looks(rng, year, tall=True), "keep": 1})


def _court(plan: Plan, rng: np.random.Generator, lots: Lots, box: tuple[float, float, float, float], year: int) -> None:
    """A house with a court of its own in the yard."""
    u, v = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
    frame = Frame(plan.place(u, v), float(plan.angle(u, v)))
    looks = {
        **_looks(rng, year),
        "use": str(rng.choice(["public", "office", "apartments"])),
        "roof_shape": "flat",
        "roof_height_m": 0.0,
    }
    lots.add(frame.put(rectangle(34, 30)[None]), frame.put(rectangle(14, 10)[None]), **looks)


def _landmark(
    plan: Plan, rng: np.random.Generator, lots: Lots, box: tuple[float, float, float, float], which: tuple[int, int]
) -> None:
    u, v = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
    frame = Frame(plan.place(u, v), float(plan.angle(u, v)))
    if which == (1, 1):
        lots.area(_corners(plan, box), "square", "Театральна площа")
        _theatre(frame, lots)
    elif which == (2, 1):
        lots.area(_corners(plan, box), "garden", "Соборний сквер", 60)
        lots.add(
            frame.form(cross(24, 36, 6), 0, 0),
            use="religious",
            name="Троїцький собор",
            levels=1,
            storey_m=13.0,
            keep=2,
            roof_shape="dome",
            roof_height_m=11.0,
            material="brick",
            built_year=1893,
        )
        lots.add(
            frame.box(0, 32, 8, 8),
            use="religious",
            name="Дзвіниця",
            levels=1,
            storey_m=24.0,
            roof_shape="pyramidal",
            roof_height_m=7.0,
            material="brick",
            built_year=1901,
            keep=2,
        )
    else:
        lots.area(_corners(plan, box), "garden", "Сквер Ратуші", 30)
        lots.add(
            frame.form(gate(62, 34, 14), 0, 0),
            use="public",
            name="Міська рада",
            levels=4,
            storey_m=3.8,
            keep=2,
            roof_shape="hipped",
            roof_height_m=3.0,
            material="brick",
            built_year=1954,
        )
        lots.place(frame.put(np.array([0.0, -22.0])), "townhall", "Міська рада")


def _theatre(frame: Frame, lots: Lots) -> None:
    lots.add(
        frame.box(0, 12, 34, 50),
        use="public",
        name="Драматичний театр",
        levels=3,
        storey_m=5.5,
        roof_shape="hipped",
        roof_height_m=4.0,
        material="brick",
        built_year=1959,
        keep=2,
    )
    lots.add(
        frame.box(0, -18, 24, 9),
        use="public",
        name="Драматичний театр, портик",
        levels=2,
        storey_m=6.0,
        roof_shape="gabled",
        roof_height_m=3.2,
        material="stone",
        built_year=1959,
        keep=2,
    )
    lots.add(
        frame.form(round_form(4.5), -34, -24),
        use="public",
        name="Ротонда",
        levels=1,
        storey_m=5.0,
        roof_shape="dome",
        roof_height_m=3.0,
        material="stone",
        built_year=1961,
        keep=2,
    )
    lots.place(frame.put(np.array([0.0, -24.0])), "shelter", "Укриття: Драматичний театр", 900)
