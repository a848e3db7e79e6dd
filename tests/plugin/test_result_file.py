"""A result as a file: what goes in comes out, and a damaged file is an error and nothing else."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from vidbudova.plugin import Chart, Figure, Proposal, ProposedDelta, Result, ResultTable, Series, Style, result_file

CRS = "EPSG:32637"


def whole() -> Result:
    """A result with one of everything."""
    lines = gpd.GeoDataFrame(
        {"id": ["r1", "r2", None], "flow": [1.5, math.nan, 3.0], "lanes": [1, 2, 3], "open": [True, False, True]},
        geometry=[LineString([(0, 0), (1, 1)]), None, LineString([(5, 5, 2), (6, 6, 3)])], crs=CRS,
    )  # fmt: skip
    plain = pd.DataFrame({"назва": ["вулиця", "", None], "ids": [["a", "b"], [], None], "mixed": [1, "x", 2.5]})
    style = Style("flow", "flow", "veh/h", (1.0, 2.0), "flow", "speed", {"a": "A"})
    deltas = (ProposedDelta("zones", "z1", "geom", Point(1, 2)), ProposedDelta("zones", "z1", "name", "x"))
    return Result(
        summary={"delay_veh_h": np.float64(12.5), "count": np.int32(3), "what": "ok", "none": None, "nan": math.nan},
        figures=(Figure("delay_veh_h", "Delay", 12.5, "veh·h", "Σ", "roads", "HCM", "2022"),),
        tables=(
            ResultTable("links", "Links", lines, {"flow": "veh/h"}, {"flow": "Flow"}, "roads", style),
            ResultTable("words", "Words", plain),
        ),
        charts=(Chart("gap", "Gap", "line", "n", "gap", (Series("s", [1, 2], [0.5, math.nan]),), True),),
        proposals=(Proposal("p", "why", deltas),),
        report="# Title\nwords", warnings=("careful",),
    )  # fmt: skip


def test_that_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    result_file.write(whole(), tmp_path / "r")
    found = result_file.read(tmp_path / "r")
    assert found.summary == {"delay_veh_h": 12.5, "count": 3, "what": "ok", "none": None, "nan": None}
    assert found.figures == whole().figures
    assert found.report == "# Title\nwords" and found.warnings == ("careful",)
    links, words = found.tables
    before = whole().tables
    assert dataclasses.replace(links, frame=before[0].frame) == before[0]
    assert links.frame.crs == CRS and links.frame.id.tolist() == ["r1", "r2", None]
    assert links.frame.geometry.to_wkb().tolist() == before[0].frame.geometry.to_wkb().tolist()
    assert links.frame.lanes.dtype == np.int64 and links.frame.open.dtype == np.bool_
    assert np.array_equal(links.frame.flow, before[0].frame.flow, equal_nan=True)
    assert words.frame["назва"].tolist() == ["вулиця", "", None]
    assert words.frame["ids"].tolist() == [["a", "b"], [], None] and words.frame["mixed"].tolist() == [1, "x", 2.5]
    (chart,) = found.charts
    assert chart.series[0].x == [1, 2] and chart.series[0].y[0] == 0.5 and math.isnan(chart.series[0].y[1])
    place, name = found.proposals[0].deltas
    assert place.value == Point(1, 2).wkb and name.value == "x"


def test_that_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    empty = gpd.GeoDataFrame({"id": [], "flow": []}, geometry=[], crs=CRS)
    result_file.write(Result({}, tables=(ResultTable("t", "T", empty),)), tmp_path / "r")
    (table,) = result_file.read(tmp_path / "r").tables
    assert list(table.frame.columns) == ["id", "flow", "geometry"] and len(table.frame) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text()), max_size=20))
def test_that_any_words_come_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str | None]) -> None:
    path = tmp_path_factory.mktemp("words") / "r"
    clean = [None if one is None else one.encode("utf-8", "replace").decode() for one in texts]
    result_file.write(
        Result({}, tables=(ResultTable("t", "T", pd.DataFrame({"a": pd.Series(texts, dtype=object)})),)), path
    )
    assert result_file.read(path).tables[0].frame["a"].tolist() == clean


@pytest.mark.parametrize("wrong", [object(), Path, {"x": {1j}}])
def test_that_what_is_no_data_is_refused(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(TypeError):
        result_file.write(Result({"x": wrong}), tmp_path / "r")  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        table = ResultTable("t", "T", pd.DataFrame({"a": [wrong]}))
        result_file.write(Result({}, tables=(table,)), tmp_path / "r")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_that_a_damaged_file_is_a_value_error_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "r"
    result_file.write(whole(), path)
    held = bytearray(path.read_bytes())
    for _n in range(data.draw(st.integers(1, 6))):
        held[data.draw(st.integers(0, len(held) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(held[: data.draw(st.integers(0, len(held)))] if data.draw(st.booleans()) else held)
    try:
        found = result_file.read(path)
    except ValueError:
        return
    assert isinstance(found, Result)
