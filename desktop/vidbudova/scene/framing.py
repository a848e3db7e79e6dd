"""The view that a city is met with: low and wide, its buildings filling the picture below a strip of sky."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from vidbudova.scene.camera import FARTHEST_M, Camera, Floats, Size, moved_by, project
from vidbudova.scene.city import City
from vidbudova.scene.solids import bounds_by_feature, vertex_offsets

HOME = Camera(heading_deg=22.0, pitch_deg=18.0, fov_deg=40.0)
"""The horizon lies a little under the upper edge, and the city is seen from 20 to 35 degrees above it."""

FEWEST = 20
"""Fewer buildings than this have no outliers: all are framed."""
ENOUGH = 5000
"""So many buildings, taken evenly, say where a city lies as well as a million do."""
OUTLIERS_PERCENT = 2.0
MARGIN_SHARE, MARGIN_M = 0.03, 40.0
FAR_EDGE, MIDDLE, NEAR_EDGE = 0.27, 0.56, 0.96
"""How far down the picture the city begins, has its middle at the lowest, and ends at the lowest."""
MOST_OUTSIDE = 0.07
"""The share of the buildings that may lie beyond the edges, so that the rest fills the picture."""
LOWEST_EYE_M = 60.0
LOWEST_BEGIN = 0.37
STEEPER_DEG = (0.0, 3.0, 6.0, 9.0)
"""A wide city in a narrow picture leaves much empty above it; then the view is taken from higher up, step by step."""
STEP_BACK, MOST_STEPS = 1.05, 60


def home(city: City, size: Size, start: Camera = HOME) -> Camera:
    """The city from a low slant, in the heading and lens of `start`; steeper where it would leave the picture empty."""
    places = _places(city)
    found = start
    for steeper in STEEPER_DEG:
        found = _framed(replace(start, pitch_deg=start.pitch_deg + steeper), places, size)
        if _begins(found, places, size) <= LOWEST_BEGIN:
            break
    return moved_by(found, np.array([0.0, 0.0, _level(city)]))


def _level(city: City) -> float:
    """The height that most buildings stand at: all is framed as if it were 0, then lifted."""
    return float(np.median(city.ground_m)) if city.ground_m is not None and len(city.ground_m) else 0.0


def _framed(start: Camera, places: Floats, size: Size) -> Camera:
    """The view in the heading, pitch and lens of `start`, far enough that the width holds the city."""
    height = _height_by_depth(start, places @ _axes(start)[0], len(places))
    found = _standing(start, places, height)
    for _ in range(MOST_STEPS):
        if _outside(found, places, size) <= MOST_OUTSIDE:
            break
        height *= STEP_BACK
        found = _standing(start, places, height)
    return found


def _begins(camera: Camera, places: Floats, size: Size) -> float:
    """How far down the picture the city begins, but for outliers."""
    pixels, _depth = project(camera, np.c_[places, np.zeros(len(places))], size)
    return float(np.percentile(pixels[:, 1], OUTLIERS_PERCENT) / size[1])


def _axes(camera: Camera) -> tuple[Floats, Floats]:
    h = math.radians(camera.heading_deg)
    return np.array([math.sin(h), math.cos(h)]), np.array([math.cos(h), -math.sin(h)])


def _places(city: City) -> Floats:
    """Middles of the buildings; corners of everything where there are none."""
    buildings = city.table("buildings")
    if len(buildings) >= FEWEST:
        low, high = bounds_by_feature(buildings, vertex_offsets(buildings))
        return np.asarray((low + high) / 2)[:: len(low) // ENOUGH + 1]
    x0, y0, x1, y1 = city.bounds
    return np.array([[x0, y0], [x0, y1], [x1, y0], [x1, y1]])


def _span(along: Floats, count: int) -> tuple[float, float]:
    """From where to where the places lie, without outliers, with a margin."""
    aside = OUTLIERS_PERCENT if count >= FEWEST else 0.0
    low, high = np.percentile(along, [aside, 100.0 - aside])
    margin = MARGIN_M + MARGIN_SHARE * (high - low)
    return float(low - margin), float(high + margin)


def _reach(camera: Camera, share: float) -> float:
    """How far off the ground is that lies so far down the picture, for an eye at height 1."""
    below = math.atan((2.0 * share - 1.0) * math.tan(math.radians(camera.fov_deg) / 2))
    return 1.0 / math.tan(math.radians(camera.pitch_deg) + below)


def _height_by_depth(camera: Camera, along: Floats, count: int) -> float:
    """How high the eye is if the city just lies between the far and the near edge."""
    near, far = _span(along, count)
    return max((far - near) / (_reach(camera, FAR_EDGE) - _reach(camera, NEAR_EDGE)), LOWEST_EYE_M)


def _standing(camera: Camera, places: Floats, height: float) -> Camera:
    """The camera from a height, in the middle of the width, near enough that the city ends low in the picture."""
    ahead, right = _axes(camera)
    near, far = _span(places @ ahead, len(places))
    eye = min(near - height * _reach(camera, NEAR_EDGE), (near + far) / 2 - height * _reach(camera, MIDDLE))
    focus = ahead * (eye + height * _reach(camera, 0.5)) + right * sum(_span(places @ right, len(places))) / 2
    distance = min(height / math.sin(math.radians(camera.pitch_deg)), FARTHEST_M)
    return replace(camera, focus=(float(focus[0]), float(focus[1]), 0.0), distance=distance)


def _outside(camera: Camera, places: Floats, size: Size) -> float:
    """The share of places that the picture does not show."""
    pixels, depth = project(camera, np.c_[places, np.zeros(len(places))], size)
    return float(1.0 - ((depth > 0) & (pixels >= 0).all(1) & (pixels <= size).all(1)).mean())
