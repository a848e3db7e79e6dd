"""What is given back: tables, charts, and figures that say where they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.plugin import Chart, City, Figure, Result, ResultTable, Series

from . import tables
from .access import BANDS_MINUTES
from .assignment import Solution
from .mending import Mending
from .model import Traffic, minutes_between
from .rates import table as rates_table
from .reaching import Access

Floats = NDArray[np.float64]

BPR = "t = t₀ · (1 + b · (v / c)ᵖ); Bureau of Public Roads (1964)"


def whole(city: City, found: Traffic, near: Access | None, mending: Mending | None) -> Result:
    """Everything that a run found."""
    minutes = found.minutes_before, _minutes(found)
    shown: list[ResultTable] = [tables.links(found, city.crs)]
    if len(found.cuts) or (found.state.cause != "").any():
        shown += [
            tables.difference(found, found.whole, city.crs),
            tables.relations(found, minutes, city.crs),
            tables.cuts(found, city.crs),
        ]
    charts = [_loads(found)]
    if near is not None:
        shown += [tables.access_table(found, near), tables.within_table(found, near)]
        charts += [_within(found, near)] if near.people else []
        if near.areas is not None:
            shown.append(tables.isochrone_table(found, near.areas, city.crs))
    if mending is not None:
        shown.append(mending.table)
        charts.append(mending.chart)
    shown += [tables.zones(found, city.crs), tables.topology_table(found)]
    figures = _figures(found, found.whole, minutes)
    warnings = [*found.warnings, *_lacking(found, near), found.say("w_static")]
    return Result(
        _summary(found, figures, near), figures, tuple(shown), tuple(charts), report=_report(found, figures),
        warnings=tuple(warnings),
    )  # fmt: skip


def answer(city: City, found: Traffic, before: Solution, minutes_before: Floats) -> Result:
    """What a question changed, against `before`, when it took `minutes_before` (z, z) between zones."""
    minutes = minutes_before, _minutes(found)
    shown = (
        tables.links(found, city.crs), tables.difference(found, before, city.crs),
        tables.relations(found, minutes, city.crs), tables.cuts(found, city.crs),
    )  # fmt: skip
    figures = _figures(found, before, minutes)
    told = [found.say("w_unknown", names=", ".join(found.state.unknown[:5]))] if found.state.unknown else []
    return Result(_summary(found, figures, None), figures, shown, (_loads(found),), warnings=tuple(told))


def _minutes(found: Traffic) -> Floats:
    return minutes_between(found.links, len(found.zones), found.now)


def _certified_gap(found: Traffic, minutes: Floats) -> float:
    """The relative gap beside shortest ways that another search than that of the equilibrium has found."""
    served = (found.demand.trips - found.now.unserved).tocoo()
    apart = served.row != served.col
    least = float(served.data[apart] @ minutes[served.row[apart], served.col[apart]]) * 60
    return max(0.0, 1 - least / found.now.spent) if found.now.spent > 0 else 0.0


def _lacking(found: Traffic, near: Access | None) -> list[str]:
    lacking = [] if near is None else [name for name, many in near.places.items() if not many]
    return [found.say("w_places", facility=found.say(name)) for name in lacking]


def _figures(found: Traffic, before: Solution, minutes: tuple[Floats, Floats]) -> tuple[Figure, ...]:
    """Key figures, each with its formula, inputs and source; `minutes` (z, z) between zones before and now."""
    say, roads = found.say, found.roads
    flow, times = found.now.flows, np.where(np.isfinite(found.now.times), found.now.times, 0.0)
    hours = float(flow[:roads] @ times[:roads]) / 3600
    empty = (found.links.free_time + found.links.fixed)[:roads]
    delay = float(flow[:roads] @ np.maximum(times[:roads] - empty, 0.0)) / 3600
    km = float(flow[:roads] @ found.network.length_m) / 1000
    lost = (found.now.spent - before.spent) / 3600 + _gone(found, minutes[0])
    inputs, found_by = _inputs(found), say("i_equilibrium")
    return (
        Figure("trips_veh_h", say("f_trips"), found.demand.total, "veh/h", *_origin_of_demand(found, inputs)),
        Figure("unserved_trips_veh_h", say("f_unserved"), found.now.unserved_trips, "veh/h",
               say("x_unserved"), inputs, found_by, ""),
        Figure("time_veh_h", say("f_time"), hours, "veh·h", f"Σ v · t(v); {BPR}", inputs, found_by, ""),
        Figure("delay_veh_h", say("f_delay"), delay, "veh·h", f"Σ v · (t(v) − t(0)); {BPR}", inputs, found_by, ""),
        Figure("loss_veh_h", say("f_loss"), lost, "veh·h", say("x_loss"), inputs, found_by, ""),
        Figure("driven_veh_km", say("f_driven"), km, "veh·km", say("x_driven"), inputs, found_by, ""),
        Figure("mean_speed_km_h", say("f_speed"), km / hours if hours > 0 else 0.0, "km/h", say("x_speed"),
               inputs, found_by, ""),
        Figure("relative_gap", say("f_gap"), _certified_gap(found, minutes[1]), "1",
               "1 − Σ T·t_min ÷ Σ v·t, t_min: Dijkstra (1959)", inputs, found_by, ""),
    )  # fmt: skip


def _origin_of_demand(found: Traffic, inputs: str) -> tuple[str, str, str, str]:
    """Formula, inputs, source and date: of the model, or of the matrix that was brought."""
    matrix = found.parameters["demand_matrix"]
    if matrix:
        return "Σ Tᵢⱼ", inputs, found.say("i_matrix", name=Path(str(matrix)).name), ""
    day = str(rates_table()["trips_per_person_day"]["date"])
    return "Σ Tᵢⱼ; T = s·G + (1 − s)·Gᵀ, G ∝ exp(−b·t)", inputs, "NCHRP Report 365 (1998); rates.toml", day


def _gone(found: Traffic, minutes: Floats) -> float:
    """Vehicle hours that the trips without a way now needed before; those that had none then needed none."""
    gone = found.now.unserved.tocoo()
    needed = minutes[gone.row, gone.col]
    return float(gone.data[np.isfinite(needed)] @ needed[np.isfinite(needed)]) / 60


def _inputs(found: Traffic) -> str:
    say, (period, level) = found.say, (found.parameters["period"], found.parameters["level"])
    return say(
        "i_all", links=say.number(found.roads), buildings=say.number(len(found.homes.id)), zones=len(found.zones),
        cuts=len(found.cuts), period=say(str(period)), level=say(f"demand_{level}"),
    )  # fmt: skip


def _summary(found: Traffic, figures: tuple[Figure, ...], near: Access | None) -> dict[str, Any]:
    told: dict[str, Any] = {figure.name: figure.value for figure in figures}
    told |= {
        "zones_count": len(found.zones), "links_count": int((~found.network.turn).sum()),
        "closed_links_count": int(found.state.closed.sum()),
        "narrowed_links_count": len(found.state.narrowed(found.network)),
        "people_count": float(found.homes.people.sum()), "jobs_count": float(found.homes.jobs.sum()),
        "max_node_imbalance_veh": found.now.max_node_imbalance, "iterations": found.now.iterations,
    }  # fmt: skip
    people = float(found.homes.people.sum())
    for facility, counts in near.people.items() if near is not None else ():
        told[f"{facility}_15_min_people_share"] = float(counts[BANDS_MINUTES.index(15.0)]) / people if people else 0.0
    return told


def _loads(found: Traffic) -> Chart:
    """Vehicle kilometres by class of load, before the cuts and now."""
    say, km = found.say, found.network.length_m / 1000
    names = [say.short(edge) for edge in tables.LOAD_BREAKS] + [f"> {say.short(tables.LOAD_BREAKS[-1])}"]
    series = []
    for title, solution, capacity in (
        (say("undamaged"), found.whole, found.network.links.capacity), (say("now"), found.now, found.state.capacity)
    ):  # fmt: skip
        flow = solution.flows[: found.roads]
        load = np.divide(flow, capacity, out=np.zeros_like(flow), where=capacity > 0)
        place = np.searchsorted(tables.LOAD_BREAKS, load)
        sums = np.bincount(place, flow * km, minlength=len(names))
        series.append(Series(title, names, [round(float(one), 3) for one in sums]))
    return Chart("load", say("c_load"), "bar", say("c_load_x"), say("c_km_y"), tuple(series))


def _within(found: Traffic, near: Access) -> Chart:
    say, people = found.say, max(float(found.homes.people.sum()), 1e-9)
    bands = [say("up_to_min", band=say.short(band)) for band in BANDS_MINUTES]
    series = tuple(
        Series(say(facility), bands, [round(100 * float(count) / people, 3) for count in counts])
        for facility, counts in near.people.items()
    )
    return Chart("within", say("within"), "bar", say("minutes"), say("c_people_y"), series)


def _report(found: Traffic, figures: tuple[Figure, ...]) -> str:
    value = {figure.name: float(figure.value) for figure in figures}
    say = found.say
    return say(
        "report", period=say(str(found.parameters["period"])), trips=say.number(value["trips_veh_h"]),
        zones=len(found.zones), km=say.number(found.network.length_m.sum() / 1000),
        time=say.number(value["time_veh_h"]), delay=say.number(value["delay_veh_h"]),
        cut=int(found.state.closed.sum()), narrowed=len(found.state.narrowed(found.network)),
        loss=say.number(value["loss_veh_h"], 1), unserved=say.number(value["unserved_trips_veh_h"]),
    )  # fmt: skip
