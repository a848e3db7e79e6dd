"""Which nodes of clouds a view shows: those whose points are needed most, within a number of points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.cloud import Cloud, Floats, Ints
from vidbudova.scene.tiles import View


def needs(cloud: Cloud, shift: Floats, view: View, least_gap_px: float) -> tuple[Floats, Floats]:
    """(k,) pixels between points without each node, 0 where it is not needed; (k,) how far it is, where it is.

    shift : what is added to the cloud's own places to have those of the view. Nodes below one that is not seen, or
    whose points would be nearer than the gap, are not looked at.
    """
    need, distance = np.zeros(len(cloud.nodes)), np.ones(len(cloud.nodes))
    eye = view.eye - shift
    for rows in cloud.steps:
        above = cloud.parent[rows]
        rows = rows[(above < 0) | (need[above] > least_gap_px)]
        middle, reach = (part[rows] for part in cloud.whole)
        middle = middle - eye
        seen = (middle @ view.planes.T + reach @ np.abs(view.planes.T) > 0).all(1)
        away = np.maximum(np.abs(middle) - reach, 0.0)
        distance[rows] = np.maximum(np.sqrt((away**2).sum(1)), 1.0)
        need[rows] = np.where(seen, 2.0 * cloud.spacing[rows] * view.focal_px / distance[rows], 0.0)
    return need, distance


def choose(counts: Ints, need: Floats, most_points: int, least_gap_px: float) -> NDArray[np.int64]:
    """Rows by need, the greatest first, as many as the points allow; none whose points would be nearer than the gap.

    A node's need is less than half of that of the one above it, so that none comes without those above.
    """
    rows = np.flatnonzero(need > least_gap_px)
    rows = rows[np.argsort(-need[rows], kind="stable")]
    return rows[np.cumsum(counts[rows]) <= most_points]
