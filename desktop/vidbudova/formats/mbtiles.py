"""MBTiles: pictures as tiles in an SQLite file."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import raster_files, tile_raster
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "mbtiles"
TITLE = "MBTiles"
ENDINGS = (".mbtiles",)
DRIVERS = raster_files.DRIVERS
STEPS, PATIENCE_S = 100_000, 8.0


def sniff(path: Path, head: bytes) -> bool:
    """SQLite with tiles in it."""
    if not head.startswith(b"SQLite format 3\0"):
        return False
    try:
        with closing(_opened(path)) as db:
            names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    except sqlite3.Error:
        return False
    return {"tiles", "metadata"} <= names


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)


def read(path: Path, intake: Intake) -> None:
    """One picture of all tiles."""
    with closing(_opened(path)) as db:
        db.execute("PRAGMA trusted_schema=OFF")
        asked = [time.monotonic()]
        # a view that never ends must not hold the reader: one answer has so much time
        db.set_progress_handler(lambda: int(time.monotonic() - asked[0] > PATIENCE_S), STEPS)
        try:
            _read(db, intake, asked)
        except sqlite3.Error as error:
            reason = _("its tiles do not come within {n} s").format(n=int(PATIENCE_S))
            told = reason if "interrupted" in str(error) else str(error)
            raise UserError("file-unreadable", file=intake.job.name, reason=told) from None


def _read(db: sqlite3.Connection, intake: Intake, asked: list[float]) -> None:
    said = dict(db.execute("SELECT CAST(name AS TEXT), CAST(value AS TEXT) FROM metadata LIMIT 500").fetchall())
    if str(said.get("format", "")).lower() == "pbf":
        raise tile_raster.refuse_vectors(intake)
    intake.attribution = intake.attribution or str(said.get("attribution") or "")[:500]
    spans = {}
    sql = (
        "SELECT zoom_level, min(tile_column), min(tile_row), max(tile_column), max(tile_row) FROM tiles"
        " GROUP BY zoom_level LIMIT 40"
    )
    for row in db.execute(sql).fetchall():
        if all(isinstance(v, int) for v in row):
            zoom, west, low, east, high = row
            top = (1 << min(max(zoom, 0), 60)) - 1
            spans[zoom] = west, top - high, east, top - low

    def load(key: tile_raster.Key) -> bytes | None:
        asked[0] = time.monotonic()
        zoom, column, row = key
        place = zoom, column, (1 << zoom) - 1 - row
        sql = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? LIMIT 1"
        found = db.execute(sql, place).fetchone()
        return found[0] if found and isinstance(found[0], bytes) else None

    tile_raster.take(load, spans, intake)
