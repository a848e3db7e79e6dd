"""Works by the railway, parks, the cemetery, and the land round the city."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.session.sampling.lots import Frame, Lots, round_form
from vidbudova.session.sampling.plan import Cell, Floats, Plan
from vidbudova.session.sampling.streets import Streets, half_widths


def outline(plan: Plan, cell: Cell, by: float) -> Floats:
    """A block's edge on the map, moved in by metres, with points enough to follow the streets' bend."""
    t = np.linspace(0, 1, 13)[:-1]
    u0, u1, v0, v1 = cell.u0 + by, cell.u1 - by, cell.v0 + by, cell.v1 - by
    u = np.r_[u0 + (u1 - u0) * t, np.full(12, u1), u1 - (u1 - u0) * t, np.full(12, u0)]
    v = np.r_[np.full(12, v0), v0 + (v1 - v0) * t, np.full(12, v1), v1 - (v1 - v0) * t]
    return plan.place(u, v)


def lay_out(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Halls on both sides of a works road, an office at the gate, a boiler house with a chimney."""
    rng = cell.rng(plan.seed)
    middle = round((cell.v0 + cell.v1) / 2, 1)
    streets.add(0, middle, cell.u0, cell.u1, "service", "")
    lots.area(outline(plan, cell, 8), "industrial", "")
    u, span = cell.u0 + 34.0, cell.u1 - 30
    while u < span - 40:
        wide = float(rng.uniform(44, 96))
        wide = min(wide, span - u)
        for side in (-1, 1):
            _hall(plan, rng, lots, u + wide / 2, middle, side, wide - 14)
        u += wide
    _boilers(plan, rng, lots, cell, middle)


def _hall(plan: Plan, rng: np.random.Generator, lots: Lots, u: float, middle: float, side: int, wide: float) -> None:
    deep = float(rng.uniform(38, 92))
    frame = Frame(plan.place(u, middle + side * (18 + deep / 2)), float(plan.angle(u, middle)))
    roof = str(rng.choice(["gabled", "flat", "gabled", "shed"]))
    lots.add(
        frame.box(0, 0, wide, deep),
        use="industrial",
        levels=1,
        storey_m=float(rng.uniform(7, 13)),
        roof_shape=roof,
        roof_height_m=0.0 if roof == "flat" else round(wide * 0.06, 1),
        material="concrete",
        built_year=int(rng.integers(1948, 1990)),
    )
    if deep < 68:
        lots.add(
            frame.box(0, side * (deep / 2 + 22), wide * 0.8, 16),
            use="office",
            levels=3,
            storey_m=3.3,
            material="brick",
            built_year=int(rng.integers(1955, 1988)),
            roof_shape="flat",
        )


def _boilers(plan: Plan, rng: np.random.Generator, lots: Lots, cell: Cell, middle: float) -> None:
    u, v = cell.u1 - 26, middle + 30
    frame = Frame(plan.place(u, v), float(plan.angle(u, v)))
    lots.add(
        frame.box(0, 0, 18, 26),
        use="utility",
        levels=1,
        storey_m=11.0,
        name="Котельня",
        material="brick",
        built_year=1964,
    )
    lots.add(
        frame.form(round_form(2.4), 0, 20),
        use="utility",
        levels=1,
        storey_m=52.0,
        name="Димова труба",
        material="brick",
        built_year=1964,
    )
    for k in range(3):
        lots.add(
            frame.form(round_form(6.5, 16), 0, -26 - 17 * k),
            use="utility",
            levels=1,
            storey_m=9.0,
            name="Резервуар",
            material="metal",
            built_year=1971,
        )


