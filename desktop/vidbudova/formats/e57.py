"""E57: scans of several positions in one file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import cloud_file
from vidbudova.formats.cloud_file import READ_SHARE
from vidbudova.formats.cloud_spool import BATCH, Batch, Spool
from vidbudova.formats.cloud_system import System, system_of
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "e57"
TITLE = "E57"
ENDINGS = (".e57",)
MAGIC = b"ASTM-E57"
PAGE = 1024
MOST_SCANS = 20_000
CARTESIAN = ("cartesianX", "cartesianY", "cartesianZ")
SPHERICAL = ("sphericalRange", "sphericalAzimuth", "sphericalElevation")
COLOURS = ("colorRed", "colorGreen", "colorBlue")
INVALID = ("cartesianInvalidState", "sphericalInvalidState")


def sniff(path: Path, head: bytes) -> bool:
    """By its first letters."""
    return head.startswith(MAGIC)


def read(path: Path, intake: Intake) -> None:
    """All scans as one cloud."""
    if intake.job.kind not in (None, "clouds"):
        raise UserError("kind-unclear", file=intake.job.name, kinds="clouds")
    _check(path, intake)
    try:
        import pye57
    except ImportError:
        reason = _("this computer's processor has no reader for E57; save it as LAZ")
        raise UserError("file-unreadable", file=intake.job.name, reason=reason) from None
    file = pye57.E57(str(path))
    scans = [_Scan(file, at) for at in range(min(file.scan_count, MOST_SCANS))]
    total = sum(scan.points for scan in scans)
    if not total:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no points"))
    told = _told(file)
    spool = Spool(Path(intake.job.scratch) / "points", intake.job.name)
    system = None
    for scan in scans:
        for xyz, batch in scan.batches():
            if system is None:
                system = system_of(intake, told, None, "", np.nanmin(xyz, axis=0), np.nanmax(xyz, axis=0))
            spool.add(_placed(system, xyz, batch))
            intake.progress(READ_SHARE * min(spool.count / total, 1.0), _("Reading points"))
    cloud_file.take(spool, intake, system.datum if system is not None else "")


def _placed(system: System, xyz: NDArray[np.float64], batch: Batch) -> Batch:
    return Batch(system.turned(xyz), batch.rgb, batch.intensity, batch.classes)


def _check(path: Path, intake: Intake) -> None:
    """The header: its own length, where the XML lies, and the size of a page."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(48)
    try:
        _magic, major, _minor, length, xml, xml_size, page = struct.unpack("<8sIIQQQQ", head)
    except struct.error:
        length = xml = xml_size = page = major = 0
    if major != 1 or page != PAGE or length > size or not 48 <= xml < size or not 0 < xml_size <= size - xml:
        reason = _("its header says more than the file holds")
        raise UserError("file-unreadable", file=intake.job.name, reason=reason)


def _told(file: Any) -> str:
    """The coordinate system in words, "" where none is said."""
    root = file.image_file.root()
    return str(root["coordinateMetadata"].value()).strip() if root.isDefined("coordinateMetadata") else ""


class _Scan:
    def __init__(self, file: Any, at: int) -> None:
        self.file = file
        self.header = file.get_header(at)
        self.points = int(self.header.point_count)
        self.fields = set(self.header.point_fields)
        self.turn, self.shift = np.eye(3), np.zeros(3)
        if self.header.has_pose():
            self.turn, self.shift = np.array(self.header.rotation_matrix), np.array(self.header.translation)

    def batches(self) -> Iterator[tuple[NDArray[np.float64], Batch]]:
        """Places in the file's own system, with colours and intensity."""
        cartesian = set(CARTESIAN) <= self.fields
        axes = CARTESIAN if cartesian else SPHERICAL
        wanted = [name for name in (*axes, *COLOURS, "intensity", *INVALID) if name in self.fields]
        if not set(axes) <= self.fields or not self.points:
            return
        data, buffers = self.file.make_buffers(wanted, min(BATCH, self.points))
        reader = self.header.points.reader(buffers)
        while count := reader.read():
            columns = {name: values[:count] for name, values in data.items()}
            for state in INVALID:
                if state in columns:
                    valid = columns[state] == 0
                    columns = {name: values[valid] for name, values in columns.items()}
            local = _places(columns, cartesian)
            if len(local):
                yield local @ self.turn.T + self.shift, self._colours(columns)
        reader.close()

    def _colours(self, columns: dict[str, Any]) -> Batch:
        rgb = None
        if set(COLOURS) <= columns.keys():
            rgb = np.column_stack([self._share(columns[c], "colorLimits", c) * 65_535 for c in COLOURS])
        intensity = None
        if "intensity" in columns:
            intensity = (self._share(columns["intensity"], "intensityLimits", "intensity") * 65_535).astype(np.uint16)
        return Batch(np.zeros((0, 3)), None if rgb is None else rgb.astype(np.uint16), intensity)

    def _share(self, values: Any, limits: str, name: str) -> NDArray[np.float64]:
        """0 to 1 between the limits that the scan names, else between its own ends."""
        values = np.nan_to_num(np.asarray(values, np.float64))
        low, high = float(values.min(initial=0.0)), float(values.max(initial=1.0))
        node = self.header.node
        if node.isDefined(limits):
            named = node[limits]
            low, high = (float(named[name + end].value()) for end in ("Minimum", "Maximum"))
        return np.asarray(np.clip((values - low) / max(high - low, 1e-12), 0.0, 1.0))


def _places(columns: dict[str, Any], cartesian: bool) -> NDArray[np.float64]:
    if cartesian:
        return np.column_stack([np.asarray(columns[name], np.float64) for name in CARTESIAN])
    away, turn, rise = (np.asarray(columns[name], np.float64) for name in SPHERICAL)
    flat = away * np.cos(rise)
    return np.column_stack([flat * np.cos(turn), flat * np.sin(turn), away * np.sin(rise)])
