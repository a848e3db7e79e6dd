"""Only what lies within a box of longitude and latitude: for files that hold a country when a city is wanted."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.formats.features import Features
from vidbudova.model import crs as crs_rules

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
STEPS = 16
"""Points along each side: a straight side is bent in another system."""


def inside(batch: Features, crs: str, box: Box) -> Features:
    """Those features of a batch that meet the box; what has no place, or none that can be trusted, stays to be told."""
    west, south, east, north = box
    area = _area(crs, west, south, east, north)
    around = shapely.bounds(batch.geometries)
    with np.errstate(invalid="ignore"):
        x0, y0, x1, y1 = area.bounds
        apart = (around[:, 0] > x1) | (around[:, 2] < x0) | (around[:, 1] > y1) | (around[:, 3] < y0)
    keep = ~apart
    maybe = np.flatnonzero(keep & np.isfinite(around).all(axis=1))
    keep[maybe] = _meet(area, batch.geometries[maybe])
    return batch if keep.all() else _taken(batch, np.flatnonzero(keep))


def bounds(crs: str, box: Box) -> Box:
    """West, south, east and north of the box in a system, as `inside` looks at it."""
    x0, y0, x1, y1 = _area(crs, *box).bounds
    return float(x0), float(y0), float(x1), float(y1)


@lru_cache(maxsize=8)
def _area(crs: str, west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """The box in a system."""
    ring = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, north - south) / STEPS)
    found = shapely.transform(ring, lambda xy: crs_rules.transform(xy, crs_rules.WGS84, crs))
    shapely.prepare(found)
    return found


def _meet(area: shapely.Geometry, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    try:
        return np.asarray(shapely.intersects(area, shapes))
    except shapely.GEOSException:  # a broken shape among them: their boxes meet, and mending comes later
        return np.ones(len(shapes), bool)


def _taken(batch: Features, rows: NDArray[np.int64]) -> Features:
    place = {int(row): at for at, row in enumerate(rows)}
    listed = rows.tolist()
    return Features(
        batch.layer,
        batch.crs,
        batch.geometries[rows],
        [batch.attributes[row] for row in listed],
        [batch.ids[row] for row in listed],
        {place[row]: fault for row, fault in batch.faults.items() if row in place},
        batch.columns,
    )


def box_of(text: str) -> Box:
    """“W,S,E,N” in degrees as a box.

    Raises
    ------
    ValueError
        If it is none.
    """
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(text)
    return west, south, east, north
