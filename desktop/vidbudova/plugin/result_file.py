"""A result as one file: columns as plain arrays, the rest as JSON. Reading one runs nothing and believes nothing."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely.errors
from numpy.typing import NDArray

from vidbudova.formats import arrays
from vidbudova.plugin.result import Chart, Figure, Proposal, ProposedDelta, Result, ResultTable, Series, Style
from vidbudova.plugin.result_columns import of_column, to_column

FORM = "vidbudova result 1"
MOST_BYTES = 4 * 1024**3
MOST_TABLES = 200
PLACE = "geometry"
WORDS = ("str", "StyleKind", "Literal")
"""How fields that hold words are annotated in `result`."""


def write(result: Result, path: Path) -> None:
    """Write a result.

    Raises
    ------
    TypeError, ValueError
        If it holds something else than data.
    """
    columns: dict[str, NDArray[Any]] = {}
    tables = [_table_meta(table, at, columns) for at, table in enumerate(result.tables)]
    meta = {
        "form": FORM, "summary": _plain(dict(result.summary)),
        "figures": [_plain(_fields(one)) for one in result.figures],
        "tables": tables, "charts": [_plain(_fields(one)) for one in result.charts],
        "proposals": [_proposal(one) for one in result.proposals], "report": str(result.report),
        "warnings": [str(one) for one in result.warnings],
    }  # fmt: skip
    json.dumps(meta, allow_nan=False)
    arrays.write(path, columns, meta)


def read(path: Path) -> Result:
    """Read a result.

    Raises
    ------
    ValueError
        If the file is damaged or is something else.
    """
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("the file is too large")
    try:
        return _result(arrays.open_arrays(path))
    except (LookupError, TypeError, AttributeError, OverflowError, RuntimeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"the file is damaged ({type(error).__name__}: {error})") from error


def summary_of(path: Path) -> dict[str, Any]:
    """The summary alone, without the tables."""
    return dict(arrays.open_arrays(path).meta["summary"])


def _result(found: arrays.Arrays) -> Result:
    meta = found.meta
    if meta.get("form") != FORM or len(meta["tables"]) > MOST_TABLES:
        raise ValueError("the file is no result, or of a newer version")
    return Result(
        summary=dict(meta["summary"]), figures=tuple(Figure(**_words(Figure, one)) for one in meta["figures"]),
        tables=tuple(_table(one, at, found) for at, one in enumerate(meta["tables"])),
        charts=tuple(_chart(one) for one in meta["charts"]),
        proposals=tuple(_proposal_of(one) for one in meta["proposals"]), report=str(meta["report"]),
        warnings=tuple(str(one) for one in meta["warnings"]),
    )  # fmt: skip


def _table_meta(table: ResultTable, at: int, columns: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """What is said of a table; its columns go into `columns`."""
    frame, kinds = table.frame, []
    place = getattr(frame, "_geometry_column_name", None)
    names = [PLACE if name == place else str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        raise ValueError(f"the table {table.name} has two columns of one name")
    for number, name in enumerate(names):
        kind, parts = of_column(frame.iloc[:, number].to_numpy(), is_place=place is not None and name == PLACE)
        kinds.append({"name": name, "kind": kind})
        columns |= {f"{at}/{number}/{part}": values for part, values in parts.items()}
    crs = getattr(frame, "crs", None) if place else None
    said = {
        "name": table.name, "title": table.title, "units": dict(table.units), "titles": dict(table.titles),
        "about": table.about, "style": table.style, "rows": len(frame) if names else 0, "columns": kinds,
        "crs": crs.to_string() if crs else "",
    }  # fmt: skip
    return {key: _plain(value) for key, value in said.items()}


def _table(said: Mapping[str, Any], at: int, found: arrays.Arrays) -> ResultTable:
    import pandas as pd

    rows = int(said["rows"])
    if rows < 0 or (rows and not said["columns"]):
        raise ValueError("a table without columns has no rows")
    columns: dict[str, Any] = {}
    for number, one in enumerate(said["columns"]):
        values = to_column(one["kind"], rows, found, f"{at}/{number}")
        columns[one["name"]] = pd.Series(values, dtype=values.dtype)
    frame: Any = pd.DataFrame(columns, index=pd.RangeIndex(rows))
    if any(one["kind"] == "place" for one in said["columns"]):
        import geopandas as gpd

        frame = gpd.GeoDataFrame(frame, geometry=PLACE, crs=said["crs"] or None)
    return ResultTable(
        name=str(said["name"]), title=str(said["title"]), frame=frame, units=_by_name(said["units"]),
        titles=_by_name(said["titles"]), about=str(said["about"]), style=_style(said["style"]),
    )  # fmt: skip


def _style(said: Mapping[str, Any] | None) -> Style | None:
    if said is None:
        return None
    told = _words(Style, said) | {"breaks": tuple(map(float, said["breaks"])), "labels": _by_name(said["labels"])}
    return Style(**told)


def _chart(said: Mapping[str, Any]) -> Chart:
    series = tuple(Series(str(one["title"]), list(one["x"]), [_number(y) for y in one["y"]]) for one in said["series"])
    if any(len(one.x) != len(one.y) for one in series):
        raise ValueError("a series has an x for each y")
    return Chart(**(_words(Chart, said) | {"series": series, "log_y": bool(said.get("log_y"))}))


def _number(value: Any) -> float:
    """A gap in a line is null in JSON."""
    return math.nan if value is None else float(value)


def _proposal(one: Proposal) -> dict[str, Any]:
    """Values of deltas as JSON; places as hexadecimal WKB."""
    deltas = [[delta.table, delta.id, delta.field, _value(delta.value)] for delta in one.deltas]
    return {"title": str(one.title), "reason": str(one.reason), "deltas": _plain(deltas)}


def _value(value: Any) -> Any:
    if hasattr(value, "wkb"):
        return {"wkb": value.wkb.hex()}
    if isinstance(value, bytes):
        return {"wkb": value.hex()}
    return sorted(value) if isinstance(value, set | frozenset) else value


def _proposal_of(said: Mapping[str, Any]) -> Proposal:
    deltas = tuple(
        ProposedDelta(str(t), str(id), str(field), _value_of(value)) for t, id, field, value in said["deltas"]
    )
    return Proposal(str(said["title"]), str(said["reason"]), deltas)


def _value_of(value: Any) -> Any:
    return bytes.fromhex(value["wkb"]) if isinstance(value, dict) and "wkb" in value else value


def _fields(one: Any) -> dict[str, Any]:
    """The fields of a dataclass; those in it, too."""
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}


def _words(kind: type, said: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields that a dataclass of this version has; where words are wanted, what is there has to be words."""
    found = {field.name: said[field.name] for field in dataclasses.fields(kind) if field.name in said}
    for field in dataclasses.fields(kind):
        if field.name in found and str(field.type).startswith(WORDS) and not isinstance(found[field.name], str):
            raise ValueError(f"{field.name} is no text")
    return found


def _by_name(said: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(words) for name, words in said.items()}


def _plain(value: Any) -> Any:
    """The same as JSON has it: numbers of numpy as Python's, what is no number as null."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value):
        return _plain(_fields(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence | np.ndarray | set | frozenset) or hasattr(value, "to_numpy"):
        return [_plain(one) for one in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no data")
