"""Addresses: the nearest street with a name, odd numbers on its left and even ones on its right."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling.streets import Network


def addresses(shapes: NDArray[np.object_], roads: Network) -> tuple[dict[str, NDArray[np.generic]], NDArray[np.int64]]:
    """Street and house number of every building; the piece of road it stands at."""
    named = np.flatnonzero((roads.name != "") & ~roads.bridge)
    middle = shapely.centroid(shapes)
    near = named[shapely.STRtree(roads.lines[named]).nearest(middle)]
    line = roads.lines[near]
    along = roads.middle[near] - shapely.length(line) / 2 + shapely.line_locate_point(line, middle)
    street, which = np.unique(roads.name[near].astype(str), return_inverse=True)
    left = _left_of(line, middle)
    order = np.lexsort((along, left, which))
    group = which[order] * 2 + left[order]
    first = np.r_[True, np.diff(group) != 0]
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    number = np.empty(len(order), int)
    number[order] = (np.arange(len(order)) - start) * 2 + np.where(left[order], 1, 2)
    said = {"street": street[which].astype(object), "house_number": number.astype(str).astype(object)}
    return said, near


def _left_of(line: NDArray[np.object_], point: NDArray[np.object_]) -> NDArray[np.bool_]:
    a = shapely.get_coordinates(shapely.get_point(line, 0))
    b = shapely.get_coordinates(shapely.get_point(line, -1))
    p = shapely.get_coordinates(point)
    return np.asarray((b[:, 0] - a[:, 0]) * (p[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[:, 0] - a[:, 0]) > 0)
