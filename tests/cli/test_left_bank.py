"""The main job by command line on real input: the left bank of Mariupol, from three files to a project that reopens.

Nothing is lost on the way: https://github.com/qgis/QGIS/issues/41535 tells of a saved project without its layers.
"""

import csv
import json

import pytest
from PIL import Image

from vidbudova.cli import main

FILES = {
    "mariupol_left_bank_osm_ODbL.gpkg": ("buildings", 1224),
    "mariupol_left_bank_unosat_CCBYSA.gpkg": ("observations", 5660),
    "mariupol_left_bank_demolitions_CCBY.gpkg": ("features", 338),
}
LICENCES = {
    "mariupol_left_bank_osm_ODbL.gpkg": ("© OpenStreetMap contributors", "ODbL 1.0"),
    "mariupol_left_bank_unosat_CCBYSA.gpkg": ("UNOSAT, CE20220223UKR", "CC BY-SA"),
    "mariupol_left_bank_demolitions_CCBY.gpkg": ("Mariupol Urbicide 2026", "CC BY 4.0"),
}
MAY = {"Moderate Damage": 3002, "Severe Damage": 2132, "Destroyed": 315, "Possible Damage": 194}
CRATERS = 17


class Bank:
    """The project, and its commands with --json."""

    def __init__(self, path, capsys):
        self.path = path
        self.capsys = capsys

    def __call__(self, *words, code=0):
        cut = 2 if words[0] in ("damage", "zone") else 1
        self.capsys.readouterr()
        got = main([*map(str, words[:cut]), str(self.path), *map(str, words[cut:]), "--json"])
        said = self.capsys.readouterr()
        assert got == code, said.err
        return json.loads(said.out)


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "mariupol_left_bank"


@pytest.fixture(scope="module")
def imported(folder, tmp_path_factory):
    """The three files in a project of their own coordinate system."""
    path = tmp_path_factory.mktemp("left bank") / "Left bank.vbp.gpkg"
    assert main(["new", str(path), "--crs", "EPSG:32637"]) == 0
    for name, (attribution, licence) in LICENCES.items():
        said = ["--attribution", attribution, "--licence", licence]
        assert main(["import", str(path), str(folder / name), *said]) == 0
    return path


@pytest.fixture
def bank(imported, tmp_path, capsys):
    """A fresh copy to work on."""
    import shutil

    path = tmp_path / imported.name
    shutil.copyfile(imported, path)
    return Bank(path, capsys)


def test_that_the_three_files_come_in_whole_as_three_sources(bank):
    told = bank("info")
    assert told["crs"] == "EPSG:32637"
    assert {layer["source"] for layer in told["layers"]} == set(FILES)
    for source, (kind, count) in FILES.items():
        mine = {layer["kind"]: layer["features"] for layer in told["layers"] if layer["source"] == source}
        assert mine[kind] == count
    named = {(layer["source"], layer["attribution"], layer["licence"]) for layer in told["layers"]}
    assert named == {(source, *said) for source, said in LICENCES.items()}, "three licences, three sources, named"
    assert (told["buildings"], told["damage"]["observations"], told["damage"]["marked"]) == (1224, 5660, 0)


