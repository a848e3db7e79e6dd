"""Minutes from every building to the nearest hospital, fire station, shelter and school, and who lives how near."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .quickest import NOBODY, reach
from .streets import WALK_M_S, Doors, Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

BANDS_MINUTES = (5.0, 10.0, 15.0, 30.0)


@dataclass(frozen=True)
class Errand:
    """How people and a kind of facility come together.

    Attributes
    ----------
    on_foot : walked, along streets and paths both ways; else driven.
    to_people : the way leads from the facility to the building (a fire engine); else from the building to it.
    """

    on_foot: bool
    to_people: bool


ERRANDS: Mapping[str, Errand] = {
    "hospital": Errand(on_foot=False, to_people=False),
    "fire_station": Errand(on_foot=False, to_people=True),
    "shelter": Errand(on_foot=True, to_people=False),
    "school": Errand(on_foot=True, to_people=False),
}


@dataclass(frozen=True)
class Reached:
    """What is nearest to each of n buildings.

    Attributes
    ----------
    minutes : (n,), infinite where no way leads.
    nearest : (n,) place of the facility in the list that was given, or `NOBODY`.
    node_s : (nodes,) seconds between each node of the streets and its nearest facility.
    """

    minutes: Floats
    nearest: Ints
    node_s: Floats


def nearest(roads: Streets, homes: Doors, places: Doors, errand: Errand, limit_s: float = np.inf) -> Reached:
    """The nearest place for every home by one search from all places at once (Dijkstra 1959, with many sources).

    A way is: on foot from the door to the street, along it, through the network, along the street of the other end,
    and on foot to its door. A stretch of the first and last street may be walked where it is one-way or shut, so
    nobody is cut off from the corner of their own street.
    """
    seeds, starts, owner = _seeds(roads, places, errand)
    graph = roads.leaving if errand.to_people else roads.arriving
    node_s, seed = reach(graph, seeds, starts, limit_s)
    if errand.to_people and roads.entry is not None:
        node_s, seed = node_s[roads.entry], seed[roads.entry]
    by_start, by_end = _ends(roads, homes, not errand.to_people)
    known = homes.line >= 0
    line = np.where(known, homes.line, 0)
    start, end = _at(roads.start, line), _at(roads.end, line)
    first, last = _at(node_s, start) + by_start, _at(node_s, end) + by_end
    seconds = np.where(known, np.minimum(first, last), np.inf)
    chosen = np.where(first <= last, _at(seed, start), _at(seed, end))
    who = np.where(np.isfinite(seconds), _at(owner, chosen), NOBODY).astype(np.int32)
    seconds, who = _same_street(roads, homes, places, errand, seconds, who)
    total = seconds + homes.away_s
    total[total > limit_s] = np.inf
    return Reached(total / 60, np.where(np.isfinite(total), who, NOBODY).astype(np.int32), node_s)


def people_within(
    minutes: Floats, people: Floats, bands_minutes: tuple[float, ...] = BANDS_MINUTES
) -> tuple[Floats, float]:
    """People who have no longer than each band, (bands,), and those whom no way joins."""
    people = np.nan_to_num(people)
    inside = np.array([people[minutes <= band].sum() for band in bands_minutes])
    return inside, float(people[~np.isfinite(minutes)].sum())


def people_by_place(
    reached: Reached, people: Floats, places: int, bands_minutes: tuple[float, ...] = BANDS_MINUTES
) -> Floats:
    """People for whom each place is the nearest, within each band: (places, bands)."""
    people = np.nan_to_num(people)
    columns = []
    for band in bands_minutes:
        inside = (reached.minutes <= band) & (reached.nearest >= 0)
        columns.append(np.bincount(reached.nearest[inside], people[inside], minlength=places))
    return np.column_stack(columns) if columns else np.zeros((places, 0))


def two_step(
    roads: Streets, homes: Doors, places: Doors, errand: Errand, people: Floats, capacity: Floats, minutes: float
) -> Floats:
    """Capacity for each person within reach of each building, (n,): the two-step floating catchment area method.

    First ``R_j = S_j / Σ_k P_k`` over the people within `minutes` of place j, then ``A_i = Σ_j R_j`` over the places
    within `minutes` of building i (Luo and Wang 2003). The sum of ``A_i · P_i`` is the capacity that anybody reaches.

    Parameters
    ----------
    people : (n,). capacity : (places,) beds, pupils or persons.
    """
    people = np.nan_to_num(people)
    offered = np.zeros(len(homes))
    for j in range(len(places)):
        one = Doors(places.line[j : j + 1], places.share[j : j + 1], places.away_s[j : j + 1])
        inside = nearest(roads, homes, one, errand, minutes * 60).minutes <= minutes
        crowd = people[inside].sum()
        if crowd > 0:
            offered[inside] += capacity[j] / crowd
    return offered


def _at(values: NDArray[Any], index: NDArray[Any]) -> NDArray[Any]:
    return values[index] if values.size else np.full(index.shape, -1, values.dtype)


def _ends(roads: Streets, at: Doors, leaves: bool) -> tuple[Floats, Floats]:
    """Seconds between places on lines and the start and the end of their line, (n,) each.

    Where they leave, the way to the line's end runs along it; where they are arrived at, the way from its start does.
    """
    line = np.maximum(at.line, 0)
    if not len(roads.lines):
        return np.full(len(at), np.inf), np.full(len(at), np.inf)
    to_end, to_start = (roads.forth, roads.back) if leaves else (roads.back, roads.forth)
    walked = roads.length_m[line] / WALK_M_S
    return at.share * np.minimum(to_start[line], walked), (1 - at.share) * np.minimum(to_end[line], walked)


def _seeds(roads: Streets, places: Doors, errand: Errand) -> tuple[Ints, Floats, Ints]:
    """Both ends of each place's line, the seconds between them and the place, and which place that is."""
    who = np.flatnonzero(places.line >= 0).astype(np.int32)
    line = places.line[who]
    by_start, by_end = _ends(roads, places, errand.to_people)
    starts = np.concatenate([by_start[who], by_end[who]]) + np.tile(places.away_s[who], 2)
    seeds = np.concatenate([roads.start[line], roads.end[line]]) if who.size else who
    if not errand.to_people and roads.entry is not None:
        seeds = roads.entry[seeds]
    return seeds.astype(np.int32), starts, np.concatenate([who, who])


