"""Which nodes of clouds a view shows: those whose points are needed most, within a number of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.cloud import Cloud, Floats, Ints
from vidbudova.scene.tiles import View


@dataclass(frozen=True, slots=True)
class Choice:
    """Nodes (k,) by need, the greatest first, and about how many pixels lie between points of each."""

    nodes: Ints
    gap_px: Floats


def needs(cloud: Cloud, shift: Floats, view: View) -> tuple[Floats, Floats]:
    """(k,) how many pixels there are between points without each node, 0 where it is not seen; and how far it is.

    shift : what is added to the cloud's own places to have those of the view.
    """
    low, high = cloud.box[:, :3] + shift, cloud.box[:, 3:] + shift
    middle, reach = (low + high) / 2 - view.eye, (high - low) / 2
    seen = (middle @ view.planes.T + reach @ np.abs(view.planes.T) > 0).all(1)
    away = np.maximum(np.maximum(low - view.eye, view.eye - high), 0.0)
    distance = np.maximum(np.sqrt((away**2).sum(1)), 1.0)
    return np.where(seen, 2.0 * cloud.spacing * view.focal_px / distance, 0.0), distance


def choose(counts: Ints, need: Floats, most_points: int, least_gap_px: float) -> NDArray[np.int64]:
    """Rows by need, the greatest first, as many as the points allow; none whose points would be nearer than the gap.

    A node's need is less than half of that of the one above it, so that none comes without those above.
    """
    rows = np.flatnonzero(need > least_gap_px)
    rows = rows[np.argsort(-need[rows], kind="stable")]
    return rows[np.cumsum(counts[rows]) <= most_points]
