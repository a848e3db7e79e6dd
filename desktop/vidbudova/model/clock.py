"""The clock on the wall of a city, as good as it can be told from where the city lies."""

from __future__ import annotations

from datetime import date, timedelta

UKRAINE = (22.0, 44.0, 40.3, 52.5)
EUROPE = (-11.0, 34.0, 41.0, 72.0)
UKRAINE_H = 2
Box = tuple[float, float, float, float]


def city_offset_h(lon_deg: float, lat_deg: float, day: date) -> int:
    """Hours that a city's clock is ahead of universal time.

    Parameters
    ----------
    lon_deg, lat_deg : WGS 84.
    day : for summer time.

    Notes
    -----
    Two hours in Ukraine; elsewhere the whole hour of the meridian, which borders of zones may miss by an hour or two.
    One more in Europe's summer: from the last Sunday of March to the last Sunday of October (directive 2000/84/EC).
    """
    hours = UKRAINE_H if _within(UKRAINE, lon_deg, lat_deg) else round(lon_deg / 15.0)
    summer = _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)
    return hours + int(summer and _within(EUROPE, lon_deg, lat_deg))


def _within(box: Box, lon: float, lat: float) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
