"""Estates of the last twenty years: towers of ten to twenty-five storeys round a green, garages below it, a shop."""

from __future__ import annotations

import numpy as np

from vidbudova.session.sampling.lots import Frame, Lots, cross, ell, rectangle
from vidbudova.session.sampling.plan import Cell, Floats, Plan
from vidbudova.session.sampling.streets import Streets, half_widths
from vidbudova.session.sampling.works import outline


def lay_out(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Two groups of towers, each round its green, and a street between."""
    rng = cell.rng(plan.seed)
    lots.area(outline(plan, cell, 6), "residential", f"Житловий комплекс «{NAMES[int(rng.integers(len(NAMES)))]}»")
    left, right, low, high = half_widths(plan, cell)
    middle = round((cell.u0 + cell.u1) / 2, 1)
    streets.add(1, middle, cell.v0, cell.v1, "residential", streets.named(f"u{cell.i}.m"))
    v, deep = (cell.v0 + low + cell.v1 - high) / 2, cell.v1 - cell.v0 - low - high - 20
    for u0, u1 in ((cell.u0 + left + 8, middle - 8), (middle + 8, cell.u1 - right - 8)):
        u = (u0 + u1) / 2
        frame = Frame(plan.place(u, v), float(plan.angle(u, v)))
        _group(rng, frame, lots, u1 - u0 - abs(plan.lean(u, v)) * deep, deep)


def _group(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    year = int(rng.integers(2003, 2021))
    x, count = max(18.0, w / 2 - 18), max(2, int(d // 68))
    ys = np.linspace(-d / 2 + 20, d / 2 - 20, count)
    for side in (-1, 1):
        for y in ys.tolist():
            form = cross(26, 24, 4) if rng.random() < 0.6 else ell(30, 30, 14)
            _tower(rng, lots, frame.form(form, side * x, y, int(rng.integers(4))), year)
    lots.area(frame.box(0, 0, max(20.0, w - 84), d - 30)[0], "grass", "", 24)
    lots.area(frame.box(0, 0, 24, 16)[0], "playground")
    lots.add(
        frame.form(rectangle(34, 16), 0, d / 2 - 14),
        use="retail",
        levels=2,
        storey_m=4.2,
        material="concrete",
        built_year=year,
        keep=1,
    )


def _tower(rng: np.random.Generator, lots: Lots, shape: Floats, year: int) -> None:
    levels = int(rng.choice([10, 16, 16, 20, 25]))
    lots.add(shape, use="apartments", levels=levels, storey_m=3.0, material="concrete", built_year=year)


NAMES = ("Сонячна брама", "Річковий", "Парус", "Зоряний", "Лісова казка", "Панорама", "Новий берег", "Обрій")
