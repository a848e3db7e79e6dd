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


def rails(town: Town) -> list[Row]:
    """The railway behind the works (three tracks), and the tram on an avenue and over a bridge."""
    plan = town.plan
    low, u0, u1 = float(plan.vs[0]), float(plan.us[0]), float(plan.us[-1])
    found: list[Row] = [
        {
            "geom": shapely.linestrings(along(plan, low - 52 - 5 * k, u0 - 800, u1 + 800)),
            "kind": "rail",
            "name": "Головна колія",
        }
        for k in range(3)
    ]
    avenue, bridge = float(plan.vs[plan.river_row + 2]), float(plan.us[plan.bridges[0]])
    pieces = [
        (along(plan, avenue, u0, u1), False),
        (across(plan, bridge, 92, avenue), False),
        (across(plan, bridge, -92, 92), True),
        (across(plan, bridge, float(plan.vs[max(0, plan.river_row - 1)]), -92), False),
    ]
    for line, over in pieces:
        for side in (-1.6, 1.6):
            track = shapely.offset_curve(shapely.linestrings(line), side)
            found.append({"geom": track, "kind": "tram", "name": "Трамвай 1", "bridge": over, "level": int(over)})
    return found


def stops(town: Town) -> list[Row]:
    """Tram stops each 400 m or so, and the station."""
    plan = town.plan
    v = float(plan.vs[plan.river_row + 2])
    rows = [
        {"geom": shapely.points(plan.place(u + 14, v + 4)), "kind": "stop", "name": f"Зупинка «{n + 1}-й квартал»"}
        for n, u in enumerate(plan.us.tolist())
    ]
    middle = float(plan.us[len(plan.us) // 2])
    return [
        *rows,
        {"geom": shapely.points(plan.place(middle, plan.vs[0] - 42)), "kind": "stop", "name": "Вокзал Зразок"},
    ]


def power(town: Town) -> list[Row]:
    """A 110 kV line round the city from two substations, with a tower each 210 m; 10 kV along the avenues."""
    plan = town.plan
    east, low, high = float(plan.us[-1]) + 90, float(plan.vs[0]), float(plan.vs[-1])
    v = np.linspace(low - 20, high + 20, max(4, int((high - low) / 210)))
    towers = plan.place(np.full(len(v), east), v)
    rows: list[Row] = [
        {"geom": shapely.linestrings(towers), "kind": "line", "name": "ПЛ 110 кВ Зразок – Північна", "voltage_v": 110e3}
    ]
    rows += [{"geom": p, "kind": "tower", "voltage_v": 110e3} for p in shapely.points(towers)]
    for name, at in (("ПС 110/10 кВ «Південна»", v[0]), ("ПС 110/10 кВ «Північна»", v[-1])):
        u = east + np.array([18, 78, 78, 18])
        corners = plan.place(u, at + np.array([-24, -24, 24, 24]))
        rows.append({"geom": shapely.polygons(corners), "kind": "substation", "name": name, "voltage_v": 110e3})
    for j in range(len(plan.vs)):
        if j not in (plan.river_row, plan.river_row + 1):
            line = along(plan, float(plan.vs[j]) + 7.5, float(plan.us[0]), east)
            rows.append({"geom": shapely.linestrings(line), "kind": "cable", "voltage_v": 10e3})
    mast = plan.place(plan.us[1] + 25.0, plan.vs[-1] + 60)
    return [*rows, {"geom": shapely.points(mast), "kind": "mast", "name": "Телевежа"}]


def pipes(town: Town) -> list[Row]:
    """Water and sewage under the main streets, heating from the boiler houses, gas to the houses."""
    roads = town.roads
    main = np.flatnonzero(np.isin(roads.kind, ("primary", "secondary", "tertiary")))
    small = np.flatnonzero(roads.kind == "residential")
    rows: list[Row] = []
    for picked, kind, side, diameter in (
        (main, "water", 2.4, 300.0),
        (main, "sewage", -2.4, 500.0),
        (main[::2], "hot_water", 4.2, 400.0),
        (small, "gas", 2.0, 110.0),
    ):
        for line in shapely.offset_curve(roads.lines[picked], side):
            rows.append({"geom": line, "kind": kind, "diameter_mm": diameter})
    return [row for row in rows if not row["geom"].is_empty]


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
