"""Zip archives of map data: every member that can be read, each by its own format."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from vidbudova.formats import archive, flatgeobuf, geodatabase, gpkg, shapefile
from vidbudova.formats.intake import Intake

NAME = "zip"
TITLE = "Zip"
ENDINGS = (".shp.zip", ".gpkg.zip", ".gdb.zip", ".zip")
DRIVERS = (*gpkg.DRIVERS, *shapefile.DRIVERS, *geodatabase.DRIVERS, *flatgeobuf.DRIVERS)

READERS = {
    ".shp": "shapefile", ".gpkg": "gpkg", ".geojson": "geojson", ".json": "geojson", ".fgb": "flatgeobuf",
    ".kml": "kml", ".gpx": "gpx",
}  # fmt: skip
"""Ending of a member -> the format that reads it."""
GEODATABASE = ".gdb"


def sniff(path: Path, head: bytes) -> bool:
    """An archive with a member that can be read."""
    return archive.is_zip(head) and any(map(is_wanted, archive.members(path, path.name)))


def is_wanted(info: zipfile.ZipInfo) -> bool:
    """Whether a member can be read, or belongs to one that can."""
    inside = PurePosixPath(info.filename.replace("\\", "/"))
    ending = inside.suffix.lower()
    return ending in READERS or ending in shapefile.PARTS or inside.parent.suffix.lower() == GEODATABASE


def read(path: Path, intake: Intake) -> None:
    """All that the archive holds."""
    found = unpack(path, intake)
    intake.format = ", ".join(sorted({module(file).NAME for file in found.values()}))
    read_all(found, intake)


def unpack(path: Path, intake: Intake) -> dict[str, Path]:
    """Name in the archive -> file or folder to read, without those that say the same again in another format."""
    job = intake.job
    most_mb = int(job.limits.get("unpacked_mb", 4096))
    files = archive.unpack(path, job.name, Path(job.scratch) / "zip", is_wanted, most_mb)
    found = _whole(files)
    again = set(_said_again(found))
    read_ones = {name: file for name, file in found.items() if name not in again}
    used = {PurePosixPath(name) for name in files} - {PurePosixPath(name) for name in again}
    ignored = [i.filename for i in archive.members(path, job.name) if PurePosixPath(i.filename) not in used]
    if ignored:
        intake.note("member-ignored", ", ".join(ignored[:3]), len(ignored))
    return read_ones


def _whole(files: dict[str, Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name, file in sorted(files.items()):
        inside = PurePosixPath(name.replace("\\", "/"))
        if inside.parent.suffix.lower() == GEODATABASE:
            found[str(inside.parent)] = file.parent
        elif file.suffix in READERS:
            found[name] = file
    return found


def _said_again(found: Iterable[str]) -> list[str]:
    """Publishers put the same layer in several formats into one archive: the Shapefile and GeoPackage are kept."""
    best: dict[str, tuple[int, str]] = {}
    order = (".gpkg", ".shp", ".fgb", ".geojson", ".json", ".gpx", ".kml", GEODATABASE)
    again = []
    for name in found:
        inside = PurePosixPath(name.replace("\\", "/"))
        rank, key = order.index(inside.suffix.lower()), str(inside.stem).lower()
        if key in best:
            worse = name if rank > best[key][0] else best[key][1]
            again += [worse] if rank != best[key][0] else []
        if key not in best or rank < best[key][0]:
            best[key] = (rank, name)
    return again


def module(file: Path) -> Any:
    """The format of an unpacked member."""
    name = "geodatabase" if file.suffix == GEODATABASE else READERS[file.suffix]
    return import_module(f"vidbudova.formats.{name}")


def read_all(found: dict[str, Path], intake: Intake) -> None:
    """Read members one after the other, each under its own name."""
    for at, (name, file) in enumerate(sorted(found.items())):
        intake.stage(at, len(found))
        stem = PurePosixPath(name.replace("\\", "/")).stem
        if file.suffix in (".gpkg", GEODATABASE):
            module(file).read(file, intake)
        elif file.suffix == ".shp":
            shapefile.read_one(file, stem, intake)
        else:
            module(file).read(file, intake, stem)
