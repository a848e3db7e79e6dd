"""GeoPackage."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import gdal
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "gpkg"
TITLE = "GeoPackage"
ENDINGS = (".gpkg",)
DRIVERS = ("GPKG",)


def sniff(path: Path, head: bytes) -> bool:
    """SQLite with the application id of GeoPackage, or with its ending (early versions have another id)."""
    if not head.startswith(b"SQLite format 3\0"):
        return False
    return head[68:72] in (b"GPKG", b"GP10", b"GP11", b"GP12") or path.suffix.lower() in ENDINGS


def read(path: Path, intake: Intake) -> None:
    """Every layer with geometry."""
    path = _told_plainly(path, Path(intake.job.scratch))
    spatial = gdal.spatial_layers(path, intake)
    if not spatial:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no layer with geometry"))
    for at, layer in enumerate(spatial):
        intake.stage(at, len(spatial))
        gdal.read_layer(path, layer, intake, number=_number(path, layer))


def _number(path: Path, layer: str) -> str:
    """The column by which SQLite itself numbers the rows of a layer, and in whose order it gives them; "" for views."""
    quoted = layer.replace('"', '""')
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        try:
            kind = db.execute("SELECT type FROM sqlite_master WHERE name = ?", (layer,)).fetchone()
            keys = [r for r in db.execute(f'PRAGMA table_info("{quoted}")') if r[5]]
        except sqlite3.DatabaseError:
            return ""
    sound = kind == ("table",) and len(keys) == 1 and str(keys[0][2]).upper() == "INTEGER" and '"' not in keys[0][1]
    return str(keys[0][1]) if sound else ""


def _told_plainly(path: Path, scratch: Path) -> Path:
    """The file, or a copy in which layers of any geometry with heights say only "any geometry".

    GDAL's reader for Python refuses a file with such a layer as a whole.
    """
    odd = "geometry_type_name = 'GEOMETRY' AND (z = 1 OR m = 1)"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        try:
            if not db.execute(f"SELECT 1 FROM gpkg_geometry_columns WHERE {odd}").fetchone():
                return path
        except sqlite3.DatabaseError:
            return path
    copy = scratch / "copy.gpkg"
    shutil.copyfile(path, copy)
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute("PRAGMA trusted_schema=OFF")
        db.execute(f"UPDATE gpkg_geometry_columns SET z = 0, m = 0 WHERE {odd}")
    return copy
