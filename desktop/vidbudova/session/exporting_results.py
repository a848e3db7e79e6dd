"""The tables, charts and figures of a result as files that other programs read."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats.export import Rows, part_of, write
from vidbudova.formats.values import plain
from vidbudova.plugin import Chart, Result, ResultTable

NUMBERS = "result.json"
LONGEST = 80
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
"""Names that Windows keeps for itself."""


def export_result(result: Result, crs: str, folder: Path) -> list[Path]:
    """Write a result into a folder: tables with places as GeoJSON, others as CSV, the rest as `result.json`.

    Raises
    ------
    UserError
        export-failed; files that were whole before stay.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("export-failed", file=folder.name, reason=str(error)) from error
    names = file_names([table.name for table in result.tables])
    written = [_table(table, crs, folder / name) for table, name in zip(result.tables, names, strict=True)]
    with part_of(folder / NUMBERS) as part:
        text = json.dumps(_numbers(result), ensure_ascii=False, indent=1, allow_nan=False)
        part.write_text(text + "\n", encoding="utf-8")
    return [*written, folder / NUMBERS]


def rows_of(table: ResultTable, crs: str = "") -> Rows:
    """A table of a result as the writers of files take it."""
    frame = table.frame
    place = getattr(frame, "_geometry_column_name", None)
    place = place if place in frame.columns else None
    columns: dict[str, Sequence[Any]] = {
        str(name): [value(v) for v in frame[name]] for name in frame.columns if name not in ("id", place)
    }
    ids = [str(v) for v in frame["id"]] if "id" in frame.columns else [str(n) for n in range(1, len(frame) + 1)]
    shapes = None if place is None else np.array(frame[place], dtype=object)
    return Rows(table.name, str(getattr(frame, "crs", None) or crs), ids, columns, shapes)


def value(given: Any) -> Any:
    """A cell as JSON has it: numpy's numbers as plain ones, what is no number as nothing."""
    return None if type(given).__name__ in ("NaTType", "NAType") else plain(given)


def file_names(wanted: Sequence[str]) -> list[str]:
    """Names of files like these, without an ending: each once, inside one folder, and good on every system."""
    names: list[str] = []
    taken: set[str] = set()
    for words in wanted:
        name = re.sub(r"[^\w -]", "_", words)[:LONGEST].strip() or "_"
        name = f"{name}_" if DEVICES.fullmatch(name) else name
        tries = itertools.chain([name], (f"{name}_{n}" for n in itertools.count(2)))
        free = next(one for one in tries if one.casefold() not in taken)
        taken.add(free.casefold())
        names.append(free)
    return names


def _table(table: ResultTable, crs: str, path: Path) -> Path:
    rows = rows_of(table, crs)
    path = path.with_name(f"{path.name}{'.csv' if rows.geometries is None else '.geojson'}")
    write(path, rows)
    return path


def _numbers(result: Result) -> dict[str, Any]:
    return {
        "summary": {name: value(v) for name, v in result.summary.items()},
        "figures": [
            {name: value(getattr(figure, name)) for name in figure.__slots__} for figure in result.figures
        ],
        "charts": [_chart(chart) for chart in result.charts],
        "proposals": [
            {"title": p.title, "reason": p.reason, "deltas": len(p.deltas)} for p in result.proposals
        ],
        "report": result.report, "warnings": list(result.warnings),
    }  # fmt: skip


def _chart(chart: Chart) -> dict[str, Any]:
    series = [{"title": s.title, "x": [value(x) for x in s.x], "y": [value(y) for y in s.y]} for s in chart.series]
    return {
        "name": chart.name, "title": chart.title, "kind": chart.kind, "x_title": chart.x_title,
        "y_title": chart.y_title, "log_y": chart.log_y, "series": series,
    }  # fmt: skip
