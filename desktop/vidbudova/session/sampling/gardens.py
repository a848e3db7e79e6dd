"""Allotments: narrow lanes, small plots, a summer house on most of them."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.session.sampling.lots import Lots, boxes
from vidbudova.session.sampling.plan import Cell, Plan
from vidbudova.session.sampling.streets import SHAPE, Streets, grid, half_widths
from vidbudova.session.sampling.works import outline

PLOT_M = 15.0


def lay_out(plan: Plan, cell: Cell, streets: Streets, lots: Lots) -> None:
    """Lanes across the block with plots on both sides."""
    rng = cell.rng(plan.seed)
    left, right, low, high = half_widths(plan, cell)
    shape = outline(plan, cell, max(left, right, low, high))
    lots.area(shape, "allotments", "Садове товариство")
    lots.groves.append((shapely.polygons(shape), 24.0))
    lanes = grid(cell.u0, cell.u1, 52.0)
    half = SHAPE["service"][2] / 2
    for u in lanes:
        streets.add(1, u, cell.v0, cell.v1, "service", "Садова алея")
    v = np.arange(cell.v0 + low + 10, cell.v1 - high - 8, PLOT_M)
    for u in lanes:
        for side in (-1, 1):
            there = v[rng.random(len(v)) < 0.72]
            away = rng.uniform(half + 5.5, half + 11, len(there))
            along = u + side * away
            wide, deep = rng.uniform(4.0, 6.5, len(there)), rng.uniform(4.0, 7.0, len(there))
            at, turn = plan.place(along, there), plan.angle(along, there)
            roof_m = np.round(rng.uniform(1.4, 2.4, len(there)), 1)
            if len(there):
                roof = rng.choice(["gabled", "gabled", "shed"], len(there))
                corners = boxes(at, turn, wide, deep)
                lots.add(
                    corners,
                    use="other",
                    levels=1,
                    roof_shape=roof,
                    roof_height_m=roof_m,
                    material="wood",
                    built_year=1984,
                )
