"""Where data would land: what is wrong when they lie elsewhere than the project, and which mend puts that right."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vidbudova.formats.findings import Finding
from vidbudova.formats.mends import UNITS_M
from vidbudova.model import crs as crs_rules
from vidbudova.model.crs import Floats
from vidbudova.text import _

NEAR_M = 50_000.0
"""So far from the edge of the project's data something may still belong to it."""
MOST_CANDIDATES = 6
RARE = ("WGS 72", "ED50", "WGS 84 / TM", "WGS 84 / NSIDC", "WGS 84 / Equal", "ETRS89 / NTM")
"""Systems that hardly any file is in; they are offered last."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Home:
    """Where the project is, in its own system: the extent of its data, or else of its coordinate system."""

    box: Box
    of_data: bool

    @property
    def margin_m(self) -> float:
        """How far around the box is still at home."""
        return max(NEAR_M, self.box[2] - self.box[0], self.box[3] - self.box[1]) if self.of_data else NEAR_M

    def distance_m(self, xy: Floats) -> float:
        """How far outside of the box a place is; inf for one that is nowhere."""
        x, y = float(xy[0]), float(xy[1])
        if not (math.isfinite(x) and math.isfinite(y)):
            return math.inf
        x0, y0, x1, y1 = self.box
        return math.hypot(max(x0 - x, 0.0, x - x1), max(y0 - y, 0.0, y - y1))

    def has(self, xy: Floats) -> bool:
        """Whether a place is at home."""
        return self.distance_m(xy) <= self.margin_m


def home_of(project_crs: str, data: Box | None) -> Home | None:
    """Home by the project's data where it has some, else by where its system may be used."""
    if data is not None:
        return Home(data, True)
    area = crs_rules.parse(project_crs).area_of_use
    if area is None or area.east < area.west:
        return None
    corners = np.array([[x, y] for x in (area.west, area.east) for y in (area.south, area.north)])
    placed = crs_rules.transform(corners, crs_rules.WGS84, project_crs)
    if not np.isfinite(placed).all():
        return None
    low, high = placed.min(axis=0), placed.max(axis=0)
    return Home((float(low[0]), float(low[1]), float(high[0]), float(high[1])), False)


def landed(sample: Floats, source: str, target: str) -> Floats:
    """The median place of a sample of coordinates (n, 2) of `source`, in `target`; nan or inf when nowhere."""
    if crs_rules.parse(source).is_geographic:
        sample = sample[(np.abs(sample) <= (180.0, 90.0)).all(axis=1)]
    placed = crs_rules.transform(sample, source, target)
    placed = placed[np.isfinite(placed).all(axis=1)] if len(placed) else placed
    return np.median(placed, axis=0) if len(placed) else np.array([math.inf, math.inf])


def look(sample: Floats, source: str, target: str, home: Home | None, count: int) -> list[Finding]:
    """What is wrong with the place of data, if anything.

    Parameters
    ----------
    sample : (n, 2) coordinates as the file has them, x east or longitude.
    source, target : the system the file says, and the project's.
    count : how many features the file has.
    """
    if not len(sample) or home is None:
        return []
    place = landed(sample, source, target)
    degrees_said = crs_rules.parse(source).is_geographic
    if home.has(place):
        return []
    if not degrees_said and home.has(landed(sample, crs_rules.WGS84, target)):
        return [Finding("degrees-as-metres", count, mends=("as-degrees",), values={"crs": source_name(source)})]
    if home.has(landed(sample[:, ::-1], source, target)):
        return [Finding("axes-swapped", count, mends=("swap-axes",), values={"place": written(place, target)})]
    if not degrees_said and (fitting := _units(sample, source, target, home)):
        return [Finding("unit-not-metre", count, mends=tuple(fitting), values={"place": written(place, target)})]
    if home.of_data and math.isfinite(home.distance_m(place)):
        far = {"km": round(home.distance_m(place) / 1000.0), "place": written(place, target)}
        return [Finding("far-from-project", count, values=far)]
    return []


def _units(sample: Floats, source: str, target: str, home: Home) -> list[str]:
    return [name for name, size in UNITS_M.items() if home.has(landed(sample * size, source, target))]


def source_name(source: str) -> str:
    """A system as people name it."""
    return crs_rules.name_of(crs_rules.parse(source))


def written(place: Floats, crs: str) -> str:
    """A place of `crs` in degrees, as people write it; empty when it is nowhere."""
    if not np.isfinite(place).all():
        return ""
    lon, lat = crs_rules.transform(place.reshape(1, 2), crs, crs_rules.WGS84)[0]
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return ""
    return f"{abs(lat):.3f}° {'N' if lat >= 0 else 'S'} {abs(lon):.3f}° {'E' if lon >= 0 else 'W'}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A system that coordinates without one may be in: where they would land, and how far that is from home."""

    crs: str
    name: str
    place: str
    km: float

    def words(self) -> str:
        """The system, its name, and where the data would be."""
        return _("{crs} ({name}): they would lie at {place}").format(crs=self.crs, name=self.name, place=self.place)


def candidates(sample: Floats, target: str, home: Home | None) -> list[Candidate]:
    """Systems in which the data would land in or near the project, the nearest first; never taken as the answer."""
    if not len(sample):
        return []
    middle = np.median(sample, axis=0)
    found: dict[str, Candidate] = {}
    for name, title in _systems(target, home):
        place = landed(middle.reshape(1, 2), name, target)
        km = home.distance_m(place) / 1000.0 if home is not None else 0.0
        if math.isfinite(km) and written(place, target):
            found.setdefault(name, Candidate(name, title, written(place, target), km))
    near = sorted(found.values(), key=lambda one: (round(one.km), one.name.startswith(RARE)))
    return [one for one in near if one.km <= NEAR_M / 1000.0][:MOST_CANDIDATES] or near[:2]


def _systems(target: str, home: Home | None) -> list[tuple[str, str]]:
    """The project's own, degrees, and all metric ones in use where the project is."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    listed = [(target, crs_rules.parse(target).name), (crs_rules.WGS84, "WGS 84"), ("EPSG:3857", "Web Mercator")]
    if home is None:
        return listed
    x0, y0, x1, y1 = home.box
    middle = crs_rules.transform(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]), target, crs_rules.WGS84)[0]
    if not np.isfinite(middle).all():
        return listed
    lon, lat = float(middle[0]), float(middle[1])
    area = AreaOfInterest(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)
    used = query_crs_info("EPSG", PJType.PROJECTED_CRS, area, contains=True)
    narrow = [one for one in used if one.area_of_use is not None and one.area_of_use.east - one.area_of_use.west < 30]
    return listed + [(f"{one.auth_name}:{one.code}", one.name) for one in narrow]
