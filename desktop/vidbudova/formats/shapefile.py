"""Esri Shapefile."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import encodings, gdal
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "shapefile"
TITLE = "Shapefile"
ENDINGS = (".shp",)
DRIVERS = ("ESRI Shapefile",)

MAGIC = b"\x00\x00\x27\x0a"
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
INDEX = ".shx"
COMPANIONS = (".shx", ".sbn", ".sbx", ".qix")


def sniff(path: Path, head: bytes) -> bool:
    """The file code 9994."""
    return head.startswith(MAGIC)


def read(path: Path, intake: Intake) -> None:
    """The one layer, under the name of the file."""
    if path.suffix.lower() in COMPANIONS:
        reason = _("it is only a part of a Shapefile; choose the .shp beside it")
        raise UserError("file-unknown-format", file=intake.job.name, reason=reason, formats=TITLE)
    read_one(_together(path, intake), path.stem, intake)


def _together(path: Path, intake: Intake) -> Path:
    """A .shp of any name and its companions under one name, whatever the case of their endings, as links or copies."""
    folder = Path(intake.job.scratch) / "shp"
    folder.mkdir()
    for part in map(Path, intake.job.parts):
        ending = ".shp" if part == path else part.suffix.lower()
        target = folder / f"part{ending}"
        if ending == INDEX or not _linked(part, target):  # GDAL writes the index anew, and would through a link
            shutil.copyfile(part, target)
    return folder / "part.shp"


def _linked(part: Path, target: Path) -> bool:
    try:
        target.symlink_to(part)
    except OSError:  # Windows lets not everybody
        return False
    return True


def read_one(path: Path, layer: str, intake: Intake) -> None:
    """A .shp with its companions beside it."""
    _check_header(path, layer, intake)
    table = path.with_suffix(".dbf")
    encoding = intake.letters("") or None
    if encoding is None and table.exists() and not path.with_suffix(".cpg").exists():
        encoding, sample = encodings.of_dbf(table)
        if encodings.word(sample):
            intake.note_letters(encoding, sample)
    gdal.read_layer(path, path.stem, intake, encoding=encoding, name=layer)


def _check_header(path: Path, layer: str, intake: Intake) -> None:
    """The length that the header states must be there: GDAL reads a torn file as far as it goes, without a word."""
    head = path.open("rb").read(100)
    if len(head) < 100 or not head.startswith(MAGIC):
        raise UserError("file-unreadable", file=intake.job.name, reason=_("its header is damaged"))
    stated = struct.unpack(">i", head[24:28])[0] * 2
    if stated > path.stat().st_size:
        raise UserError("file-unreadable", file=intake.job.name, reason=_("{layer} is cut off").format(layer=layer))
