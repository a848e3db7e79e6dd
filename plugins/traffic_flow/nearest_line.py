"""Which line is nearest to each of many points: by the squares of a grid, looked at from near to far.

Bentley, Weide and Yao (1980, ACM Transactions on Mathematical Software 6) describe such search by cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

SQUARE_M = 50.0
"""Side of a square: about as far as houses stand from their street."""
MOST_SQUARES = 1_000_000


@dataclass(frozen=True)
class Squares:
    """Stretches (s) of lines in the squares of a grid.

    Attributes
    ----------
    line : (s,) the line of each stretch. begin, end : (s, 2). before, long, total : (s,) metres of the line up to the
    stretch, of it, and of the whole line.
    start : (squares + 1,) where the list of each square begins. stretch : the lists.
    low, size, side : lower left corner, columns and rows, and side of the squares.
    """

    line: Ints
    begin: Floats
    end: Floats
    before: Floats
    long: Floats
    total: Floats
    start: Ints
    stretch: Ints
    low: Floats
    size: NDArray[np.int64]
    side: float

    def nearest(self, xy: Floats) -> tuple[Ints, Floats, Floats]:
        """For points (n, 2), finite: nearest line, share of its length up to the nearest place on it, and how far.

        Of lines equally far it is the first. Without lines all are -1, and infinitely far.
        """
        at = np.ascontiguousarray(xy, np.float64)
        if not self.line.size:
            return np.full(len(at), -1, np.int32), np.zeros(len(at)), np.full(len(at), np.inf)
        near, along, away = _nearest(at, self.begin, self.end, self.start, self.stretch, self.low, self.size, self.side)
        way, whole = self.before[near] + along * self.long[near], self.total[near]
        share = np.divide(way, whole, out=np.zeros(len(at)), where=whole > 0)
        return self.line[near], np.clip(share, 0, 1), away


def squares(lines: NDArray[Any]) -> Squares:
    """The squares of lines (k,), LineStrings with finite coordinates."""
    at, of = shapely.get_coordinates(lines, return_index=True)
    if not of.size:
        at, of = np.zeros((1, 2)), np.zeros(1, np.int64)
    first = np.flatnonzero(of[:-1] == of[1:])
    begin, end, line = at[first], at[first + 1], of[first].astype(np.int32)
    long = np.hypot(*(end - begin).T)
    before = np.cumsum(long) - long
    before -= before[np.searchsorted(line, line)]
    total = np.bincount(line, long, minlength=1)[line]
    low, size, side = _grid(at)
    start, stretch = _in_squares(begin, end, long, low, size, side)
    return Squares(line, begin, end, before, long, total, start, stretch, low, size, side)


def make_ready() -> None:
    """Compiles the kernel or takes it from the cache."""
    squares(np.array([shapely.LineString([(0, 0), (1, 0)])], object)).nearest(np.zeros((1, 2)))


def _grid(at: Floats) -> tuple[Floats, NDArray[np.int64], float]:
    """Lower left corner, columns and rows, and side of the squares."""
    low, span = at.min(axis=0), np.ptp(at, axis=0)
    side = max(SQUARE_M, float(np.sqrt(span.prod() / MOST_SQUARES)), float(span.max()) / MOST_SQUARES)
    return low, (span / side).astype(np.int64) + 1, side


def _in_squares(
    begin: Floats, end: Floats, long: Floats, low: Floats, size: NDArray[np.int64], side: float
) -> tuple[Ints, Ints]:
    """Where the list of each square begins (squares + 1,), and the stretches in the lists.

    A long stretch is cut into parts no longer than a square, and is in the squares that the boxes of its parts touch.
    """
    many = np.ceil(long / side).astype(np.int64).clip(1)
    stretch = np.repeat(np.arange(long.size), many)
    part = np.arange(stretch.size) - np.repeat(np.cumsum(many) - many, many)
    step = ((end - begin) / many[:, None])[stretch]
    one = ((begin[stretch] + step * part[:, None] - low) / side).astype(np.int64).clip(0, size - 1)
    other = ((begin[stretch] + step * (part + 1)[:, None] - low) / side).astype(np.int64).clip(0, size - 1)
    wide, high = one[:, 0] != other[:, 0], one[:, 1] != other[:, 1]
    corners = [(one, one, slice(None)), (one, other, high), (other, one, wide), (other, other, wide & high)]
    square = np.concatenate([x[which, 0] + y[which, 1] * size[0] for x, y, which in corners])
    listed = np.concatenate([stretch[which] for _x, _y, which in corners])
    order = np.argsort(square, kind="stable")
    start = np.searchsorted(square[order], np.arange(int(size.prod()) + 1))
    return start.astype(np.int32), listed[order].astype(np.int32)


@njit(cache=True, nogil=True)
def _nearest(
    xy: Floats, begin: Floats, end: Floats, start: Ints, stretch: Ints, low: Floats, size: NDArray[np.int64],
    side: float,
) -> tuple[Ints, Floats, Floats]:  # fmt: skip
    """The nearest stretch, the share of it, and how far: no stretch outside `ring` is nearer than `ring` squares."""
    columns, rows = size[0], size[1]
    nearest = np.zeros(len(xy), np.int32)
    along = np.zeros(len(xy))
    away = np.full(len(xy), np.inf)
    for point in range(len(xy)):
        x, y = xy[point, 0], xy[point, 1]
        column = int(min(max((x - low[0]) / side, 0.0), columns - 1.0))
        row = int(min(max((y - low[1]) / side, 0.0), rows - 1.0))
        least = np.inf
        for ring in range(max(columns, rows)):
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                whole = r == row - ring or r == row + ring
                step = 1 if whole or ring == 0 else 2 * ring
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    for place in range(start[r * columns + c], start[r * columns + c + 1]):
                        s = stretch[place]
                        dx, dy = end[s, 0] - begin[s, 0], end[s, 1] - begin[s, 1]
                        square = dx * dx + dy * dy
                        share = 0.0
                        if square > 0:
                            share = ((x - begin[s, 0]) * dx + (y - begin[s, 1]) * dy) / square
                        if share <= 0:
                            share, px, py = 0.0, begin[s, 0], begin[s, 1]
                        elif share >= 1:
                            share, px, py = 1.0, end[s, 0], end[s, 1]
                        else:
                            px, py = begin[s, 0] + share * dx, begin[s, 1] + share * dy
                        far = (x - px) ** 2 + (y - py) ** 2
                        if far < least or (far == least and s < nearest[point]):
                            least, nearest[point], along[point] = far, s, share
            if least <= (ring * side) ** 2:
                break
        away[point] = np.sqrt(least)
    return nearest, along, away