def park(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Alleys, trees, a café, a big wheel's pavilion."""
    u, v = round((cell.u0 + cell.u1) / 2, 1), round((cell.v0 + cell.v1) / 2, 1)
    streets.add(0, v, cell.u0, cell.u1, "footway", "")
    streets.add(1, u, cell.v0, cell.v1, "footway", "")
    streets.add(1, u + 90, cell.v0, cell.v1, "footway", "")
    lots.area(outline(plan, cell, 9), "park", "Парк «Над річкою»" if cell.j else "Парк", 95)
    frame = Frame(plan.place(u - 60, v + 50), float(plan.angle(u, v)))
    lots.add(
        frame.box(0, 0, 22, 12),
        use="retail",
        name="Кав’ярня",
        levels=1,
        storey_m=4.0,
        material="wood",
        built_year=2016,
        roof_shape="hipped",
        roof_height_m=2.4,
    )
    lots.add(
        frame.form(round_form(9, 16), 8, -70),
        use="public",
        name="Літня сцена",
        levels=1,
        storey_m=5.0,
        roof_shape="dome",
        roof_height_m=3.5,
        material="wood",
        built_year=1968,
    )


def cemetery(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Paths and a chapel."""
    u, v = round((cell.u0 + cell.u1) / 2, 1), round((cell.v0 + cell.v1) / 2, 1)
    for k in (0.25, 0.5, 0.75):
        streets.add(1, round(cell.u0 + (cell.u1 - cell.u0) * k, 1), cell.v0, cell.v1, "path", "")
    streets.add(0, v, cell.u0, cell.u1, "path", "")
    lots.area(outline(plan, cell, 9), "cemetery", "Міське кладовище", 40)
    frame = Frame(plan.place(u + 20, v + 18), float(plan.angle(u, v)))
    lots.add(
        frame.box(0, 0, 9, 14),
        use="religious",
        name="Каплиця",
        levels=1,
        storey_m=5.5,
        roof_shape="gabled",
        roof_height_m=4.0,
        material="brick",
        built_year=1906,
        keep=2,
    )


def house_ground(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Gardens between private houses."""
    half = max(half_widths(plan, cell))
    shape = outline(plan, cell, half)
    lots.area(shape, "residential")
    lots.groves.append((shapely.polygons(shape), 9.0))


TREES_HA = {"forest": 0.0, "orchard": 0.0, "meadow": 1.2, "farmland": 0.15}


def surroundings(plan: Plan, lots: Lots) -> None:
    """Banks, and fields, meadows and woods where there are no blocks, so that the city stands on land."""
    far = plan.far_m
    us = np.arange(plan.us[0] - far, plan.us[-1] + far + 1, 60.0)
    for side in (-1, 1):
        inner, outer = plan.place(us, np.full(len(us), side * 60.0)), plan.place(us, np.full(len(us), side * 84.0))
        lots.area(np.r_[inner, outer[::-1]], "grass", "", 14)
    for cell in plan.country:
        rng = np.random.default_rng([plan.seed, 31, cell.i + 64, cell.j + 64])
        _fields(plan, lots, cell, rng)


def _fields(plan: Plan, lots: Lots, cell: Cell, rng: np.random.Generator) -> None:
    """One block of the country: a wood as it is, land cut in strips with bands of trees between some."""
    if cell.kind == "forest":
        lots.area(outline(plan, cell, 3), "forest", "", TREES_HA["forest"])
        return
    lying = rng.random() < 0.5
    low, high = (cell.v0, cell.v1) if lying else (cell.u0, cell.u1)
    parts = int(rng.integers(1, 5))
    cuts = np.r_[
        low, np.sort(low + (high - low) * (np.arange(1, parts) + rng.uniform(-0.2, 0.2, parts - 1)) / parts), high
    ]
    for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        kind = cell.kind if rng.random() < 0.8 else str(rng.choice(["meadow", "farmland", "orchard"]))
        u0, u1, v0, v1 = (cell.u0, cell.u1, a, b) if lying else (a, b, cell.v0, cell.v1)
        lots.area(outline(plan, Cell(cell.i, cell.j, u0, u1, v0, v1, kind), 2.5), kind, "", TREES_HA.get(kind, 0.0))
