"""Picks of what lies on the ground or floats over it: observations, roads, zones; what is smaller wins."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.model.shapes import Shapes
from vidbudova.scene.camera import Camera, Size, project
from vidbudova.scene.pick import Pick
from vidbudova.scene.solids import Floats, Ints, polygon_of

DOT_PX = 8.0


def lines_tree(lines: Shapes) -> tuple[shapely.STRtree, Ints]:
    """A tree over every line of a table, and the feature of each."""
    of = np.repeat(np.arange(len(lines)), np.diff(lines.feature_offsets))
    count = np.diff(lines.part_offsets)
    keep = np.flatnonzero(count >= 2)
    at = np.repeat(np.arange(len(keep)), count[keep])
    xy = (
        lines.xy[np.concatenate([np.arange(*lines.part_offsets[k : k + 2]) for k in keep])]
        if len(keep)
        else lines.xy[:0]
    )
    return shapely.STRtree(shapely.linestrings(xy, indices=at) if len(at) else []), of[keep]


class GroundPicker:
    """Finds roads and zones under a place on the ground; trees are made at the first pick."""

    def __init__(self, roads: Shapes, width_m: Floats) -> None:
        self.roads, self.width_m = roads, width_m
        self._tree: tuple[shapely.STRtree, Ints] | None = None
        self.zones: Shapes | None = None
        self._outlines: list[shapely.Geometry] = []

    def set_zones(self, zones: Shapes) -> None:
        """Other zones to be found."""
        self.zones = zones
        self._outlines = [polygon_of(zones, row) for row in range(len(zones))]

    def road(self, place: tuple[float, float, float]) -> int:
        """The road whose surface covers a place; −1 for none."""
        if self._tree is None:
            self._tree = lines_tree(self.roads)
        tree, of = self._tree
        point = shapely.Point(place[:2])
        near = tree.query(point, predicate="dwithin", distance=float(self.width_m.max(initial=0.0)) / 2)
        if not len(near):
            return -1
        away = shapely.distance(tree.geometries[near], point) - self.width_m[of[near]] / 2
        return int(of[near[away.argmin()]]) if away.min() <= 0 else -1

    def zone(self, place: tuple[float, float, float]) -> int:
        """The smallest zone that covers a place; −1 for none."""
        point = shapely.Point(place[:2])
        found = [row for row, outline in enumerate(self._outlines) if shapely.covers(outline, point)]
        return min(found, key=lambda row: self._outlines[row].area) if found else -1


def dot(
    points: Shapes, places: Floats, camera: Camera, x: float, y: float, size: Size, kind: str = "observation"
) -> Pick | None:
    """The nearest disc drawn within a few pixels; whether something hides it is for the caller to say."""
    if not len(places):
        return None
    pixels, depth = project(camera, places, size)
    away = np.where(depth > 0, np.hypot(pixels[:, 0] - x, pixels[:, 1] - y), np.inf)
    reach = DOT_PX * size[1] / 720.0
    near = np.flatnonzero(away <= reach)
    if not len(near):
        return None
    k = int(near[depth[near].argmin()])
    of = int(np.searchsorted(points.part_offsets[points.feature_offsets], k, side="right") - 1)
    distance = float(np.linalg.norm(places[k] - camera.eye()))
    return Pick(
        kind,
        str(points.ids[of]),
        of,
        (float(places[k, 0]), float(places[k, 1]), float(places[k, 2])),
        distance,
    )
