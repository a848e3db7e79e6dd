"""Cameras as values: every move is a pure function of a camera and an input. Pixels begin at the top left."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Size = tuple[int, int]

NEAREST_M, FARTHEST_M = 8.0, 120_000.0
LOWEST_PITCH, HIGHEST_PITCH = 1.0, 90.0
EYE_ABOVE_GROUND_M = 1.6


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a view is seen from, in the project's CRS.

    heading_deg is clockwise from north; pitch_deg is how far the view looks down (90 is straight down);
    fov_deg is the full vertical angle.
    """

    focus: tuple[float, float, float] = (0.0, 0.0, 0.0)
    distance: float = 1000.0
    heading_deg: float = 0.0
    pitch_deg: float = 40.0
    fov_deg: float = 35.0

    def axes(self) -> tuple[Floats, Floats, Floats]:
        """Unit vectors forward, right and up of the view."""
        h, p = math.radians(self.heading_deg), math.radians(self.pitch_deg)
        right = np.array([math.cos(h), -math.sin(h), 0.0])
        forward = np.array([math.sin(h) * math.cos(p), math.cos(h) * math.cos(p), -math.sin(p)])
        return forward, right, np.cross(right, forward)

    def eye(self) -> Floats:
        """The point the view is seen from."""
        return np.asarray(self.focus, float) - self.distance * self.axes()[0]


def metres_per_pixel(camera: Camera, size: Size, distance: float | None = None) -> float:
    """The length that one pixel covers at a distance (of the focus unless given)."""
    span = 2.0 * math.tan(math.radians(camera.fov_deg) / 2)
    return span * (camera.distance if distance is None else distance) / size[1]


def ray(camera: Camera, x: float, y: float, size: Size) -> tuple[Floats, Floats]:
    """Origin and unit direction of the view ray through a pixel position."""
    forward, right, up = camera.axes()
    half = math.tan(math.radians(camera.fov_deg) / 2)
    across = (2.0 * x / size[0] - 1.0) * half * size[0] / size[1]
    direction = forward + across * right + (1.0 - 2.0 * y / size[1]) * half * up
    return camera.eye(), direction / np.linalg.norm(direction)


def project(camera: Camera, points: Floats, size: Size) -> tuple[Floats, Floats]:
    """Pixel positions (n, 2) and depths (n,) of points (n, 3); a depth of 0 or less is behind the eye."""
    forward, right, up = camera.axes()
    away = np.atleast_2d(np.asarray(points, float)) - camera.eye()
    depth = away @ forward
    half = math.tan(math.radians(camera.fov_deg) / 2)
    scale = size[1] / (2.0 * half) / np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    return np.c_[size[0] / 2 + away @ right * scale, size[1] / 2 - away @ up * scale], depth


def ground_point(camera: Camera, x: float, y: float, size: Size, height: float = 0.0) -> Floats | None:
    """Where the ray through a pixel meets the level ground; None at or above the horizon."""
    origin, direction = ray(camera, x, y, size)
    if direction[2] > -1e-6:
        return None
    length = (height - origin[2]) / direction[2]
    return origin + length * direction if length > 0 else None


def orbit_about(camera: Camera, pivot: Floats, turn_deg: float, tilt_deg: float, ground_m: float = 0.0) -> Camera:
    """Turn about the vertical through a pivot and tilt about it; the pivot stays where it is on the screen.

    ground_m : height of the ground there.
    """
    pitch = min(max(camera.pitch_deg + tilt_deg, LOWEST_PITCH), HIGHEST_PITCH)
    turned = replace(camera, heading_deg=(camera.heading_deg + turn_deg) % 360.0, pitch_deg=pitch)
    seen = _in_view(camera, np.asarray(pivot, float) - camera.eye())
    eye = np.asarray(pivot, float) - _out_of_view(turned, seen)
    moved, above = _from_eye(turned, eye, ground_m), eye[2] - ground_m
    return moved if above >= EYE_ABOVE_GROUND_M else replace(moved, focus=_lifted(moved.focus, above))


def _in_view(camera: Camera, vector: Floats) -> Floats:
    return np.array([vector @ axis for axis in camera.axes()])


def _out_of_view(camera: Camera, seen: Floats) -> Floats:
    forward, right, up = camera.axes()
    return np.asarray(seen[0] * forward + seen[1] * right + seen[2] * up)


def _lifted(focus: tuple[float, float, float], eye_height: float) -> tuple[float, float, float]:
    return focus[0], focus[1], focus[2] + EYE_ABOVE_GROUND_M - eye_height


def _from_eye(camera: Camera, eye: Floats, ground_m: float) -> Camera:
    """The same view from another eye, with the focus where the view meets the ground if that is not too far off."""
    forward = camera.axes()[0]
    distance = camera.distance
    if forward[2] < -0.02:
        distance = min(max((eye[2] - ground_m) / -forward[2], NEAREST_M), FARTHEST_M)
    x, y, z = eye + distance * forward
    return replace(camera, focus=(float(x), float(y), float(z)), distance=float(distance))


def pan(
    camera: Camera, start: tuple[float, float], end: tuple[float, float], size: Size, ground_m: float = 0.0
) -> Camera:
    """Drag the ground: what was under `start` comes under `end`; near the horizon the drag is held to a sane length."""
    a, b = ground_point(camera, *start, size, ground_m), ground_point(camera, *end, size, ground_m)
    limit = 4.0 * camera.distance
    if a is None or b is None or max(np.linalg.norm(a - camera.focus), np.linalg.norm(b - camera.focus)) > limit:
        step = metres_per_pixel(camera, size)
        right, ahead = camera.axes()[1], _ahead(camera)
        move = -(end[0] - start[0]) * step * right + (end[1] - start[1]) * step * ahead
    else:
        move = a - b
    return moved_by(camera, move)


