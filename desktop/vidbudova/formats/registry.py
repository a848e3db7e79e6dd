"""The formats: one module each with NAME, TITLE, ENDINGS, sniff(path, head) and read(path, intake).

DRIVERS names those of GDAL that it needs, HEADS those of _FOREIGN_HEADS that it reads; of a folder, `head`
is empty.

A new format is a new file here and its name in MODULES; the more telling content comes first.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from vidbudova.errors import UserError
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.formats.intake import Intake

MODULES = (
    "mbtiles",
    "gpkg", "geodatabase", "flatgeobuf", "gtfs", "copernicus", "kml", "zipped", "shapefile", "osm", "gpx", "dxf",
    "cityjson", "citygml", "gltf", "tiles3d", "obj", "ifc",
    "geotiff", "hgt", "ascii_grid", "world_picture", "las", "e57", "pmtiles", "xyz_tiles",
    "geojson", "csv_points",
)  # fmt: skip
HEAD = 65_536
"""Bytes that sniffing looks at."""

_FOREIGN_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"<OGRVRT", "GDAL VRT"),
    (b"<VRTDataset", "GDAL VRT"),
    (b"<gml:", "GML"),
    (b"opengis.net/citygml", "CityGML"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"LASF", "LAS/LAZ"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"PAR1", "Parquet"),
    (b"\x89HDF", "HDF5"),
    (b"GRIB", "GRIB"),
    (b"<!DOCTYPE html", "HTML"),
    (b"<html", "HTML"),
)

_CITY = re.compile(rb"<(?:\w+:)?(?:CityModel|IndoorFeatures|CellSpace)[\s>]")
"""Models of cities are GML that is read here."""


class Format(Protocol):
    """What a format module has."""

    NAME: str
    TITLE: str
    ENDINGS: tuple[str, ...]

    def sniff(self, path: Path, head: bytes) -> bool: ...

    def read(self, path: Path, intake: Intake) -> None: ...


def formats() -> list[Format]:
    """All formats; their heavy libraries are loaded only when they read."""
    return [cast(Format, import_module(f"vidbudova.formats.{name}")) for name in MODULES]


def titles() -> str:
    """The formats in words."""
    return ", ".join(one.TITLE for one in formats())


def detect(path: Path, name: str) -> Format:
    """The format of a file by its content.

    Raises
    ------
    UserError
        ``file-unknown-format``, with what the file seems to be.
    """
    head = b""
    if path.is_file():
        with path.open("rb") as opened:
            head = opened.read(HEAD)
    if path.is_file() and not head.strip():
        raise UserError("file-unknown-format", file=name, reason=_("it is empty"), formats=titles())
    other = _other(head)
    for one in formats():
        if (other is None or other in getattr(one, "HEADS", ())) and one.sniff(path, head):
            return one
    reason = _("it looks like {format}").format(format=other) if other else _("its content is of no known kind")
    raise UserError("file-unknown-format", file=name, reason=reason, formats=titles())


def _other(head: bytes) -> str | None:
    if _CITY.search(head):
        return None
    for magic, name in _FOREIGN_HEADS:
        if (magic in head[:2048]) if magic.startswith((b"<", b"opengis")) else head.startswith(magic):
            return name
    return None
