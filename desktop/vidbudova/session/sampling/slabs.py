"""Slab microdistricts of the 1960s to 1980s: courtyards of five and nine storeys, towers, a school, kindergartens."""

from __future__ import annotations

from typing import Any

import numpy as np

from vidbudova.session.sampling import names
from vidbudova.session.sampling.lots import Frame, Lots, aitch, cross, ell, gate, rectangle
from vidbudova.session.sampling.plan import Cell, Floats, Plan
from vidbudova.session.sampling.streets import Streets, half_widths
from vidbudova.session.sampling.works import outline

DEEP_M = 12.0


def lay_out(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Six yards round a street through the middle: one school, one kindergarten, four of housing."""
    rng = cell.rng(plan.seed)
    lots.area(outline(plan, cell, 6), "residential", f"Мікрорайон {cell.i + 1}-{cell.j + 1}")
    left, right, low, high = half_widths(plan, cell)
    middle = round((cell.v0 + cell.v1) / 2 + float(rng.uniform(-8, 8)), 1)
    streets.add(0, middle, cell.u0, cell.u1, "residential", streets.named(f"v{cell.j}.m"))
    us = np.linspace(cell.u0 + left + 6, cell.u1 - right - 6, 4)
    yards = [_court, _rows, _comb, _towers, _elbow, _court]
    order = rng.permutation(len(yards))[:4]
    public = {(1, int(rng.integers(0, 2))): _school, (int(rng.choice([0, 2])), int(rng.integers(0, 2))): _kindergarten}
    if (cell.i * 7 + cell.j * 3) % 13 == 1 or not any(kind == "hospital" for _at, kind, _name, _size in lots.places):
        public[(1, 1 - next(iter(public))[1])] = _hospital
    for a in range(3):
        for b, (v0, v1) in enumerate(((cell.v0 + low + 5, middle - 9), (middle + 9, cell.v1 - high - 5))):
            u, v = (us[a] + us[a + 1]) / 2, (v0 + v1) / 2
            lean = abs(plan.lean(u, v)) * (v1 - v0) * 0.5
            frame = Frame(plan.place(u, v), float(plan.angle(u, v)))
            wide, deep = us[a + 1] - us[a] - 10 - lean, v1 - v0 - 4
            build = public.get((a, b)) or yards[int(order[(a * 2 + b) % 4])]
            build(rng, frame, lots, wide, deep)
            if build not in (_school, _hospital, _kindergarten):
                _drive(streets, us, a, middle, v0 if b == 0 else v1, b)
    _kiosks(plan, cell, rng, lots)


def _drive(streets: Streets, us: Floats, a: int, middle: float, far: float, b: int) -> None:
    """A way into the yard from the street in the middle."""
    u = round(float(us[a] * 0.08 + us[a + 1] * 0.92) + 2, 1)
    low, high = (far + 22, middle) if b == 0 else (middle, far - 22)
    streets.add(1, u, low, high, "service", "")


def _slab(
    rng: np.random.Generator, frame: Frame, lots: Lots, x: float, y: float, long: float, lying: bool, levels: int
) -> None:
    """One slab, or two with a joint where it would be longer than 120 m."""
    parts = 2 if long > 120 else 1
    each = min(long / parts - 0.2, 118.0)
    for k in range(parts):
        shift = (k - (parts - 1) / 2) * (each + 0.4)
        box = frame.box(x + shift, y, each, DEEP_M) if lying else frame.box(x, y + shift, DEEP_M, each)
        lots.add(box, **_looks(rng, levels))


def _looks(rng: np.random.Generator, levels: int) -> dict[str, Any]:
    year = {5: 1962, 9: 1976, 16: 1986}.get(levels, 1970) + int(rng.integers(0, 10))
    brick = levels == 5 and rng.random() < 0.35
    return {
        "use": "apartments",
        "levels": levels,
        "storey_m": 2.8 if levels > 5 else 2.7,
        "material": "brick" if brick else "panel",
        "built_year": year,
        "roof_shape": "flat",
        "roof_height_m": 0.0,
    }


def _green(frame: Frame, lots: Lots, w: float, d: float, x: float = 0, y: float = 0, trees: float = 34) -> None:
    lots.area(frame.box(x, y, w, d)[0], "grass", "", trees)


def _yard(rng: np.random.Generator, frame: Frame, lots: Lots, x: float = 0, y: float = 0) -> None:
    lots.area(frame.box(x, y, 20, 14)[0], "playground")
    lots.add(
        frame.box(x + 22, y - 14, 6, 5),
        use="utility",
        levels=1,
        storey_m=3.2,
        material="brick",
        built_year=1974,
        keep=0,
    )
    if rng.random() < 0.5:
        lots.add(
            frame.box(x - 16, y + 17, 38, 5.6),
            use="garage",
            levels=1,
            storey_m=2.6,
            material="brick",
            built_year=1985,
            keep=0,
        )


def _court(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    """Slabs on three or four sides."""
    tall = rng.random() < 0.55
    _green(frame, lots, w - 36, d - 40)
    _slab(rng, frame, lots, 0, d / 2 - 8, min(w - 8, 112), True, 9 if tall else 5)
    _slab(rng, frame, lots, -w / 2 + 8, -6, d - 46, False, 5)
    _slab(rng, frame, lots, w / 2 - 22, -10, d - 56, False, 9 if tall else 5)
    if rng.random() < 0.5:
        _slab(rng, frame, lots, -4, -d / 2 + 8, w - 52, True, 5)
    _yard(rng, frame, lots, -4, 0)


def _rows(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    """Parallel rows of five storeys."""
    levels = int(rng.choice([5, 5, 9]))
    gap = 44 if levels == 9 else 36
    rows = max(2, int((d - 12) // gap))
    for k in range(rows):
        y = (k - (rows - 1) / 2) * gap
        _slab(rng, frame, lots, -5, y, min(84, w - 22), True, levels)
        if k:
            _green(frame, lots, w - 30, gap - 18, -5, y - gap / 2, 40)
    if rows % 2 == 0:
        _yard(rng, frame, lots, -4, 0)


def _comb(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    """A long slab with others square to it, and a shop at the end."""
    _slab(rng, frame, lots, -4, d / 2 - 8, w - 12, True, 9)
    for x in (-w / 2 + 10, -4.0, w / 2 - 24):
        _slab(rng, frame, lots, x, -8, min(70, d - 44), False, 5)
        _green(frame, lots, 14, min(60, d - 50), x + 16, -8, 40)
    lots.add(
        frame.box(-w / 4, -d / 2 + 7, 26, 12), use="retail", levels=1, storey_m=4.2, material="panel", built_year=1978
    )


def _towers(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    """Towers of sixteen storeys in echelon, a slab behind."""
    for k, x in enumerate((-w / 2 + 18, -6.0, w / 2 - 30)):
        lots.add(frame.form(cross(24, 24, 4), x, -d / 4 + (k % 2) * 16), **_looks(rng, 16))
    _slab(rng, frame, lots, -4, d / 2 - 8, min(w - 10, 108), True, 9)
    _green(frame, lots, w - 20, d / 3, -4, d / 5, 36)
    _yard(rng, frame, lots, -6, d / 4 - 8)


def _elbow(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    """An L of nine storeys round a yard, a lower slab and a tower."""
    lots.add(frame.form(ell(min(w - 14, 100), d - 22, DEEP_M), -6, 0), **_looks(rng, 9))
    _slab(rng, frame, lots, 2, d / 2 - 12, 60, True, 5)
    lots.add(frame.form(cross(22, 22, 3), w / 2 - 34, -4), **_looks(rng, 16))
    _green(frame, lots, w / 2 - 20, d - 60, -10, 2, 36)
    _yard(rng, frame, lots, -12, 8)


def _school(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    n = 1 + len([p for p in lots.places if p[1] == "school"])
    form = aitch(74, 52, 13) if rng.random() < 0.5 else gate(72, 48, 13)
    lots.area(frame.box(0, 0, w, d)[0], "school", names.SCHOOL.format(n=n), 18)
    lots.add(
        frame.form(form, -w / 2 + 46, d / 2 - 34),
        use="school",
        name=names.SCHOOL.format(n=n),
        levels=3,
        storey_m=3.4,
        keep=2,
        material="brick",
        built_year=1968 + int(rng.integers(0, 14)),
    )
    lots.area(frame.box(w / 2 - 32, -d / 2 + 34, 46, 60)[0], "pitch")
    lots.place(frame.put(np.array([-w / 2 + 46, d / 2 - 64])), "school", names.SCHOOL.format(n=n), 640 + 40 * (n % 8))
    lots.place(frame.put(np.array([-w / 2 + 20, d / 2 - 64])), "shelter", f"Укриття: школа № {n}", 350)


def _kindergarten(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    n = 1 + len([p for p in lots.places if p[1] == "kindergarten"])
    name = names.KINDERGARTEN.format(n=n, name=names.GARDENS[n % len(names.GARDENS)])
    lots.area(frame.box(-4, -d / 6, w - 14, d * 0.58)[0], "kindergarten", name, 26)
    lots.add(
        frame.form(aitch(44, 32, 11), -6, -d / 6),
        use="kindergarten",
        name=name,
        levels=2,
        storey_m=3.2,
        material="brick",
        built_year=1974 + int(rng.integers(0, 9)),
        keep=2,
    )
    lots.place(frame.put(np.array([-6.0, -d / 6 - 20])), "kindergarten", name, 140 + 20 * (n % 6))
    _slab(rng, frame, lots, -4, d / 2 - 8, min(w - 12, 110), True, int(rng.choice([5, 9])))


def _hospital(rng: np.random.Generator, frame: Frame, lots: Lots, w: float, d: float) -> None:
    n = 1 + len([p for p in lots.places if p[1] == "hospital"])
    name = f"Міська лікарня № {n}"
    lots.area(frame.box(0, 0, w, d)[0], "hospital", name, 34)
    for form, x, y, levels in (
        (aitch(80, 44, 14), -8, d / 2 - 28, 7),
        (rectangle(46, 15), -w / 2 + 30, -d / 6, 3),
        (gate(40, 26, 10), w / 2 - 30, -d / 5, 2),
    ):
        lots.add(
            frame.form(form, x, y),
            use="hospital",
            name=name,
            levels=levels,
            storey_m=3.4,
            material="panel",
            built_year=1979,
            keep=2,
        )
    lots.place(frame.put(np.array([-8.0, d / 2 - 54])), "hospital", name, 420 + 60 * (n % 4))


def _kiosks(plan: Plan, cell: Cell, rng: np.random.Generator, lots: Lots) -> None:
    """Kiosks and shops along the main street."""
    half = half_widths(plan, cell)
    for u in rng.uniform(cell.u0 + 50, cell.u1 - 50, 3):
        v = cell.v1 - half[3] - 8
        frame = Frame(plan.place(u, v), float(plan.angle(u, v)))
        lots.add(frame.box(0, 0, 9, 6), use="retail", levels=1, storey_m=3.4, material="metal", built_year=2004, keep=0)
