"""Rails, wires, pipes, stops and trees of the sample city."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling.city import Town
from vidbudova.session.sampling.plan import Floats, Plan
from vidbudova.session.sampling.streets import SHAPE

Row = dict[str, Any]


def along(plan: Plan, v: float, u0: float, u1: float) -> Floats:
    """A line beside the river's course at a distance."""
    u = np.arange(u0, u1 + 1, 25.0)
    return plan.place(u, np.full(len(u), v))


def across(plan: Plan, u: float, v0: float, v1: float) -> Floats:
    """A line across the city."""
    v = np.arange(v0, v1 + 1, 25.0)
    return plan.place(np.full(len(v), u), v)


def rails(plan: Plan) -> list[Row]:
    """The railway behind the works: three tracks."""
    low, u0, u1 = float(plan.vs[0]), float(plan.us[0]) - plan.far_m, float(plan.us[-1]) + plan.far_m
    return [
        {
            "geom": shapely.linestrings(along(plan, low - 52 - 5 * k, u0, u1)),
            "kind": "rail",
            "name": "Головна колія",
            "bridge": 0,
            "tunnel": 0,
            "level": 0,
        }
        for k in range(3)
    ]


def station(plan: Plan) -> Row:
    """The railway's stop."""
    middle = float(plan.us[len(plan.us) // 2])
    return {"geom": shapely.points(plan.place(middle, plan.vs[0] - 42)), "kind": "stop", "name": "Вокзал Зразок"}


def mast(plan: Plan) -> Row:
    """The television mast, on the high bank."""
    at = plan.place(plan.us[len(plan.us) // 2] + 60.0, plan.vs[-1] + 90)
    return {"geom": shapely.points(at), "kind": "mast", "name": "Телевежа"}


def trees(town: Town, limit: int, seed: int) -> tuple[NDArray[np.object_], Floats]:
    """(points, heights): along the main streets, in yards, parks and woods; none on a road, a house or in water."""
    rng = np.random.default_rng([seed, 17])
    at = np.concatenate([_avenues(town), _groves(town, rng)])
    points = shapely.points(at)
    roads = town.roads
    corridors = shapely.buffer(roads.lines, roads.width() / 2 + 0.8, cap_style="flat", quad_segs=2)
    bad = np.zeros(len(points), bool)
    for obstacles, gap in ((town.shapes, 2.2), (corridors, 0.0), (np.array([town.water], object), 3.0)):
        hit, _ = shapely.STRtree(obstacles).query(points, predicate="dwithin", distance=gap)
        bad[hit] = True
    kept = np.flatnonzero(~bad)
    if len(kept) > limit:
        kept = np.sort(rng.permutation(kept)[:limit])
    return points[kept], np.round(rng.normal(8.5, 2.2, len(kept)).clip(3, 17), 1)


def _avenues(town: Town) -> Floats:
    roads = town.roads
    rows = np.flatnonzero(np.isin(roads.kind, ("primary", "secondary", "tertiary")) & ~roads.bridge)
    found = []
    for side in (-1, 1):
        away = side * np.array([SHAPE[k][2] / 2 + 2.2 for k in roads.kind[rows]])
        for line in shapely.offset_curve(roads.lines[rows], away):
            found.append(
                shapely.get_coordinates(
                    shapely.line_interpolate_point(line, np.arange(9, max(line.length - 8, 9.5), 13.0))
                )
            )
    return np.concatenate(found)


def _groves(town: Town, rng: np.random.Generator) -> Floats:
    found = [np.empty((0, 2))]
    for shape, per_ha in town.lots.groves:
        box = np.array(shape.bounds)
        count = int((box[2] - box[0]) * (box[3] - box[1]) / 1e4 * per_ha)
        at = np.round(rng.uniform(box[:2], box[2:], (count, 2)), 2)
        shapely.prepare(shape)
        found.append(at[shapely.contains_xy(shape, at[:, 0], at[:, 1])])
    return np.concatenate(found)
