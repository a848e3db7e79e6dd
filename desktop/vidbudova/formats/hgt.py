"""SRTM heights (.hgt, .hgt.zip): one degree by one degree, big-endian numbers of 16 bits, placed by the file's name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import archive, filed, terrain_grid
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import InMemory, Place
from vidbudova.text import _

NAME = "hgt"
TITLE = "SRTM HGT"
ENDINGS = (".hgt", ".hgt.zip")
SIDES = (1201, 3601)
CRS = "EPSG:4326"
DATUM = "EGM96 height"

_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.I)


def sniff(path: Path, head: bytes) -> bool:
    """By its ending and exact size, or a zip with exactly that inside."""
    if archive.is_zip(head):
        return any(map(_is_tile, archive.members(path, path.name)))
    return path.suffix.lower() == ".hgt" and path.is_file() and path.stat().st_size in _sizes()


def _sizes() -> list[int]:
    return [side * side * 2 for side in SIDES]


def _is_tile(info: zipfile.ZipInfo) -> bool:
    return PurePosixPath(info.filename).suffix.lower() == ".hgt" and info.file_size in _sizes()


def read(path: Path, intake: Intake) -> None:
    """One terrain a tile."""
    if intake.job.kind not in (None, "terrain"):
        raise UserError("kind-unclear", file=intake.job.name, kinds="terrain")
    with path.open("rb") as opened:
        zipped = archive.is_zip(opened.read(4))
    if not zipped:
        _take(path, intake.job.name, intake)
        return
    most_mb = int(intake.job.limits.get("unpacked_mb", 4096))
    found = archive.unpack(path, intake.job.name, Path(intake.job.scratch) / "zip", _is_tile, most_mb)
    intake.format = f"{NAME} (zip)"
    if len(found) > 1:
        intake.note("member-ignored", ", ".join(sorted(found)[1:4]), len(found) - 1)
    for name, file in sorted(found.items())[:1]:
        _take(file, name, intake)


def _take(path: Path, name: str, intake: Intake) -> None:
    south, west = corner(PurePosixPath(name.replace("\\", "/")).name, intake)
    side = SIDES[_sizes().index(path.stat().st_size)]
    values = np.memmap(path, ">i2", "r", shape=(side, side))
    step = 1.0 / (side - 1)
    # the outer rows and columns lie on the edges of the degree, so the pixels reach half a step beyond
    place = Place(CRS, step, 0.0, west - step / 2, 0.0, -step, south + 1 + step / 2)
    filed.see_crs(intake, CRS)
    terrain_grid.take(InMemory(values, place), intake, DATUM)


def corner(name: str, intake: Intake) -> tuple[float, float]:
    """South and west edge in degrees, from a name such as N49E011.hgt."""
    match = _NAME.match(name)
    if match is None or int(match[2]) > 90 or int(match[4]) > 180:
        reason = _("its name does not say where it lies (as N49E011.hgt does)")
        raise UserError("file-unreadable", file=intake.job.name, reason=reason)
    south, west = int(match[2]), int(match[4])
    return float(-south if match[1] in "Ss" else south), float(-west if match[3] in "Ww" else west)
