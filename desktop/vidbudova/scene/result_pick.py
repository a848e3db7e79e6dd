"""What of a result is under a pixel: the row of a ribbon, a numbered place, a dot or an area."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from vidbudova.model.shapes import Shapes
from vidbudova.scene import camera as cameras
from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.ground_pick import DOT_PX
from vidbudova.scene.light import LEAST_SCALE
from vidbudova.scene.pick import Pick
from vidbudova.scene.result_drawing import Drawing
from vidbudova.scene.result_lines import strings
from vidbudova.scene.solids import Floats, Ints, polygon_of

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

NEAR_M, FAR_M = (0.9, 5.2), (1.1, 6.6)
"""Widths of ribbons from nothing to full: in metres near by, in pixels from afar; as the shader has them."""
SLACK_PX = 2.5
BADGE_PX, BADGE_UP = 14.0, 1.35
KIND = "result"
HIGHEST_DECK_M, DECK_STEPS, LIFT_M = 30.0, 80, 0.25


class ResultPicker:
    """Finds the row of what is drawn of one result."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(strings(self.drawing.lines.xy, self.drawing.lines.offsets))

    @cached_property
    def _areas(self) -> shapely.STRtree:
        areas = self.drawing.areas
        return shapely.STRtree([polygon_of(areas, row) for row in range(len(areas))])

    def ribbon(self, place: Floats, metres: float) -> int:
        """The row of the ribbon that covers a place on the ground where a pixel is so large; −1 for none."""
        lines, slack = self.drawing.lines, SLACK_PX * metres
        reach = widths(np.ones(1), metres)[0] + gap_m(metres) + slack
        point = shapely.Point(place[:2])
        near = self._tree.query(point, predicate="dwithin", distance=reach)
        if not len(near):
            return -1
        along = shapely.line_locate_point(self._tree.geometries[near], point)
        right = self._right_of(near, along, place[:2])
        width, twin = widths(lines.share[near], metres), lines.twin[near]
        low = np.where(twin, gap_m(metres), -width / 2)
        beyond = np.maximum(np.maximum(low - right, right - low - width), 0.0)
        beyond = np.hypot(beyond, np.sqrt(np.maximum(self._away(near, point) ** 2 - right**2, 0.0)))
        under = beyond <= 0.5 * metres
        best = np.lexsort((beyond, np.where(under, -lines.share[near], 0.0), ~under))[0]
        return int(lines.row[near[best]]) if beyond[best] <= slack else -1

    def _away(self, near: Ints, point: shapely.Point) -> Floats:
        return np.asarray(shapely.distance(self._tree.geometries[near], point))

    def _right_of(self, near: Ints, along: Floats, place: Floats) -> Floats:
        """(k,) how far a place lies to the right of lines, near places along them."""
        made = self._tree.geometries[near]
        ends = np.maximum(along - 0.5, 0.0), np.minimum(along + 0.5, shapely.length(made))
        a, b = (shapely.get_coordinates(shapely.line_interpolate_point(made, at)) for at in ends)
        way = (b - a) / np.maximum(np.linalg.norm(b - a, axis=1, keepdims=True), 1e-9)
        off = place - a
        return np.asarray(off[:, 0] * way[:, 1] - off[:, 1] * way[:, 0])

    def area(self, place: Floats) -> int:
        """The row of the area over a place; −1 for none."""
        found = self._areas.query(shapely.Point(place[:2]), predicate="intersects")
        return int(self.drawing.row_of_area[found.min()]) if len(found) else -1


def widths(share: Floats, metres: float) -> Floats:
    """(n,) widths in m of ribbons where a pixel is so large."""
    near, far = (low + (high - low) * share for low, high in (NEAR_M, FAR_M))
    return np.maximum(near, far * metres)


def gap_m(metres: float) -> float:
    """How far from the middle of its street a ribbon begins that keeps to the right."""
    return max(0.35, 0.5 * metres)


def nearer(distance: float) -> float:
    """By what share of its distance a ribbon comes forward; as the shader has it."""
    t = min(max((distance - 500.0) / 3500.0, 0.0), 1.0)
    return 0.004 + (0.06 - 0.004) * t * t * (3.0 - 2.0 * t)


