"""The import doctor: says what is wrong in plain words, proposes a mend, and does it only when asked."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import doctor_rows, encodings, landing, letters, mends, problems, validity
from vidbudova.formats.reading import Assumed

HERE = (390_000.0, 5_217_000.0)
AROUND = (385_000.0, 5_212_000.0, 395_000.0, 5_222_000.0)
AT_HOME = Assumed(around=AROUND)


@pytest.fixture
def table(tmp_path: Path):
    def write(rows: list[str], header: str = "x,y,name", name: str = "points.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows]).encode(encoding) + b"\n")
        return path

    return write


def problem(taken: Any, code: str) -> dict[str, Any]:
    return next(dict(one) for one in taken.report["problems"] if one["code"] == code)


# -- systems, axes, units -----------------------------------------------------------------------------------------

def test_that_a_missing_system_is_a_question_with_answers_that_say_where_the_data_would_land(take, table):
    path = table([f"{HERE[0] + n},{HERE[1]},a" for n in range(5)])
    with pytest.raises(UserError) as caught:
        take(path, assumed=AT_HOME)
    assert caught.value.key == "crs-missing"
    listed = caught.value.values["candidates"]
    assert listed[0]["crs"] == "EPSG:32637" and "47.09" in listed[0]["words"]
    assert len(listed) <= landing.MOST_CANDIDATES
    assert "EPSG:32637" in str(caught.value.values["hint"])


def test_that_a_national_grid_is_among_the_answers():
    home = landing.home_of("EPSG:32637", AROUND)
    xy = landing.crs_rules.transform(np.array([HERE]), "EPSG:32637", "EPSG:5565")
    assert "EPSG:5565" in {one.crs for one in landing.candidates(xy, "EPSG:32637", home)}


def test_that_numbers_that_cannot_be_degrees_make_a_question_of_a_file_that_says_degrees(take, tmp_path):
    import pyogrio

    path = tmp_path / "wrong.gpkg"
    pyogrio.raw.write(path, geometry=shapely.to_wkb([shapely.Point(HERE)]), field_data=[], fields=[], driver="GPKG",
                      geometry_type="Point", crs="EPSG:4326")  # fmt: skip
    with pytest.raises(UserError) as caught:
        take(path, assumed=AT_HOME)
    assert caught.value.key == "crs-missing"
    assert take(path, crs="EPSG:32637").report["kept"] == 1


CASES = [
    ("degrees-as-metres", "as-degrees", lambda x, y: landing.crs_rules.transform(
        np.array([[x, y]]), "EPSG:32637", "EPSG:4326")[0]),
    ("axes-swapped", "swap-axes", lambda x, y: (y, x)),
    ("unit-not-metre", "feet", lambda x, y: (x / 0.3048, y / 0.3048)),
    ("unit-not-metre", "millimetres", lambda x, y: (x * 1000, y * 1000)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "mend", "spoil"), CASES, ids=[f"{code}-{mend}" for code, mend, _s in CASES])
def test_that_data_in_the_wrong_place_are_named_and_the_mend_brings_them_home(take, table, code, mend, spoil):
    """https://github.com/tudelft3d/azul/issues/4: degrees were taken for metres."""
    path = table([",".join(map(repr, map(float, spoil(HERE[0] + n, HERE[1] + n)))) + ",a" for n in range(5)])
    found = problem(take(path, crs="EPSG:32637", assumed=AT_HOME), code)
    assert found["count"] == 5 and found["mend"]["id"] == mend and found["mend"]["words"]
    mended = take(path, crs="EPSG:32637", assumed=AT_HOME, mends=[mend])
    assert code not in mended.problems()
    placed = shapely.get_coordinates(shapely.from_wkb(np.array([r["geom"] for r in mended.rows("features")], object)))
    assert np.abs(placed - [HERE[0] + 2, HERE[1] + 2]).max() < 5


