"""ESRI ASCII grid: heights as text; its system is in a .prj beside it, or said by the person."""

from __future__ import annotations

import re
from pathlib import Path

from vidbudova.formats import geotiff, raster_files
from vidbudova.formats.intake import Intake

NAME = "ascii-grid"
TITLE = "ASCII grid"
ENDINGS = (".asc",)
DRIVERS = raster_files.DRIVERS

_HEAD = re.compile(rb"\s*ncols\s+\d+\s+nrows\s+\d+\s+", re.I)


def sniff(path: Path, head: bytes) -> bool:
    """Begins with the number of columns and rows."""
    return _HEAD.match(head[:200]) is not None


def read(path: Path, intake: Intake) -> None:
    """One terrain, or a picture if the person says so."""
    geotiff.read(path, intake, "AAIGrid")
