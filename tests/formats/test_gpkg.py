"""GeoPackage: every layer with geometry, what each holds, and what is wrong in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import duplicates


def _layer(path: Path, layer: str, shapes: list[Any], /, crs: str = "EPSG:32637", **columns: list[Any]) -> None:
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb(np.array(shapes, dtype=object)), layer=layer, driver="GPKG",
            geometry_type="Unknown",
        crs=crs, fields=list(columns), append=path.exists(),
        field_data=[np.array(values, dtype=object if isinstance(values[0],
            str) else None) for values in columns.values()],
    )  # fmt: skip


def _box(at: float) -> Any:
    return shapely.box(390_000 + at, 5_217_000, 390_010 + at, 5_217_010)


def test_that_each_layer_finds_its_table_by_name_columns_and_shape(take, tmp_path):
    path = tmp_path / "city.gpkg"
    line = shapely.LineString([(390_000, 5_217_000), (390_100, 5_217_000)])
    _layer(path, "footprints", [_box(0), _box(20)], floors=[5, 9], note=["a", "b"])
    _layer(path, "дороги", [line], lanes=[2])
    _layer(path, "schools", [shapely.Point(390_000, 5_217_000)], name=["Школа"])
    _layer(path, "borders", [_box(0)], name=["Left bank"])
    taken = take(path)
    assert {layer["kind"]: layer["features"] for layer in taken.report["layers"]} == {
        "buildings": 2, "roads": 1, "places": 1, "features": 1}  # fmt: skip
    assert [row["height_m"] for row in taken.rows("buildings")] == [15.0, 27.0]
    assert taken.rows("buildings")[0]["attributes"] == '{"floors":5,"note":"a"}'
    assert taken.rows("features")[0]["kind"] == "borders"


def test_that_a_kind_that_was_said_is_not_guessed(take, tmp_path):
    path = tmp_path / "things.gpkg"
    _layer(path, "things", [_box(0), shapely.Point(390_000, 5_217_000)], name=["a", "b"])
    taken = take(path, kind="landuse")
    assert len(taken.rows("landuse")) == 1
    assert taken.problems() == {"wrong-geometry-type": 1}


def test_that_coordinates_come_into_the_system_of_the_project(take, tmp_path):
    path = tmp_path / "degrees.gpkg"
    _layer(path, "points", [shapely.Point(37.55, 47.1)], crs="EPSG:4326", name=["a"])
    (row,) = take(path, project_crs="EPSG:5565").rows("features")
    x, y = shapely.get_coordinates(shapely.from_wkb(row["geom"]))[0]
    assert 7_380_000 < x < 7_400_000 and 5_210_000 < y < 5_220_000


def test_that_heights_say_what_they_rest_on(take, tmp_path):
    from vidbudova.formats.reading import Assumed

    path = tmp_path / "city.gpkg"
    _layer(path, "buildings", [_box(0), _box(20), _box(40)], height=["12,5", "", ""], levels=["3", "4", ""])
    rows = take(path, assumed=Assumed(storey_height_m=2.8, default_height_m=5.0)).rows("buildings")
    assert [(row["height_m"], row["height_source"]) for row in rows] == [
        (12.5, "tagged"), (11.2, "derived"), (5.0, "assumed")]  # fmt: skip


def test_that_more_rows_than_a_batch_all_come_once(take, tmp_path, monkeypatch):
    path = tmp_path / "many.gpkg"
    count = 45_000
    shapes = [shapely.Point(390_000 + n % 300, 5_217_000 + n // 300) for n in range(count)]
    _layer(path, "trees", shapes, height=list(range(count)))
    taken = take(path)
    assert taken.report["kept"] == count
    assert len({row["source_id"] for row in taken.rows("trees")}) == count


def test_that_a_part_may_share_the_outline_of_its_building():
    seen = duplicates.Duplicates()
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(_box(0))[:-1], 2, axis=0)[::-1])
    one, same = duplicates.outlines(np.array([shapely.multipolygons([_box(0)]), shapely.multipolygons([turned])]))
    assert not seen.seen(one, {"height_m": 9.0}, False)
    assert not seen.seen(one, {"height_m": 9.0}, True)
    assert seen.seen(same, {"height_m": 9.0}, False)


def test_that_an_undefined_system_is_no_answer(take, tmp_path):
    path = tmp_path / "undefined.gpkg"
    _layer(path, "points", [shapely.Point(390_000, 5_217_000)], name=["a"])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        db.execute("UPDATE gpkg_contents SET srs_id = -1")
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "crs-missing"


def test_that_columns_named_like_our_own_bookkeeping_do_no_harm(take, tmp_path):
    path = tmp_path / "ours.gpkg"
    said = {"part_of": ["x"], "layer": ["y"], "height_source": ["z"], "photos": ["p"], "levels": ["3"]}
    _layer(path, "buildings", [_box(0)], **said)
    (row,) = take(path).rows("buildings")
    assert (row["part_of"], row["layer"], row["height_source"]) == (None, None, "derived")


def test_that_layers_of_any_shape_with_heights_are_read(take, tmp_path):
    path = tmp_path / "any.gpkg"
    _layer(path, "things", [shapely.Point(390_000, 5_217_000, 12), _box(0)], name=["a", "b"])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gpkg_geometry_columns SET z = 1")
    before = path.read_bytes()
    assert take(path).report["kept"] == 2
    assert path.read_bytes() == before and [p.name for p in tmp_path.glob("any*")] == ["any.gpkg"]
