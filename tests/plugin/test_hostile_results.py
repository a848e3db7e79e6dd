"""Files of results that are damaged or were written to do harm: read as they are, or refused with a ValueError."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

from vidbudova.formats import arrays
from vidbudova.plugin import Chart, Figure, Proposal, ProposedDelta, Result, ResultTable, Series, Style, result_file

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def whole() -> Result:
    """A result with one of everything."""
    import geopandas as gpd

    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "x": [1.0, np.nan], "yes": [True, False], "mixed": [[1], {"a": 2}]},
        geometry=[Point(0, 0), None], crs="EPSG:32637",
    )  # fmt: skip
    return Result(
        {"n": 1}, (Figure("n", "N", 1, "1", "f", "i"),),
        (ResultTable("t", "T", frame, {"x": "m"}, {"x": "X"}, "buildings", Style("graduated", "x", breaks=(1.0,))),),
        (Chart("c", "C", "line", "x", "y", (Series("s", [1, 2], [1.0, 2.0]),)),),
        (Proposal("p", "r", (ProposedDelta("zones", "z", "geom", Point(1, 2)),)),), "report", ("warning",),
    )  # fmt: skip


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to everything in a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places_in(one, (*path, key))


def put_in(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with something else at that place."""
    if not path:
        return new
    at = dict(value) if isinstance(value, dict) else list(value)
    at[path[0]] = put_in(value[path[0]], path[1:], new)  # type: ignore[index]
    return at


NASTY = [
    None, True, -1, 0, 3, 10**12, 10**30, float("inf"), float("nan"), "", "x", "EPSG:0", [], {}, [[]], {"wkb": "zz"},
    {"wkb": "00"}, ["a"], "place", "json", "number", [None, None, None, None], "\ud800",
]  # fmt: skip


def test_that_whatever_the_head_of_a_result_says_it_is_read_or_refused(tmp_path: Path) -> None:
    result_file.write(whole(), tmp_path / "r")
    meta = arrays.open_arrays(tmp_path / "r").meta
    held = (tmp_path / "r").read_bytes()
    refused = 0
    for path in places_in(meta):
        for new in random.Random(repr(path)).sample(NASTY, 12):
            (tmp_path / "r").write_bytes(held)
            try:
                amend(tmp_path / "r", put_in(meta, path, new))
            except (ValueError, TypeError):
                continue
            try:
                found = result_file.read(tmp_path / "r")
            except ValueError:
                refused += 1
                continue
            assert well_formed(found), (path, new)
    assert refused > 200


def amend(path: Path, meta: Any) -> None:
    """Write another head, also one that ours would never write."""
    with path.open("r+b") as file:
        at = int.from_bytes(file.read(16)[8:], "little")
        file.seek(at)
        header = json.loads(file.read())
        file.seek(at)
        file.truncate()
        file.write(json.dumps({**header, "meta": meta}, ensure_ascii=True).encode())


def well_formed(result: Result) -> bool:
    """Whether what is read has the types that those who show it rely on."""
    words = [result.report, *result.warnings]
    words += [w for f in result.figures for w in (f.name, f.title, f.unit, f.formula, f.inputs, f.source, f.date)]
    words += [w for t in result.tables for w in (t.name, t.title, t.about, *t.units.values(), *t.titles.values())]
    words += [w for t in result.tables if t.style for w in (t.style.column, t.style.unit, t.style.width, t.style.kind)]
    words += [w for c in result.charts for w in (c.name, c.title, c.kind, c.x_title, c.y_title)]
    rows = [len(table.frame) for table in result.tables]
    lengths = [len(one.x) == len(one.y) for chart in result.charts for one in chart.series]
    return all(isinstance(word, str) for word in words) and all(n < 10**6 for n in rows) and all(lengths)


def test_that_garbage_in_place_of_shapes_is_refused(tmp_path: Path) -> None:
    result_file.write(whole(), tmp_path / "r")
    held = (tmp_path / "r").read_bytes()
    from shapely import to_wkb

    shape = to_wkb(Point(0, 0))
    assert held.count(shape) >= 1
    (tmp_path / "r").write_bytes(held.replace(shape, bytes([7]) * len(shape)))
    with pytest.raises(ValueError):
        result_file.read(tmp_path / "r")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=10), st.lists(ANYTHING, min_size=2, max_size=2), max_size=4))
def test_that_any_frame_comes_back_or_is_refused(tmp_path: Path, columns: dict[str, list[Any]]) -> None:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()}, index=range(2))
    try:
        result_file.write(Result({}, tables=(ResultTable("t", "T", frame),)), tmp_path / "any")
    except (TypeError, ValueError):
        return
    found = result_file.read(tmp_path / "any").tables[0].frame
    assert len(found) == (2 if columns else 0) and len(found.columns) == len(frame.columns)
