"""Copernicus Emergency Management packages: damage grading with the dates of the pictures it was made from."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from vidbudova.formats import archive, columns, values, zipped
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake

NAME = "copernicus"
TITLE = "Copernicus EMS"
ENDINGS = (".zip",)
DRIVERS = zipped.DRIVERS
ATTRIBUTION = "© European Union, Copernicus Emergency Management Service data"

_PACKAGE = re.compile(r"EMS[RNV]_?\d{3}", re.I)
_AREA = re.compile(r"area_?of_?interest|(?:^|_)aoi(?:_|$)", re.I)
_FOOTPRINT = re.compile(r"image_?footprint", re.I)
_SOURCES = re.compile(r"(?:^|_)source(?:_|$|\.)", re.I)
AFTER_THE_EVENT = ("dmg_src_id", "dmg_src", "or_src_id", "src_id")
"""Columns of a graded thing that name the picture it was graded on, best first."""
DAYS = ("src_date", "source_dat", "sens_date", "date", "acq_date")


def sniff(path: Path, head: bytes) -> bool:
    """An archive with layers that carry an activation's number."""
    if not archive.is_zip(head):
        return False
    return any(_PACKAGE.search(i.filename) and _is_layer(i) for i in archive.members(path, path.name))


def _is_layer(info: zipfile.ZipInfo) -> bool:
    return PurePosixPath(info.filename).suffix.lower() in zipped.READERS


def read(path: Path, intake: Intake) -> None:
    """All layers; graded ones get the dates of their pictures."""
    intake.attribution = ATTRIBUTION
    found = zipped.unpack(path, intake)
    tables = {name: file for name, file in found.items() if _is_sources(name, file)}
    days = _days(tables, intake)
    intake.each = _Dated(days, str(max(days.values(), default="")))
    zipped.read_all({name: file for name, file in found.items() if name not in tables}, intake)


def _is_sources(name: str, file: Path) -> bool:
    return file.suffix == ".json" and bool(_SOURCES.search(PurePosixPath(name).stem))


class _Dated:
    """Amends a batch before it is taken: day of the picture, name of what a layer is."""

    def __init__(self, days: dict[str, str], latest: str) -> None:
        self.days = days
        self.latest = latest

    def __call__(self, batch: Features) -> None:
        telling = {name.lower() for name in batch.columns}
        is_graded = bool(telling & {"damage_gra", "damage_grade"})
        what = _what(batch.layer)
        for said in batch.attributes:
            if what:
                said.setdefault("kind", what)
            if is_graded and not _day(said) and (day := self._day_of(said)):
                said["date"] = day
        batch.columns = (*batch.columns, *(["date"] if is_graded else []), *(["kind"] if what else []))

    def _day_of(self, said: dict[str, Any]) -> str:
        lower = {name.lower(): value for name, value in said.items()}
        named = [key for column in AFTER_THE_EVENT if (key := values.text(lower.get(column)))]
        return next((self.days[key] for key in named if key in self.days), self.latest)


def _day(said: dict[str, Any]) -> str | None:
    known = columns.FOREIGN["observations"]["latest_on"]
    return next((day for name, value in said.items() if name.lower() in known and (day := values.day(value))), None)


def _what(layer: str) -> str:
    if _AREA.search(layer):
        return "area of interest"
    return "image footprint" if _FOOTPRINT.search(layer) else ""


def _days(tables: dict[str, Path], intake: Intake) -> dict[str, str]:
    """Id of a picture -> its day, from the table of sources, as JSON or dBase."""
    found: dict[str, str] = {}
    for row in [*_json_rows(tables.values()), *_dbf_rows(Path(intake.job.scratch) / "zip")]:
        lower = {name.lower(): value for name, value in row.items()}
        day = next((d for name in DAYS if (d := values.day(lower.get(name)))), None)
        key = values.text(lower.get("src_id"))
        if key and day:
            found[key] = day
    return found


def _json_rows(files: Any) -> Iterator[dict[str, Any]]:
    import json

    for file in files:
        try:
            document = json.loads(file.read_bytes().decode("utf-8-sig"))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            continue
        for feature in document.get("features", []) if isinstance(document, dict) else []:
            said = feature.get("properties") if isinstance(feature, dict) else None
            if isinstance(said, dict):
                yield said


def _dbf_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Tables without geometry: a .dbf with no .shp beside it."""
    import pyogrio

    for file in sorted(folder.rglob("*.dbf")):
        if file.with_suffix(".shp").exists():
            continue
        meta, _fids, _shapes, listed = pyogrio.raw.read(str(file), read_geometry=False, max_features=10_000)
        for row in zip(*map(list, listed), strict=True):
            yield dict(zip(map(str, meta["fields"]), row, strict=True))
