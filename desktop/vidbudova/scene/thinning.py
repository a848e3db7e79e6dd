"""Lines and areas with fewer vertices, for far views."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.model.shapes import Shapes, from_geometries
from vidbudova.scene.solids import Floats, Ints, polygon_of


def thinned(xy: Floats, offsets: Ints, tolerance_m: float) -> tuple[Floats, Ints]:
    """Vertices and offsets of the same lines, none further off than a tolerance (Douglas and Peucker, 1973)."""
    if not len(xy):
        return xy, offsets
    lines = shapely.linestrings(xy, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
    fewer, line = shapely.get_coordinates(shapely.simplify(lines, tolerance_m), return_index=True)
    return fewer, np.searchsorted(line, np.arange(len(offsets)))


def thinned_areas(shapes: Shapes, rows: Ints, tolerance_m: float) -> Shapes:
    """Areas of some rows, in their order, their outlines none further off than a tolerance; none vanishes."""
    whole = np.array([polygon_of(shapes, int(row)) for row in rows], object)
    return from_geometries(np.array(rows, object), shapely.simplify(whole, tolerance_m))