def pick(scene: Scene, x: float, y: float) -> Pick | None:
    """What of the result that is shown is under a pixel; its `index` is the row of the table."""
    picker = scene.results.picker
    if picker is None or not scene.visible.get("results", True):
        return None
    found = _place(scene, picker.drawing, x, y)
    ground = scene.ground_point(x, y)
    if found is not None or ground is None:
        return found
    origin, direction = cameras.ray(scene.camera, x, y, scene.size)
    place = _on_deck(scene, picker.drawing, origin, direction, np.array(ground))
    ground = (float(place[0]), float(place[1]), float(place[2]))
    distance = float(np.linalg.norm(place - origin))
    hides = scene.section.building(origin, direction) if scene.visible["buildings"] else None
    front = np.inf if hides is None else hides.distance
    depth = abs(float((place - origin) @ scene.camera.axes()[0]))
    row = picker.ribbon(place, depth * _per_pixel(scene.camera, scene.size))
    if row >= 0 and distance * (1.0 - nearer(distance)) < front:
        return Pick(KIND, _id(picker.drawing, row), row, ground, distance)
    row = picker.area(place) if distance < front else -1
    return Pick(KIND, _id(picker.drawing, row), row, ground, distance) if row >= 0 else None


def _on_deck(scene: Scene, drawing: Drawing, origin: Floats, direction: Floats, ground: Floats) -> Floats:
    """Where a ray meets a bridge before the ground, else where it meets the ground."""
    far = float(np.linalg.norm(ground - origin))
    away = np.linspace(max(far - HIGHEST_DECK_M / max(-float(direction[2]), 0.02), 0.0), far, DECK_STEPS)
    places = origin + away[:, None] * direction
    above = places[:, 2] - (drawing.heights.decks(places[:, :2]) + scene.footing.level_m + LIFT_M)
    met = np.flatnonzero(above <= 0.0)
    if not len(met):
        return ground
    k = int(met[0])
    back = above[k] / (above[k] - above[k - 1]) if k and np.isfinite(above[k - 1]) else 0.0
    return np.asarray(places[k] + back * (places[k - 1] - places[k]))


def _per_pixel(camera: Camera, size: Size) -> float:
    """Metres a pixel for each metre of depth, of the size that line widths are given in."""
    tall = 2.0 * np.tan(np.radians(camera.fov_deg) / 2) / size[1]
    return float(tall * max(size[1] / 720.0, LEAST_SCALE))


def _place(scene: Scene, drawing: Drawing, x: float, y: float) -> Pick | None:
    """A numbered place, or a dot."""
    signs = len(drawing.places) > 0
    xy = drawing.places if signs else drawing.points.xy
    if not len(xy):
        return None
    places = scene.results.stood(xy)
    pixels, depth = scene.project(places)
    unit = scene.size[1] / 720.0
    middle = pixels - np.array([0.0, BADGE_UP * BADGE_PX * unit if signs else 0.0])
    away = np.where(depth > 0, np.hypot(middle[:, 0] - x, middle[:, 1] - y), np.inf)
    # of signs that lie over each other the first is uppermost
    near = np.flatnonzero(away <= (BADGE_PX if signs else DOT_PX) * unit)
    if not len(near):
        return None
    k = int(near[0] if signs else near[depth[near].argmin()])
    row = int(drawing.row_of_place[k] if signs else drawing.row_of_point[_feature(drawing.points, k)])
    place = (float(places[k, 0]), float(places[k, 1]), float(places[k, 2]))
    distance = float(np.linalg.norm(places[k] - scene.camera.eye()))
    return Pick(KIND, _id(drawing, row), row, place, distance)


def _feature(points: Shapes, vertex: int) -> int:
    starts = points.part_offsets[points.feature_offsets]
    return int(np.searchsorted(starts, vertex, side="right") - 1)


def _id(drawing: Drawing, row: int) -> str:
    """The id of the row of the city that a row is about, "" for none."""
    frame = drawing.table.frame
    return str(frame["id"].iloc[row]) if "id" in frame else ""
