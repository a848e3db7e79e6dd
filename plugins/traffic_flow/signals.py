"""Waiting at traffic signals, from the table of junctions."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .norms import Norms
from .osm import tags_of

Floats = NDArray[np.float64]

ROUNDED_M = 1.0
"""What a reach may fall short by rounding and by the projection."""
WIDEST_M = 60.0
"""No junction is wider, whatever the data say."""


def waits(junctions: Any, node_xy: Floats, tail: NDArray[np.int32], head: NDArray[np.int32], table: Norms) -> Floats:
    """(m,) seconds that links wait where they end: 0.5 · cycle · (1 - green share)².

    The uniform delay without flow (Highway Capacity Manual 2000, equation 16-11). A signal belongs to the nearest node;
    a junction of several crossings to all nodes within its reach, and one waits where one comes into it, not inside.

    Parameters
    ----------
    junctions : the city's table with geometry, control and cycle_s, and attributes where `reach_m` may stand (metres);
        None or empty: nobody waits.
    node_xy : (n, 2). tail, head : (m,) where links begin and end.
    """
    if junctions is None or not len(junctions) or not len(node_xy):
        return np.zeros(len(head))
    rule = table.told["signals"]
    shape = np.asarray(junctions["geometry"], object)
    lit = (np.asarray(junctions["control"], object) == "signals") & (shapely.get_type_id(shape) == 0)
    lit &= ~shapely.is_empty(shape)
    xy = shapely.get_coordinates(shape[lit])
    cycle = np.array(junctions["cycle_s"], np.float64)[lit]
    good = np.isfinite(xy).all(axis=1)
    signal, node = _nodes(xy[good], _reaches(junctions, lit)[good], node_xy, rule["within_m"])
    second = np.where(cycle[good] > 0, cycle[good], rule["cycle_s"])[signal]
    wait, of = np.zeros(len(node_xy)), np.full(len(node_xy), -1)
    np.maximum.at(wait, node, 0.5 * second * (1 - rule["green_share"]) ** 2)
    of[node] = signal
    inside = (of[tail] == of[head]) & (tail != head)
    return np.asarray(np.where(inside, 0.0, wait[head]), np.float64)


def _nodes(
    xy: Floats, reach_m: Floats, node_xy: Floats, within_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Signals and the nodes that they belong to: the nearest, and all within their reach."""
    tree = cKDTree(node_xy)
    away, nearest = tree.query(xy, distance_upper_bound=within_m)
    near = np.flatnonzero(np.isfinite(away))
    wide = np.flatnonzero(reach_m > 0)
    inside = tree.query_ball_point(xy[wide], reach_m[wide] + ROUNDED_M)
    more = [(signal, node) for signal, nodes in zip(wide.tolist(), inside, strict=True) for node in nodes]
    pairs = np.concatenate([np.column_stack([near, nearest[near]]), np.array(more, np.int64).reshape(-1, 2)])
    return pairs[:, 0], pairs[:, 1]


def _reaches(junctions: Any, lit: NDArray[np.bool_]) -> Floats:
    """(k,) metres to the furthest crossing of each signal; 0 where it is a single one, no more than `WIDEST_M`."""
    if "attributes" not in junctions:
        return np.zeros(int(lit.sum()))
    told = [tags_of(tags).get("reach_m") for tags in np.asarray(junctions["attributes"], object)[lit]]
    found = np.array([_metres(word) for word in told], np.float64)
    return np.clip(np.nan_to_num(found), 0.0, WIDEST_M)


def _metres(word: Any) -> float:
    try:
        return float(word)
    except (TypeError, ValueError):
        return 0.0
