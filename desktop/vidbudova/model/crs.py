"""Coordinate systems: what a project may use, which one suits a place, and the way between two."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from vidbudova.errors import UserError
from vidbudova.text import _

WGS84 = "EPSG:4326"

Floats = NDArray[np.float64]


@lru_cache(maxsize=64)
def parse(text: str) -> CRS:
    """The coordinate system that a text names: EPSG:number, an OGC URN, WKT or PROJJSON.

    Raises
    ------
    UserError
        ``crs-unknown`` if the text names none.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError:
        raise UserError("crs-unknown", crs=text[:80], reason=_("no such system is known here")) from None


def name_of(crs: CRS) -> str:
    """The short name of a system: EPSG:number where it has one, else its own name."""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.name)


def check_project(text: str) -> str:
    """The short name of a system fit for a project: projected, in metres, axes east and north.

    Raises
    ------
    UserError
        ``crs-unknown`` with the reason.
    """
    crs = parse(text)
    if not crs.is_projected:
        raise UserError("crs-unknown", crs=text[:80], reason=_("a project needs metres on a plane, not degrees"))
    if any(abs(axis.unit_conversion_factor - 1.0) > 1e-9 for axis in crs.axis_info[:2]):
        raise UserError("crs-unknown", crs=text[:80], reason=_("its unit is not the metre"))
    if crs.to_epsg() in (3857, 3785, 900913):
        raise UserError("crs-unknown", crs=text[:80], reason=_("its metres are not true away from the equator"))
    return name_of(crs)


def suggest(lon: float, lat: float) -> str:
    """The UTM zone (WGS 84) of a place, with the exceptions of Norway and Svalbard.

    Parameters
    ----------
    lon, lat : degrees.
    """
    zone = int((lon + 180.0) // 6.0) % 60 + 1
    if 56 <= lat < 64 and 3 <= lon < 12:
        zone = 32
    elif 72 <= lat <= 84 and 0 <= lon < 42:
        zone = 31 + 2 * int((lon + 3.0) // 12.0)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Any:
    return Transformer.from_crs(parse(source), parse(target), always_xy=True)


def transform(xy: Floats, source: str, target: str) -> Floats:
    """Coordinates in another system; x is east or longitude whatever the system's own axis order.

    Parameters
    ----------
    xy : (n, 2) in `source`.
    source, target : what `parse` understands.

    Returns
    -------
    (n, 2) in `target`; inf where the target does not reach.
    """
    if not len(xy) or parse(source) == parse(target):
        return xy
    x, y = _transformer(source, target).transform(xy[:, 0], xy[:, 1], errcheck=False)
    return np.column_stack([x, y])


def guess_hint(bounds: tuple[float, float, float, float]) -> str:
    """What coordinates without a system look like, in words; never taken as the answer.

    Parameters
    ----------
    bounds : min x, min y, max x, max y.
    """
    x0, y0, x1, y1 = bounds
    if -180 <= x0 <= x1 <= 180 and -90 <= y0 <= y1 <= 90:
        return _("the numbers look like longitude and latitude (EPSG:4326).")
    if 100_000 <= x0 <= x1 <= 900_000 and 0 <= y0 <= y1 <= 10_000_000:
        return _("the numbers look like metres of a UTM zone (EPSG:32635 to EPSG:32637 in Ukraine).")
    if 4_000_000 <= x0 <= x1 <= 7_500_000 and 4_500_000 <= y0 <= y1 <= 6_000_000:
        return _("the numbers look like metres of a Gauss–Krüger zone (UCS-2000: EPSG:5562 to 5565).")
    if -20_037_509 <= x0 <= x1 <= 20_037_509 and -20_048_967 <= y0 <= y1 <= 20_048_967:
        return _("the numbers may be Web Mercator (EPSG:3857) or a national grid.")
    return _("ask who made the file.")