def test_that_the_may_classes_count_as_published_and_craters_are_no_buildings(bank, tmp_path):
    out = tmp_path / "observations.csv"
    assert bank("export", "--layer", "observations", "--out", out)["features"] == 5660
    with open(out, encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    of_buildings = [r["latest_raw"] for r in rows if r["target"] == "building"]
    assert {name: of_buildings.count(name) for name in MAY} == MAY
    assert len(rows) - len(of_buildings) == CRATERS


def test_that_the_same_files_again_change_nothing(bank, folder):
    """Doing it again makes duplicates elsewhere: https://github.com/opengisch/QField/issues/5205."""
    before = bank("info")
    reports = bank("import", *(folder / name for name in FILES))["files"]
    assert all(r["already"] and r["read"] == r["kept"] + r["skipped"] for r in reports)
    assert bank("info") == before


def test_that_matching_at_12_metres_gives_the_oracle_class_by_class(bank, folder):
    found = bank("damage", "match", "--within", 12)
    assert (found["matched"], found["unmatched"], found["containing"]) == (692, 532, 383)
    with open(folder / "oracle_join_12m.csv", encoding="utf-8") as file:
        told = [row["class_2022_05_12"] for row in csv.DictReader(file) if row["class_2022_05_12"]]
    assert found["by_class"] == {name: told.count(name) for name in set(told)}
    assert found["observations"]["elsewhere"] == CRATERS
    assert bank("damage", "match", "--within", 30)["matched"] == 855


def test_the_whole_way_from_match_to_a_reopened_project(bank, tmp_path, capsys):
    bank("damage", "match", "--within", 12)
    Image.new("RGB", (80, 60), "grey").save(tmp_path / "stairs.jpg")
    marked = bank(
        "damage", "mark", "--building", "w103268178", "--grade", 4, "--note", "сходи зруйновано", "--photo",
        tmp_path / "stairs.jpg", "--by", "Олена",
    )  # fmt: skip
    assert bank("damage", "mark", "--building", "w103268178", "--grade", 4, "--evidence", "satellite", code=32)["error"]
    following = marked["next_unassessed"]
    assert bank("damage", "mark", "--building", following, "--grade", 1)["building"] == following

    x, y = 389_800, 5_217_800
    wkt = f"POLYGON(({x} {y}, {x + 400} {y}, {x + 400} {y + 400}, {x} {y + 400}, {x} {y}))"
    zone = bank("zone", "add", "--name", "Проспект Металургів", "--wkt", wkt, "--kind", "housing", "--phase", 1)
    assert zone["area_m2"] == 160_000
    assert zone["holds"]["buildings"] > 0 and zone["holds"]["by_grade"]["4"] == 1

    whole = bank("info")
    assert (whole["damage"]["marked"], whole["zones"], whole["photos"]) == (2, 1, 1)
    assert bank("undo")["title"] == "Draw zone Проспект Металургів"
    assert bank("undo")["kind"] == "undo"
    assert (bank("info")["zones"], bank("info")["damage"]["marked"]) == (0, 1)
    bank("redo")
    bank("redo")
    after = bank("info")
    assert {**after, "changes": 0} == {**whole, "changes": 0}
    assert after["changes"] == whole["changes"] + 4
    assert bank("check")["ok"]

    out = tmp_path / "buildings.geojson"
    assert bank("export", "--layer", "buildings", "--out", out)["features"] == 1224
    written = {f["properties"]["source_id"]: f["properties"] for f in json.loads(out.read_text("utf-8"))["features"]}
    house = written["w103268178"]
    assert (house["damage_grade"], house["damage_note"], house["damage_inspector"]) == (4, "сходи зруйновано", "Олена")
    marked_over = [p for p in written.values() if p["damage_grade"] is not None and p["damage_reading"]]
    assert sum(p["damage_only_from_above"] for p in written.values()) == 692 - len(marked_over)

    picture = bank("render", "--out", tmp_path / "zone.png", "--size", "320x180", "--view", "Проспект Металургів")
    assert picture["bytes"] > 1000
    history = [c["title"] for c in bank("log", "--building", "w103268178")["changes"]]
    assert history == ["Mark Металургів проспект 92: grade 4"]


def test_that_qgis_and_gdal_read_the_project_as_an_ordinary_geopackage(bank):
    import pyogrio

    bank("damage", "mark", "--building", "w103268178", "--grade", 4)
    named = {name for name, _kind in pyogrio.list_layers(bank.path)}
    assert {"buildings", "observations", "zones", "damage_marks"} <= named
    houses = pyogrio.read_dataframe(bank.path, layer="buildings")
    assert len(houses) == 1224 and str(houses.crs) == "EPSG:32637"
    marks = pyogrio.read_dataframe(bank.path, layer="damage_marks")
    assert marks["grade"].tolist() == [4]