def test_that_feet_of_the_survey_are_offered_beside_those_of_1959(take, table):
    path = table([f"{(HERE[0] + n) / 0.3048},{HERE[1] / 0.3048},a" for n in range(3)])
    found = problem(take(path, crs="EPSG:32637", assumed=AT_HOME), "unit-not-metre")
    assert [one["id"] for one in found["other_mends"]] == ["us-feet"]
    one, other = mends.UNITS_M["feet"], mends.UNITS_M["us-feet"]
    assert other / one == pytest.approx(1.000002, abs=1e-8)


def test_that_swapped_degrees_are_named(take, table):
    path = table(["47.1,37.55,a", "47.11,37.56,b"], header="lon,lat,name")
    taken = take(path, assumed=AT_HOME)
    assert problem(taken, "axes-swapped")["mend"]["id"] == "swap-axes"
    assert "axes-swapped" not in take(path, assumed=AT_HOME, mends=["swap-axes"]).problems()


def test_that_data_of_another_city_are_said_to_be_far_and_left_as_they_are(take, table):
    taken = take(table(["30.5,50.45,Kyiv"], header="lon,lat,name"), assumed=AT_HOME)
    assert taken.report["kept"] == 1
    found = problem(taken, "far-from-project")
    assert found["mend"] is None and "km" in found["message"]


def test_that_data_at_home_are_not_doubted(take, table):
    taken = take(table(["37.55,47.1,a", "37.56,47.11,b"], header="lon,lat,name"), assumed=AT_HOME)
    assert taken.report["problems"] == []


def test_that_a_drawing_in_millimetres_says_so(take, tmp_path):
    header = "0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n4\n0\nENDSEC\n"
    line = "0\nLINE\n8\nA\n10\n390000\n20\n5217000\n11\n390100\n21\n5217000\n"
    path = tmp_path / "plan.dxf"
    path.write_text(f"{header}0\nSECTION\n2\nENTITIES\n{line}0\nENDSEC\n0\nEOF\n", encoding="utf-8")
    found = problem(take(path, crs="EPSG:32637"), "drawing-unit")
    assert found["mend"]["id"] == "millimetres"
    assert "drawing-unit" not in take(path, crs="EPSG:32637", mends=["millimetres"]).problems()


@pytest.mark.parametrize("asked", ["magic", "encoding", "encoding=klingon", "swap-axes=1", "shift-heights=high"])
def test_that_an_unknown_mend_is_a_sentence(take, table, asked):
    with pytest.raises(UserError) as caught:
        take(table(["1,2,a"]), mends=[asked])
    assert caught.value.key == "mend-unknown"


# -- things in the wrong place ------------------------------------------------------------------------------------

def test_that_a_stray_thing_is_named_and_set_aside_when_asked(take, geojson):
    near = [({"type": "Point", "coordinates": [37.55 + n / 1000, 47.1]}, {"name": f"n{n}"}) for n in range(20)]
    path = geojson(*near, ({"type": "Point", "coordinates": [0, 0]}, {"name": "zero"}))
    taken = take(path)
    found = problem(taken, "far-from-rest")
    assert (taken.report["kept"], found["count"], found["mend"]["id"]) == (21, 1, "leave-out-far")
    assert found["where"] is not None and found["where"][1] < 100_000
    without = take(path, mends=["leave-out-far"])
    assert (without.report["kept"], without.report["skipped"]) == (20, 1)
    assert without.problems() == {"left-out": 1}
    assert without.rows("quarantine")[0]["attributes"] == '{"name":"zero"}'


def test_that_a_region_is_not_far_from_itself():
    grid = np.array([[x * 10_000.0, y * 10_000.0] for x in range(30) for y in range(30)])
    middle, reach = doctor_rows.rest(grid)
    assert not (np.hypot(*(grid - middle).T) > reach).any()


# -- heights ------------------------------------------------------------------------------------------------------

def houses(geojson: Any, *said: dict[str, Any]) -> Path:
    def square(n: int) -> dict[str, Any]:
        x, y = 37.55 + n * 0.001, 47.1
        ring = [[x, y], [x + 2e-4, y], [x + 2e-4, y + 2e-4], [x, y + 2e-4], [x, y]]
        return {"type": "Polygon", "coordinates": [ring]}

    path: Path = geojson(*((square(n), {"building": "yes", **one}) for n, one in enumerate(said)))
    return path


