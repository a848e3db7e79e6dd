"""New files for other programs: whole or not there, with ids, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import export

EVIL = ["=1+1", "+380", "-1", "@sum", "\tx", "\rx", "plain", None]


@pytest.fixture
def rows() -> export.Rows:
    shapes = [shapely.box(390_000, 5_217_000, 390_010, 5_217_010)] * len(EVIL)
    columns = {"name": EVIL, "levels": [1, 2, 3, 4, 5, 6, 7, None], "photos": [frozenset({"b", "a"})] * len(EVIL)}
    ids = [f"id-{n}" for n in range(len(EVIL))]
    return export.Rows("Будівлі", "EPSG:32637", ids, columns, np.array(shapes, dtype=object))


def test_that_no_csv_cell_begins_like_a_formula(tmp_path, rows):
    export.write(tmp_path / "out.csv", rows)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as opened:
        listed = list(csv.DictReader(opened))
    assert not [row["name"] for row in listed if row["name"].startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [row["id"] for row in listed] == list(rows.ids)


def test_that_no_spreadsheet_cell_is_a_formula(tmp_path, rows):
    from openpyxl import load_workbook

    export.write(tmp_path / "out.xlsx", rows)
    sheet = load_workbook(tmp_path / "out.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sheet["C2"].value == 1 and sheet["B2"].value == "'=1+1"


def test_that_geojson_is_in_degrees_with_ids(tmp_path, rows):
    export.write(tmp_path / "out.geojson", rows)
    document = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))
    feature = document["features"][0]
    assert feature["id"] == feature["properties"]["id"] == "id-0"
    assert feature["properties"]["name"] == "=1+1"
    ring = shapely.LinearRing(feature["geometry"]["coordinates"][0])
    assert ring.is_ccw and 37 < ring.coords[0][0] < 38 and "crs" not in document


def test_that_what_was_exported_can_be_read_again(take, tmp_path, rows):
    for ending in ("gpkg", "geojson"):
        export.write(tmp_path / f"out.{ending}", rows)
        taken = take(tmp_path / f"out.{ending}", kind="features")
        assert taken.report["kept"] == len(EVIL)
        assert {row["source_id"] for row in taken.rows("features")} == set(rows.ids)


def test_that_a_failed_export_leaves_the_old_file_and_no_half_one(tmp_path, rows, monkeypatch):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail(part: Path, _rows: export.Rows) -> None:
        part.write_text("half")
        raise OSError("disk full")

    monkeypatch.setitem(export.WRITERS, ".csv", fail)
    with pytest.raises(UserError) as caught:
        export.write(path, rows)
    assert caught.value.key == "export-failed"
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_that_an_unknown_ending_is_a_sentence(tmp_path, rows):
    with pytest.raises(UserError):
        export.write(tmp_path / "out.doc", rows)
