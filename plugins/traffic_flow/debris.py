"""How much of a street the debris of collapsed buildings leaves free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .norms import Norms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[Any]

STATION_M = 10.0
"""Every so many metres along a street its free width is looked at."""
TOUCH_M = 1e-6
LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class Narrowed:
    """Streets with debris on them; k rows.

    Attributes
    ----------
    street : (k,) number of the street. lanes : (k,) left of all its lanes, 0 where nothing can pass.
    building : (k,) number of the building whose debris covers most where the street is narrowest.
    """

    street: Ints
    lanes: Floats
    building: Ints


def narrowed(
    streets: Shapes, lanes: Floats, width_m: Floats, fallen: Shapes, reach_m: Floats, table: Norms
) -> Narrowed:
    """Lanes left of streets between fallen buildings.

    Debris lies from a building's wall outwards as far as `reach_m`; what of it falls on the street's width is lost, at
    every place along the street, on both sides. What is left is counted in whole lanes, as wide as the street's lanes
    are but no wider than the norm; less than the least width of one is a closed street. A building beyond the end of a
    street leaves its debris on the crossing, which belongs to the street that it stands beside.

    Parameters
    ----------
    streets : (s,) centre lines. lanes : (s,) of both directions. width_m : (s,), nan: lanes times the norm and edges.
    fallen : (b,) footprints. reach_m : (b,).
    """
    norm = table.told["lane"]
    width = widths(lanes, width_m, table)
    none = np.zeros(0, np.int64)
    if not len(streets) or not len(fallen):
        return Narrowed(none, np.zeros(0), none)
    tree = shapely.STRtree(streets)
    building, street = tree.query(fallen, predicate="dwithin", distance=reach_m + width.max() / 2)
    away = shapely.distance(streets[street], fallen[building])
    cover = np.clip(reach_m[building] - (away - width[street] / 2), 0, width[street])
    least, most = _spans(streets[street], fallen[building])
    some = (cover > 0) & (most > TOUCH_M) & (least < shapely.length(streets[street]) - TOUCH_M)
    found = _Found(street[some], building[some], cover[some], least[some], most[some])
    return _counted(streets, lanes, width, fallen, reach_m, found, norm)


def widths(lanes: Floats, width_m: Floats, table: Norms) -> Floats:
    """(s,) metres of streets: as the data say, else of their lanes and edges."""
    norm = table.told["lane"]
    return np.where(width_m > 0, width_m, lanes * norm["width_m"] + 2 * norm["edge_m"])


@dataclass(frozen=True)
class _Found:
    """Debris beside streets: which, how much of the width it covers, and from where to where the building lies."""

    street: Ints
    building: Ints
    cover: Floats
    least: Floats
    most: Floats


def _counted(
    streets: Shapes,
    lanes: Floats,
    width: Floats,
    fallen: Shapes,
    reach_m: Floats,
    found: _Found,
    norm: Any,
) -> Narrowed:
    """Lanes left at the narrowest place of each street that debris touches."""
    street, building, cover = found.street, found.building, found.cover
    side = _sides(streets[street], fallen[building])
    pair, station = _stations(found, shapely.length(streets[street]), reach_m[building])
    count = int(station.max(initial=0)) + 1
    place = street[pair] * count + station
    places, at = np.unique(place, return_inverse=True)
    lost = np.zeros((places.size, 2))
    np.maximum.at(lost, (at.ravel(), side[pair]), cover[pair])
    free = width[places // count] - lost.sum(axis=1)
    order = np.lexsort((free, places // count))
    touched, first = np.unique(places[order] // count, return_index=True)
    narrowest = order[first]
    one = np.minimum(norm["width_m"], width[touched] / lanes[touched])
    left = np.minimum(np.floor(np.maximum(free[narrowest], 0) / one + 1e-9), lanes[touched])
    left[free[narrowest] < np.minimum(norm["least_m"], width[touched])] = 0
    worst = _worst(at.ravel(), cover[pair], building[pair], places.size)[narrowest]
    less = left < lanes[touched]
    return Narrowed(touched[less], left[less], worst[less])


def _sides(lines: Shapes, shapes: Shapes) -> Ints:
    """(k,) on which side of a line a shape lies, seen along it."""
    middle = shapely.centroid(shapes)
    along = shapely.line_locate_point(lines, middle)
    end = shapely.length(lines)
    before = shapely.line_interpolate_point(lines, np.maximum(along - 1, 0))
    after = shapely.line_interpolate_point(lines, np.minimum(along + 1, end))
    a, b, c = (shapely.get_coordinates(points) for points in (before, after, middle))
    cross = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    return np.where(cross > 0, LEFT, RIGHT)


def _spans(lines: Shapes, shapes: Shapes) -> tuple[Floats, Floats]:
    """(k,) first and last metre of a line that a shape lies beside; both the same end where it lies beyond the line."""
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    along = shapely.line_locate_point(lines[of], shapely.points(xy))
    least, most = np.full(len(lines), np.inf), np.full(len(lines), -np.inf)
    np.minimum.at(least, of, along)
    np.maximum.at(most, of, along)
    return least, most


def _stations(found: _Found, length: Floats, reach_m: Floats) -> tuple[Ints, Ints]:
    """(pair, station along its line) of all that a building with its debris lies beside."""
    first = (np.maximum(found.least - reach_m, 0) // STATION_M).astype(np.int64)
    last = (np.minimum(found.most + reach_m, length) // STATION_M).astype(np.int64)
    counts = last - first + 1
    pair = np.repeat(np.arange(length.size), counts)
    begin = np.cumsum(counts) - counts
    return pair, first[pair] + np.arange(counts.sum()) - begin[pair]


def _worst(place: Ints, cover: Floats, building: Ints, many: int) -> Ints:
    """(many,) the building that covers most at each place."""
    order = np.argsort(cover, kind="stable")
    worst = np.zeros(many, np.int64)
    worst[place[order]] = building[order]
    return worst
