"""GeoTIFF, also cloud-optimised and BigTIFF: heights or pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.formats import picture_tiles, raster_files, terrain_grid
from vidbudova.formats.datums import heights_of
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "geotiff"
TITLE = "GeoTIFF"
ENDINGS = (".tif", ".tiff")
HEADS = ("TIFF",)
DRIVERS = raster_files.DRIVERS

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
KINDS = ("terrain", "imagery")
US_FOOT_M, FOOT_M = 1200.0 / 3937.0, 0.3048


def sniff(path: Path, head: bytes) -> bool:
    """A TIFF; whether it says where it lies is seen when it is read."""
    return head.startswith(MAGIC)


def read(path: Path, intake: Intake, driver: str = "GTiff") -> None:
    """Heights become terrain, colours imagery."""
    dataset = raster_files.open_raster(path, driver, intake)
    with dataset:
        kind = kind_of(dataset, intake)
        place = raster_files.place_of(dataset, path, intake)
        if kind == "imagery":
            picture_tiles.take(raster_files.ColourFile(dataset, place), intake, _dated(dataset))
            return
        unit_m, datum = _upright(dataset, intake)
        terrain_grid.take(raster_files.HeightFile(dataset, place, unit_m), intake, datum)


def kind_of(dataset: Any, intake: Intake) -> str:
    """“terrain” or “imagery”: as the person says, else one band of measurements, or colours."""
    from rasterio.enums import ColorInterp

    if intake.job.kind is not None:
        if intake.job.kind not in KINDS:
            raise UserError("kind-unclear", file=intake.job.name, kinds=", ".join(KINDS))
        return intake.job.kind
    if any(name.startswith("complex") for name in dataset.dtypes):
        reason = _("it holds complex numbers, neither heights nor colours")
        raise UserError("import-empty", file=intake.job.name, reason=reason)
    colours = sum(1 for one in dataset.colorinterp if one != ColorInterp.alpha)
    is_picture = colours >= 3 or dataset.colorinterp[0] == ColorInterp.palette or dataset.dtypes[0] == "uint8"
    kind = "imagery" if is_picture else "terrain"
    intake.note("raster-kind-guessed", kind)
    return kind


def _upright(dataset: Any, intake: Intake) -> tuple[float, str]:
    """Metres of one unit of height, and what heights are above, as far as the file says."""
    text = intake.job.crs or (dataset.crs.to_wkt() if dataset.crs else "")
    said = heights_of(text) if text and not text.startswith("LOCAL_CS") else None
    unit_m = said.unit_m if said is not None and said.datum else None
    written = str((dataset.units or ("",))[0] or "").strip().lower()
    if unit_m is None and written:
        unit_m = unit_named(written)
    if unit_m is None:
        intake.note("height-unit-unknown")
    elif abs(unit_m - 1.0) > 1e-6:
        intake.note("height-feet")
    return unit_m or 1.0, said.datum if said is not None else ""


def unit_named(written: str) -> float | None:
    """Metres of a unit by its name; None for one that is not known."""
    if written in ("m", "metre", "meter", "metres", "meters"):
        return 1.0
    if "us" in written.split() or "survey" in written or written == "us-ft" or written == "ftus":
        return US_FOOT_M
    return FOOT_M if written in ("ft", "foot", "feet", "international foot") else None


def _dated(dataset: Any) -> str | None:
    """The day in TIFF's own date tag (2024:05:01 10:00:00), if it is one."""
    from datetime import datetime

    try:
        return datetime.strptime(dataset.tags().get("TIFFTAG_DATETIME", ""), "%Y:%m:%d %H:%M:%S").date().isoformat()
    except ValueError:
        return None
