"""From the coordinates of a scan to the project's system and metres: its plane, its heights, or earth-centred ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import filed
from vidbudova.formats.datums import heights_of
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import Floats
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

EARTH_M = (6_330_000.0, 6_400_000.0)
SMALL_M = 2000.0


@dataclass(frozen=True, slots=True)
class System:
    """How a file's coordinates are turned; datum : what heights are above, "" if not said."""

    plane: str
    unit_m: float
    datum: str
    is_geocentric: bool
    target: str

    def turned(self, xyz: Floats) -> Floats:
        """(n, 3) in the project's system and metres."""
        if self.is_geocentric:
            from pyproj import Transformer

            way = Transformer.from_crs(self.plane, "EPSG:4979", always_xy=True)
            lon, lat, height = way.transform(xyz[:, 0], xyz[:, 1], xyz[:, 2])
            return np.column_stack([crs_rules.transform(np.c_[lon, lat], crs_rules.WGS84, self.target), height])
        return np.column_stack([crs_rules.transform(xyz[:, :2], self.plane, self.target), xyz[:, 2] * self.unit_m])


def system_of(intake: Intake, crs: str, unit_m: float | None, datum: str, low: Floats, high: Floats) -> System:
    """The way of a file's coordinates; `crs` as the file says, overruled by the person.

    Raises
    ------
    UserError
        ``crs-missing`` with what the numbers look like, ``crs-unknown``.
    """
    if intake.job.crs:
        crs, unit_m, datum = intake.job.crs, None, ""
    if not crs:
        raise UserError("crs-missing", file=intake.job.name, hint=hint(low, high))
    said = heights_of(crs)
    plane = crs_rules.parse(said.plane)
    across = float(plane.axis_info[0].unit_conversion_factor) if plane.is_projected else 1.0
    upright = unit_m or said.unit_m
    if upright is None and abs(across - 1.0) > 1e-6:
        intake.note("height-unit-of-plane")
        upright = across
    if upright is not None and abs(upright - 1.0) > 1e-6:
        intake.note("height-feet")
    filed.see_crs(intake, said.plane)
    return System(said.plane, upright or 1.0, datum or said.datum, said.is_geocentric, intake.job.project_crs)


def hint(low: Floats, high: Floats) -> str:
    """What coordinates without a system look like, in words."""
    middle = (np.asarray(low) + np.asarray(high)) / 2
    if EARTH_M[0] < float(np.linalg.norm(middle)) < EARTH_M[1]:
        return _("the numbers look like earth-centred coordinates (EPSG:4978).")
    if np.abs([low, high]).max() < SMALL_M:
        return _("the numbers may be metres from the scanner: “+proj=tmerc +lat_0=… +lon_0=…” puts them in a place.")
    return crs_rules.guess_hint((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
