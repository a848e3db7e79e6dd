"""Lines as flat ribbons: mitred joints and round ends, all lines at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

END_STEPS = 3
MITRE_LIMIT = 1.7


def lines_of(shapes: Shapes, features: Ints) -> tuple[Floats, Ints, Ints]:
    """Vertices, line offsets and the feature of each line, for some features."""
    first, last = shapes.feature_offsets[features], shapes.feature_offsets[features + 1]
    lines = _runs(first, last)
    of = np.repeat(features, last - first)
    start, end = shapes.part_offsets[lines], shapes.part_offsets[lines + 1]
    keep = end - start >= 2
    start, end, of = start[keep], end[keep], of[keep]
    return shapes.xy[_runs(start, end)], np.r_[0, np.cumsum(end - start)], of


def _runs(start: Ints, end: Ints) -> Ints:
    count = end - start
    return np.repeat(start - (np.cumsum(count) - count), count) + np.arange(count.sum())


def joints(xy: Floats, offsets: Ints) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Sideways vectors (v, 2) for half a width of 1, and which vertices begin and end a line."""
    first = np.zeros(len(xy), bool)
    last = np.zeros(len(xy), bool)
    first[offsets[:-1]], last[offsets[1:] - 1] = True, True
    step = np.diff(xy, axis=0, append=xy[-1:])
    length = np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9)
    ahead = step / length
    ahead[last] = np.roll(ahead, 1, 0)[last]
    behind = np.roll(ahead, 1, 0)
    behind[first] = ahead[first]
    left_a, left_b = np.c_[-ahead[:, 1], ahead[:, 0]], np.c_[-behind[:, 1], behind[:, 0]]
    middle = left_a + left_b
    size = np.linalg.norm(middle, axis=1, keepdims=True)
    middle = np.where(size > 1e-6, middle / np.maximum(size, 1e-9), left_a)
    stretch = np.minimum(1.0 / np.maximum((middle * left_a).sum(1, keepdims=True), 1e-3), MITRE_LIMIT)
    return middle * stretch, first, last


def ribbons(
    xy: Floats, offsets: Ints, half_m: Floats, round_ends: bool = True
) -> tuple[Floats, NDArray[np.int32], Ints]:
    """Points (p, 2), triangles and the line of each point; half_m is half the width of each line."""
    if not len(xy):
        return np.zeros((0, 2)), np.zeros((0, 3), np.int32), np.zeros(0, np.int64)
    line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    side, first, last = joints(xy, offsets)
    reach = side * half_m[line][:, None]
    points = np.stack([xy + reach, xy - reach], axis=1).reshape(-1, 2)
    at = np.flatnonzero(~last)
    triangles = np.concatenate(
        [np.stack(t, 1) for t in ((2 * at, 2 * at + 1, 2 * at + 3), (2 * at, 2 * at + 3, 2 * at + 2))]
    )
    of = np.repeat(line, 2)
    if round_ends:
        parts = [_ends(xy, side, half_m, line, np.flatnonzero(w), s) for w, s in ((first, 1.0), (last, -1.0))]
        for more, fan, owner in parts:
            triangles = np.concatenate([triangles, fan + len(points)])
            points, of = np.concatenate([points, more]), np.concatenate([of, owner])
    return points, triangles.astype(np.int32), of


def _ends(xy: Floats, side: Floats, half_m: Floats, line: Ints, at: Ints, sign: float) -> tuple[Floats, Ints, Ints]:
    """Half discs at the ends: `sign` 1 where a line begins, −1 where it ends."""
    left = side[at] / np.maximum(np.linalg.norm(side[at], axis=1, keepdims=True), 1e-9) * sign
    back = np.c_[-left[:, 1], left[:, 0]]
    angle = np.linspace(0, np.pi, END_STEPS + 1)
    rim = np.cos(angle)[None, :, None] * left[:, None] + np.sin(angle)[None, :, None] * back[:, None]
    points = xy[at][:, None] + rim * half_m[line[at]][:, None, None]
    fan = np.array([[0, k, k + 1] for k in range(1, END_STEPS)])
    triangles = fan[None] + (END_STEPS + 1) * np.arange(len(at))[:, None, None]
    return points.reshape(-1, 2), triangles.reshape(-1, 3), np.repeat(line[at], END_STEPS + 1)
