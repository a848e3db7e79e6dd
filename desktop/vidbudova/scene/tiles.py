"""Tiles: which features lie in which, and which tiles a camera sees from how far."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Camera, Floats, Size
from vidbudova.scene.surface import Surface

Ints = NDArray[np.int64]
LEAST_CLEAR = 0.08


@dataclass(frozen=True, slots=True)
class Grid:
    """Features by square tile: `order[starts[k]:starts[k + 1]]` are the rows of tile k; bounds (k, 4) and heights."""

    order: Ints
    starts: Ints
    cell: Ints
    bounds: Floats
    top_m: Floats

    def __len__(self) -> int:
        return len(self.bounds)

    def rows(self, tile: int) -> Ints:
        """The rows in a tile, ascending."""
        return self.order[self.starts[tile] : self.starts[tile + 1]]


def grid_of(low: Floats, high: Floats, top_m: Floats, size_m: float) -> Grid:
    """Rows with bounds low, high (n, 2), each in the tile of its middle; empty tiles are left out."""
    middle = (low + high) / 2
    if not len(middle):
        return Grid(
            np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros((0, 2), np.int64), np.zeros((0, 4)), np.zeros(0)
        )
    cell = np.floor(middle / size_m).astype(np.int64)
    x, y = cell[:, 0] - cell[:, 0].min(), cell[:, 1] - cell[:, 1].min()
    code = y * (x.max() + 1) + x
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    bounds = np.concatenate(
        [np.minimum.reduceat(low[order], first, axis=0), np.maximum.reduceat(high[order], first, axis=0)], axis=1
    )
    return Grid(order, np.r_[first, len(order)], cell[order[first]], bounds, np.maximum.reduceat(top_m[order], first))


class View:
    """A camera as planes and distances, for choosing tiles."""

    def __init__(self, camera: Camera, size: Size) -> None:
        self.eye = camera.eye()
        forward, right, up = self.axes = camera.axes()
        half = math.tan(math.radians(camera.fov_deg) / 2)
        wide = half * size[0] / size[1]
        sides = np.array([forward * wide + right, forward * wide - right, forward * half + up, forward * half - up])
        self.planes = sides / np.linalg.norm(sides, axis=1, keepdims=True)
        self.focal_px = size[1] / (2 * half)
        self.haze = (1.1 * camera.distance, 1500.0 + 2.0 * camera.distance)
        """Where haze begins, and over how much of a way it grows."""

    def sees(self, bounds: Floats, top_m: Floats) -> NDArray[np.bool_]:
        """Which boxes (k, 4) from the ground to top_m may be in the picture."""
        middle = np.c_[(bounds[:, :2] + bounds[:, 2:]) / 2, top_m / 2] - self.eye
        reach = np.c_[(bounds[:, 2:] - bounds[:, :2]) / 2, top_m / 2]
        return np.asarray((middle @ self.planes.T + reach @ np.abs(self.planes.T) > 0).all(1))

    def distance(self, bounds: Floats, top_m: Floats) -> Floats:
        """From the eye to the nearest point of each box."""
        west, south, east, north = bounds.T
        x, y, z = self.eye
        dx = np.maximum(np.maximum(west - x, x - east), 0.0)
        dy = np.maximum(np.maximum(south - y, y - north), 0.0)
        dz = np.maximum(z - top_m, 0.0)
        return np.asarray(np.sqrt(dx * dx + dy * dy + dz * dz))

    def seen_from(self, bounds: Floats, top_m: Floats) -> Floats:
        """The distance of each box, farther by as much as haze hides of it."""
        distance = np.maximum(self.distance(bounds, top_m), 1.0)
        clear = np.exp(-((np.maximum(distance - self.haze[0], 0.0) / self.haze[1]) ** 1.3))
        return np.asarray(distance / np.maximum(clear, LEAST_CLEAR))


class Purse:
    """Time that a frame may spend on making new tiles; what is left out comes in later frames."""

    def __init__(self, seconds: float) -> None:
        self.end = perf_counter() + seconds
        self.endless = math.isinf(seconds)
        self.short = False

    def has(self) -> bool:
        """Whether there is time for one more; remembers that something was left out."""
        if perf_counter() < self.end:
            return True
        self.short = True
        return False


class Drawn:
    """Surfaces by key, made when first wanted and hidden when not; hidden ones go when triangles are too many."""

    def __init__(self, make: Callable[[tuple[int, ...]], list[Surface]], most_triangles: int = 3_000_000) -> None:
        self.make = make
        self.made: dict[tuple[int, ...], list[Surface]] = {}
        self.shown: set[tuple[int, ...]] = set()
        self.most = most_triangles
        self.triangles = 0

    def has(self, key: tuple[int, ...]) -> bool:
        """Whether it is made already."""
        return key in self.made

    def show(self, wanted: set[tuple[int, ...]]) -> None:
        """Exactly these, made where needed."""
        for key in self.shown - wanted:
            for surface in self.made.get(key, ()):
                surface.show(False)
        for key in wanted - self.shown:
            self.ready(key)
            for surface in self.made[key]:
                surface.show(True)
        self.shown = set(wanted)
        if self.triangles > self.most:
            self._shed()

    def ready(self, key: tuple[int, ...]) -> None:
        """Made, if it was not."""
        if key not in self.made:
            self.made[key] = self.make(key)
            for surface in self.made[key]:
                surface.show(False)
            self.triangles += sum(s.data.GetNumberOfPolys() for s in self.made[key])

    def _shed(self) -> None:
        for key in [k for k in self.made if k not in self.shown]:
            self.drop(key)
            if self.triangles < 0.7 * self.most:
                break

    def drop(self, key: tuple[int, ...]) -> None:
        """Take one off, to be made anew when wanted."""
        for surface in self.made.pop(key, ()):
            self.triangles -= surface.data.GetNumberOfPolys()
            surface.remove()
        self.shown.discard(key)

    def clear(self) -> None:
        """Take all off."""
        for key in list(self.made):
            self.drop(key)


@dataclass(frozen=True, slots=True)
class Band:
    """Things by tile that are drawn between two distances from the eye."""

    grid: Grid
    make: Callable[[int], list[Surface]]
    nearest_m: float = 0.0
    farthest_m: float = 1e9


def _within(band: Band, view: View, detail: float) -> Ints:
    """The tiles of a band that a view shows; haze, which is dear to work out, is asked of few."""
    bounds, top_m = band.grid.bounds, band.grid.top_m
    tiles = np.flatnonzero(view.distance(bounds, top_m) < band.farthest_m * detail)
    tiles = tiles[view.sees(bounds[tiles], top_m[tiles])]
    away = view.seen_from(bounds[tiles], top_m[tiles])
    return tiles[(away < band.farthest_m * detail) & (away >= band.nearest_m * detail)]


class Bands:
    """Several bands, shown and hidden together."""

    def __init__(self, bands: list[Band]) -> None:
        self.bands = [b for b in bands if len(b.grid)]
        self.drawn = Drawn(lambda key: self.bands[key[0]].make(key[1]))
        self.shown = True

    def place(self, view: View, detail: float, purse: Purse) -> None:
        """Show what this view sees in each band."""
        wanted: set[tuple[int, ...]] = set()
        for k, band in enumerate(self.bands if self.shown else ()):
            wanted |= {(k, tile) for tile in _within(band, view, detail).tolist()}
        self.drawn.show({key for key in wanted if self.drawn.has(key) or self._afford(key, purse)})

    def _afford(self, key: tuple[int, ...], purse: Purse) -> bool:
        if purse.has():
            self.drawn.ready(key)
            return True
        return False

    def clear(self) -> None:
        """Take all off the renderer."""
        self.drawn.clear()
