"""KML, for globes: a placemark for each row, with everything that is said of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from vidbudova.formats.values import plain
from vidbudova.model import crs as crs_rules

if TYPE_CHECKING:
    from vidbudova.formats.export import Rows

DECIMALS = 7
"""Of degrees: about a centimetre."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Letters that no XML may hold."""


def kml(path: Path, rows: Rows) -> None:
    """Longitude and latitude; rows without a shape stay placemarks without a place."""
    shapes = rows.geometries if rows.geometries is not None else np.full(len(rows.ids), None, dtype=object)
    placed = shapely.transform(shapely.force_2d(shapes), lambda xy: crs_rules.transform(xy, rows.crs, crs_rules.WGS84))
    names = rows.header()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>')
        out.write(f"<name>{_text(rows.name)}</name>\n")
        for record, shape in zip(rows.records(), placed, strict=True):
            said = dict(zip(names, record, strict=True))
            out.write(f"<Placemark id={quoteattr('f-' + str(said['id']))}>")
            if said.get("name"):
                out.write(f"<name>{_text(said['name'])}</name>")
            out.write("<ExtendedData>" + "".join(_data(said)) + "</ExtendedData>")
            out.write("".join(_shape(shape)) + "</Placemark>\n")
        out.write("</Document></kml>\n")


def _data(said: dict[str, Any]) -> Iterator[str]:
    for name, value in said.items():
        if value is not None:
            yield f"<Data name={quoteattr(name)}><value>{_text(value)}</value></Data>"


def _text(value: Any) -> str:
    value = sorted(value) if isinstance(value, frozenset | set) else plain(value)
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return escape(_FORBIDDEN.sub("", said))


def _shape(shape: Any) -> Iterator[str]:
    if shape is None or shape.is_empty:
        return
    if hasattr(shape, "geoms"):
        yield "<MultiGeometry>"
        for part in shape.geoms:
            yield from _shape(part)
        yield "</MultiGeometry>"
    elif shape.geom_type == "Polygon":
        yield f"<Polygon><outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>"
        for hole in shape.interiors:
            yield f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>"
        yield "</Polygon>"
    else:
        yield f"<{shape.geom_type}>{_coordinates(shape)}</{shape.geom_type}>"


def _ring(ring: Any) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(shape: Any) -> str:
    places = " ".join(f"{x:.{DECIMALS}f},{y:.{DECIMALS}f}" for x, y in shapely.get_coordinates(shape))
    return f"<coordinates>{places}</coordinates>"
