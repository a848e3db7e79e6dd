"""Where one walks: streets with footways, paths, steps and squares, both ways, at the pace of walking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from . import joints, osm
from .drivable import column, levels, sound, truths
from .network import SNAP_M
from .streets import WALK_M_S, Streets

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

COLUMNS = ("geometry", "class", "bridge", "tunnel", "level", "attributes")
"""What is read of the table of roads."""
STEPS_SHARE = 0.5
"""Pace on steps, measured along the ground, as a share of that on the flat: an assumption."""
APART_M = 1000.0
"""Ways that hang together no longer than this and join no others are platforms and yards: nobody begins there."""
NEVER = frozenset(("motorway",))
ASKED = frozenset(("cycleway",))
"""Only where the data say that one may walk there."""
OPEN = frozenset(("yes", "designated", "permissive", "destination", "customers", "official"))
SHUT = frozenset(("no", "private", "permit", "military", "use_sidepath"))


def walkable(roads: Any) -> Bools:
    """(k,) roads that one may walk on: `foot` decides, else `access`; no motorways, cycleways only where it is said."""
    classes = column(roads, "class").tolist()
    told = (osm.tags_of(tags) for tags in column(roads, "attributes").tolist())
    return np.array([_may(str(word), tags) for word, tags in zip(classes, told, strict=True)], bool)


def _may(road_class: str, tags: osm.Tags) -> bool:
    foot, access = (str(tags.get(key, "")).strip() for key in ("foot", "access"))
    if road_class in NEVER or foot in SHUT:
        return False
    if foot in OPEN:
        return True
    return road_class not in ASKED and access not in SHUT


def footways(roads: Any, fallen: Iterable[str] = (), pace_m_s: float = WALK_M_S) -> Streets:
    """The ways of those who walk, as streets that lead both ways.

    Parameters
    ----------
    roads : the city's table with `COLUMNS` and id; a missing column counts as not known.
    fallen : ids of roads whose bridges nobody crosses.
    """
    row = np.flatnonzero(walkable(roads) & sound(column(roads, "geometry")))
    line, of = shapely.get_parts(shapely.force_2d(column(roads, "geometry")[row]), return_index=True)
    row = row[of][whole := shapely.get_num_points(line) > 1]
    pieces = joints.cut(line[whole], levels(roads)[row], SNAP_M)
    row = row[pieces.line]
    over = truths(roads, "bridge")[row]
    steps = column(roads, "class")[row] == "steps"
    length = np.asarray(shapely.length(pieces.geometry), np.float64)
    seconds = length / np.where(steps, pace_m_s * STEPS_SHARE, pace_m_s)
    seconds[over & np.isin(np.asarray(roads["id"], object)[row].astype(str), list(fallen))] = np.inf
    number = np.arange(row.size, dtype=np.int32)
    tail, head = (np.asarray(end, np.int32) for end in (pieces.tail, pieces.head))
    steppable = ~(over | truths(roads, "tunnel")[row] | steps) & ~_apart(tail, head, length, len(pieces.node_xy))
    return Streets(
        tail=np.concatenate([tail, head]),
        head=np.concatenate([head, tail]),
        seconds=np.concatenate([seconds, seconds]),
        line=np.concatenate([number, number]),
        along=np.repeat([True, False], row.size),
        lines=pieces.geometry,
        start=tail,
        end=head,
        doors=steppable,
        nodes=len(pieces.node_xy),
    )


def _apart(tail: Ints, head: Ints, length_m: Floats, nodes: int) -> Bools:
    """(k,) lines of parts that are too small to begin on, where there is a larger one."""
    if not tail.size:
        return np.zeros(0, bool)
    joined = coo_array((np.ones(tail.size), (tail, head)), (nodes, nodes))
    part = connected_components(joined, directed=False)[1][tail]
    whole = np.bincount(part, length_m)
    return np.asarray(whole[part] < min(APART_M, whole.max()))
