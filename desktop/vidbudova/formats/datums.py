"""What a coordinate system says of heights: its plane alone, the unit of its heights, and what they are above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vidbudova.model import crs as crs_rules


@dataclass(frozen=True, slots=True)
class Heights:
    """What a system says of heights.

    plane : the horizontal system. unit_m : metres of one unit of height, None if not said. datum : "" if not said.
    """

    plane: str
    unit_m: float | None = None
    datum: str = ""
    is_geocentric: bool = False


def heights_of(text: str) -> Heights:
    """Read a system's heights; the plane is given as EPSG:number where it has one, else as WKT.

    Raises
    ------
    UserError
        ``crs-unknown``.
    """
    crs = crs_rules.parse(text)
    if crs.is_geocentric:
        return Heights(_said(crs), 1.0, _ellipsoid(crs), True)
    if crs.is_compound:
        plane, upright = crs.sub_crs_list[0], crs.sub_crs_list[1]
        return Heights(_said(plane), _unit(upright, 0), str(upright.name))
    if len(crs.axis_info) > 2:
        return Heights(_said(crs.to_2d()), _unit(crs, 2), _ellipsoid(crs))
    return Heights(_said(crs))


def _said(crs: Any) -> str:
    name = crs_rules.name_of(crs)
    return name if name.startswith("EPSG:") else str(crs.to_wkt())


def _unit(crs: Any, axis: int) -> float | None:
    return float(crs.axis_info[axis].unit_conversion_factor) if len(crs.axis_info) > axis else None


def _ellipsoid(crs: Any) -> str:
    return f"ellipsoid {crs.ellipsoid.name}" if crs.ellipsoid is not None else "ellipsoid"
