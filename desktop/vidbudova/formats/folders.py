"""Sources that are a folder, not a file: what tells them from a folder that only holds files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vidbudova.errors import UserError

MOST_FILES = 20_000
TILES = (".png", ".jpg", ".jpeg", ".webp")


def is_source(path: Path) -> bool:
    """Whether a folder is one data set: a geodatabase, a timetable, or tiles of a picture."""
    return path.is_dir() and (is_geodatabase(path) or is_timetable(path) or is_tiles(path))


def is_geodatabase(path: Path) -> bool:
    """Esri's: a folder with the ending .gdb and tables in it."""
    return path.is_dir() and path.suffix.lower() == ".gdb" and any(path.glob("*.gdbtable"))


def is_timetable(path: Path) -> bool:
    """GTFS: a folder with its tables as text."""
    return path.is_dir() and (path / "stops.txt").is_file() and any(
        (path / name).is_file() for name in ("routes.txt", "trips.txt", "agency.txt")
    )


def is_tiles(path: Path) -> bool:
    """Pictures by level, column and row: 12/2412/1412.png."""
    return any(one.parent.name.isdecimal() and one.stem.isdecimal() for one in _tiles(path))


def _tiles(path: Path) -> Iterator[Path]:
    for level in path.iterdir():
        if level.name.isdecimal() and len(level.name) <= 2 and level.is_dir():
            yield from (one for one in level.glob("*/*") if one.suffix.lower() in TILES)


def files(path: Path) -> list[Path]:
    """The files in a folder in order of their names; links lead elsewhere and are refused."""
    found = []
    for one in sorted(path.rglob("*")):
        if one.is_symlink():
            raise UserError("file-unreadable", file=path.name, reason=f"{one.name} → {one.readlink()}")
        if one.is_file():
            found.append(one)
        if len(found) > MOST_FILES:
            raise UserError("file-too-big", file=path.name, what="files", limit=MOST_FILES)
    return found
