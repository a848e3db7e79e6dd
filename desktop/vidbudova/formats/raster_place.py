"""Where a raster lies on earth: as its file says, a world file and a .prj beside it, or the person."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import filed
from vidbudova.formats.datums import heights_of
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import Place
from vidbudova.formats.world_files import world_files
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

MOST_BYTES = 64 << 10


def placed(path: Path, intake: Intake, told: tuple[float, ...] | None, crs: str, size: tuple[int, int]) -> Place:
    """The place of a raster.

    Raises
    ------
    UserError
        ``file-unreadable`` if nothing says where it lies, ``crs-missing`` if nothing says in which system.
    """
    beside = {one.suffix.lower(): one for one in world_files(path)}
    prj = beside.pop(".prj", None)
    if told is None and beside:
        told = _world(next(iter(beside.values())))
    if told is None or not all(np.isfinite(told)) or told[0] * told[4] == told[1] * told[3]:
        reason = _("it does not say where on earth its pixels lie")
        raise UserError("file-unreadable", file=intake.job.name, reason=reason)
    if not crs and prj is not None and prj.stat().st_size < MOST_BYTES:
        crs = prj.read_text("utf-8", "replace")
    crs = intake.job.crs or crs
    if not crs:
        corners = Place("", *told).of(np.array([[0.0, 0.0], size], np.float64))
        low, high = corners.min(0), corners.max(0)
        hint = crs_rules.guess_hint((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
        raise UserError("crs-missing", file=intake.job.name, hint=hint)
    plane = heights_of(crs).plane
    filed.see_crs(intake, plane)
    return Place(plane, *told)


def _world(path: Path) -> tuple[float, ...] | None:
    """Six lines: it gives the middle of the first pixel."""
    try:
        words = path.read_bytes()[:4096].decode("ascii", "replace").replace(",", ".").split()
        a, d, b, e, c, f = (float(word) for word in words[:6])
    except ValueError:
        return None
    return a, b, c - (a + b) / 2, d, e, f - (d + e) / 2
