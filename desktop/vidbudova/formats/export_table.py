"""Spreadsheets: CSV and XLSX in which no cell is taken for a formula."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from vidbudova.formats.values import plain

if TYPE_CHECKING:
    from vidbudova.formats.export import Rows

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins like this would be run by a spreadsheet."""

MOST_ROWS = 1_048_575
MOST_LETTERS = 32_767


def harmless(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula; numbers stay numbers."""
    value = plain(value)
    if isinstance(value, frozenset | set | list | tuple):
        value = ", ".join(sorted(map(str, value)))
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return "'" + value
    return value


def _places(rows: Rows) -> tuple[list[str], list[list[Any]]]:
    """Columns for the place: x and y of the middle, and of CSV the shape as WKT."""
    if rows.geometries is None:
        return [], [[] for _ in rows.ids]
    middles = shapely.point_on_surface(rows.geometries)
    pairs = zip(shapely.get_x(middles).round(2).tolist(), shapely.get_y(middles).round(2).tolist(), strict=True)
    return ["x", "y"], [[None if x != x else x, None if y != y else y] for x, y in pairs]


def comma_separated(path: Path, rows: Rows) -> None:
    """CSV in UTF-8 with a mark at the start, so that spreadsheets read the letters right."""
    names, places = _places(rows)
    shapes = [] if rows.geometries is None else shapely.to_wkt(rows.geometries, rounding_precision=3).tolist()
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([harmless(n) for n in (*rows.header(), *names, *(["wkt"] if shapes else []))])
        for at, record in enumerate(rows.records()):
            writer.writerow([*map(harmless, record), *places[at], *(shapes[at : at + 1])])


def spreadsheet(path: Path, rows: Rows) -> None:
    """XLSX with a frozen header; texts are texts, whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    if len(rows.ids) > MOST_ROWS:
        raise ValueError(f"> {MOST_ROWS}")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(c for c in rows.name if c not in "[]:*?/\\")[:31] or "Sheet")
    sheet.freeze_panes = "A2"

    def cell(value: Any, bold: bool = False) -> Any:
        value = harmless(value)
        if isinstance(value, str):
            value = ILLEGAL_CHARACTERS_RE.sub("", value)[:MOST_LETTERS]
        made = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    names, places = _places(rows)
    sheet.append([cell(name, bold=True) for name in (*rows.header(), *names)])
    for at, record in enumerate(rows.records()):
        sheet.append([cell(value) for value in (*record, *places[at])])
    book.save(path)
