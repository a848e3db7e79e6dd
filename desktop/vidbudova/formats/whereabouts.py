"""Where on earth a file lies, so that a new project can be given a coordinate system that fits."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import reading
from vidbudova.model import crs, schema

WORLD = "EPSG:6933"
"""Metres for the whole world, near enough to tell a UTM zone."""


def fitting_crs(path: Path, progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> str:
    """The file's own system if it is projected and in metres, else the UTM zone of its middle.

    Raises
    ------
    UserError
        As `reading.read`, and ``import-empty`` for a file without places.
    """
    with tempfile.TemporaryDirectory(prefix="vidbudova-where-") as folder:
        staging = Path(folder) / "staging.sqlite"
        report = reading.read(path, project_crs=WORLD, staging=staging, progress=progress, cancelled=cancelled)
        try:
            return crs.check_project(str(report["crs"]))
        except UserError:
            x, y = _middle(staging, path.name)
    lon, lat = crs.transform(np.array([[x, y]]), WORLD, "EPSG:4326")[0]
    return crs.suggest(float(lon), float(lat))


def _middle(staging: Path, name: str) -> tuple[float, float]:
    """The median place, which a few stray rows do not move."""
    with closing(sqlite3.connect(staging)) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        found = [
            row[0]
            for table in sorted(tables & {t.name for t in schema.TABLES.values() if t.geometry} - {"quarantine"})
            for row in db.execute(f'SELECT geom FROM "{table}" WHERE geom IS NOT NULL LIMIT 20000')
        ]
    if not found:
        raise UserError("import-empty", file=name, reason=name)
    bounds = shapely.bounds(shapely.from_wkb(np.array(found, object)))
    middle = np.nanmedian((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0)
    return float(middle[0]), float(middle[1])
