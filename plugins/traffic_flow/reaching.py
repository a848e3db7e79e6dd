"""Minutes to the nearest facility of each kind, by the times of the traffic that was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.plugin import City

from .access import BANDS_MINUTES, ERRANDS, Reached, nearest, people_within
from .isochrones import isochrones
from .model import Traffic
from .streets import Doors, Streets, doors, on_foot, streets_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Access:
    """What is near.

    Attributes
    ----------
    minutes : facility -> (n,) from each building, infinite where no way leads; kinds without a place are left out.
    people : facility -> (bands,) people within `BANDS_MINUTES`. cut_off : facility -> people whom no way joins.
    places : facility -> how many there are. areas : (bands,) polygons for the facility asked for, or None.
    """

    minutes: Mapping[str, Floats]
    people: Mapping[str, Floats]
    cut_off: Mapping[str, float]
    places: Mapping[str, int]
    areas: NDArray[Any] | None


def access(city: City, found: Traffic, wanted: str) -> Access:
    """Minutes by car as the roads are now, on foot wherever a street is not cut.

    Parameters
    ----------
    wanted : the facility whose areas are drawn, "none" for none.
    """
    driven = streets_of(found.network, found.times(found.now))
    walked = on_foot(driven, _walkable(found, driven))
    table = city.table("places", ("geometry", "kind")) if city.has("places") else None
    minutes, people, cut_off, places = dict[str, Floats](), dict[str, Floats](), dict[str, float](), dict[str, int]()
    areas = None
    for facility, errand in ERRANDS.items():
        spots = _spots(table, facility)
        places[facility] = len(spots)
        if not len(spots):
            continue
        roads = walked if errand.on_foot else driven
        reached = nearest(roads, found.doors, doors(driven, spots), errand)
        minutes[facility] = reached.minutes
        people[facility], cut_off[facility] = people_within(reached.minutes, found.homes.people)
        if facility == wanted:
            areas = isochrones(roads, reached, errand, shapely.points(spots))
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
