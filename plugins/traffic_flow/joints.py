"""Where lines of roads meet: shared points become nodes, loose ends are mended, lines are cut there into pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

SAME_MM = 1
"""Points closer than this are one point: what rounding of the same place in a file leaves."""


@dataclass(frozen=True)
class Pieces:
    """Lines cut where they meet.

    Attributes
    ----------
    line : (p,) which line each piece is of. tail, head : (p,) nodes at its ends. geometry : (p,) LineStrings.
    node_xy : (n, 2) metres.
    mended : (s, 2) ends that did not quite meet a line and were joined to it.
    passing : (c, 2) points that lines on different levels share without meeting.
    short : lines (their numbers) without any length, left out.
    """

    line: Ints
    tail: Ints
    head: Ints
    geometry: Shapes
    node_xy: Floats
    mended: Floats
    passing: Floats
    short: Ints


@dataclass
class _Points:
    """The points of all lines in one row. of : line of each; spot : points that will be one node have one number."""

    xy: Floats
    of: Ints
    spot: Ints

    @property
    def end(self) -> Bools:
        """Whether a point is the first or last of its line."""
        step = np.concatenate([[True], np.diff(self.of) != 0, [True]])
        return np.asarray(step[:-1] | step[1:])

    def many(self) -> Ints:
        """How many points each number has."""
        return np.bincount(self.spot)


def cut(lines: Shapes, level: Ints, snap_m: float) -> Pieces:
    """Cuts lines at the points they share.

    Lines meet where they share a point on one level, or where one of them ends. An end that lies no more than `snap_m`
    from another line of its level, and meets nothing, is joined to it. Lines that only cross do not meet.

    Parameters
    ----------
    lines : (k,) LineStrings with finite coordinates. level : (k,) whole numbers, 0 is the ground.
    """
    points, short = _points(lines)
    passing = _by_level(points, level)
    mended = np.zeros((0, 2))
    if snap_m > 0 and points.of.size:
        points, mended = _mended(points, level, snap_m)
    return _cut(points, mended, passing, short, snap_m)


def _points(lines: Shapes) -> tuple[_Points, Ints]:
    """Points without repetitions, and the lines of which fewer than two are left."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    grid = np.rint(xy * (1000 / SAME_MM)).astype(np.int64)
    new = np.ones(len(xy), bool)
    new[1:] = (of[1:] != of[:-1]) | np.any(grid[1:] != grid[:-1], axis=1)
    long = np.bincount(of[new], minlength=len(lines)) > 1
    kept = new & long[of]
    return _Points(xy[kept], of[kept], _numbered(grid[kept])), np.flatnonzero(~long)


def _numbered(grid: Ints) -> Ints:
    """(n,) equal rows have equal numbers."""
    if not len(grid):
        return np.zeros(0, np.int64)
    away = grid - grid.min(axis=0)
    width = int(away[:, 1].max()) + 1
    if (int(away[:, 0].max()) + 1) * width < 2**62:
        return np.asarray(np.unique(away[:, 0] * width + away[:, 1], return_inverse=True)[1].ravel(), np.int64)
    return np.asarray(np.unique(away, axis=0, return_inverse=True)[1].ravel(), np.int64)


def _by_level(points: _Points, level: Ints) -> Floats:
    """Gives points of lines that pass over each other numbers of their own; says where."""
    if not points.of.size:
        return np.zeros((0, 2))
    high = level[points.of]
    many = int(points.spot.max()) + 1
    lowest, highest = np.full(many, 2**31), np.full(many, -(2**31))
    np.minimum.at(lowest, points.spot, high)
    np.maximum.at(highest, points.spot, high)
    mixed = np.flatnonzero((lowest != highest)[points.spot])
    order = mixed[np.argsort(points.spot[mixed], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(points.spot[order])) + 1) if order.size else []
    end, fresh, passing = points.end, many, []
    for group in groups:  # few: crossings of levels that share a point
        apart = _apart(high[group], end[group])
        for own in apart:
            points.spot[group[high[group] == own]] = fresh
            fresh += 1
        if apart:
            passing.append(points.xy[group[0]])
    return np.array(passing).reshape(-1, 2)


def _apart(level: Ints, end: Bools) -> list[int]:
    """Levels that pass through a point without meeting what else is there.

    All ends meet. A line that passes meets them if one is on its level; a single end with nothing on its own level is
    the foot of a bridge and meets the nearest level.
    """
    through: list[int] = np.unique(level[~end]).tolist()
    if not end.any():
        return through[1:]
    ends = set(level[end].tolist())
    if end.sum() == 1 and not ends & set(through):
        own = next(iter(ends))
        ends.add(min(through, key=lambda there: (abs(there - own), there)))
    return [one for one in through if one not in ends]


