"""Where the sun stands: the solar position algorithm of NREL, good to 0.0003 degrees from the year -2000 to 6000.

Source of every formula: I. Reda, A. Andreas, Solar Position Algorithm for Solar Radiation Applications,
NREL/TP-560-34302, revised 2008; the numbers of its sections are in the comments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import asin, atan, atan2, cos, degrees, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.sun_terms import LATITUDE, LONGITUDE, NUTATION, RADIUS, Series

DELTA_T_S = 69.0
"""Terrestrial time minus universal time in the 2020s, seconds; ten seconds more move the sun by 0.0001 degrees."""
SUNRISE_DEG = -0.8333
"""Height of the sun's centre when its upper rim appears: half its width and the usual refraction."""


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the sun stands.

    Attributes
    ----------
    elevation_deg : above the horizon, with refraction.
    azimuth_deg : clockwise from true north.
    """

    elevation_deg: float
    azimuth_deg: float

    @property
    def zenith_deg(self) -> float:
        """From the zenith."""
        return 90.0 - self.elevation_deg


@dataclass(frozen=True, slots=True)
class _Celestial:
    """The sun as seen from the middle of the Earth: radians, but sidereal in degrees and distance in au."""

    right_ascension: float
    declination: float
    sidereal_deg: float
    distance_au: float


def sun_at(
    at: datetime,
    lat_deg: float,
    lon_deg: float,
    height_m: float = 0.0,
    pressure_hpa: float = 1010.0,
    temperature_c: float = 10.0,
    delta_t_s: float = DELTA_T_S,
) -> Sun:
    """Where the sun stands at a moment, seen from a place.

    Parameters
    ----------
    at : an aware time.
    lat_deg, lon_deg : WGS 84, north and east positive.
    height_m, pressure_hpa, temperature_c : of the place; they matter for parallax and refraction.
    delta_t_s : terrestrial minus universal time.

    Raises
    ------
    ValueError
        For a time without a zone.

    Notes
    -----
    Reda and Andreas 2008, sections 3.1 to 3.15.
    """
    if at.tzinfo is None:
        raise ValueError(at)
    seen = _celestial((at - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400.0, delta_t_s)
    phi = radians(lat_deg)
    declination, hour = _from_the_place(seen, phi, lon_deg, height_m)
    # 3.14
    true = degrees(asin(sin(phi) * sin(declination) + cos(phi) * cos(declination) * cos(hour)))
    azimuth = degrees(atan2(sin(hour), cos(hour) * sin(phi) - tan(declination) * cos(phi))) + 180.0
    return Sun(true + _refraction_deg(true, pressure_hpa, temperature_c), azimuth % 360.0)


def _celestial(days: float, delta_t_s: float) -> _Celestial:
    """The sun at `days` (universal time) after 2000-01-01 12:00."""
    century = (days + delta_t_s / 86400.0) / 36525.0
    millennium = century / 10.0
    # 3.2 and 3.3
    longitude = _summed(LONGITUDE, millennium) + np.pi
    latitude = -_summed(LATITUDE, millennium)
    distance = _summed(RADIUS, millennium)
    shift, tilt = _nutation(century)
    tilt += _mean_obliquity(millennium / 10.0)
    # 3.6 and 3.7
    apparent = longitude + shift - radians(20.4898 / 3600.0) / distance
    # 3.8
    t = days / 36525.0
    sidereal = 280.46061837 + 360.98564736629 * days + 0.000387933 * t**2 - t**3 / 38710000.0
    # 3.9 and 3.10
    right_ascension = atan2(sin(apparent) * cos(tilt) - tan(latitude) * sin(tilt), cos(apparent))
    declination = asin(sin(latitude) * cos(tilt) + cos(latitude) * sin(tilt) * sin(apparent))
    return _Celestial(right_ascension, declination, sidereal + degrees(shift) * cos(tilt), distance)


def _summed(series: Series, millennium: float) -> float:
    """Sum of A cos(B + C t) over the terms, each series times its power of t; 3.2."""
    powers = [float((terms[:, 0] * np.cos(terms[:, 1] + terms[:, 2] * millennium)).sum()) for terms in _arrays(series)]
    return sum(value * millennium**k for k, value in enumerate(powers)) / 1e8


@cache
def _arrays(series: Series) -> list[NDArray[np.float64]]:
    return [np.array(terms, np.float64) for terms in series]


def _nutation(century: float) -> tuple[float, float]:
    """Nutation in longitude and in obliquity, radians; 3.4."""
    t = century
    angles = np.array(
        [
            297.85036 + 445267.111480 * t - 0.0019142 * t**2 + t**3 / 189474.0,
            357.52772 + 35999.050340 * t - 0.0001603 * t**2 - t**3 / 300000.0,
            134.96298 + 477198.867398 * t + 0.0086972 * t**2 + t**3 / 56250.0,
            93.27191 + 483202.017538 * t - 0.0036825 * t**2 + t**3 / 327270.0,
            125.04452 - 1934.136261 * t + 0.0020708 * t**2 + t**3 / 450000.0,
        ]
    )
    terms = _arrays((NUTATION,))[0]
    turn = np.radians(terms[:, :5] @ angles)
    longitude = float(((terms[:, 5] + terms[:, 6] * t) * np.sin(turn)).sum()) / 36_000_000.0
    obliquity = float(((terms[:, 7] + terms[:, 8] * t) * np.cos(turn)).sum()) / 36_000_000.0
    return radians(longitude), radians(obliquity)


def _mean_obliquity(u: float) -> float:
    """Mean tilt of the ecliptic, radians; u in units of 10,000 years; 3.5."""
    factors = (84381.448, -4680.93, -1.55, 1999.25, -51.38, -249.67, -39.05, 7.12, 27.87, 5.79, 2.45)
    return radians(sum(factor * u**k for k, factor in enumerate(factors)) / 3600.0)


def _from_the_place(seen: _Celestial, phi: float, lon_deg: float, height_m: float) -> tuple[float, float]:
    """Declination and local hour angle as the place sees them, radians; 3.11 to 3.13."""
    hour = radians((seen.sidereal_deg + lon_deg) % 360.0) - seen.right_ascension
    parallax = radians(8.794 / 3600.0) / seen.distance_au
    u = atan(0.99664719 * tan(phi))
    x = cos(u) + height_m / 6378140.0 * cos(phi)
    y = 0.99664719 * sin(u) + height_m / 6378140.0 * sin(phi)
    along = cos(seen.declination) - x * sin(parallax) * cos(hour)
    aside = atan2(-x * sin(parallax) * sin(hour), along)
    declination = atan2((sin(seen.declination) - y * sin(parallax)) * cos(aside), along)
    return declination, hour - aside


def _refraction_deg(elevation_deg: float, pressure_hpa: float, temperature_c: float) -> float:
    """How much the air lifts the sun; nothing once it is below the horizon; 3.14.3."""
    if elevation_deg < SUNRISE_DEG:
        return 0.0
    bent = 1.02 / (60.0 * tan(radians(elevation_deg + 10.3 / (elevation_deg + 5.11))))
    return pressure_hpa / 1010.0 * 283.0 / (273.0 + temperature_c) * bent
