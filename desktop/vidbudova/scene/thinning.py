"""Lines and areas with fewer vertices, for far views."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes, from_geometries
from vidbudova.scene.solids import Floats, Ints, polygon_of
from vidbudova.scene.walls import rows_of


def thinned(xy: Floats, offsets: Ints, tolerance_m: float) -> tuple[Floats, Ints]:
    """Vertices and offsets of the same lines, none further off than a tolerance (Douglas and Peucker, 1973)."""
    if not len(xy):
        return xy, offsets
    lines = shapely.linestrings(xy, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
    fewer, line = shapely.get_coordinates(shapely.simplify(lines, tolerance_m), return_index=True)
    return fewer, np.searchsorted(line, np.arange(len(offsets)))


def thinned_areas(shapes: Shapes, rows: Ints, tolerance_m: float) -> Shapes:
    """Areas of some rows, in their order, their outlines none further off than a tolerance; none vanishes."""
    return from_geometries(np.array(rows, object), shapely.simplify(_polygons(shapes, rows), tolerance_m))


def _polygons(shapes: Shapes, rows: Ints) -> NDArray[np.object_]:
    """The areas of some rows as valid geometries: those of one ring, which are most, all at once."""
    first, rings = shapes.feature_offsets[rows], np.diff(shapes.feature_offsets)[rows]
    start = shapes.part_offsets[np.minimum(first, len(shapes.part_offsets) - 2)]
    count = np.where(rings == 1, shapes.part_offsets[np.minimum(first + 1, len(shapes.part_offsets) - 1)] - start, 0)
    simple = count >= 3
    found = np.empty(len(rows), object)
    found[~simple] = [polygon_of(shapes, int(row)) for row in rows[~simple]]
    if simple.any():
        at = rows_of(start[simple], start[simple] + count[simple])
        of = np.repeat(np.arange(simple.sum()), count[simple])
        one = shapely.polygons(shapely.linearrings(shapes.xy[at], indices=of))
        crossed = ~shapely.is_valid(one)
        one[crossed] = shapely.make_valid(one[crossed])
        found[simple] = one
    return found
