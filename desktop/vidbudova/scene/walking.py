"""On foot and by drone: steps that follow the ground, stop at walls and glide along them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from vidbudova.scene.camera import HIGHEST_PITCH, Camera, Floats
from vidbudova.scene.decks import Decks
from vidbudova.scene.land import road_widths
from vidbudova.scene.pick import Picker
from vidbudova.scene.solids import Ints, Solids, polygon_of

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

EYE_M = 1.7
BODY_M = 0.4
"""No wall comes nearer than this to who walks, and three times as near to a drone."""
DRONE_M = 1.2
STRIDE_M = 0.3
"""The step is gone in pieces of this length, so that no wall is jumped over."""
KNEE_M = 0.5
"""What is lower is stepped onto; what begins higher than the head is walked under."""
RISE_M_S = 4.0
HIGHEST_M = 20_000.0
SLOWEST_M_S, FASTEST_M_S = 3.0, 400.0
SHARE_OF_HEIGHT = 0.6
LOWEST_PITCH = -60.0

Floor = Callable[[Floats, float], Floats]
"""Heights (n,) of what can be stood on at places (n, 2), for feet at a height: the ground, or a bridge's deck."""


class Walker:
    """Moves a camera among the buildings of one city; heights are those of the scene."""

    def __init__(self, solids: Solids, floor: Floor, picker: Picker | None = None) -> None:
        self.solids, self.floor = solids, floor
        picker = picker or Picker(solids)
        self._rows, self._tree = picker.rows, picker.tree
        self._shapes: dict[int, shapely.Geometry] = {}
        self.hidden = np.zeros(len(solids), bool)

    def stand(self, camera: Camera) -> Camera:
        """On the ground where the camera looks, looking the same way; beside a building that stands there."""
        place = self._outside(np.array(camera.focus[:2]))
        level = replace(camera, pitch_deg=1.5, distance=40.0)
        eye = np.array([*place, float(self.floor(place[None, :], camera.focus[2])[0]) + EYE_M])
        return _seen_from(level, eye)

    def walk(self, camera: Camera, ahead_m: float, right_m: float, seconds: float = 1.0) -> Camera:
        """Steps over the ground: walls stop them, slopes and stairs are climbed, decks of bridges carry."""
        eye = camera.eye()
        feet = eye[2] - EYE_M
        place = self._go(eye[:2], _way(camera, ahead_m, right_m), feet, feet + EYE_M + 0.2, BODY_M)
        ground = float(self.floor(place[None, :], feet)[0])
        climb = min(max(ground - feet, -RISE_M_S * seconds), RISE_M_S * seconds) if seconds < 1.0 else ground - feet
        return _seen_from(camera, np.array([*place, feet + climb + EYE_M]))

    def fly(self, camera: Camera, ahead_m: float, right_m: float, up_m: float) -> Camera:
        """A drone: level with the horizon however it looks, never into a building or the ground."""
        eye = camera.eye()
        high = min(eye[2] + up_m, HIGHEST_M)
        low = float(self.floor(eye[None, :2], eye[2])[0]) + DRONE_M
        high = max(high, low, self._roof_below(eye[:2], eye[2]) + DRONE_M if up_m < 0 else -math.inf)
        way = _way(camera, ahead_m, right_m)
        place = self._go(eye[:2], way, high - DRONE_M, high + DRONE_M, DRONE_M)
        high = max(high, float(self.floor(place[None, :], high)[0]) + DRONE_M)
        return _seen_from(camera, np.array([*place, high]))

    def speed_m_s(self, camera: Camera) -> float:
        """How fast a drone flies: faster the higher it is, never too slow to move or too fast to see."""
        eye = camera.eye()
        above = eye[2] - float(self.floor(eye[None, :2], eye[2])[0])
        return float(min(max(SHARE_OF_HEIGHT * above, SLOWEST_M_S), FASTEST_M_S))

    def _go(self, start: Floats, way: Floats, feet: float, head: float, body_m: float) -> Floats:
        """A step in short pieces; what stands between feet and head pushes back."""
        length = float(np.linalg.norm(way))
        if length < 1e-9:
            return start
        inside = set(self._within(start, feet, head, 0.0).tolist())
        pieces = min(math.ceil(length / STRIDE_M), 400)
        place = start
        for _ in range(pieces):
            wanted = place + way / pieces
            found = self._pushed(wanted, feet, head, body_m, inside)
            if found is None:
                break
            place = found
        return place

    def _pushed(self, place: Floats, feet: float, head: float, body_m: float, inside: set[int]) -> Floats | None:
        """The place moved off every wall that is too near; None where there is no room. Two rounds settle a corner."""
        for _ in range(3):
            near = [row for row in self._within(place, feet, head, body_m).tolist() if row not in inside]
            if not near:
                return place
            for row in near:
                moved = self._off(place, self._shape(row), body_m)
                if moved is None:
                    return None
                place = moved
        return None

    def _off(self, place: Floats, shape: shapely.Geometry, body_m: float) -> Floats | None:
        point = shapely.Point(place)
        if shape.contains(point):
            return None
        wall = np.array(shapely.get_coordinates(shapely.shortest_line(point, shape))[1])
        away = place - wall
        distance = float(np.linalg.norm(away))
        if distance >= body_m:
            return place
        return None if distance < 1e-6 else wall + away / distance * (body_m + 1e-3)

    def _within(self, place: Floats, feet: float, head: float, reach: float) -> Ints:
        """Buildings nearer than `reach` that stand between feet and head."""
        x, y = place
        found = self._rows[self._tree.query(shapely.box(x - reach, y - reach, x + reach, y + reach))]
        solids = self.solids
        found = found[(solids.base_m[found] < head) & (solids.top_m[found] > feet + KNEE_M) & ~self.hidden[found]]
        point = shapely.Point(place)
        away = [self._shape(int(row)).distance(point) for row in found]
        return np.asarray(found[np.array(away) <= reach] if len(found) else found)

    def _shape(self, row: int) -> shapely.Geometry:
        if row not in self._shapes:
            self._shapes[row] = polygon_of(self.solids.shapes, row)
        return self._shapes[row]

    def _roof_below(self, place: Floats, height: float) -> float:
        rows = self._within(place, -math.inf, math.inf, 0.0)
        tops = self.solids.top_m[rows]
        return float(tops[tops <= height].max(initial=-math.inf))

    def _outside(self, place: Floats) -> Floats:
        """The nearest place outside of a building that covers this one."""
        for _ in range(8):
            rows = self._within(place, -math.inf, math.inf, 0.0)
            if not len(rows):
                break
            whole = shapely.union_all([self._shape(int(row)) for row in rows])
            edge = np.array(shapely.get_coordinates(shapely.shortest_line(shapely.Point(place), whole.boundary))[1])
            out = edge - place
            length = float(np.linalg.norm(out))
            place = edge + (out / length if length > 1e-9 else np.array([1.0, 0.0])) * 2 * BODY_M
        return place


