"""Coordinate systems of city models: in all spellings, with heights, geocentric or not, and which axis comes first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model import crs as crs_rules

Floats = NDArray[np.float64]

_OGC = re.compile(r"/def/crs/(?P<who>[A-Za-z]+)/[^/]*/(?P<code>[A-Za-z0-9]+)$")
_URN = re.compile(r"^urn:(?:x-)?ogc:def:crs(?P<many>,crs)?:(?P<rest>.+)$", re.I)
_GERMAN_UTM = re.compile(r"ETRS89_UTM(?P<zone>3[123])", re.I)
_GERMAN_GK = re.compile(r"DHDN_3GK(?P<zone>[2345])", re.I)
_GERMAN_HEIGHTS = {"DHHN92": "EPSG:5783", "DHHN2016": "EPSG:7837"}
_LEGACY = re.compile(r"^EPSG:\d+$", re.I)


@dataclass(frozen=True, slots=True)
class Spatial:
    """Where the numbers of a model are.

    flat : the system of x and y, as `model.crs.parse` takes it; datum : above what heights are, "" if unknown;
    geocentric : whether x, y, z are from the middle of the earth; swapped : whether north comes before east.
    """

    flat: str
    datum: str = ""
    geocentric: bool = False
    swapped: bool = False

    def straight(self, xyz: Floats) -> Floats:
        """Coordinates (n, 3) with east first."""
        return xyz[:, [1, 0, 2]] if self.swapped else xyz

    def to_project(self, xyz: Floats, project: str) -> Floats:
        """Coordinates (n, 3), east first, as places of a project and heights."""
        if self.geocentric:
            return from_earth(xyz, project)
        return np.column_stack([crs_rules.transform(xyz[:, :2], self.flat, project), xyz[:, 2]])


def from_earth(xyz: Floats, project: str) -> Floats:
    """Geocentric coordinates (EPSG:4978) as places of a project and heights above the ellipsoid."""
    x, y, z = crs_rules._transformer("EPSG:4978", "EPSG:4979").transform(*xyz.T, errcheck=False)
    return np.column_stack([crs_rules.transform(np.column_stack([x, y]), crs_rules.WGS84, project), z])


def to_earth(xyz: Floats, project: str) -> Floats:
    """Places of a project and heights above the ellipsoid as geocentric coordinates (EPSG:4978)."""
    flat = crs_rules.transform(xyz[:, :2], project, crs_rules.WGS84)
    x, y, z = crs_rules._transformer("EPSG:4979", "EPSG:4978").transform(flat[:, 0], flat[:, 1], xyz[:, 2])
    return np.column_stack([x, y, z])


def named(text: Any) -> str:
    """A spelling of a system as `model.crs.parse` takes it; "" for none at all."""
    if isinstance(text, int) and not isinstance(text, bool):
        return f"EPSG:{text}"
    if isinstance(text, dict):  # GeoJSON's member, and CityJSON before 1.0
        told = text.get("epsg") or (text.get("properties") or {}).get("name") or text.get("$schema") and text
        return named(told) if isinstance(told, str | int) else ""
    if not isinstance(text, str) or not text.strip():
        return ""
    said = text.strip()
    if found := _OGC.search(said):
        return f"{found['who'].upper()}:{found['code']}"
    if found := _URN.match(said):
        parts = re.findall(r"([A-Za-z]+):[^:,]*:([A-Za-z0-9]+)", found["rest"])
        return "+".join(f"{who.upper()}:{code}" for who, code in parts) or said
    if found := re.match(r"^.*epsg\.xml#(\d+)$", said, re.I):
        return f"EPSG:{found[1]}"
    return _german(said) or said


def _german(said: str) -> str:
    """The names that German surveys use."""
    flat = ""
    if found := _GERMAN_UTM.search(said):
        flat = f"EPSG:258{found['zone']}"
    elif found := _GERMAN_GK.search(said):
        flat = f"EPSG:3146{int(found['zone']) + 4}"
    heights = next((code for word, code in _GERMAN_HEIGHTS.items() if word in said.upper()), "")
    return f"{flat}+{heights}" if flat and heights else flat


def spatial(text: Any, sample: Floats | None = None, east_first: bool = False) -> Spatial | None:
    """What a spelling means; None if there is none. A place (3,) of the file helps to tell which axis comes first.

    Where it does not, `east_first` says what is usual in the format, whatever the system's own order.

    Raises
    ------
    UserError
        ``crs-unknown``.
    """
    said = named(text)
    if not said:
        return None
    try:
        system = crs_rules.parse(said)
    except UserError:
        if "+" not in said:
            raise
        system = crs_rules.parse(said.partition("+")[0])
    if system.is_geocentric:
        return Spatial("EPSG:4979", "ellipsoid", geocentric=True)
    parts = system.sub_crs_list if system.is_compound else [system]
    datum = parts[1].name if len(parts) > 1 else "ellipsoid" if len(system.axis_info) > 2 else ""
    flat = parts[0]
    name = crs_rules.name_of(flat.to_2d() if len(flat.axis_info) > 2 else flat)
    return Spatial(name, datum, swapped=_north_first(text, flat, sample, east_first))


def _north_first(text: Any, flat: Any, sample: Floats | None, east_first: bool) -> bool:
    """By the system's own order, unless a place of the file fits only the other one."""
    first = flat.axis_info[0].direction.lower() if flat.axis_info else "east"
    official = first in ("north", "south")
    legacy = east_first or not isinstance(text, str) or bool(_LEGACY.match(text.strip()))
    if not official or sample is None:
        return official and not legacy
    as_is, turned = _fits(flat, sample), _fits(flat, sample[[1, 0, 2]])
    if as_is != turned:
        return turned
    return not legacy


def _fits(flat: Any, place: Floats) -> bool:
    """Whether a place, taken as east and north, lies about where the system is used."""
    area = flat.area_of_use
    if area is None:
        return True
    lon, lat = crs_rules.transform(place[None, :2], crs_rules.name_of(flat), crs_rules.WGS84)[0]
    within = area.west - 1 <= lon <= area.east + 1 or area.west > area.east
    return bool(within and area.south - 1 <= lat <= area.north + 1)
