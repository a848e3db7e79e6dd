"""Where the trees of a city stand: single ones from the data, and more strewn through parks and woods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from vidbudova.model.shapes import Shapes
from vidbudova.scene.lattice import Lattice
from vidbudova.scene.solids import Floats, Solids, polygon_of, real, words

SPACING_M = {"park": 17.0, "forest": 8.0, "wood": 8.0, "garden": 16.0, "cemetery": 18.0, "orchard": 9.0, "scrub": 14.0}
MOST_STREWN = 60_000


@dataclass(frozen=True, slots=True)
class Growth:
    """The trees that some single ones and some green areas make.

    place : (n, 2) in the project's coordinates. height_m : (n,).
    """

    single: Shapes
    green: Shapes
    place: Floats
    height_m: Floats


def growth(single: Shapes, green: Shapes, solids: Solids) -> Growth:
    """Trees where no building stands."""
    known = real(single, "height_m")[np.repeat(np.arange(len(single)), np.diff(single.feature_offsets))]
    strewn = strew(green)
    place = np.concatenate([single.xy, strewn])
    height = np.concatenate([known[: len(single.xy)], np.full(len(strewn), np.nan)])
    free = ~_built_over(place, solids)
    place, height = place[free], height[free]
    height = np.where(height > 0, np.clip(height, 2.0, 40.0), 5.5 + 5.0 * noise(place))
    return Growth(single, green, place, height)


def _built_over(place: Floats, solids: Solids) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which places lie within the bounds of something that is drawn."""
    found = np.zeros(len(place), bool)
    rows = np.flatnonzero(solids.drawn & (solids.top_m != 0.0))
    found[Lattice(solids.low[rows], solids.high[rows]).at(place)[0]] = True
    return found


def noise(place: Floats) -> Floats:
    """A number from 0 to 1 for each place, always the same for the same place."""
    mixed = np.sin(np.floor(place * 7.0) @ np.array([12.9898, 78.233])) * 43758.5453
    return np.asarray(mixed - np.floor(mixed))


def strew(landuse: Shapes) -> Floats:
    """Places in green areas: a grid of each kind's spacing, shaken, in the project's coordinates."""
    kind = words(landuse, "kind")
    found: list[Floats] = [np.zeros((0, 2))]
    left = MOST_STREWN
    for row in np.flatnonzero(np.isin(kind, list(SPACING_M))).tolist():
        area = polygon_of(landuse, row)
        places = _grid_in(area.buffer(-2.0), SPACING_M[kind[row]])[:left]
        left -= len(places)
        found.append(places)
        if left <= 0:
            break
    return np.concatenate(found)


def _grid_in(area: shapely.Geometry, spacing_m: float) -> Floats:
    if area.is_empty:
        return np.zeros((0, 2))
    x0, y0, x1, y1 = area.bounds
    step = max(spacing_m, np.sqrt((x1 - x0) * (y1 - y0) / MOST_STREWN))
    x, y = np.meshgrid(np.arange(np.ceil(x0 / step), x1 / step), np.arange(np.ceil(y0 / step), y1 / step))
    cell = np.c_[x.ravel(), y.ravel()]
    place = (cell + np.c_[noise(cell * 0.37), noise(cell * 0.61 + 5.0)] * 0.9 - 0.45) * step
    return np.asarray(place[shapely.contains_xy(area, place)])
