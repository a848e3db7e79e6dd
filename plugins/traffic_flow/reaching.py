"""Minutes to the nearest facility of each kind, by the times of the traffic that was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.plugin import City

from .access import BANDS_MINUTES, Reached, nearest, people_within
from .isochrones import isochrones
from .model import Traffic
from .modes import FOOT, USUAL, tasks, ways_on_foot
from .streets import Doors, Streets, doors, for_engines, on_foot

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Access:
    """What is near.

    Attributes
    ----------
    minutes : task -> (n,) from each building, infinite where no way leads; see `modes.tasks`. Kinds of facility without
        a place are left out.
    people : task -> (bands,) people within `BANDS_MINUTES`. cut_off : task -> people whom no way joins.
    places : task -> how many there are; facility -> 0 where there are none.
    areas : (bands,) polygons for the facility asked for, or None.
    """

    minutes: Mapping[str, Floats]
    people: Mapping[str, Floats]
    cut_off: Mapping[str, float]
    places: Mapping[str, int]
    areas: NDArray[Any] | None


def access(city: City, found: Traffic, wanted: str) -> Access:
    """Minutes by car as the roads are now, on foot wherever a street is not cut, by the parameter `mode`.

    Parameters
    ----------
    wanted : the facility whose areas are drawn, "none" for none.
    """
    mode = str(found.parameters.get("mode", USUAL))
    driven = found.streets.with_seconds(found.times(found.now))
    walked, home = on_foot(driven, _walkable(found, driven)), found.doors
    if mode == FOOT:
        walked = ways_on_foot(city, found)
        home = doors(walked, found.homes.xy)
    table = city.table("places", ("geometry", "kind")) if city.has("places") else None
    minutes, people, cut_off, places = dict[str, Floats](), dict[str, Floats](), dict[str, float](), dict[str, int]()
    areas = None
    for task in tasks(mode):
        spots = _spots(table, task.facility)
        if not len(spots):
            places[task.facility] = 0
            continue
        places[task.name] = len(spots)
        roads, start = (walked, home) if task.errand.on_foot else (driven, found.doors)
        if task.errand.to_people:
            roads = for_engines(driven)
        reached = nearest(roads, start, doors(roads, spots), task.errand)
        minutes[task.name] = reached.minutes
        people[task.name], cut_off[task.name] = people_within(reached.minutes, found.homes.people)
        if task.facility == wanted and areas is None:
            areas = isochrones(roads, reached, task.errand, shapely.points(spots))
    return Access(minutes, people, cut_off, places, areas)


def _walkable(found: Traffic, roads: Streets) -> NDArray[np.bool_]:
    """(k,) lines that one may walk: no motorways, and no bridge that has fallen; debris is walked round."""
    network = found.network
    shut = np.isin(network.road_class, ("motorway", "motorway_link"))
    shut |= found.state.closed & network.bridge
    barred = np.zeros(len(roads.lines), bool)
    barred[roads.line[shut]] = True
    return ~barred


def _spots(table: Any, facility: str) -> Floats:
    if table is None:
        return np.zeros((0, 2))
    shapes = np.asarray(table["geometry"], object)[np.asarray(table["kind"], object) == facility]
    points = shapely.centroid(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


__all__ = ["BANDS_MINUTES", "Access", "Doors", "Reached", "access"]
