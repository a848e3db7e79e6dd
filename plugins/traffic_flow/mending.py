"""The cuts of the city as works to be done, and the order in which they are best done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from vidbudova.plugin import Chart, ResultTable, Series, Style

from . import repair
from .model import Traffic

MOST_WORKS = 12
"""The cuts with most traffic before; trying all orders of hundreds would take hours."""
HOURS_A_DAY = 10.0
"""The hour that is computed counts as so many a day: a peak hour has about a tenth of the day's trips."""
CREW_M_DAY = 20.0
"""Metres of street that a crew clears of debris in a day: an assumption, to be replaced by the city's own."""
BRIDGE_M_DAY = 0.5
"""Metres of bridge that are made passable in a day: an assumption (a temporary bridge of 50 m in 100 days)."""
NAMES = {"best": "order_best", "greedy": "order_greedy", "largest": "order_largest",
         "nearest": "order_nearest"}  # fmt: skip


@dataclass(frozen=True)
class Mending:
    """The order found, as a table and a chart."""

    table: ResultTable
    chart: Chart


def mending(found: Traffic, crs: str, progress: Callable[[float], object]) -> Mending | None:
    """The best order of mending what is closed; None where nothing is, or nobody drives."""
    works = _works(found)
    if not works or not found.demand.total > 0:
        return None
    cuts = [cut for cut, _links in works]
    plan = repair.order(
        found.engine, cuts, periods=HOURS_A_DAY, gap=max(found.parameters["gap"], 1e-5), progress=progress
    )
    return Mending(_table(found, works, plan, crs), _chart(found, plan))


def _works(found: Traffic) -> list[tuple[repair.Cut, np.ndarray]]:
    """Closed streets as works: all closed links of one road together, with the most traffic first."""
    network = found.network
    closed = np.flatnonzero(found.state.closed)
    before = found.whole.flows[: found.roads]
    groups: dict[str, list[int]] = {}
    for link in closed.tolist():
        groups.setdefault(str(network.road_id[link]), []).append(link)
    middle = network.node_xy.mean(axis=0)
    works = []
    for road, links_ in groups.items():
        links = np.array(links_)
        shape = shapely.union_all(network.geometry[links])
        metres = float(network.length_m[links].sum()) / (1 + (len(set(network.forward[links])) > 1))
        pace = BRIDGE_M_DAY if network.bridge[links].any() else CREW_M_DAY
        days = max(1.0, metres / pace)
        away = float(shapely.distance(shape, shapely.Point(middle)))
        name = str(network.name[links[0]]) or road
        mended = links if network.twins is None else network.twins.and_twins(links)
        cut = repair.Cut(name, tuple(mended.tolist()), days, days, away, float(before[links].max()))
        works.append((cut, links))
    works.sort(key=lambda work: -(work[0].size or 0.0))
    return [work for work in works[:MOST_WORKS] if (work[0].size or 0.0) > 0]


def _table(
    found: Traffic, works: list[tuple[repair.Cut, np.ndarray]], plan: repair.RepairPlan, crs: str
) -> ResultTable:
    say, network = found.say, found.network
    order = plan.order
    spots = [shapely.line_interpolate_point(network.geometry[works[at][1][0]], 0.5, normalized=True) for at in order]
    frame = gpd.GeoDataFrame(
        {
            "id": [str(network.road_id[works[at][1][0]]) for at in order], "place": list(range(1, len(order) + 1)),
            "name": [works[at][0].name for at in order], "days": [works[at][0].days for at in order],
            "first_gain_veh_h": [plan.criticality[at].first_gain / 3600 for at in order],
            "alone_loss_veh_h": [plan.criticality[at].last_loss / 3600 for at in order],
        },
        geometry=spots, crs=crs,
    )  # fmt: skip
    titles = {"place": say("place_of_order"), "name": say("name"), "first_gain_veh_h": say("gain")}
    units = {"first_gain_veh_h": "veh·h", "alone_loss_veh_h": "veh·h", "days": "d"}
    return ResultTable("repair", say("repair"), frame, units, titles, "roads", Style("order", "place"))


def _chart(found: Traffic, plan: repair.RepairPlan) -> Chart:
    say = found.say
    curves = [plan.best, *plan.compared]
    series = tuple(
        Series(
            say(NAMES[curve.name]) if curve.name in NAMES else curve.name,
            [step.days for step in curve.steps], [step.loss / 3600 for step in curve.steps],
        )
        for curve in curves
    )  # fmt: skip
    return Chart("repair", say("c_repair"), "step", say("c_days_x"), say("c_loss_y"), series)
