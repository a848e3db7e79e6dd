"""LAS, LAZ and COPC: scans by laser and from photographs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import cloud_file, las_header, las_system
from vidbudova.formats.cloud_file import READ_SHARE
from vidbudova.formats.cloud_spool import BATCH, Batch, Spool
from vidbudova.formats.cloud_system import System, system_of
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "las"
TITLE = "LAS/LAZ"
ENDINGS = (".las", ".laz", ".copc.laz")
HEADS = ("LAS/LAZ",)
WKT = 2112
MOST_WKT = 1 << 20
GPS_BEGAN = datetime(1980, 1, 6)
GPS_SHIFT_S = 1e9
"""What "adjusted" times are less than seconds since GPS_BEGAN (LAS 1.4, table 4)."""
LATEST_S = 4e9


def sniff(path: Path, head: bytes) -> bool:
    """By its first four letters."""
    return head.startswith(b"LASF")


def read(path: Path, intake: Intake) -> None:
    """One cloud with all its points."""
    if intake.job.kind not in (None, "clouds"):
        raise UserError("kind-unclear", file=intake.job.name, kinds="clouds")
    header = las_header.checked(path, intake.job.name)
    if not header.points:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no points"))
    import laspy

    with laspy.open(path, laz_backend=_backends(laspy)) as opened:
        low, high = np.array(opened.header.mins), np.array(opened.header.maxs)
        told = las_system.said({**header.records, **_late(opened)})
        system = system_of(intake, told.crs, told.unit_m, told.datum, low, high)
        spool = Spool(Path(intake.job.scratch) / "points", intake.job.name)
        dated_on = None
        for batch, day in _batches(opened, system):
            spool.add(batch)
            dated_on = dated_on or day
            intake.progress(READ_SHARE * min(spool.count / header.points, 1.0), _("Reading points"))
        if (fewer := header.points - spool.count - spool.lost) > 0:
            intake.note("points-fewer", count=fewer)
    intake.format = _format(path, header)
    cloud_file.take(spool, intake, system.datum, dated_on)


def _backends(laspy: Any) -> list[Any]:
    wanted = (laspy.LazBackend.LazrsParallel, laspy.LazBackend.Lazrs)
    return [one for one in wanted if one.is_available()]


def _late(opened: Any) -> dict[tuple[str, int], bytes]:
    """Of the records after the points only the system in words is read."""
    found = {}
    for record in opened.header.evlrs or []:
        if record.user_id == las_system.PROJECTION and record.record_id == WKT:
            found[las_system.PROJECTION, WKT] = bytes(record.record_data_bytes())[:MOST_WKT]
    return found


def _batches(opened: Any, system: System) -> Iterator[tuple[Batch, str | None]]:
    """Points in the project's system, and the day of their middle one."""
    names = set(opened.header.point_format.dimension_names)
    for points in opened.chunk_iterator(BATCH):
        xyz = np.column_stack([np.asarray(points[axis], np.float64) for axis in ("x", "y", "z")])
        rgb = None
        if {"red", "green", "blue"} <= names:
            rgb = np.column_stack([np.asarray(points[band]) for band in ("red", "green", "blue")])
        classes, intensity = np.asarray(points["classification"]), np.asarray(points["intensity"])
        yield Batch(system.turned(xyz), rgb, intensity, classes), _day(opened.header, points)


def _day(header: Any, points: Any) -> str | None:
    """When the middle point was measured, where its clock counts from 1980 and not within a week."""
    if not int(header.global_encoding.gps_time_type) or "gps_time" not in set(points.point_format.dimension_names):
        return None
    seconds = float(np.median(np.asarray(points["gps_time"]))) + GPS_SHIFT_S
    if not 0 < seconds < LATEST_S:
        return None
    return (GPS_BEGAN + timedelta(seconds=seconds)).date().isoformat()


def _format(path: Path, header: las_header.Header) -> str:
    if ("copc", 1) in header.records:
        return "copc"
    return "laz" if header.is_compressed else "las"
