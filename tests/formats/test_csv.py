"""Tables as text, as offices in Ukraine send them."""

from __future__ import annotations

import pyproj
import pytest
import shapely

from vidbudova.errors import UserError


def _write(path, text: str, encoding: str = "utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_that_letters_and_separator_are_found_out(take, tmp_path, encoding, separator):
    rows = [["назва", "lon", "lat"], ["Школа № 12, ім. Шевченка", "37.55", "47.1"], ["Лікарня", "37.56", "47.11"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    taken = take(_write(tmp_path / "places.csv", text, encoding))
    assert [row["name"] for row in taken.rows("features")] == ["Школа № 12, ім. Шевченка", "Лікарня"]
    assert ("encoding-guessed" in taken.problems()) == (encoding == "cp1251")


def test_that_decimal_commas_are_numbers(take, tmp_path):
    taken = take(_write(tmp_path / "a.csv", "name;lon;lat\nA;37,5501;47,1002\n"))
    (row,) = taken.rows("features")
    xy = shapely.get_coordinates(shapely.from_wkb(row["geom"]))[0]
    back = pyproj.Transformer.from_crs(32637, 4326, always_xy=True).transform(*xy)
    assert back == pytest.approx((37.5501, 47.1002), abs=1e-9)


def test_that_wkt_gives_shapes_and_says_its_system(take, tmp_path):
    text = 'id,levels,wkt\n7,5,"SRID=32637;POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))"\n8,4,"POLYGON ((0 0"\n9,3,\n'
    taken = take(_write(tmp_path / "shapes.csv", text))
    (row,) = taken.rows("buildings")
    assert (row["source_id"], row["levels"], row["height_m"], row["height_source"]) == ("7", 5.0, 15.0, "derived")
    assert taken.problems() == {"height-derived": 1, "geometry-unreadable": 1, "geometry-null": 1}
    assert taken.report["crs"] == "EPSG:32637"


def test_that_projected_coordinates_without_a_system_are_asked_for(take, tmp_path):
    path = _write(tmp_path / "metres.csv", "name,x,y\nA,390000,5217000\n")
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "crs-missing"
    assert "UTM" in str(caught.value.values["hint"])
    assert take(path, crs="EPSG:32637").report["kept"] == 1


def test_that_rows_without_usable_coordinates_are_set_aside(take, tmp_path):
    text = "name,lon,lat\nA,37.5,47.1\nB,,47.1\nC,east,north\nD,nan,47\nE,37.5,99\nF,37.5,47.1,too,many\n"
    taken = take(_write(tmp_path / "bad.csv", text))
    assert taken.report["kept"] == 1
    assert taken.problems() == {
        "coordinates-missing": 1, "coordinates-not-numbers": 1, "coordinates-not-finite": 1, "coordinates-absurd": 1,
        "row-malformed": 1,
    }  # fmt: skip


def test_that_a_table_without_places_is_a_sentence(take, tmp_path):
    with pytest.raises(UserError) as caught:
        take(_write(tmp_path / "plain.csv", "oblast,count\nДонецька,3\n"))
    assert caught.value.key == "file-unknown-format"
    assert "coordinates" in str(caught.value)


def test_that_a_name_that_begins_like_a_shape_is_a_name(take, tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("lon,lat,name\n37.55,47.1,Point 1\n37.56,47.1,Polygon street\n")
    assert [row["name"] for row in take(path).rows("features")] == ["Point 1", "Polygon street"]
