"""Esri Shapefile, also zipped (then with GeoPackages in the same archive)."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path, PurePosixPath

from vidbudova.errors import UserError
from vidbudova.formats import archive, encodings, gdal, gpkg
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "shapefile"
TITLE = "Shapefile"
ENDINGS = (".shp", ".shp.zip", ".zip")

MAGIC = b"\x00\x00\x27\x0a"
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
COMPANIONS = (".shx", ".sbn", ".sbx", ".qix")
OTHERS = (".gpkg", ".geojson", ".json")


def sniff(path: Path, head: bytes) -> bool:
    """The file code 9994, or a zip archive with a file that can be read."""
    if head.startswith(MAGIC):
        return True
    if not archive.is_zip(head):
        return False
    return any(_ending(info) in (".shp", *OTHERS) for info in archive.members(path, path.name))


def _ending(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename).suffix.lower()


def read(path: Path, intake: Intake) -> None:
    """One Shapefile, or all that an archive holds."""
    with path.open("rb") as opened:
        zipped = archive.is_zip(opened.read(4))
    if path.suffix.lower() in COMPANIONS:
        reason = _("it is only a part of a Shapefile; choose the .shp beside it")
        raise UserError("file-unknown-format", file=intake.job.name, reason=reason, formats=TITLE)
    if zipped:
        _read_archive(path, intake)
    else:
        _read_one(_together(path, intake), path.stem, intake)


def _read_archive(path: Path, intake: Intake) -> None:
    job = intake.job
    most_mb = int(job.limits.get("unpacked_mb", 4096))
    wanted = (*PARTS, *OTHERS)
    found = archive.unpack(path, job.name, Path(job.scratch) / "zip", lambda i: _ending(i) in wanted, most_mb)
    if ignored := [i.filename for i in archive.members(path, job.name) if i.filename not in found]:
        intake.note("member-ignored", ", ".join(ignored[:3]), len(ignored))
    intake.format = _formats({file.suffix for file in found.values()})
    for at, (name, file) in enumerate(sorted(found.items())):
        intake.stage(at, len(found))
        stem = PurePosixPath(name.replace("\\", "/")).stem
        if file.suffix == ".shp":
            _read_one(file, stem, intake)
        elif file.suffix == ".gpkg":
            gpkg.read(file, intake)
        elif file.suffix in OTHERS:
            from vidbudova.formats import geojson

            geojson.read(file, intake, stem)


def _formats(endings: set[str]) -> str:
    named = {".shp": NAME, ".gpkg": gpkg.NAME, ".geojson": "geojson", ".json": "geojson"}
    return ", ".join(sorted({named[e] for e in endings if e in named}))


def _together(path: Path, intake: Intake) -> Path:
    """A .shp of any name and its companions under one name, whatever the case of their endings, as links or copies."""
    import os
    import shutil

    from vidbudova.formats.sources import parts

    folder = Path(intake.job.scratch) / "shp"
    folder.mkdir()
    for part in parts(path):
        ending = ".shp" if part == path else part.suffix.lower()
        target = folder / f"part{ending}"
        try:
            os.link(part, target)
        except OSError:
            shutil.copyfile(part, target)
    return folder / "part.shp"


def _read_one(path: Path, layer: str, intake: Intake) -> None:
    _check_header(path, layer, intake)
    table = path.with_suffix(".dbf")
    encoding = None
    if table.exists() and not path.with_suffix(".cpg").exists():
        encoding = encodings.of_dbf(table)
        intake.note("encoding-guessed", encoding)
    gdal.read_layer(path, path.stem, intake, encoding=encoding, name=layer)


def _check_header(path: Path, layer: str, intake: Intake) -> None:
    """The length that the header states must be there: GDAL reads a torn file as far as it goes, without a word."""
    head = path.open("rb").read(100)
    if len(head) < 100 or not head.startswith(MAGIC):
        raise UserError("file-unreadable", file=intake.job.name, reason=_("its header is damaged"))
    stated = struct.unpack(">i", head[24:28])[0] * 2
    if stated > path.stat().st_size:
        raise UserError("file-unreadable", file=intake.job.name, reason=_("{layer} is cut off").format(layer=layer))
