"""The ground's height: grids mapped into memory, bilinear between cells, calm beyond their edges; met by rays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

FEATHER_CELLS = 3.0
"""A finer grid takes over from a coarser one within this many cells of its edge, so that there is no step."""
LEAST_RIM_M, MOST_RIM_M, RIM_SHARE = 1000.0, 8000.0, 0.35
BATCH = 200_000
RAY_STEPS, RAY_BATCH, FARTHEST_M = 48, 512, 60_000.0


@dataclass(frozen=True, slots=True)
class Heights:
    """One grid: heights (rows, cols), row 0 in the north; x0, y0 the middle of the first cell; square cells.

    void : (rows, cols) 1 where nothing was measured and the height was filled in; None for nowhere.
    """

    values: NDArray[np.float32]
    x0: float
    y0: float
    cell_m: float
    void: NDArray[np.uint8] | None = None

    @property
    def bounds(self) -> Bounds:
        """West, south, east and north of the outer cells' middles."""
        rows, cols = self.values.shape
        return (
            self.x0,
            self.y0 - (rows - 1) * self.cell_m,
            self.x0 + (cols - 1) * self.cell_m,
            self.y0,
        )

    def at(self, xy: Floats) -> tuple[Floats, Floats]:
        """Bilinear heights of places (n, 2), held to the edge beyond it; how many cells beyond, negative inside."""
        rows, cols = self.values.shape
        x, y = (xy[:, 0] - self.x0) / self.cell_m, (self.y0 - xy[:, 1]) / self.cell_m
        held_x, held_y = np.clip(x, 0.0, cols - 1), np.clip(y, 0.0, rows - 1)
        i = np.minimum(held_x.astype(np.int64), cols - 2)
        j = np.minimum(held_y.astype(np.int64), rows - 2)
        u, v = held_x - i, held_y - j
        at, z = j * cols + i, self.values.reshape(-1)
        north = z[at] * (1.0 - u) + z[at + 1] * u
        south = z[at + cols] * (1.0 - u) + z[at + cols + 1] * u
        inside = np.minimum(np.minimum(x, cols - 1 - x), np.minimum(y, rows - 1 - y))
        beyond = np.hypot(x - held_x, y - held_y)
        return north * (1.0 - v) + south * v, np.where(inside >= 0, -inside, beyond)

    def filled(self, xy: Floats) -> NDArray[np.bool_]:
        """Which places (n, 2) lie in a cell that was filled in."""
        if self.void is None:
            return np.zeros(len(xy), bool)
        rows, cols = self.values.shape
        i = np.round((xy[:, 0] - self.x0) / self.cell_m).astype(np.int64)
        j = np.round((self.y0 - xy[:, 1]) / self.cell_m).astype(np.int64)
        within = (i >= 0) & (i < cols) & (j >= 0) & (j < rows)
        found = np.zeros(len(xy), bool)
        found[within] = self.void[j[within], i[within]] > 0
        return found

    def crossings(self, origin: Floats, direction: Floats, start: float, end: float) -> Floats:
        """Distances along a ray at which it passes from cell to cell."""
        found = []
        west, south, east, north = self.bounds
        for axis, low, high in ((0, west, east), (1, south, north)):
            if abs(direction[axis]) < 1e-12:
                continue
            a, b = sorted(origin[axis] + t * direction[axis] for t in (start, end))
            first = np.ceil((max(a, low) - low) / self.cell_m)
            last = np.floor((min(b, high) - low) / self.cell_m)
            lines = low + np.arange(first, last + 1) * self.cell_m
            found.append((lines - origin[axis]) / direction[axis])
        return np.concatenate(found) if found else np.zeros(0)