def _same_street(
    roads: Streets, homes: Doors, places: Doors, errand: Errand, seconds: Floats, who: Ints
) -> tuple[Floats, Ints]:
    """Shorter ways where home and place are on one line, and no node lies between."""
    home, place = _pairs(homes.line, places.line)
    if not home.size:
        return seconds, who
    line = homes.line[home]
    ahead = places.share[place] - homes.share[home]
    forth = (ahead >= 0) != errand.to_people
    ride = np.minimum(np.where(forth, roads.forth[line], roads.back[line]), roads.length_m[line] / WALK_M_S)
    direct = np.abs(ahead) * ride + places.away_s[place]
    order = np.lexsort([direct, home])
    first = order[np.unique(home[order], return_index=True)[1]]
    better = first[direct[first] < seconds[home[first]]]
    seconds[home[better]], who[home[better]] = direct[better], place[better]
    return seconds, who


def _pairs(lines: Ints, others: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of places and other places on the same line."""
    order = np.argsort(others, kind="stable")
    ordered = others[order]
    left, right = np.searchsorted(ordered, lines, "left"), np.searchsorted(ordered, lines, "right")
    many = np.where(lines >= 0, right - left, 0)
    home = np.repeat(np.arange(lines.size), many)
    step = np.arange(home.size) - np.repeat(np.cumsum(many) - many, many)
    return home, order[np.repeat(left, many) + step]
