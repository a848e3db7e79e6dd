"""How large what lies in files of arrays is: points of clouds, cells of terrain, pixels of pictures; and where."""

from __future__ import annotations

from typing import Any

import shapely

from vidbudova.model.schema import GEOM
from vidbudova.session.core import Session
from vidbudova.text import _, ngettext, number

MEASURES = {"terrain": "cell_m", "imagery": "pixel_m", "clouds": "points"}
"""The field of each table that says how fine or large a row is."""


def sizes(session: Session) -> dict[str, dict[str, Any]]:
    """Layer -> its measure (cell_m, pixel_m or points) and its bounds in the project's system."""
    found: dict[str, dict[str, Any]] = {}
    for table, measure in MEASURES.items():
        for row in session.rows(table).values():
            bounds = tuple(shapely.bounds(shapely.from_wkb(row[GEOM])).tolist())
            found[str(row.get("layer") or "")] = {measure: row.get(measure), "bounds": bounds}
    return found


def words(said: dict[str, Any]) -> str:
    """Points, cells or pixels in words, "" where nothing is known."""
    if said.get("points"):
        return ngettext("{count} point", "{count} points", int(said["points"]))
    if said.get("cell_m"):
        return _("cells of {n} m").format(n=_metres(said["cell_m"]))
    if said.get("pixel_m"):
        return _("pixels of {n} m").format(n=_metres(said["pixel_m"]))
    return ""


def _metres(length: Any) -> str:
    return number(float(length), 0 if float(length).is_integer() else 2)
