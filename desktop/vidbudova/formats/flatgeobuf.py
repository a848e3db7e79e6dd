"""FlatGeobuf."""

from __future__ import annotations

import struct
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import gdal
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "flatgeobuf"
TITLE = "FlatGeobuf"
ENDINGS = (".fgb",)
DRIVERS = ("FlatGeobuf",)

MAGIC = b"fgb\x03fgb"
LONGEST_HEADER = 16 << 20


def sniff(path: Path, head: bytes) -> bool:
    """The magic bytes."""
    return head.startswith(MAGIC)


def read(path: Path, intake: Intake, layer: str = "") -> None:
    """The one layer."""
    _check_header(path, intake)
    intake_layer = layer or Path(intake.job.name).stem
    for name, _kind in gdal.layers(path)[:1]:
        gdal.read_layer(path, name, intake, name=intake_layer)


def _check_header(path: Path, intake: Intake) -> None:
    """The length that the file states for its header must be there, before anything is made of that size."""
    with path.open("rb") as opened:
        head = opened.read(12)
    stated = struct.unpack("<I", head[8:12])[0] if len(head) == 12 else LONGEST_HEADER + 1
    if stated > min(LONGEST_HEADER, path.stat().st_size):
        raise UserError("file-unreadable", file=intake.job.name, reason=_("its header is damaged"))
