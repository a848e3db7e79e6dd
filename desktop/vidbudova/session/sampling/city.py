"""The sample city as a whole: the blocks laid out, what collides left out, and every building told about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling import estates, gardens, houses, old, slabs, streets, works
from vidbudova.session.sampling.addresses import addresses
from vidbudova.session.sampling.lots import COLUMNS, Lots
from vidbudova.session.sampling.plan import RIVER_HALF_M, Plan, make_plan
from vidbudova.session.sampling.streets import Network

Rows = dict[str, NDArray[np.generic]]
LAY_OUT = {
    "houses": houses.lay_out,
    "old": old.lay_out,
    "centre": old.lay_out,
    "slabs": slabs.lay_out,
    "works": works.lay_out,
    "park": works.park,
    "cemetery": works.cemetery,
    "estate": estates.lay_out,
    "gardens": gardens.lay_out,
}
GAP_M = 0.04
"""How far footprints stay apart at least."""


@dataclass(frozen=True, slots=True)
class Town:
    """What was laid out: the plan, buildings with their columns, the roads, the land."""

    plan: Plan
    shapes: NDArray[np.object_]
    rows: Rows
    roads: Network
    lots: Lots
    water: shapely.Geometry
    front: NDArray[np.int64]
    """(n,) the piece of road that each building stands at."""


def lay_out(
    buildings: int,
    seed: int,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Town | None:
    """A town of exactly so many buildings; None when cancelled."""
    more = 1.0
    while True:
        town = _once(buildings, seed, more, progress, cancelled)
        if town is None or len(town.shapes) == buildings:
            return town
        more *= 1.16


def _once(
    buildings: int, seed: int, more: float, progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> Town | None:
    plan = make_plan(buildings, seed, more)
    lots, lines = Lots(), streets.main_streets(plan)
    for k, cell in enumerate(plan.cells):
        if cancelled():
            return None
        LAY_OUT[cell.kind](plan, cell, lines, lots)
        if cell.kind == "houses":
            works.house_ground(plan, cell, lines, lots)
        progress(0.7 * k / len(plan.cells))
    works.surroundings(plan, lots)
    roads, water = streets.network(plan, lines), river(plan)
    shapes, rows = _gathered(lots)
    keep = _free(shapes, rows["keep"], roads, water)
    shapes, rows = shapes[keep], {name: column[keep] for name, column in rows.items()}
    spare = _spare(shapes, rows["keep"], buildings, seed)
    shapes, rows = shapes[~spare], {name: column[~spare] for name, column in rows.items()}
    progress(0.9)
    rows |= _described(shapes, rows, seed)
    said, front = addresses(shapes, roads)
    return Town(plan, shapes, rows | said, roads, lots, water, front)


def _gathered(lots: Lots) -> tuple[NDArray[np.object_], Rows]:
    shapes = np.concatenate(lots.shapes)
    rows = {name: np.concatenate(lots.columns[name]) for name in COLUMNS}
    order = np.argsort(-rows["keep"].astype(int), kind="stable")
    return shapes[order], {name: column[order] for name, column in rows.items()}


def river(plan: Plan) -> shapely.Geometry:
    """The water's surface, with banks that are not ruled."""
    far = plan.far_m + 20.0
    u = np.arange(plan.us[0] - far, plan.us[-1] + far, 20.0)
    p = plan.phases
    up = RIVER_HALF_M - 5 + 6 * np.sin(u / 210 + p[0]) + 3 * np.sin(u / 67 + p[2])
    down = -RIVER_HALF_M + 5 + 6 * np.sin(u / 260 + p[1]) + 3 * np.sin(u / 81 + p[3])
    return shapely.polygons(np.r_[plan.place(u, down), plan.place(u, up)[::-1]])


def _free(
    shapes: NDArray[np.object_], keep: NDArray[np.generic], roads: Network, water: shapely.Geometry
) -> NDArray[np.bool_]:
    """Footprints that stand on no road, in no water and on no earlier footprint."""
    free = shapely.is_valid(shapes)
    paths = roads.width() / 2 + np.where(roads.kind == "service", 0.8, 1.5)
    corridors = shapely.buffer(roads.lines, paths, cap_style="flat", quad_segs=2)
    hit, _ = shapely.STRtree(corridors).query(shapes, predicate="intersects")
    free[hit] = False
    wet, _ = shapely.STRtree([water]).query(shapes, predicate="intersects")
    free[wet] = False
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="dwithin", distance=GAP_M)
    later = a > b
    order = np.argsort(a[later], kind="stable")
    for loser, winner in zip(a[later][order].tolist(), b[later][order].tolist(), strict=True):
        if free[winner]:
            free[loser] = False
    return np.asarray(free)


def _spare(shapes: NDArray[np.object_], keep: NDArray[np.generic], wanted: int, seed: int) -> NDArray[np.bool_]:
    """Outbuildings first, then the outermost houses, until as many are left as wanted."""
    spare = np.zeros(len(shapes), bool)
    over = len(shapes) - wanted
    if over > 0:
        at = shapely.get_coordinates(shapely.centroid(shapes))
        far = np.hypot(*(at - at.mean(axis=0)).T)
        chance = np.random.default_rng([seed, 11]).random(len(shapes))
        rank = np.where(keep == 0, 1e6 + chance, np.where(keep == 1, far, -1.0))
        spare[np.argsort(-rank, kind="stable")[:over]] = True
    return spare


def _described(shapes: NDArray[np.object_], rows: Rows, seed: int) -> Rows:
    """Heights, flats, people and jobs, from use, storeys and footprint."""
    rng = np.random.default_rng([seed, 13])
    n = len(shapes)
    use, levels = rows["use"], rows["levels"].astype(float)
    floor = shapely.area(shapes) * levels
    base = np.where(np.isin(use, ("apartments", "house", "office", "public")), 0.6, 0.2)
    roof = rows["roof_height_m"].astype(float)
    flats = np.where(
        use == "apartments", np.maximum(1, floor * 0.78 / 58).round(), np.where(use == "house", 1, 0)
    ).astype(int)
    people = np.where(use == "house", rng.poisson(2.9, n), rng.binomial(flats * 3, 0.76))
    per_job = np.array([JOBS_M2.get(u, np.inf) for u in use.tolist()])
    derived = rng.random(n) < 0.25
    storey = np.where(derived, 3.0, rows["storey_m"].astype(float))
    return {
        "height_m": np.round(levels * storey + np.where(derived, 0.0, base) + roof, 1),
        "height_source": np.where(derived, "derived", "tagged").astype(object),
        "flats": flats,
        "people": people.astype(float),
        "jobs": np.floor(floor / per_job),
        "roof_height_m": roof,
    }


JOBS_M2 = {
    "office": 22.0,
    "public": 45.0,
    "retail": 38.0,
    "industrial": 75.0,
    "school": 65.0,
    "kindergarten": 48.0,
    "hospital": 40.0,
    "utility": 260.0,
    "religious": 200.0,
}
"""Floor area per job; made up, within what is usual."""