def test_that_absurd_heights_are_named_with_their_storeys_as_mend(take, geojson):
    path = houses(geojson, {"height": 900, "building:levels": 9}, {"height": 27, "building:levels": 9},
                  {"height": 90, "building:levels": 5}, {"height": 0}, {"height": -4}, {"height": 700})  # fmt: skip
    taken = take(path)
    counted = taken.problems()
    assert (counted["height-absurd"], counted["height-levels-disagree"]) == (2, 1)
    assert (counted["height-zero"], counted["value-out-of-range"]) == (1, 1)
    found = problem(taken, "height-absurd")
    assert found["mend"]["id"] == "heights-from-storeys" and "900 m" in found["examples"][0] and found["where"]
    rows = take(path, mends=["heights-from-storeys"]).rows("buildings")
    assert [(row["height_m"], row["height_source"]) for row in rows][:3] == [
        (27.0, "derived"), (27.0, "tagged"), (15.0, "derived")]  # fmt: skip
    assert rows[5]["height_source"] == "assumed"


def test_that_heights_in_feet_are_noticed_by_their_storeys(take, geojson):
    path = houses(geojson, *({"height": 10 * n, "building:levels": n} for n in range(2, 30)))
    taken = take(path)
    assert problem(taken, "heights-in-feet")["mend"]["id"] == "height-feet"
    assert "height-levels-disagree" not in taken.problems()
    mended = take(path, mends=["height-feet"])
    assert not {"heights-in-feet", "height-levels-disagree"} & set(mended.problems())
    assert mended.rows("buildings")[0]["height_m"] == pytest.approx(6.096)


def test_that_repeated_outlines_come_in_when_asked(take, geojson):
    path = houses(geojson, {"name": "a"})
    listed = json.loads(path.read_text())
    listed["features"] *= 2
    path.write_text(json.dumps(listed))
    assert problem(take(path), "duplicate")["mend"]["id"] == "keep-duplicates"
    assert take(path, mends=["keep-duplicates"]).report["kept"] == 2


# -- shapes -------------------------------------------------------------------------------------------------------

