"""GeoJSON: what is wrong is set aside with its reason, never taken in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from formats.places import square

from vidbudova.errors import UserError


def _at(x: float, y: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [x, y]}


def test_that_every_feature_is_kept_or_set_aside_with_its_reason(take, geojson):
    path = geojson(
        (square(), {"building": "yes", "building:levels": "5"}),
        (None, {"name": "no place"}),
        ({"type": "Point", "coordinates": []}, {}),
        ({"type": "Point", "coordinates": ["37", "47"]}, {}),
        ({"type": "Point", "coordinates": [37.5]}, {}),
        ({"type": "Polygon", "coordinates": [[[37, 47], [37, 47]]]}, {}),
        ({"type": "Blob", "coordinates": [1, 2]}, {}),
        (_at(370.0, 47.0), {}),
    )
    taken = take(path)
    assert (taken.report["read"], taken.report["kept"], taken.report["skipped"]) == (8, 1, 7)
    codes = sorted(row["code"] for row in taken.rows("quarantine"))
    assert codes == ["coordinates-absurd", "coordinates-not-numbers", "coordinates-not-numbers", "geometry-empty",
                     "geometry-invalid", "geometry-null", "geometry-type-unknown"]  # fmt: skip
    assert all(row["reason"] for row in taken.rows("quarantine"))


def test_that_infinite_coordinates_are_set_aside(take, tmp_path):
    path = tmp_path / "infinite.geojson"
    path.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
                    '{"type":"LineString","coordinates":[[37.5,47.1],[Infinity,47.2]]}}]}')  # fmt: skip
    assert take(path).problems() == {"coordinates-not-finite": 1}


def test_that_a_bow_tie_is_mended_and_counted(take, geojson):
    bow = {
        "type": "Polygon",
        "coordinates": [[[37.5, 47.1], [37.501, 47.101], [37.501, 47.1], [37.5, 47.101], [37.5, 47.1]]],
    }
    taken = take(geojson((bow, {"building": "yes"})))
    assert taken.problems()["geometry-mended"] == 1
    (row,) = taken.rows("buildings")
    shape = shapely.from_wkb(row["geom"])
    assert shape.is_valid and shape.geom_type == "MultiPolygon" and len(shape.geoms) == 2


def test_that_an_open_ring_is_closed_and_counted(take, geojson):
    ring = square()
    ring["coordinates"][0].pop()
    assert take(geojson((ring, {"building": "yes"}))).problems()["ring-closed"] == 1


def test_that_a_property_named_twice_is_said(take, tmp_path):
    path = tmp_path / "twice.geojson"
    path.write_text(
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[37.5,47.1]},"properties":{"a":1,"a":2}}'
    )
    assert take(path).problems() == {"property-repeated": 1}


def test_that_the_outline_of_a_building_is_no_second_building(take, geojson):
    ring = {"type": "LineString", "coordinates": square()["coordinates"][0]}
    said = {"building": "apartments", "building:levels": "9"}
    taken = take(geojson((ring, said), (square(), said), (square(37.56), said)))
    assert len(taken.rows("buildings")) == 2
    assert taken.problems()["duplicate"] == 1


def test_that_a_closed_line_alone_becomes_the_building_it_outlines(take, geojson):
    ring = {"type": "LineString", "coordinates": square()["coordinates"][0]}
    taken = take(geojson((ring, {"building": "yes"})))
    assert taken.problems()["outline-filled"] == 1
    assert len(taken.rows("buildings")) == 1


def test_that_rows_of_a_newline_delimited_file_are_read(take, tmp_path):
    path = tmp_path / "lines.geojsonl"
    line = '{"type":"Feature","properties":{"n":%d},"geometry":{"type":"Point","coordinates":[37.5,47.1]}}\n'
    path.write_text("".join(line % n for n in range(3)))
    assert take(path).report["kept"] == 3


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a":' * 100_000, '{"type": "Feature"', "[1, 2]", "NaN", '{"type":"Topology"}']
)
def test_that_json_that_is_no_geojson_is_a_sentence(take, tmp_path: Path, text: str):
    path = tmp_path / "wrong.json"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key in ("file-unreadable", "file-unknown-format")
    assert "wrong.json" in str(caught.value)


def test_that_ids_are_the_same_whenever_the_same_file_is_read(take, geojson):
    path = geojson((square(), {"building": "yes"}), (square(37.6), {"building": "yes"}))
    first, second = ([row["id"] for row in take(path).rows("buildings")] for _ in range(2))
    assert first == second and len(set(first)) == 2


def test_that_a_repeated_id_does_not_lose_a_feature(take, tmp_path):
    path = tmp_path / "same.geojson"
    one = '{"type":"Feature","id":"x","properties":{},"geometry":{"type":"Point","coordinates":[37.5,47.1]}}'
    path.write_text('{"type":"FeatureCollection","features":[' + one + "," + one + "]}")
    taken = take(path)
    assert taken.report["kept"] == 2
    assert len({row["id"] for row in taken.rows("features")}) == 2
    assert taken.problems()["id-repeated"] == 1


def test_that_metres_without_a_system_are_asked_for_and_not_lost(take, geojson):
    path = geojson((_at(390_000.0, 5_217_000.0), {}), (_at(390_100.0, 5_217_000.0), {}))
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "crs-missing" and "UTM" in str(caught.value.values["hint"])
    assert take(path, crs="EPSG:32637").report["kept"] == 2


def test_that_one_odd_attribute_hides_no_feature(take, geojson):
    """One odd attribute hides all buildings elsewhere: this does not happen here.

    https://github.com/cityjson/cityjson-qgis-plugin/issues/31 and /37.
    """
    odd = {
        "building": "yes", "height": {"value": [12, {"unit": "m"}]}, "building:levels": ["5", None],
        "name": {"uk": "Дім"}, "start_date": 1e300, "": "no name", "fid": "x", "geom": "y", "id": [1],
        "roof:shape": True,
    }  # fmt: skip
    path = geojson(
        (square(), {"building": "yes", "building:levels": "5"}),
        (square(37.51), odd),
        (square(37.52), {"building": "yes", "height": "12"}),
    )
    taken = take(path)
    rows = taken.rows("buildings")
    assert len(rows) == 3
    assert sorted(row["height_m"] for row in rows if row["height_source"] != "assumed") == [12.0, 15.0]
    assert taken.report["read"] == taken.report["kept"] == 3


def test_that_signals_among_tagged_points_are_junctions_and_strange_controls_are_left_empty(take, geojson):
    spots = [{"type": "Point", "coordinates": [37.55 + k / 1000, 47.1]} for k in range(3)]
    tagged = take(geojson((spots[0], {"highway": "traffic_signals"}), (spots[1], {"highway": "crossing"})))
    assert [row["control"] for row in tagged.rows("junctions")] == ["signals"]
    said = [{"control": word, "cycle_s": 90} for word in ("traffic_light", "priority", "whatever")]
    plain = take(geojson(*zip(spots, said, strict=True)), kind="junctions").rows("junctions")
    assert {row["control"] for row in plain} == {"signals", "priority", None}
    assert {row["cycle_s"] for row in plain} == {90.0}
