"""Esri File Geodatabase: a folder that ends in .gdb."""

from __future__ import annotations

from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import folders, gdal
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "filegdb"
TITLE = "File Geodatabase"
ENDINGS = (".gdb",)
DRIVERS = ("OpenFileGDB",)


def sniff(path: Path, head: bytes) -> bool:
    """A folder of tables with the ending."""
    return folders.is_geodatabase(path)


def read(path: Path, intake: Intake) -> None:
    """Every layer with geometry."""
    spatial = gdal.spatial_layers(path, intake)
    if not spatial:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no layer with geometry"))
    for at, layer in enumerate(spatial):
        intake.stage(at, len(spatial))
        gdal.read_layer(path, layer, intake)
