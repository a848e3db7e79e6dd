"""Whether a city object can meet the box that was asked for: told from its vertices, before any surface is made.

Of a country's file a district is wanted; making the surfaces of all the rest would take most of the time.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from vidbudova.formats import clipping
from vidbudova.formats.city_things import CityThings
from vidbudova.formats.cityjson_shapes import DEPTH
from vidbudova.formats.facets import Floats

KNOWN = frozenset({*DEPTH, "MultiPoint", "MultiLineString"})
MOST_NESTED = 8


def misses(things: CityThings, said: dict[str, Any], vertices: Floats) -> bool:
    """Whether every vertex of an object lies on one side of the box; what is broken or instanced is looked at later."""
    within, geometries = things.intake.job.within, said.get("geometry")
    if within is None or not isinstance(geometries, list) or not geometries:
        return False
    try:
        corners = vertices[np.fromiter(chain.from_iterable(map(_numbers, geometries)), np.int64)]
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return False
    if not len(corners):
        return False
    x0, y0, x1, y1 = clipping.bounds(things.crs, within)
    x, y = corners[:, 0], corners[:, 1]
    return bool((x < x0).all() or (x > x1).all() or (y < y0).all() or (y > y1).all())


def _numbers(geometry: Any) -> list[int]:
    """The numbers of all vertices of a geometry."""
    if geometry["type"] not in KNOWN:
        raise TypeError
    numbers: Any = geometry["boundaries"]
    for _level in range(MOST_NESTED):
        if not numbers or type(numbers[0]) is not list:
            break
        numbers = list(chain.from_iterable(numbers))
    if numbers and (type(min(numbers)) is not int or min(numbers) < 0):
        raise TypeError
    return numbers  # type: ignore[no-any-return]