BAD = {
    "crosses": "POLYGON((0 0,10 10,10 0,0 10,0 0))",
    "touches": "POLYGON((0 0,10 0,10 10,5 0,0 10,0 0))",
    "hole-outside": "POLYGON((0 0,10 0,10 10,0 10,0 0),(20 20,21 20,21 21,20 20))",
    "holes-nested": "POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,9 1,9 9,1 9,1 1),(3 3,4 3,4 4,3 3))",
    "shells-nested": "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((2 2,3 2,3 3,2 2)))",
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_that_each_kind_of_invalid_shape_is_named(kind):
    found = validity.kinds(np.array([shapely.from_wkt(BAD[kind])], object))
    assert dict(found) == {kind: 1} and str(1) in validity.words(found)


def test_that_the_report_says_how_invalid_shapes_were_mended_and_where(take, table):
    moved = [shapely.affinity.translate(shapely.from_wkt(w), *HERE) for w in BAD.values()]
    path = table([f'"{shape.wkt}",a' for shape in moved], header="wkt,name")
    found = problem(take(path, crs="EPSG:32637"), "geometry-mended")
    assert found["count"] == len(BAD) and found["where"]
    assert "cross themselves" in found["message"] and "hole outside" in found["message"]


def test_that_what_was_set_aside_says_where_it_lies(take, geojson):
    line = {"type": "LineString", "coordinates": [[37.5, 47.1], [37.6, 47.1]]}
    good, bad = ({"type": "Point", "coordinates": place} for place in ([37.5, 47.1], [37, 99]))
    path = geojson((good, {}), (bad, {}), (line, {}))
    taken = take(path, kind="places")
    found = {one["code"]: one for one in taken.report["problems"]}
    assert found["coordinates-absurd"]["where"] is None
    assert taken.report["skipped"] == sum(one["count"] for code, one in found.items() if code in problems.SKIPPED)


# -- letters ------------------------------------------------------------------------------------------------------

TEXT = "Вулиця Соборності № 5"


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-u"])
def test_that_old_letters_are_known_and_the_others_are_offered(take, table, encoding):
    text = TEXT.replace("№", "N").replace("і", "и")
    path = table([f"37.55,47.1,{text}"], header="lon,lat,name", encoding=encoding)
    taken = take(path)
    assert taken.rows("features")[0]["name"] == text
    found = problem(taken, "encoding-guessed")
    assert encoding in found["examples"][0]


def test_that_the_encoding_can_be_said(take, table):
    path = table(["37.55,47.1,Caf\xe9 \xcb\xe2\xb3\xe2"], header="lon,lat,name", encoding="latin-1")
    offered = problem(take(path), "encoding-guessed")
    ids = [one["id"] for one in [offered["mend"], *offered["other_mends"]]]
    assert ids and all(one.startswith("encoding=") for one in ids)
    taken = take(path, mends=["encoding=cp1252"])
    assert taken.rows("features")[0]["name"] == "Café Ëâ³â" and "encoding-guessed" not in taken.problems()


def test_that_a_geojson_that_is_not_utf8_names_the_encoding_it_may_be_in(take, tmp_path):
    path = tmp_path / "old.geojson"
    place = {"type": "Point", "coordinates": [37.5, 47.1]}
    point = {"type": "Feature", "properties": {"name": TEXT}, "geometry": place}
    path.write_bytes(json.dumps(point, ensure_ascii=False).encode("cp1251"))
    with pytest.raises(UserError) as caught:
        take(path)
    assert "encoding=cp1251" in str(caught.value)
    assert take(path, mends=["encoding=cp1251"]).rows("features")[0]["name"] == TEXT


@pytest.mark.parametrize(("read", "meant"), [("latin-1", "utf-8"), ("latin-1", "cp1251"), ("cp1251", "utf-8")])
def test_that_broken_letters_are_put_right(read, meant):
    text = "вулиця Грушевського"
    spoiled = text.encode(meant).decode(read, "replace")
    if "\ufffd" not in spoiled:
        assert letters.repaired(spoiled) == text


@pytest.mark.parametrize(
    "text", [TEXT, "РОСІЯ", "Café Zürich", "Łódź", "naïve", "Straße Nr. 5", "САД", "°C", "Привіт, Світе"]
)
def test_that_sound_text_is_left_alone(text):
    assert letters.repaired(text) is None


def test_that_broken_names_are_named_and_mended_when_asked(take, geojson):
    spoiled = TEXT.replace("№", "N").encode("utf-8").decode("latin-1")
    path = geojson(({"type": "Point", "coordinates": [37.5, 47.1]}, {"name": spoiled}))
    found = problem(take(path), "text-broken")
    assert found["mend"]["id"] == "repair-text" and "Соборності" in found["mend"]["words"]
    assert take(path, mends=["repair-text"]).rows("features")[0]["name"] == TEXT.replace("№", "N")


def test_that_lost_letters_are_said_to_be_lost(take, geojson):
    path = geojson(({"type": "Point", "coordinates": [37.5, 47.1]}, {"name": "\ufffd\ufffd\ufffd"}))
    assert problem(take(path), "text-lost")["mend"] is None


def test_that_western_bytes_are_not_taken_for_cyrillic():
    assert encodings.best("Großstraße Zürich façade".encode("cp1252")) == "cp1252"


def test_that_every_code_and_mend_has_a_sentence():
    for sentences in problems.SENTENCES:
        assert all(sentence for sentence in sentences.values())
    for name in mends.WORDS:
        assert mends.words(f"{name}=x" if name in mends.WITH_VALUE else name)


def test_that_a_zip_of_geojson_still_says_what_is_wrong_inside(take, tmp_path):
    path = tmp_path / "inside.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.geojson", json.dumps({"type": "Point", "coordinates": [47.1, 37.5]}))
    assert problem(take(path, assumed=AT_HOME), "axes-swapped")
