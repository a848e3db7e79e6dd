"""Tables as text: a column of WKT, or two of coordinates. Separator, letters and decimal commas are found out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import encodings, values
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

NAME = "csv"
TITLE = "CSV"
ENDINGS = (".csv", ".tsv", ".txt")

BATCH = 10_000
SAMPLE = 1 << 18
LONGEST_CELL = 8 << 20
MOST_COLUMNS = 2000
SEPARATORS = ",;\t|"
WKT = ("wkt", "geom", "geometry", "the_geom", "wkt_geom", "shape", "геометрія")
LON = ("lon", "long", "longitude", "lng", "x_wgs84", "довгота", "долгота", "lon_wgs84", "longitude_deg", "_longitude")
LAT = ("lat", "latitude", "y_wgs84", "широта", "lat_wgs84", "latitude_deg", "_latitude")
EAST = ("x", "easting", "east", "coord_x", "x_coord", "point_x", "xcoord", "координата_x", "схід")
NORTH = ("y", "northing", "north", "coord_y", "y_coord", "point_y", "ycoord", "координата_y", "північ")
_SRID = re.compile(r"^\s*SRID=(\d+);", re.I)
_WKT = re.compile(
    r"^\s*(?:SRID=\d+;)?\s*(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)\s*[ZM]*\s*(?:\(|EMPTY)", re.I
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the place stands: a column of WKT, or two columns; `geographic` if their names say degrees."""

    header: tuple[str, ...]
    wkt: int | None = None
    x: int | None = None
    y: int | None = None
    geographic: bool = False

    @property
    def places(self) -> set[int]:
        """The columns that hold the place."""
        return {at for at in (self.wkt, self.x, self.y) if at is not None}


def sniff(path: Path, head: bytes) -> bool:
    """Text of lines that a separator cuts into the same number of cells, or the ending."""
    encoding, _guessed = encodings.of_text(head)
    if b"\0" in head and not encoding.startswith("utf-"):
        return False
    text = head.decode(encoding, "replace")
    if path.suffix.lower() in (".csv", ".tsv"):
        return True
    lines = text.splitlines()[:2]
    return (
        path.suffix.lower() in ENDINGS and len(lines) == 2 and any(s in lines[0] and s in lines[1] for s in SEPARATORS)
    )


def read(path: Path, intake: Intake) -> None:
    """The rows, in batches."""
    with path.open("rb") as opened:
        sample = opened.read(SAMPLE)
    found, guessed = encodings.of_text(sample)
    if guessed:
        intake.note_letters(found, sample)
    encoding = intake.letters(found)
    csv.field_size_limit(LONGEST_CELL)
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, errors="replace", newline="") as text:
        rows = csv.reader(text, delimiter=separator(sample.decode(encoding, "replace")))
        try:
            _take(rows, lambda: min(raw.tell() / size, 1.0), path, intake)
        except csv.Error as error:
            raise UserError("file-unreadable", file=intake.job.name, reason=str(error)) from None


def separator(sample: str) -> str:
    """The separator that cuts the first lines most evenly; a comma when none does."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    lines = lines[:-1] if len(lines) > 2 else lines
    best, most = ",", 0.0
    for one in SEPARATORS:
        counts = [len(row) for row in csv.reader(lines, delimiter=one)]
        even = min(counts, default=0) if len(set(counts)) == 1 else min(counts[:1], default=0) * 0.5
        if even > max(most, 1.0):
            best, most = one, even
    return best


def _take(rows: Iterator[list[str]], share: Any, path: Path, intake: Intake) -> None:
    header = next((row for row in rows if any(cell.strip() for cell in row)), None)
    if header is None:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no rows"))
    if len(header) > MOST_COLUMNS:
        raise UserError("file-unreadable", file=intake.job.name, reason=_("it has too many columns"))
    layout: Layout | None = None
    start = 1
    while batch := _next(rows):
        layout = layout or find(_names(header), batch)
        if layout is None:
            why = _("no columns of coordinates (lon, lat; x, y) and none of WKT were found")
            raise UserError("file-unknown-format", file=intake.job.name, reason=why, formats=TITLE)
        intake.take(_features(batch, start, layout, Path(intake.job.name).stem))
        intake.progress(share(), "")
        start += len(batch)


def _next(rows: Iterator[list[str]]) -> list[list[str]]:
    batch: list[list[str]] = []
    for row in rows:
        if any(cell.strip() for cell in row):
            batch.append(row)
            if len(batch) == BATCH:
                break
    return batch


def _names(header: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for at, cell in enumerate(header):
        name = cell.strip().lstrip("\ufeff") or f"column_{at + 1}"
        names.append(name if name not in names else f"{name}_{at + 1}")
    return tuple(names)


def find(header: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Layout | None:
    """Where the place stands, by the names of the columns and, for WKT, by what is in them."""
    lower = [name.lower() for name in header]
    for at, name in enumerate(lower):
        if name in WKT or any(at < len(row) and _WKT.match(row[at]) for row in rows[:20]):
            return Layout(header, wkt=at)
    for eastings, northings, geographic in ((LON, LAT, True), (EAST, NORTH, False)):
        x = next((lower.index(n) for n in eastings if n in lower), None)
        y = next((lower.index(n) for n in northings if n in lower), None)
        if x is not None and y is not None:
            return Layout(header, x=x, y=y, geographic=geographic)
    return None


def _features(rows: list[list[str]], start: int, layout: Layout, layer: str) -> Features:
    shapes = np.empty(len(rows), dtype=object)
    attributes: list[dict[str, Any]] = []
    faults: dict[int, tuple[str, str]] = {}
    srid = ""
    for at, row in enumerate(rows):
        if len(row) > len(layout.header):
            faults[at] = ("row-malformed", f"{len(row)} > {len(layout.header)}")
        else:
            shapes[at], fault, named = _place(row, layout)
            srid = srid or named
            if fault:
                faults[at] = fault
        cells = zip(layout.header, row, strict=False)
        attributes.append({n: c for i, (n, c) in enumerate(cells) if i not in layout.places or at in faults})
    crs = f"EPSG:{srid}" if srid else crs_rules.WGS84 if layout.geographic else ""
    ids = [str(start + at) for at in range(len(rows))]
    return Features(layer, crs, shapes, attributes, ids, faults, layout.header)


def _place(row: Sequence[str], layout: Layout) -> tuple[Any, tuple[str, str] | None, str]:
    if layout.wkt is not None:
        return _from_wkt(row[layout.wkt] if layout.wkt < len(row) else "")
    assert layout.x is not None and layout.y is not None
    cells = [row[at].strip() if at < len(row) else "" for at in (layout.x, layout.y)]
    if not all(cells):
        return None, ("coordinates-missing", ""), ""
    if any(cell.lower().strip("+-") in ("inf", "infinity", "nan") for cell in cells):
        return None, ("coordinates-not-finite", " ".join(cells)), ""
    numbers = [values.real(cell) for cell in cells]
    if None in numbers:
        return None, ("coordinates-not-numbers", " ".join(cells)), ""
    return shapely.points(numbers), None, ""


def _from_wkt(cell: str) -> tuple[Any, tuple[str, str] | None, str]:
    if not cell.strip():
        return None, ("geometry-null", ""), ""
    srid = _SRID.match(cell)
    try:
        return shapely.from_wkt(_SRID.sub("", cell)), None, srid[1] if srid else ""
    except shapely.GEOSException:
        return None, ("geometry-unreadable", cell[:60]), ""
