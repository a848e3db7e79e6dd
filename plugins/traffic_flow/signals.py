"""Waiting at traffic signals, from the table of junctions."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .norms import Norms

Floats = NDArray[np.float64]


def waits(junctions: Any, node_xy: Floats, head: NDArray[np.int32], table: Norms) -> Floats:
    """(m,) seconds that links wait where they end: 0.5 · cycle · (1 - green share)².

    The uniform delay without flow (Highway Capacity Manual 2000, equation 16-11); a signal belongs to the nearest node.

    Parameters
    ----------
    junctions : the city's table with geometry, control and cycle_s; None or empty: nobody waits.
    node_xy : (n, 2). head : (m,) where links end.
    """
    if junctions is None or not len(junctions) or not len(node_xy):
        return np.zeros(len(head))
    rule = table.told["signals"]
    shape = np.asarray(junctions["geometry"], object)
    lit = (np.asarray(junctions["control"], object) == "signals") & (shapely.get_type_id(shape) == 0)
    xy = shapely.get_coordinates(shape[lit & ~shapely.is_empty(shape)])
    cycle = np.array(junctions["cycle_s"], np.float64)[lit & ~shapely.is_empty(shape)]
    good = np.isfinite(xy).all(axis=1)
    away, node = cKDTree(node_xy).query(xy[good], distance_upper_bound=rule["within_m"])
    near = np.isfinite(away)
    second = np.where(cycle[good] > 0, cycle[good], rule["cycle_s"])[near]
    wait = np.zeros(len(node_xy))
    np.maximum.at(wait, node[near], 0.5 * second * (1 - rule["green_share"]) ** 2)
    return np.asarray(wait[head], np.float64)
