"""Exact picks: a ray against the very triangles of the full form, whatever level is drawn; candidates by footprint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.scene import massing
from vidbudova.scene.lattice import Lattice
from vidbudova.scene.solids import Floats, Ints, Solids

BATCH = 24


@dataclass(frozen=True, slots=True)
class Pick:
    """What was hit: kind ("building", "ground", "road", "zone", "observation"), our id and row, where, and how far."""

    kind: str
    id: str
    index: int
    point: tuple[float, float, float]
    distance: float


class Picker:
    """Rays against buildings."""

    def __init__(self, solids: Solids, ground_m: Floats | None = None) -> None:
        self.solids = solids
        self.ground_m = np.zeros(len(solids)) if ground_m is None else ground_m
        """The height that each stands at."""
        self.rows = np.flatnonzero(solids.drawn)
        self.lattice = Lattice(solids.low[self.rows], solids.high[self.rows])
        self.highest_m = float((solids.top_m + self.ground_m).max(initial=0.0 if ground_m is None else -np.inf))
        self.lowest_m = float(self.ground_m.min(initial=0.0 if ground_m is None else np.inf))
        self.broken = np.zeros(len(solids), np.int8)
        self.forms: Any = massing
        """What makes the form that is met."""
        self.hidden = np.zeros(len(solids), bool)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The bounds of what is drawn as a tree, made when first asked for."""
        low, high = self.lattice.low, self.lattice.high
        return shapely.STRtree(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))

    def building(self, origin: Floats, direction: Floats) -> Pick | None:
        """The first building that a ray meets; the whole, where a part is hit."""
        rows = self._candidates(origin, direction)
        enter = self._enter(rows, origin, direction)
        order = np.argsort(enter)
        rows, enter = rows[order][np.isfinite(enter[order])], enter[order][np.isfinite(enter[order])]
        best, found = np.inf, -1
        for k in range(0, len(rows), BATCH):
            if enter[k] > best:
                break
            distance, row = self._meet(rows[k : k + BATCH], origin, direction)
            if distance < best:
                best, found = distance, row
        if found < 0:
            return None
        point = origin + best * direction
        place = (float(point[0]), float(point[1]), float(point[2]))
        return Pick("building", str(self.solids.shapes.ids[found]), found, place, float(best))

    def tops(self, xy: Floats) -> Floats:
        """The height of the building at each place (n, 2) over what it stands on; 0 where there is none."""
        found = np.zeros(len(xy))
        if len(xy) and len(self.rows):
            place, row = self.lattice.at(xy)
            np.maximum.at(found, place, self.solids.top_m[self.rows[row]])
        return found

    def above(self, xy: Floats) -> Floats:
        """A height just over the building at each place, or over the ground."""
        return self.tops(xy) + 3.0

    def _candidates(self, origin: Floats, direction: Floats) -> Ints:
        """Buildings whose bounds the ray passes over between the greatest height and the ground."""
        start, end = _span(origin, direction, self.lowest_m, self.highest_m + 1.0)
        if end <= start or not len(self.rows):
            return np.zeros(0, np.int64)
        a, b = origin + start * direction, origin + end * direction
        found = self.rows[self.lattice.along(a[:2], b[:2])]
        return np.asarray(found[~self.hidden[found]])

    def _enter(self, rows: Ints, origin: Floats, direction: Floats) -> Floats:
        """How far the ray goes before it enters each building's bounds; infinite where it misses."""
        margin = np.where(self.broken[rows] > 0, 5.0, 0.01)[:, None]
        low = np.c_[
            self.solids.low[rows] - margin, self.ground_m[rows] + np.minimum(self.solids.base_m[rows], 0.0) - 0.01
        ]
        high = np.c_[self.solids.high[rows] + margin, self.ground_m[rows] + self.solids.top_m[rows] + 0.01]
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (low - origin) / direction, (high - origin) / direction
        a, b = np.nan_to_num(np.minimum(a, b), nan=-np.inf), np.nan_to_num(np.maximum(a, b), nan=np.inf)
        enter, leave = a.max(1, initial=-np.inf), b.min(1, initial=np.inf)
        return np.asarray(np.where((leave >= enter) & (leave > 0), np.maximum(enter, 0.0), np.inf))

    def _meet(self, rows: Ints, origin: Floats, direction: Floats) -> tuple[float, int]:
        middle = self.solids.low[rows[0]]
        mesh = self.forms.full(self.solids, rows, self.broken[rows], middle)
        near = origin - np.array([middle[0], middle[1], 0.0])
        corners = mesh.points.astype(np.float64)[mesh.triangles]
        corners[..., 2] += self.ground_m[mesh.slot[mesh.triangles].astype(np.int64)]
        distance = ray_triangles(near, direction, corners)
        if not len(distance) or not np.isfinite(distance.min()):
            return np.inf, -1
        k = int(distance.argmin())
        return float(distance[k]), int(mesh.slot[mesh.triangles[k, 0]])


def _span(origin: Floats, direction: Floats, lowest_m: float, highest_m: float) -> tuple[float, float]:
    """The part of a ray that lies between two heights."""
    if abs(direction[2]) < 1e-9:
        return (0.0, 50_000.0) if lowest_m <= origin[2] <= highest_m else (0.0, 0.0)
    a, b = sorted(((highest_m - origin[2]) / direction[2], (lowest_m - origin[2]) / direction[2]))
    return max(a, 0.0), min(b, 50_000.0)


def ray_triangles(origin: Floats, direction: Floats, corners: Floats) -> Floats:
    """Distance along a ray to each triangle (t, 3, 3), either side; infinite for a miss. Möller and Trumbore, 1997."""
    a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    p = np.cross(direction, v)
    size = (u * p).sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / size
        away = origin - a
        s = (away * p).sum(1) * inverse
        q = np.cross(away, u)
        t = (q @ direction) * inverse
        length = (v * q).sum(1) * inverse
        inside = (np.abs(size) > 1e-12) & (s >= -1e-9) & (t >= -1e-9) & (s + t <= 1 + 1e-9) & (length > 1e-6)
    return np.asarray(np.where(inside, length, np.inf))


def inside_mask(points: Floats, polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points (n, 2) lie in a polygon (k, 2)."""
    return np.asarray(shapely.contains_xy(shapely.make_valid(shapely.Polygon(polygon)), points))
