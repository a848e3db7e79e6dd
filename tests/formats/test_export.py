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


@pytest.mark.parametrize("ending", ["fgb", "kml"])
def test_that_what_is_written_reads_back_with_ids_texts_and_places(take, tmp_path, rows, ending):
    path = tmp_path / f"out.{ending}"
    export.write(path, rows)
    read = take(path, kind="buildings", mends=["keep-duplicates"])
    assert read.report["kept"] == len(EVIL)
    back = read.rows("buildings")
    assert {row["source_id"] for row in back} == set(rows.ids)
    assert {row["levels"] for row in back} == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, None}
    xy = shapely.get_coordinates(shapely.from_wkb(back[0]["geom"]))
    wanted = shapely.get_coordinates(rows.geometries[0])
    assert np.abs(xy.min(axis=0) - wanted.min(axis=0)).max() < 0.02


def test_that_flatgeobuf_refuses_rows_without_a_shape(tmp_path, rows):
    rows.geometries[0] = None
    with pytest.raises(UserError) as caught:
        export.write(tmp_path / "out.fgb", rows)
    assert caught.value.key == "export-failed" and not list(tmp_path.iterdir())


def test_that_kml_holds_no_letters_that_break_it(tmp_path):
    rows = export.Rows("a<b", "EPSG:32637", ["1"], {"name": ['x & "y" \x00\x1f<z>']}, np.array([None], object))
    export.write(tmp_path / "out.kml", rows)
    from defusedxml.ElementTree import parse

    assert 'x & "y" <z>' in "".join(parse(tmp_path / "out.kml").getroot().itertext())
