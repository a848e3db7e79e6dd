"""Some of a table's shapes, and two lots of shapes as one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Ints, Shapes


def taken(shapes: Shapes, keep: NDArray[np.bool_]) -> Shapes:
    """Only some of the shapes; keep is a mask (n,)."""
    if keep.all():
        return shapes
    parts, points = np.diff(shapes.feature_offsets), np.diff(shapes.part_offsets)
    of_part = np.repeat(keep, parts)
    return Shapes(
        shapes.ids[keep],
        shapes.xy[np.repeat(of_part, points)],
        np.r_[0, np.cumsum(points[of_part])],
        np.r_[0, np.cumsum(parts[keep])],
        shapes.is_hole[of_part],
        {name: column[keep] for name, column in shapes.columns.items()},
    )


def woven(
    a: Shapes,
    b: Shapes,
    rows_a: Ints,
    rows_b: Ints,
    ids: NDArray[np.object_],
    columns: Mapping[str, NDArray[np.generic]],
) -> Shapes:
    """Two lots of shapes as one: feature k of `a` at rows_a[k], of `b` at rows_b[k]; ids and columns are of all."""
    of = [np.diff(s.feature_offsets) for s in (a, b)]
    parts = np.zeros(len(ids), np.int64)
    parts[rows_a], parts[rows_b] = of
    feature_offsets = np.r_[0, np.cumsum(parts)]
    place = [spread(feature_offsets[rows], o) for rows, o in zip((rows_a, rows_b), of, strict=True)]
    points, hole = np.zeros(feature_offsets[-1], np.int64), np.zeros(feature_offsets[-1], bool)
    for at, s in zip(place, (a, b), strict=True):
        points[at], hole[at] = np.diff(s.part_offsets), s.is_hole
    part_offsets = np.r_[0, np.cumsum(points)]
    xy = np.empty((part_offsets[-1], 2))
    for at, s in zip(place, (a, b), strict=True):
        xy[spread(part_offsets[at], np.diff(s.part_offsets))] = s.xy
    return Shapes(ids, xy, part_offsets, feature_offsets, hole, dict(columns))


def spread(first: Ints, count: Ints) -> Ints:
    """The places first, first + 1 … of each, `count` of them."""
    begin = np.cumsum(count) - count
    return np.asarray(np.arange(count.sum()) - np.repeat(begin, count) + np.repeat(first, count))
