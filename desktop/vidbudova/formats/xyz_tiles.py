"""A folder of pictures as tiles: level/column/row.png, rows from the north."""

from __future__ import annotations

from pathlib import Path

from vidbudova.formats import folders, raster_files, tile_raster
from vidbudova.formats.intake import Intake

NAME = "xyz"
TITLE = "XYZ"
ENDINGS = ()
DRIVERS = raster_files.DRIVERS


def sniff(path: Path, head: bytes) -> bool:
    """A folder with such pictures."""
    return path.is_dir() and folders.is_tiles(path)


def read(path: Path, intake: Intake) -> None:
    """One picture of all tiles."""
    levels: dict[tuple[int, int, int], str] = {}
    spans: dict[int, tuple[int, int, int, int]] = {}
    for name in intake.job.parts:
        inside = Path(name).relative_to(path).parts
        if len(inside) != 3 or not all(part.isdecimal() for part in (*inside[:2], Path(inside[2]).stem)):
            continue
        zoom, column, row = int(inside[0]), int(inside[1]), int(Path(inside[2]).stem)
        levels[zoom, column, row] = name
        west, north, east, south = spans.get(zoom, (column, row, column, row))
        spans[zoom] = min(west, column), min(north, row), max(east, column), max(south, row)

    def load(key: tile_raster.Key) -> bytes | None:
        name = levels.get(key)
        if name is None:
            return None
        with Path(name).open("rb") as file:
            return file.read(tile_raster.MOST_TILE_BYTES + 1)

    tile_raster.take(load, spans, intake)