def walker_of(scene: Scene) -> Walker:
    """A walker in the city that a scene shows: over its ground and bridges, past what is not hidden."""
    roads = scene.drawn.table("roads")
    relief, solids, foot = scene.city.relief, scene.solids, scene.picker.ground_m
    decks = Decks(roads, road_widths(roads), None if relief is None else relief.height)

    def floor(xy: Floats, feet: float) -> Floats:
        ground = np.zeros(len(xy)) if relief is None else relief.height(xy)
        lifts = [decks.lift(xy[k : k + 1], feet - float(ground[k]))[0] for k in range(len(xy))]
        return np.asarray(ground + np.array(lifts))

    stood = replace(solids, base_m=solids.base_m + foot, top_m=solids.top_m + foot)
    found = Walker(stood, floor, scene.picker)
    found.hidden = scene.picker.hidden
    return found


def look(camera: Camera, turn_deg: float, tilt_deg: float) -> Camera:
    """Look around from where the eye is."""
    pitch = min(max(camera.pitch_deg + tilt_deg, LOWEST_PITCH), HIGHEST_PITCH)
    return _seen_from(
        replace(camera, heading_deg=(camera.heading_deg + turn_deg) % 360.0, pitch_deg=pitch), camera.eye()
    )


def _way(camera: Camera, ahead_m: float, right_m: float) -> Floats:
    h = math.radians(camera.heading_deg)
    return np.array([math.sin(h), math.cos(h)]) * ahead_m + np.array([math.cos(h), -math.sin(h)]) * right_m


def _seen_from(camera: Camera, eye: Floats) -> Camera:
    x, y, z = eye + camera.distance * camera.axes()[0]
    return replace(camera, focus=(float(x), float(y), float(z)))