class Relief:
    """Grids as one ground. Heights in metres above the datum of the data.

    Attributes
    ----------
    lowest_m, highest_m : of everything that `height` can give.
    bounds : of all grids. rim_m : the height far outside, where nothing is known. reach_m : how far the way there is.
    finest_m : the smallest cell.
    """

    def __init__(self, grids: Sequence[Heights], lowest_m: float | None = None, highest_m: float | None = None) -> None:
        if not grids:
            raise ValueError("a relief needs a grid")
        self.grids = sorted(grids, key=lambda grid: -grid.cell_m * max(grid.values.shape))
        boxes = np.array([grid.bounds for grid in self.grids])
        low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
        self.bounds: Bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        self.finest_m = min(grid.cell_m for grid in self.grids)
        self.reach_m = float(np.clip(RIM_SHARE * (high - low).max(), LEAST_RIM_M, MOST_RIM_M))
        self.rim_m = float(np.median(np.concatenate([_edge(grid.values) for grid in self.grids[:1]])))
        self.lowest_m = float(min(_least(self.grids) if lowest_m is None else lowest_m, self.rim_m))
        self.highest_m = float(max(_most(self.grids) if highest_m is None else highest_m, self.rim_m))

    def height(self, xy: Floats) -> Floats:
        """Heights (n,) of places (n, 2) in the project's CRS."""
        xy = np.atleast_2d(np.asarray(xy, np.float64))
        if len(xy) <= BATCH:
            return self._height(xy)
        return np.concatenate([self._height(xy[k : k + BATCH]) for k in range(0, len(xy), BATCH)])

    def _height(self, xy: Floats) -> Floats:
        widest = self.grids[0]
        z, beyond = widest.at(xy)
        out = np.flatnonzero(beyond > 0)
        if len(out):
            away = beyond[out] * widest.cell_m
            z[out] += (_spread(widest, xy[out], away) - z[out]) * _smooth(away / (0.1 * self.reach_m))
            z[out] += (self.rim_m - z[out]) * _smooth(away / self.reach_m)
        for grid in self.grids[1:]:
            own, beyond = grid.at(xy)
            share = _smooth(-beyond / FEATHER_CELLS)
            z = z + (own - z) * share
        return np.asarray(z, np.float64)

    @property
    def has_voids(self) -> bool:
        """Whether any height was filled in."""
        return any(grid.void is not None and bool(grid.void.any()) for grid in self.grids)

    def filled(self, xy: Floats) -> NDArray[np.bool_]:
        """Which places (n, 2) have a height that was filled in, not measured."""
        return np.asarray(np.any([grid.filled(xy) for grid in self.grids], axis=0))

    def at(self, x: float, y: float) -> float:
        """The height of one place."""
        return float(self._height(np.array([[x, y]]))[0])

    def meet(self, origin: Floats, direction: Floats, farthest_m: float = FARTHEST_M) -> float | None:
        """How far a ray goes until it meets the ground; None if it does not."""
        span = self._span(origin, direction, farthest_m)
        if span is None:
            return None
        steps = span[0] + (span[1] - span[0]) * np.linspace(0.0, 1.0, RAY_STEPS) ** 2
        lines = [grid.crossings(origin, direction, *span) for grid in self.grids]
        ends = np.unique(np.concatenate([steps, *lines]))
        ends = ends[(ends >= span[0]) & (ends <= span[1])]
        before = span[0]
        for t in _batches(ends):
            # the middle too: between two edges of a cell the ground is a parabola along the ray
            every = np.unique(np.concatenate([[before], t, (t + np.r_[before, t[:-1]]) / 2]))
            above = self._above(origin, direction, every)
            under = np.flatnonzero(above <= 0)
            if len(under):
                k = int(under[0])
                return float(every[0]) if k == 0 else self._closed_in(origin, direction, every[k - 1], every[k])
            before = float(t[-1])
        return None

    def _span(self, origin: Floats, direction: Floats, farthest_m: float) -> tuple[float, float] | None:
        """The part of a ray that lies between the lowest and the highest ground."""
        start, end = 0.0, farthest_m
        low, high = self.lowest_m - 0.5, self.highest_m + 0.5
        if abs(direction[2]) < 1e-12:
            return (start, end) if low <= origin[2] <= high else None
        a, b = sorted(((low - origin[2]) / direction[2], (high - origin[2]) / direction[2]))
        start, end = max(start, a), min(end, b)
        return (start, end) if end > start else None

    def _above(self, origin: Floats, direction: Floats, t: Floats) -> Floats:
        places = origin + t[:, None] * direction
        return np.asarray(places[:, 2] - self._height(places[:, :2]))

    def _closed_in(self, origin: Floats, direction: Floats, a: float, b: float) -> float:
        """The crossing between two distances: eight equal parts at a time, to a tenth of a millimetre."""
        while b - a > 1e-4:
            t = np.linspace(a, b, 9)
            k = int(np.flatnonzero(self._above(origin, direction, t[1:]) <= 0)[0]) if b > a else 0
            a, b = float(t[k]), float(t[k + 1])
        return (a + b) / 2


def level(bounds: Bounds, height_m: float = 0.0) -> Relief:
    """A ground without any relief, for draping pictures where no heights are known."""
    x0, y0, x1, y1 = bounds
    side = max(x1 - x0, y1 - y0, 1.0)
    return Relief([Heights(np.full((2, 2), height_m, np.float32), x0, y0 + side, side)])


def _spread(grid: Heights, xy: Floats, away_m: Floats) -> Floats:
    """The mean of the edge near places outside, over more of it the further out, or it would go on as streaks."""
    ways = [way for k in (-1.0, -0.5, 0.5, 1.0) for way in ((k, 0.0), (0.0, k))]
    return np.asarray(np.mean([grid.at(xy + away_m[:, None] * np.array(way))[0] for way in ways], axis=0))


def _smooth(t: Floats) -> Floats:
    t = np.clip(t, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def _edge(values: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, cols = values.shape
    down, across = max(rows // 256, 1), max(cols // 256, 1)
    return np.concatenate([values[0, ::across], values[-1, ::across], values[::down, 0], values[::down, -1]])


def _least(grids: Sequence[Heights]) -> float:
    return min(float(block.min()) for grid in grids for block in _blocks(grid.values))


def _most(grids: Sequence[Heights]) -> float:
    return max(float(block.max()) for grid in grids for block in _blocks(grid.values))


def _blocks(values: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for k in range(0, len(values), 256):
        yield values[k : k + 256]


def _batches(t: Floats) -> Iterator[Floats]:
    for k in range(0, len(t), RAY_BATCH):
        yield t[k : k + RAY_BATCH]