def _ahead(camera: Camera) -> Floats:
    h = math.radians(camera.heading_deg)
    return np.array([math.sin(h), math.cos(h), 0.0])


def moved_by(camera: Camera, move: Floats) -> Camera:
    """The same view moved by a vector."""
    x, y, z = np.asarray(camera.focus, float) + move
    return replace(camera, focus=(float(x), float(y), float(z)))


def zoom_to(camera: Camera, point: Floats, factor: float) -> Camera:
    """Bring the eye nearer to a point (factor < 1) or further (> 1); the point stays where it is on the screen."""
    factor = min(max(camera.distance * factor, NEAREST_M), FARTHEST_M) / camera.distance
    x, y, z = np.asarray(point, float) + (np.asarray(camera.focus, float) - point) * factor
    return replace(camera, focus=(float(x), float(y), float(z)), distance=camera.distance * factor)


def walk(camera: Camera, ahead_m: float, right_m: float, turn_deg: float = 0.0, tilt_deg: float = 0.0) -> Camera:
    """Steps over the ground at the eye's height, and looking around from where one stands."""
    eye = camera.eye() + ahead_m * _ahead(camera) + right_m * camera.axes()[1]
    pitch = min(max(camera.pitch_deg + tilt_deg, -30.0), HIGHEST_PITCH)
    looking = replace(camera, heading_deg=(camera.heading_deg + turn_deg) % 360.0, pitch_deg=pitch)
    x, y, z = eye + looking.distance * looking.axes()[0]
    return replace(looking, focus=(float(x), float(y), float(z)))


def top(camera: Camera) -> Camera:
    """Straight down on the same focus."""
    return replace(camera, pitch_deg=HIGHEST_PITCH)


def north(camera: Camera) -> Camera:
    """The same view with north up."""
    return replace(camera, heading_deg=0.0)


def fit(
    camera: Camera,
    bounds: tuple[float, float, float, float],
    size: Size,
    height: float = 0.0,
    margin: float = 0.04,
    ground_m: float = 0.0,
) -> Camera:
    """The same direction, near enough that bounds (minx, miny, maxx, maxy) just fill the picture, in its middle."""
    x0, y0, x1, y1 = bounds
    corners = np.array([[x, y, z] for x in (x0, x1) for y in (y0, y1) for z in (ground_m, ground_m + height)])
    found = replace(camera, focus=((x0 + x1) / 2, (y0 + y1) / 2, ground_m))
    for _ in range(6):
        found = _near_enough(found, corners, size, margin)
        pixels = project(found, corners, size)[0]
        x, y = (pixels.min(0) + pixels.max(0)) / 2
        middle = ground_point(found, float(x), float(y), size, ground_m)
        if middle is None:
            break
        found = moved_by(found, 0.9 * (middle - np.asarray(found.focus)) * np.array([1.0, 1.0, 0.0]))
    return _near_enough(found, corners, size, margin)


def _near_enough(camera: Camera, corners: Floats, size: Size, margin: float) -> Camera:
    """The nearest distance that keeps all corners in the picture."""
    low, high = NEAREST_M, FARTHEST_M
    for _ in range(40):
        middle = math.sqrt(low * high)
        pixels, depth = project(replace(camera, distance=middle), corners, size)
        inside = (depth > 0).all() and (np.abs(pixels / size - 0.5) < 0.5 - margin).all()
        low, high = (low, middle) if inside else (middle, high)
    return replace(camera, distance=high)


def fly_to(camera: Camera, point: Floats, distance: float | None = None) -> Camera:
    """The same direction with a point in the middle, from a distance that shows it."""
    x, y, z = np.asarray(point, float)
    return replace(camera, focus=(float(x), float(y), float(z)), distance=distance or min(camera.distance, 350.0))


def eased(t: float) -> float:
    """Slow, quick, slow: 0 to 1 with no jerk at either end."""
    t = min(max(t, 0.0), 1.0)
    return t * t * t * (t * (6.0 * t - 15.0) + 10.0)


def between(a: Camera, b: Camera, t: float) -> Camera:
    """The camera at eased time t (0 to 1) of a flight; long flights rise on the way, so the ground does not rush."""
    s = eased(t)
    near, far = np.asarray(a.focus), np.asarray(b.focus)
    rise = 0.6 * float(np.linalg.norm(far - near)) / (a.distance + b.distance)
    distance = math.exp((1 - s) * math.log(a.distance) + s * math.log(b.distance)) * (1 + rise * 4 * s * (1 - s))
    turn = (b.heading_deg - a.heading_deg + 180.0) % 360.0 - 180.0
    x, y, z = near + (far - near) * s
    return Camera(
        (float(x), float(y), float(z)),
        min(distance, FARTHEST_M) if 0 < s < 1 else (a.distance if s == 0 else b.distance),
        (a.heading_deg + turn * s) % 360.0,
        a.pitch_deg + (b.pitch_deg - a.pitch_deg) * s,
        a.fov_deg + (b.fov_deg - a.fov_deg) * s,
    )


def flight_s(a: Camera, b: Camera) -> float:
    """How long a flight should take: longer for farther, never long."""
    way = float(np.linalg.norm(np.asarray(a.focus) - b.focus)) / min(a.distance, b.distance)
    return min(0.35 + 0.15 * math.log1p(way) + 0.1 * abs(math.log(a.distance / b.distance)), 1.4)
