"""The light of a day: where the sun stands over a city, and what it makes of the colours of a style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.clock import city_offset_h
from vidbudova.model.crs import transform
from vidbudova.model.sun import Sun, sun_at
from vidbudova.scene.style import Colour, Style, rgb_of

Vector = tuple[float, float, float]
TO_SUN: Vector = (-0.64, -0.27, 0.72)
"""The architect's light, while nobody asks for the sun of a day: high in the west-south-west."""
LOWEST_SHADOW_DEG, FULL_SHADOW_DEG = 1.0, 4.0
"""Shadows fade between these; below them a city lies in the shade of the horizon."""
NIGHT_DEG = -5.0
THEME_SHARE = {"light": 1.0, "dark": 0.45}
"""How far the sky of a theme and its light follow the day."""


@dataclass(frozen=True, slots=True)
class Daylight:
    """The sun over a city: how high, and its bearing clockwise from the north of the project's grid."""

    elevation_deg: float
    bearing_deg: float

    def towards(self, least_deg: float = -90.0) -> Vector:
        """The unit vector that light comes from, not lower than `least_deg`; at night as the architect's."""
        return TO_SUN if self.elevation_deg < NIGHT_DEG else self.way(least_deg)

    def way(self, least_deg: float = -90.0) -> Vector:
        """The unit vector to where the sun is, not lower than `least_deg`."""
        height, bearing = math.radians(max(self.elevation_deg, least_deg)), math.radians(self.bearing_deg)
        return (
            math.cos(height) * math.sin(bearing),
            math.cos(height) * math.cos(bearing),
            math.sin(height),
        )

    @property
    def shadow_share(self) -> float:
        """How firm shadows are, 0 to 1."""
        return min(max((self.elevation_deg - LOWEST_SHADOW_DEG) / (FULL_SHADOW_DEG - LOWEST_SHADOW_DEG), 0.0), 1.0)


def daylight_over(xy: tuple[float, float], crs: str, at: datetime) -> Daylight:
    """The sun at an aware time over a place of the project, in its own coordinates."""
    lon, lat = place_of(xy, crs)
    sun = sun_at(at, lat, lon)
    return Daylight(sun.elevation_deg, (sun.azimuth_deg - _turn_deg(lon, lat, crs)) % 360.0)


def place_of(xy: tuple[float, float], crs: str) -> tuple[float, float]:
    """Longitude and latitude of a place of the project."""
    lon, lat = transform(np.array([xy], np.float64), crs, "EPSG:4326")[0].tolist()
    return float(lon), float(lat)


def sun_over(xy: tuple[float, float], crs: str, at: datetime) -> Sun:
    """Height and true azimuth of the sun over a place of the project."""
    lon, lat = place_of(xy, crs)
    return sun_at(at, lat, lon)


def city_zone(xy: tuple[float, float], crs: str, day: date) -> timezone:
    """The zone of a city's own clock on a day."""
    lon, lat = place_of(xy, crs)
    return timezone(timedelta(hours=city_offset_h(lon, lat, day)))


def _turn_deg(lon: float, lat: float, crs: str) -> float:
    """How far the grid's north lies clockwise of true north there."""
    (x0, y0), (x1, y1) = transform(np.array([[lon, lat - 5e-4], [lon, lat + 5e-4]]), "EPSG:4326", crs)
    return -math.degrees(math.atan2(x1 - x0, y1 - y0))


@dataclass(frozen=True, slots=True)
class _Key:
    """Factors of direct light and of the sky's, and the sky's colours, for one height of the sun."""

    elevation_deg: float
    sun: Vector
    sky: Vector
    low: str
    high: str
    glow: Vector


KEYS = (
    _Key(-16.0, (0.20, 0.24, 0.34), (0.36, 0.41, 0.55), "#39465F", "#18223C", (0.0, 0.0, 0.0)),
    _Key(-8.0, (0.16, 0.18, 0.26), (0.42, 0.47, 0.63), "#6E789A", "#2C3D68", (0.10, 0.05, 0.02)),
    _Key(-4.0, (0.0, 0.0, 0.0), (0.55, 0.57, 0.74), "#B79AA2", "#4A5F92", (0.26, 0.12, 0.04)),
    _Key(0.0, (0.55, 0.27, 0.12), (0.68, 0.67, 0.79), "#E3B095", "#667CAB", (0.30, 0.15, 0.05)),
    _Key(4.0, (1.50, 1.00, 0.55), (0.80, 0.79, 0.86), "#F0CBA2", "#7891BB", (0.26, 0.16, 0.07)),
    _Key(11.0, (1.52, 1.24, 0.86), (0.89, 0.89, 0.93), "#EEDDC6", "#85A5CD", (0.16, 0.12, 0.07)),
    _Key(24.0, (1.24, 1.14, 1.00), (0.98, 0.98, 0.99), "#E2E4E6", "#8CB0D8", (0.08, 0.07, 0.05)),
    _Key(45.0, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), "", "", (0.05, 0.05, 0.04)),
    _Key(90.0, (1.08, 1.08, 1.06), (1.0, 1.0, 1.0), "", "", (0.05, 0.05, 0.04)),
)
"""Chosen by eye: white noon, gold below fifteen degrees, blue dusk, and a night in which colours can be told apart."""

Uniforms = dict[str, float | Sequence[float]]


def uniforms(daylight: Daylight, style: Style) -> Uniforms:
    """What the shaders take of this light, in a style."""
    share = THEME_SHARE.get(style.name, 1.0)
    sun, sky = _between("sun", daylight), 1.0 - share * (1.0 - _between("sky", daylight))
    direct, around = np.array(style["sun"]) * sun, np.array(style["skylight"]) * sky
    up = max(daylight.towards()[2], 0.0)
    usual = np.array(style["sun"]) * TO_SUN[2] + np.array(style["skylight"])
    low, high = (
        np.array(style[name]) * (1.0 - share) + share * _sky(key, style[name], daylight)
        for key, name in (("low", "sky_low"), ("high", "sky_high"))
    )
    return {
        "toSun": daylight.towards(),
        "sunlight": _three(direct),
        "skylight": _three(around),
        "flatLight": _three((direct * up + around) / usual),
        "hazeColour": _three(low),
        "skyLow": _three(low),
        "skyHigh": _three(high),
        "glow": _three(_between("glow", daylight) * share),
    }


def haze_towards(forward: NDArray[np.float64], daylight: Daylight, lit: Uniforms) -> Vector:
    """The haze of a view: brighter and warmer the nearer it looks to a low sun."""
    near = max(float(forward @ np.array(daylight.way())), 0.0) ** 5.0
    return _three(np.array(lit["hazeColour"]) + 0.8 * near * np.array(lit["glow"]))


def _between(name: str, daylight: Daylight) -> NDArray[np.float64]:
    """A value of the keys at a height of the sun."""
    heights = [key.elevation_deg for key in KEYS]
    values = np.array([getattr(key, name) for key in KEYS], np.float64)
    return np.array([np.interp(daylight.elevation_deg, heights, column) for column in values.T])


def _sky(name: str, usual: Colour, daylight: Daylight) -> NDArray[np.float64]:
    colours = np.array([rgb_of(getattr(key, name)) if getattr(key, name) else usual for key in KEYS])
    heights = [key.elevation_deg for key in KEYS]
    return np.array([np.interp(daylight.elevation_deg, heights, column) for column in colours.T])


def _three(values: NDArray[np.floating]) -> Vector:
    r, g, b = (float(v) for v in values)
    return r, g, b
