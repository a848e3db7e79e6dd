"""Areas that are reached within so many minutes, drawn along the streets that are."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .access import BANDS_MINUTES, Errand, Reached
from .streets import Streets

Floats = NDArray[np.float64]
Shapes = NDArray[Any]

WIDTH_M = 45.0
"""Half the width of the area round a street: a house, its yard and half the street."""
SMOOTH_M = 5.0
"""Bends of streets smaller than this do not show in the areas."""


def isochrones(
    roads: Streets,
    reached: Reached,
    errand: Errand,
    places: Shapes,
    bands_minutes: tuple[float, ...] = BANDS_MINUTES,
    width_m: float = WIDTH_M,
) -> Shapes:
    """Areas by the minutes to the nearest place, (bands,): each what is reached within its band and not the one before.

    Streets that are reached in part count with that part. Areas are valid, may have holes and several parts, do not
    overlap, and are empty where a band adds nothing.

    Parameters
    ----------
    reached : of `access.nearest` over the same streets. places : (p,) points, which belong to the first band.
    """
    areas, before, done = [], shapely.Polygon(), np.zeros(len(roads.lines), bool)
    for number, band in enumerate(bands_minutes):
        whole, part, other = _shares(roads, reached, errand, band * 60)
        new = np.flatnonzero(whole & ~done)
        done |= whole
        pieces = [*roads.lines[new], *_stretches(roads, ~whole, part, other), *(places if number == 0 else ())]
        within = shapely.union_all([before, _around(np.array(pieces, object), width_m)])
        areas.append(_polygons(shapely.difference(within, before)))
        before = within
    return np.array(areas, object)


def _shares(
    roads: Streets, reached: Reached, errand: Errand, limit_s: float
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """(k,) whether all of a line is reached; (k,) the share reached from its start, and from where on to its end.

    The time at share u of a line is the lesser of that by its start, T_start + u·t, and by its end, T_end + (1 - u)·t'.
    """
    by_start, by_end = (roads.forth, roads.back) if errand.to_people else (roads.back, roads.forth)
    with np.errstate(invalid="ignore", divide="ignore"):
        from_start = (limit_s - reached.node_s[roads.start]) / by_start
        from_end = (limit_s - reached.node_s[roads.end]) / by_end
    start = np.clip(np.nan_to_num(from_start, nan=0.0, neginf=0.0), 0, 1)
    end = 1 - np.clip(np.nan_to_num(from_end, nan=0.0, neginf=0.0), 0, 1)
    return start >= end, start, end


def _stretches(roads: Streets, partly: NDArray[np.bool_], start: Floats, end: Floats) -> list[Any]:
    """The reached ends of lines that are not reached as a whole."""
    found: list[Any] = []
    for line in np.flatnonzero(partly & ((start > 0) | (end < 1))):
        if start[line] > 0:
            found.append(_stretch(roads.lines[line], 0.0, start[line]))
        if end[line] < 1:
            found.append(_stretch(roads.lines[line], end[line], 1.0))
    return found


def _stretch(line: Any, first: float, last: float) -> Any:
    """A line from one share of its length to another."""
    xy = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    if not at[-1] > 0:
        return shapely.Point(xy[0])
    low, high = first * at[-1], last * at[-1]
    inner = at[(at > low) & (at < high)]
    ticks = np.concatenate([[low], inner, [high]])
    return shapely.LineString(np.column_stack([np.interp(ticks, at, xy[:, 0]), np.interp(ticks, at, xy[:, 1])]))


def _around(pieces: Shapes, width_m: float) -> Any:
    if not pieces.size:
        return shapely.Polygon()
    smooth = shapely.simplify(pieces, SMOOTH_M, preserve_topology=False)
    return shapely.union_all(shapely.buffer(smooth, width_m, quad_segs=2))


def _polygons(area: Any) -> Any:
    """The valid polygons of an area without the lines and slivers that a difference may leave."""
    parts = shapely.get_parts(shapely.make_valid(area) if not area.is_valid else area)
    kept = [p for p in shapely.get_parts(parts) if p.geom_type == "Polygon" and p.area > 1]
    return shapely.MultiPolygon(kept)