def _mended(points: _Points, level: Ints, snap_m: float) -> tuple[_Points, Floats]:
    """Joins ends that meet nothing to the nearest line of their level within the tolerance."""
    start = np.flatnonzero(np.concatenate([[True], np.diff(points.of) != 0]))
    counts = np.diff(np.append(start, points.of.size))
    shapes = np.asarray(shapely.linestrings(points.xy, indices=np.repeat(np.arange(start.size), counts)), object)
    loose = np.flatnonzero(points.end & (points.many()[points.spot] == 1))
    point, target = _near(points, level, loose, shapes, points.of[start], snap_m)
    if not point.size:
        return points, np.zeros((0, 2))
    along = _along(points)
    where = along[start[target]] + shapely.line_locate_point(shapes[target], shapely.points(points.xy[point]))
    after = np.clip(np.searchsorted(along, where), start[target] + 1, np.append(start[1:], along.size)[target] - 1)
    nearer = np.where(where - along[after - 1] <= along[after] - where, after - 1, after)
    on = np.abs(along[nearer] - where) <= snap_m
    pairs = [(points.spot[point[on]], points.spot[nearer[on]])]
    mended = points.xy[point].copy()
    points, more = _inserted(points, point[~on], after[~on], where[~on], along, snap_m)
    return _one(points, [*pairs, more]), mended


def _near(points: _Points, level: Ints, loose: Ints, shapes: Shapes, names: Ints, snap_m: float) -> tuple[Ints, Ints]:
    """Loose ends, and the nearest other shape of the same level to each; `names` are the lines that shapes are of."""
    spots = shapely.points(points.xy[loose])
    which, other = shapely.STRtree(shapes).query(spots, predicate="dwithin", distance=snap_m)
    good = (names[other] != points.of[loose[which]]) & (level[names[other]] == level[points.of[loose[which]]])
    which, other = which[good], other[good]
    away = np.rint(shapely.distance(spots[which], shapes[other]) * 1000)
    order = np.lexsort((other, away, which))
    first = order[np.unique(which[order], return_index=True)[1]]
    return loose[which[first]], other[first]


def _along(points: _Points) -> Floats:
    """Metres along the lines, growing over all of them; a metre of nothing between two keeps them apart."""
    step = np.zeros(len(points.xy))
    step[1:] = np.hypot(*np.diff(points.xy, axis=0).T)
    step[1:][np.diff(points.of) != 0] = 1.0
    return np.asarray(np.cumsum(step))


def _inserted(
    points: _Points, loose: Ints, before: Ints, where: Floats, along: Floats, snap_m: float
) -> tuple[_Points, tuple[Ints, Ints]]:
    """New points in the middle of lines, one for all loose ends that fall within the tolerance of the first of them."""
    order = np.argsort(where, kind="stable")
    loose, before, where = loose[order], before[order], where[order]
    new = _first_ones(where, snap_m)
    group = np.cumsum(new) - 1
    fresh = points.spot.max() + 1 + np.arange(int(new.sum()))
    pair = points.spot[loose], fresh[group]
    at, place = before[new], where[new]
    share = (place - along[at - 1]) / (along[at] - along[at - 1])
    xy = points.xy[at - 1] + (points.xy[at] - points.xy[at - 1]) * share[:, None]
    added = _Points(
        np.insert(points.xy, at, xy, axis=0), np.insert(points.of, at, points.of[at]), np.insert(points.spot, at, fresh)
    )
    return added, pair


def _first_ones(where: Floats, apart: float) -> Bools:
    """(n,) which of these rising numbers lie more than `apart` after the last one that was chosen."""
    chosen, last = np.zeros(where.size, bool), -np.inf
    for k, at in enumerate(where.tolist()):
        if at - last > apart:
            chosen[k], last = True, at
    return chosen


def _one(points: _Points, pairs: list[tuple[Ints, Ints]]) -> _Points:
    """The points with the numbers of each pair made one."""
    many = int(points.spot.max()) + 1
    left, right = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    graph = coo_matrix((np.ones(left.size, np.int8), (left, right)), shape=(many, many))
    part = connected_components(graph, directed=False)[1].astype(np.int64)
    return _Points(points.xy, points.of, part[points.spot])


def _cut(points: _Points, mended: Floats, passing: Floats, short: Ints, snap_m: float) -> Pieces:
    if not points.of.size:
        none = np.zeros(0, np.int64)
        return Pieces(none, none, none, np.zeros(0, object), np.zeros((0, 2)), mended, passing, short)
    ends = np.zeros(int(points.spot.max()) + 1, bool)
    ends[points.spot[points.end]] = True
    stop = np.flatnonzero(ends[points.spot] | (points.many()[points.spot] > 1))
    number, first, node = np.unique(points.spot[stop], return_index=True, return_inverse=True)
    whole = points.of[stop[:-1]] == points.of[stop[1:]]
    begin, end = stop[:-1][whole], stop[1:][whole]
    counts = end - begin + 1
    take = np.arange(counts.sum()) + np.repeat(begin - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    shapes = shapely.linestrings(points.xy[take], indices=np.repeat(np.arange(begin.size), counts))
    node = node.ravel()
    tail, head = node[:-1][whole], node[1:][whole]
    # what mending has drawn together to nothing
    real = (tail != head) | (shapely.length(shapes) > snap_m)
    return Pieces(
        points.of[begin][real],
        tail[real],
        head[real],
        np.asarray(shapes, object)[real],
        points.xy[stop[first]],
        mended,
        passing,
        short,
    )
