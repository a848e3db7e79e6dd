"""The tables of a result: traffic, what changed, who is affected, what is cut, zones, the network's report."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from vidbudova.plugin import ResultTable, Style

from .access import BANDS_MINUTES
from .assignment import Solution
from .model import Traffic
from .reaching import Access

Floats = NDArray[np.float64]

LOAD_BREAKS = (0.3, 0.5, 0.7, 0.85, 1.0, 1.2)
"""Borders of classes of flow ÷ capacity, after the levels of service A to F (Highway Capacity Manual)."""
LEAST_FLOW = 1.0
"""Vehicles an hour; quieter streets are not in the table of traffic unless they are cut."""
MOST_RELATIONS = 200


def links(found: Traffic, crs: str) -> ResultTable:
    """One row for each directed link with traffic, or that is cut; the busiest first."""
    network, say = found.network, found.say
    flow, times = found.now.flows[: found.roads], found.times(found.now)
    changed = found.state.cause != ""
    rows = np.flatnonzero(((flow >= LEAST_FLOW) | changed) & ~network.turn)
    rows = rows[np.argsort(-flow[rows], kind="stable")]
    closed = found.state.closed[rows]
    capacity = np.where(closed, 0.0, found.state.capacity[rows])
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = np.where(closed, 0.0, network.length_m[rows] / times[rows] * 3.6)
        load = np.where(closed, 0.0, flow[rows] / capacity)
        lost = np.where(closed, 0.0, flow[rows] * (times[rows] - _empty(found)[rows]) / 3600)
    frame = gpd.GeoDataFrame(
        {
            "id": network.road_id[rows], "key": network.key[rows], "name": network.name[rows],
            "road_class": network.road_class[rows], "flow_veh_h": flow[rows], "capacity_veh_h": capacity,
            "load": load, "speed_km_h": speed, "speed_m_s": speed / 3.6, "delay_veh_h": lost,
            "lanes": found.state.lanes[rows], "closed": closed, "cause": _words(found, rows),
        },
        geometry=network.geometry[rows], crs=crs,
    )  # fmt: skip
    titles = {
        "name": say("name"), "road_class": say("road_class"), "flow_veh_h": say("flow"),
        "capacity_veh_h": say("capacity"), "load": say("load"), "speed_km_h": say("speed"),
        "delay_veh_h": say("delay"), "lanes": say("lanes"), "cause": say("cause"),
    }  # fmt: skip
    units = {
        "flow_veh_h": "veh/h", "capacity_veh_h": "veh/h", "load": "1", "speed_km_h": "km/h", "speed_m_s": "m/s",
        "delay_veh_h": "veh·h",
    }  # fmt: skip
    style = Style("flow", "load", "1", LOAD_BREAKS, width="flow_veh_h", speed="speed_m_s")
    return ResultTable("links", say("links"), frame, units, titles, "roads", style)


def difference(found: Traffic, before: Solution, crs: str) -> ResultTable:
    """Links whose flow is another than before by a vehicle an hour or more; the greatest change first."""
    network, say = found.network, found.say
    old, new = before.flows[: found.roads], found.now.flows[: found.roads]
    more = new - old
    rows = np.flatnonzero((np.abs(more) >= LEAST_FLOW) & ~network.turn)
    rows = rows[np.argsort(-np.abs(more[rows]), kind="stable")]
    frame = gpd.GeoDataFrame(
        {
            "id": network.road_id[rows], "key": network.key[rows], "name": network.name[rows],
            "before_veh_h": old[rows], "after_veh_h": new[rows], "difference_veh_h": more[rows],
            "width_veh_h": np.abs(more[rows]),
        },
        geometry=network.geometry[rows], crs=crs,
    )  # fmt: skip
    titles = {
        "name": say("name"), "before_veh_h": say("before"), "after_veh_h": say("after"),
        "difference_veh_h": say("difference"),
    }  # fmt: skip
    units = dict.fromkeys(("before_veh_h", "after_veh_h", "difference_veh_h", "width_veh_h"), "veh/h")
    style = Style("difference", "difference_veh_h", "veh/h", width="width_veh_h")
    return ResultTable("difference", say("difference"), frame, units, titles, "roads", style)


def relations(found: Traffic, minutes: tuple[Floats, Floats], crs: str) -> ResultTable:
    """The relations between zones that lose most: trips times minutes more, those without a way first.

    Parameters
    ----------
    minutes : (z, z) between zones before and now; infinite where there is no way.
    """
    say, cells = found.say, found.zones
    trips = found.demand.trips.tocoo()
    row, column, many = trips.row, trips.col, trips.data
    before, now = (each[row, column] for each in minutes)
    lost = np.isfinite(before) & ~np.isfinite(now)
    with np.errstate(invalid="ignore"):
        longer = np.where(np.isfinite(before) & np.isfinite(now), now - before, 0.0)
    hit = np.flatnonzero((row != column) & (lost | (longer * many > 1e-3)))
    order = np.lexsort((-(longer * many)[hit], -(many * lost)[hit]))
    rows = hit[order[:MOST_RELATIONS]]
    titled = np.array(cells.title, object)
    ends = np.stack([cells.xy[row[rows]], cells.xy[column[rows]]], axis=1)
    frame = gpd.GeoDataFrame(
        {
            "from_zone": titled[row[rows]], "to_zone": titled[column[rows]],
            "trips_veh_h": many[rows], "before_min": before[rows], "after_min": np.where(lost[rows], np.nan, now[rows]),
            "longer_min": np.where(lost[rows], np.nan, longer[rows]),
            "lost_veh_h": np.where(lost[rows], np.nan, longer[rows] * many[rows] / 60), "no_way": lost[rows],
        },
        geometry=shapely.linestrings(ends) if len(rows) else [], crs=crs,
    )  # fmt: skip
    titles = {
        "from_zone": say("from_zone"), "to_zone": say("to_zone"), "trips_veh_h": say("trips"),
        "before_min": say("before"), "after_min": say("after"), "longer_min": say("more_minutes"),
        "lost_veh_h": say("delay"), "no_way": say("no_way"),
    }  # fmt: skip
    units = {
        "trips_veh_h": "veh/h", "before_min": "min", "after_min": "min", "longer_min": "min", "lost_veh_h": "veh·h",
    }  # fmt: skip
    style = Style("graduated", "longer_min", "min", width="trips_veh_h")
    return ResultTable("relations", say("relations"), frame, units, titles, "", style)


def cuts(found: Traffic, crs: str) -> ResultTable:
    """Each thing that closes or narrows a link, and what a person set."""
    network, say, told = found.network, found.say, found.cuts
    hand = np.flatnonzero(found.state.cause == "hand")
    link = np.concatenate([told.link, hand]).astype(np.int64)
    reason = np.concatenate([told.reason, np.full(hand.size, "hand", object)])
    frame = gpd.GeoDataFrame(
        {
            "id": network.road_id[link], "key": network.key[link], "name": network.name[link],
            "cause": [say(word) for word in reason],
            "lanes": np.concatenate([told.lanes, found.state.lanes[hand]]),
            "because_of": np.concatenate([told.row, np.full(hand.size, "", object)]),
            "because_of_table": np.concatenate([told.table, np.full(hand.size, "", object)]),
        },
        geometry=network.geometry[link], crs=crs,
    )  # fmt: skip
    titles = {"name": say("name"), "cause": say("cause"), "lanes": say("lanes"), "because_of": say("source_row")}
    return ResultTable("cuts", say("cuts"), frame, {}, titles, "roads", Style("categories", "cause"))


def zones(found: Traffic, crs: str) -> ResultTable:
    """The zones with their people, jobs and trips; what matrices call them."""
    cells, say, demand = found.zones, found.say, found.demand
    frame = gpd.GeoDataFrame(
        {
            "zone": list(cells.id), "people": cells.people, "jobs": cells.jobs, "out_veh_h": demand.out,
            "into_veh_h": demand.into,
        },
        geometry=cells.outline, crs=crs,
    )  # fmt: skip
    titles = {
        "zone": say("zones"), "people": say("people"), "jobs": say("jobs"), "out_veh_h": say("trips_out"),
        "into_veh_h": say("trips_in"),
    }  # fmt: skip
    units = {"out_veh_h": "veh/h", "into_veh_h": "veh/h"}
    return ResultTable("zones", say("zones"), frame, units, titles, "", Style("graduated", "out_veh_h", "veh/h"))


def access_table(found: Traffic, near: Access) -> ResultTable:
    """Minutes from every building; empty where no way leads."""
    say = found.say
    columns: dict[str, Any] = {"id": found.homes.id, "people": found.homes.people}
    for facility, minutes in near.minutes.items():
        columns[f"{facility}_min"] = np.where(np.isfinite(minutes), np.round(minutes, 2), np.nan)
    shown = next(iter(near.minutes), "")
    titles = {"people": say("people")} | {f"{name}_min": say(name) for name in near.minutes}
    style = Style("graduated", f"{shown}_min", "min", BANDS_MINUTES) if shown else None
    units = {f"{name}_min": "min" for name in near.minutes}
    return ResultTable("access", say("access_table"), pd.DataFrame(columns), units, titles, "buildings", style)


def within_table(found: Traffic, near: Access) -> ResultTable:
    """People within 5, 10, 15 and 30 minutes of each kind of facility."""
    say = found.say
    rows = [
        [say(facility), near.places[facility], *counts.tolist(), near.cut_off[facility]]
        for facility, counts in near.people.items()
    ]
    names = [f"within_{band:g}_min" for band in BANDS_MINUTES]
    frame = pd.DataFrame(rows, columns=["facility", "places", *names, "no_way"])
    titles = {"facility": say("facility"), "places": say("count"), "no_way": say("no_way")}
    titles |= {name: f"≤ {band:g} min" for name, band in zip(names, BANDS_MINUTES, strict=True)}
    return ResultTable("within", say("within"), frame, {}, titles)


def isochrone_table(found: Traffic, areas: NDArray[Any], crs: str) -> ResultTable:
    """Areas by minutes to the facility that was asked for."""
    say = found.say
    there = [k for k, area in enumerate(areas) if not area.is_empty]
    frame = gpd.GeoDataFrame(
        {"minutes": [BANDS_MINUTES[k] for k in there]}, geometry=[areas[k] for k in there], crs=crs
    )
    style = Style("isochrones", "minutes", "min", BANDS_MINUTES)
    return ResultTable(
        "isochrones", say("isochrones"), frame, {"minutes": "min"}, {"minutes": say("minutes")}, "", style
    )


def topology_table(found: Traffic) -> ResultTable:
    """What the network is made of and what was mended."""
    network, say = found.network, found.say
    told = network.topology
    rows: list[tuple[str, float]] = [
        (say("topo_links"), float((~network.turn).sum())), (say("topo_nodes"), network.links.nodes),
        (say("topo_km"), round(float(network.length_m.sum()) / 1000, 2)), (say("topo_parts"), told.parts),
        (say("topo_strong"), told.strong_parts), (say("topo_dead"), len(told.dead_ends)),
        (say("topo_edge"), len(told.edge)), (say("topo_mended"), len(told.mended)),
        (say("topo_crossing"), len(told.crossing)), (say("topo_bans"), told.bans),
        (say("topo_residents"), float(network.for_residents.sum())),
        (say("topo_left_out"), sum(told.left_out.values())),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["what", "count"])
    return ResultTable("topology", say("topology"), frame, {}, {"what": say("what"), "count": say("count")})


def _empty(found: Traffic) -> Floats:
    """(roads,) seconds on the empty link."""
    return (found.links.free_time + found.links.fixed)[: found.roads]


def _words(found: Traffic, rows: NDArray[np.int64]) -> list[str]:
    return [found.say(word) if word else "" for word in found.state.cause[rows].tolist()]
