"""GeoPackage."""

from __future__ import annotations

from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import gdal
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "gpkg"
TITLE = "GeoPackage"
ENDINGS = (".gpkg",)


def sniff(path: Path, head: bytes) -> bool:
    """SQLite with the application id of GeoPackage, or with its ending (early versions have another id)."""
    if not head.startswith(b"SQLite format 3\0"):
        return False
    return head[68:72] in (b"GPKG", b"GP10", b"GP11", b"GP12") or path.suffix.lower() in ENDINGS


def read(path: Path, intake: Intake) -> None:
    """Every layer with geometry."""
    found = gdal.layers(path)
    spatial = [name for name, kind in found if kind is not None]
    if bare := [name for name, kind in found if kind is None]:
        intake.note("layer-without-geometry", ", ".join(bare), len(bare))
    if not spatial:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no layer with geometry"))
    for layer in spatial:
        gdal.read_layer(path, layer, intake)
