"""The lines of a result, and where they lie: which run back another's way, how high, and at what level of detail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.bridges import STEP_M, profile, spans_of
from vidbudova.scene.ribbons import lines_of
from vidbudova.scene.solids import Floats, Ints
from vidbudova.scene.tiles import Grid, grid_of

SAME_M = 0.1
"""Ends nearer than this are one place."""
ALONG = 0.8
"""Cosine of the angle up to which a line on a bridge runs along it rather than under it."""
LONGEST_M = 1e7


@dataclass(frozen=True, slots=True)
class Level:
    """How lines are drawn from a distance on: how exact, in what tiles, and how many pieces of line a tile has.

    least : narrower lines are left out. step_m : on a relief, pieces are no longer than this.
    capped : whether their ends are round.
    """

    tolerance_m: float
    tile_m: float
    most: int
    least: float
    nearest_m: float
    step_m: float
    capped: bool = False


LEVELS = (
    Level(0.3, 400.0, 20_000, 0.0, 0.0, 12.0, True),
    Level(2.0, 800.0, 400, 0.02, 450.0, 40.0),
    Level(6.0, 1600.0, 320, 0.05, 1100.0, 100.0),
    Level(20.0, 4800.0, 600, 0.1, 3000.0, 250.0),
)
"""Tiles of a level lie in those of the next."""
AT_REST = 5
"""A picture at rest shows so many times as many."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a result.

    Attributes
    ----------
    xy : (v, 2) vertices in the project's CRS. offsets : (m + 1,) first vertex of each line.
    row : (m,) row of the table. twin : (m,) whether another line runs the same way back.
    share : (m,) width, 0 to 1. speed : (m,) of its particles in m/s, 0 for none.
    rank : (m,) what is drawn where not all can be: more first.
    """

    xy: Floats
    offsets: Ints
    row: Ints
    twin: NDArray[np.bool_]
    share: Floats
    speed: Floats
    rank: Floats

    def __len__(self) -> int:
        return len(self.row)


def lines_from(shapes: Shapes, rows: Ints, share: Floats, speed: Floats, weight: Floats) -> Lines:
    """The lines of some rows; `share`, `speed` and `weight` (n,) are by row; of even shares the weightier is first."""
    xy, offsets, row = lines_of(shapes, rows)
    length_m = shapely.length(strings(xy, offsets))
    rank = share[row] + 1e-3 * weight[row] + 1e-7 * np.minimum(length_m, 1000.0)
    return Lines(xy, offsets, row, twins(xy, offsets), share[row], speed[row], rank)


def twins(xy: Floats, offsets: Ints) -> NDArray[np.bool_]:
    """(m,) whether some other line begins where a line ends and ends where it begins."""
    if len(offsets) < 2:
        return np.zeros(0, bool)
    a, b = (np.round(xy[at] / SAME_M).astype(np.int64) for at in (offsets[:-1], offsets[1:] - 1))
    both = np.concatenate([np.hstack([a, b]), np.hstack([b, a])])
    _keys, key = np.unique(both, axis=0, return_inverse=True)
    there, back = key.reshape(-1)[: len(a)], key.reshape(-1)[len(a) :]
    return np.asarray(np.isin(back, there) & (a != b).any(1))


def middles(lines: Lines) -> tuple[Floats, Ints]:
    """(k, 2) the middle of the longest line of each row, and the rows."""
    made = strings(lines.xy, lines.offsets)
    order = np.lexsort((-shapely.length(made), lines.row))
    rows, first = np.unique(lines.row[order], return_index=True)
    half = shapely.line_interpolate_point(made[order[first]], 0.5, normalized=True)
    return shapely.get_coordinates(half), rows


def strings(xy: Floats, offsets: Ints) -> NDArray[np.object_]:
    """(m,) lines as geometries."""
    if len(offsets) < 2:
        return np.empty(0, object)
    return np.asarray(shapely.linestrings(xy, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))))


def cut(xy: Floats, offsets: Ints, step_m: Floats) -> tuple[Floats, Ints]:
    """The same lines with no piece longer than a step (m,)."""
    if not len(xy):
        return xy, offsets
    finer, line = shapely.get_coordinates(shapely.segmentize(strings(xy, offsets), step_m), return_index=True)
    return finer, np.searchsorted(line, np.arange(len(offsets)))


class Heights:
    """How high over the level of the scene lines lie: on the ground, or on the bridges that they run along."""

    def __init__(self, roads: Shapes, width_m: Floats, ground: Callable[[Floats], Floats] | None) -> None:
        """ground : heights (n,) at places (n, 2) of the project; None where all is level at 0."""
        self.ground = ground
        self._spans, widths, self._levels = spans_of(roads, width_m)
        halves = np.array(widths) / 2 + 1.0
        self._tree = shapely.STRtree(shapely.buffer(np.array(self._spans, object), halves, cap_style="flat"))

    def near(self, xy: Floats, offsets: Ints) -> NDArray[np.bool_]:
        """(m,) which lines touch a bridge."""
        found = np.zeros(len(offsets) - 1, bool)
        if self._spans and len(found):
            found[self._tree.query(strings(xy, offsets), predicate="intersects")[0]] = True
        return found

    def z(self, xy: Floats, way: Floats) -> Floats:
        """(n,) heights at places (n, 2) of lines that run in directions (n, 2)."""
        found = np.zeros(len(xy)) if self.ground is None else self.ground(xy)
        if not self._spans or not len(xy):
            return found
        place, span = self._tree.query(shapely.points(xy), predicate="within")
        for k in np.unique(span).tolist():
            at = place[span == k]
            line = self._spans[k]
            along = shapely.line_locate_point(line, shapely.points(xy[at]))
            on = np.abs((_direction(line, along) * way[at]).sum(1)) > ALONG
            found[at[on]] = np.maximum(found[at[on]], self._deck(k, along[on]))
        return found

    def decks(self, xy: Floats) -> Floats:
        """(n,) heights of the bridges over places (n, 2); −inf where there is none."""
        found = np.full(len(xy), -np.inf)
        if not self._spans or not len(xy):
            return found
        place, span = self._tree.query(shapely.points(xy), predicate="within")
        for k in np.unique(span).tolist():
            at = place[span == k]
            along = shapely.line_locate_point(self._spans[k], shapely.points(xy[at]))
            found[at] = np.maximum(found[at], self._deck(k, along))
        return found

    def _deck(self, k: int, along: Floats) -> Floats:
        xy = shapely.get_coordinates(shapely.segmentize(self._spans[k], STEP_M))
        at = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(xy, axis=0), axis=1))]
        ground = None if self.ground is None else self.ground(xy)
        return np.asarray(np.interp(along, at, profile(at, self._levels[k], ground)))


def _direction(line: shapely.LineString, along: Floats) -> Floats:
    """(n, 2) unit vectors along a line at distances along it."""
    ends = (np.maximum(along - 1.0, 0.0), np.minimum(along + 1.0, line.length))
    behind, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(line, at)) for at in ends)
    step = ahead - behind
    return np.asarray(step / np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9))


@dataclass(frozen=True, slots=True)
class Course:
    """Lines at one level, by tile; `parent` (tiles,) is the tile of the next coarser level that each lies in."""

    level: Level
    xy: Floats
    offsets: Ints
    grid: Grid
    parent: Ints


def courses(lines: Lines, heights: Heights, origin: Floats) -> tuple[Course, ...]:
    """Lines at all levels, the finest first; each line is in the tiles of its middle, which lie in each other."""
    low, high = (_by_line(reduce, lines.xy, lines.offsets) - origin for reduce in (np.minimum, np.maximum))
    top = np.zeros(len(lines)) if heights.ground is None else heights.ground(lines.xy[lines.offsets[:-1]])
    cells = [grid_of(low, high, top + 20.0, level.tile_m) for level in LEVELS]
    found: list[Course] = []
    xy, offsets = lines.xy, lines.offsets
    for level, grid, above in zip(LEVELS, cells, [*cells[1:], None], strict=True):
        xy, offsets = _thinner(xy, offsets, level.tolerance_m)
        parent = np.zeros(len(grid), np.int64)
        if above is not None and len(grid):
            tile_of = np.empty(len(lines), np.int64)
            tile_of[above.order] = np.repeat(np.arange(len(above)), np.diff(above.starts))
            parent = tile_of[grid.order[grid.starts[:-1]]]
        found.append(Course(level, xy, offsets, grid, parent))
    return tuple(found)


def _thinner(xy: Floats, offsets: Ints, tolerance_m: float) -> tuple[Floats, Ints]:
    """The same lines with fewer vertices; straight ones, which are most, are passed over."""
    made, bent = strings(xy, offsets), np.diff(offsets) > 2
    if not bent.any():
        return xy, offsets
    made[bent] = shapely.simplify(made[bent], tolerance_m, preserve_topology=False)
    fewer, line = shapely.get_coordinates(made, return_index=True)
    return fewer, np.searchsorted(line, np.arange(len(offsets)))


def _by_line(reduce: np.ufunc, xy: Floats, offsets: Ints) -> Floats:
    return np.asarray(reduce.reduceat(xy, offsets[:-1])) if len(xy) else np.zeros((0, 2))


def at_rest(level: Level) -> Level:
    """A level as it is drawn where nobody waits for the next frame."""
    return replace(level, most=AT_REST * level.most, least=level.least / AT_REST)


def foremost(lines: Lines, rows: Ints, pieces: Ints, level: Level) -> Ints:
    """The first of some lines, as many as a tile may have. The last is drawn uppermost."""
    share = lines.share
    order = rows[np.argsort(-lines.rank[rows], kind="stable")]
    order = order[(share[order] >= level.least) | (share[order] == share[rows].max(initial=0.0))]
    few = np.cumsum(pieces[order]) <= max(level.most, int(pieces[order[:1]].sum()))
    return np.asarray(order[few][::-1])
