"""PNG and JPEG with a world file beside them."""

from __future__ import annotations

from pathlib import Path

from vidbudova.formats import geotiff, raster_files
from vidbudova.formats.intake import Intake
from vidbudova.formats.world_files import world_files

NAME = "world-file"
TITLE = "PNG/JPEG + world file"
ENDINGS = (".png", ".jpg", ".jpeg")
HEADS = ("PNG", "JPEG")
DRIVERS = raster_files.DRIVERS


def sniff(path: Path, head: bytes) -> bool:
    """A picture with a world file beside it."""
    is_picture = head.startswith((b"\x89PNG", b"\xff\xd8\xff"))
    return is_picture and any(one.suffix.lower() != ".prj" for one in world_files(path))


def read(path: Path, intake: Intake) -> None:
    """One picture, or heights if the person says so."""
    with path.open("rb") as opened:
        driver = "PNG" if opened.read(4) == b"\x89PNG" else "JPEG"
    geotiff.read(path, intake, driver)
