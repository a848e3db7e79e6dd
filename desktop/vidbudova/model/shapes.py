"""Geometry as flat arrays: what the store gives and the scene draws, without an object per feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Features of one table as nested offsets, in the project's CRS (metres, float64).

    Attributes
    ----------
    ids : (n,) str objects, our ids.
    xy : (v, 2) vertices; polygon rings without the closing vertex, exteriors counter-clockwise, holes clockwise.
    part_offsets : (parts + 1,) first vertex of each ring or line.
    feature_offsets : (n + 1,) first ring or line of each feature.
    is_hole : (parts,) whether the ring is a hole of the exterior before it; all False for lines and points.
    columns : other fields by name, each (n,).
    """

    ids: NDArray[np.object_]
    xy: Floats
    part_offsets: Ints
    feature_offsets: Ints
    is_hole: NDArray[np.bool_]
    columns: dict[str, NDArray[np.generic]]

    def __len__(self) -> int:
        return len(self.ids)


def from_geometries(
    ids: NDArray[np.object_], geometries: NDArray[np.object_], columns: dict[str, NDArray[np.generic]] | None = None
) -> Shapes:
    """Shapes of shapely geometries: (multi)polygons, (multi)lines or (multi)points; None and empty give no parts.

    Parameters
    ----------
    ids, geometries : (n,) object arrays.
    columns : other fields by name, each (n,).
    """
    n = len(ids)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    kinds = shapely.get_type_id(parts)
    if (kinds == 3).any():
        keep = (kinds == 3) & ~shapely.is_empty(parts)
        parts, owner = shapely.orient_polygons(parts[keep]), owner[keep]
        rings, ring_owner = shapely.get_rings(parts, return_index=True)
        first = np.r_[True, ring_owner[1:] != ring_owner[:-1]] if len(rings) else np.zeros(0, bool)
        xy, at = shapely.get_coordinates(rings, return_index=True)
        last = np.r_[at[1:] != at[:-1], True] if len(at) else np.zeros(0, bool)
        xy, at, count, hole, owner = xy[~last], at[~last], len(rings), ~first, owner[ring_owner]
    else:
        xy, at = shapely.get_coordinates(parts, return_index=True)
        count, hole = len(parts), np.zeros(len(parts), bool)
    return Shapes(
        ids,
        np.ascontiguousarray(xy, dtype=np.float64),
        np.searchsorted(at, np.arange(count + 1)).astype(np.int64),
        np.searchsorted(owner, np.arange(n + 1)).astype(np.int64),
        hole,
        columns or {},
    )
