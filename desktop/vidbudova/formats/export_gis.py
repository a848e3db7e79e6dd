"""GeoPackage, GeoJSON and FlatGeobuf."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from vidbudova.formats.values import plain
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.formats.export import Rows

DECIMALS = 7
"""Of degrees: about a centimetre."""


def geojson(path: Path, rows: Rows) -> None:
    """RFC 7946: longitude and latitude, rings counter-clockwise, the id on every feature."""
    shapes = rows.geometries if rows.geometries is not None else np.full(len(rows.ids), None, dtype=object)
    placed = shapely.transform(shapes, lambda xy: crs_rules.transform(xy, rows.crs, crs_rules.WGS84))
    placed = shapely.orient_polygons(shapely.force_2d(placed))
    names = list(rows.columns)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"type": "FeatureCollection", "name": ' + json.dumps(rows.name, ensure_ascii=False))
        out.write(', "features": [\n')
        for at, (record, shape) in enumerate(zip(rows.records(), placed, strict=True)):
            feature = {
                "type": "Feature",
                "id": record[0],
                "properties": {"id": record[0]} | {n: _json(v) for n, v in zip(names, record[1:], strict=True)},
                "geometry": None if shape is None else _rounded(shapely.geometry.mapping(shape)),
            }
            out.write((",\n" if at else "") + json.dumps(feature, ensure_ascii=False, allow_nan=False))
        out.write("\n]}\n")


def _json(value: Any) -> Any:
    value = plain(value)
    return sorted(value) if isinstance(value, frozenset | set) else value


def _rounded(member: Any) -> Any:
    if isinstance(member, float):
        return round(member, DECIMALS)
    if isinstance(member, dict):
        return {key: _rounded(value) for key, value in member.items()}
    return [_rounded(value) for value in member] if isinstance(member, list | tuple) else member


def geopackage(path: Path, rows: Rows) -> None:
    """A layer with the project's coordinate system."""
    _by_gdal(path, rows, "GPKG")


def flatgeobuf(path: Path, rows: Rows) -> None:
    """The same as FlatGeobuf, which needs a shape in every row."""
    if rows.geometries is None or any(shape is None for shape in rows.geometries):
        raise ValueError(_("FlatGeobuf holds no rows without a shape; use GeoPackage"))
    _by_gdal(path, rows, "FlatGeobuf")


def _by_gdal(path: Path, rows: Rows, driver: str) -> None:
    import pyogrio

    fields = ["id", *(name if name.lower() not in ("id", "fid", "geom") else f"{name}_" for name in rows.columns)]
    columns = [np.array(list(rows.ids), dtype=object), *(_column(list(values)) for values in rows.columns.values())]
    shapes = rows.geometries
    kinds = {g.geom_type for g in shapes if g is not None} if shapes is not None else set()
    mixed = len(kinds) != 1
    pyogrio.raw.write(
        str(path),
        geometry=None if shapes is None else shapely.to_wkb(shapes),
        field_data=columns,
        fields=np.array(fields, dtype=object),
        layer=rows.name,
        driver=driver,
        geometry_type=None if shapes is None else ("Unknown" if mixed else kinds.pop()),
        crs=None if shapes is None else rows.crs,
    )


def _column(values: list[Any]) -> Any:
    """One type a column: numbers if all are, else text."""
    made = [_json(value) for value in values]
    known = [value for value in made if value is not None]
    if known and all(isinstance(value, bool) for value in known) and len(known) == len(made):
        return np.array(made, dtype=bool)
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        if len(known) == len(made) and all(isinstance(value, int) for value in known):
            return np.array(made, dtype=np.int64)
        return np.array([np.nan if value is None else float(value) for value in made])
    return np.array([None if value is None else _text(value) for value in made], dtype=object)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
