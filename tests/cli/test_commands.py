"""Every command: one JSON object on standard output and nothing else there, exit codes as the contract says."""

import json
import os
import subprocess
import sys

import blocks
import pytest
from PIL import Image

from vidbudova.cli import main
from vidbudova.errors import TROUBLES


@pytest.fixture
def city(tmp_path):
    path = tmp_path / "City.vbp.gpkg"
    session = blocks.new(path)
    blocks.add_layer(session, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    points = [blocks.roof_mark("o0", 5, 5, "Destroyed", "5"), blocks.roof_mark("far", 300, 5, "Destroyed", "5")]
    blocks.add_layer(session, tmp_path, "observations", points, "satellite")
    session.close()
    return path


@pytest.fixture
def run(capsys):
    """Run a command with --json; gives (exit code, what it answered, what it said beside)."""

    def run(*words):
        code = main([str(w) for w in (*words, "--json")])
        said = capsys.readouterr()
        assert said.out.count("\n") == 1, "one line, one object"
        return code, json.loads(said.out), said.err

    return run


def outline(x, y, side=40):
    return blocks.box(x, y, side).wkt


def test_that_an_empty_project_is_made_in_metres_only(run, tmp_path):
    path = tmp_path / "New.vbp.gpkg"
    assert run("new", path, "--crs", "EPSG:32637")[:2] == (0, {"project": str(path), "crs": "EPSG:32637"})
    code, body, _said = run("new", path, "--crs", "EPSG:32637")
    assert (code, body["error"]["key"]) == (11, "project-exists")
    code, body, said = run("new", tmp_path / "Other.vbp.gpkg", "--crs", "EPSG:4326")
    assert (code, body["error"]["key"]) == (25, "crs-unknown")
    assert body["error"]["message"] in said and body["error"]["next"] in said
    assert not (tmp_path / "Other.vbp.gpkg").exists()


def test_that_the_sample_city_is_the_same_for_the_same_seed(run, tmp_path):
    told = [run("sample", tmp_path / f"{n}.vbp.gpkg", "--buildings", 300, "--seed", 7)[1] for n in (1, 2)]
    assert told[0]["buildings"] > 200
    first, second = (run("info", tmp_path / f"{n}.vbp.gpkg")[1] for n in (1, 2))
    assert first == second
    assert first["damage"]["observations"] > 0 and first["crs"].startswith("EPSG:")
    assert run("check", tmp_path / "1.vbp.gpkg")[1]["ok"]
    assert run("sample", tmp_path / "1.vbp.gpkg")[0] == 11


def test_that_info_counts_what_is_there(run, city):
    code, body, _said = run("info", city)
    assert code == 0
    named = ("crs", "layers", "buildings", "damage", "zones", "scenarios", "changes", "conflicts", "photos")
    assert set(named) <= set(body)
    assert (body["crs"], body["buildings"], body["changes"], body["scenarios"]) == ("EPSG:32637", 4, 2, 1)
    houses = next(layer for layer in body["layers"] if layer["kind"] == "buildings")
    assert (houses["name"], houses["features"], houses["source"]) == ("houses", 4, "houses")
    assert body["damage"]["observations"] == 2
    assert body["damage"]["by_grade"] == {str(g): 0 for g in range(6)}


def test_that_matching_answers_with_matched_unmatched_and_classes(run, city):
    code, body, _said = run("damage", "match", city, "--within", 8, "--list")
    assert (code, body["matched"], body["unmatched"]) == (0, 1, 3)
    assert body["by_class"] == {"Destroyed": 1}
    assert body["unmatched_observations"] == ["far"]
    assert run("info", city)[1]["damage"]["by_reading"]["5"] == 1
    assert run("damage", "match", city, "--within", -1)[0] == 31
    assert run("damage", "match", city, "--within", 8, "--observations", "drone flight")[0] == 30


def test_that_a_mark_is_made_by_a_name_with_a_photo_and_offers_the_next_building(run, city, tmp_path):
    Image.new("RGB", (60, 40), "teal").save(tmp_path / "wall.png")
    code, body, _said = run(
        "damage", "mark", city, "--building", "b1", "--grade", 4, "--note", "wall", "--photo", tmp_path / "wall.png",
        "--hazard", "uxo", "--by", "Olena",
    )  # fmt: skip
    assert code == 0
    assert (body["building"], body["grade"], body["evidence"], body["inspector"]) == ("b1", 4, "walk_round", "Olena")
    assert len(body["photos"]) == 1 and body["hazards"] == ["uxo"] and not body["hatched"]
    assert body["next_unassessed"] in ("b0", "b2")
    told = run("info", city)[1]
    assert (told["damage"]["marked"], told["damage"]["by_grade"]["4"], told["photos"]) == (1, 1, 1)


@pytest.mark.parametrize(("grade", "code"), [(0, 0), (1, 32), (2, 32), (3, 0), (4, 32), (5, 0)])
def test_that_a_satellite_sets_only_nothing_heavy_or_destroyed(run, city, grade, code):
    got, body, _said = run("damage", "mark", city, "--building", "b0", "--grade", grade, "--evidence", "satellite")
    assert got == code
    if code:
        assert set(body["error"]) == {"key", "message", "kept", "next"}
        assert run("info", city)[1]["damage"]["marked"] == 0
    else:
        assert body["hatched"] is True


def test_that_weaker_evidence_and_unknown_buildings_are_refused(run, city):
    run("damage", "mark", city, "--building", "b0", "--grade", 4)
    code, body, _said = run("damage", "mark", city, "--building", "b0", "--grade", 0, "--evidence", "drone")
    assert (code, body["error"]["key"]) == (44, "evidence-weaker")
    assert run("damage", "mark", city, "--building", "nowhere", "--grade", 4)[0] == 30


def test_that_a_zone_is_added_with_what_it_holds_and_listed(run, city):
    words = ("zone", "add", city, "--name", "North", "--wkt", outline(-5, -5), "--kind", "housing", "--phase", 1)
    code, body, _said = run(*words, "--starts", "2026-09-01")
    assert (code, body["area_m2"], body["holds"]["buildings"], body["phase"]) == (0, 1600, 2, 1)
    code, body, said = run("zone", "add", city, "--name", "South", "--wkt", outline(20, -5))
    assert (code, body["error"]["key"]) == (36, "zone-overlaps")
    code, body, said = run("zone", "add", city, "--name", "South", "--wkt", outline(20, -5), "--cut")
    assert (code, body["area_m2"]) == (0, pytest.approx(1000))
    assert body["mended"][0] in said
    listed = run("zone", "list", city)[1]["zones"]
    assert [(z["name"], z["holds"]["buildings"]) for z in listed] == [("North", 2), ("South", 1)]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--wkt", "POLYGON((0 0, 1 1"), 31),
        (("--wkt", "POINT(1 1)"), 31),
        (("--wkt", "POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))"), 34),
        (("--wkt", "POLYGON((0 0, 10 0, 10 0.2, 0 0.2, 0 0))"), 35),
        (("--wkt", outline(0, 0), "--starts", "soon"), 31),
        (("--wkt", outline(0, 0), "--phase", "100"), 31),
        (("--wkt", outline(0, 0), "--kind", "castle"), 2),
    ],
)
def test_that_a_zone_that_cannot_be_is_refused_and_nothing_is_kept(run, city, words, code):
    assert run("zone", "add", city, "--name", "North", *words)[0] == code
    assert run("info", city)[1]["zones"] == 0


def test_that_a_zone_may_be_given_in_degrees(run, city):
    from vidbudova.model.crs import transform

    corners = transform(blocks.np_corners(0, 0, 100), "EPSG:32637", "EPSG:4326")
    wkt = "POLYGON((" + ", ".join(f"{x:.9f} {y:.9f}" for x, y in corners) + "))"
    code, body, _said = run("zone", "add", city, "--name", "North", "--wkt", wkt, "--crs", "EPSG:4326")
    assert (code, body["area_m2"]) == (0, pytest.approx(10_000, rel=1e-4))


def test_that_undo_redo_and_log_go_through_history_across_runs(run, city):
    run("damage", "mark", city, "--building", "b0", "--grade", 4)
    code, body, _said = run("undo", city)
    assert (code, body["kind"], body["can_redo"]) == (0, "undo", "Mark Peace Avenue 1: grade 4")
    assert run("info", city)[1]["damage"]["marked"] == 0
    assert run("redo", city)[0] == 0
    assert run("redo", city)[:2][0] == 41
    log = run("log", city)[1]
    assert [c["kind"] for c in log["changes"]] == ["redo", "undo", "do", "do", "do"]
    assert log["total"] == 5
    assert len(run("log", city, "--limit", 2)[1]["changes"]) == 2
    assert [c["title"] for c in run("log", city, "--building", "b0")[1]["changes"]][
        -1
    ] == "Mark Peace Avenue 1: grade 4"


def test_that_undoing_everything_ends_with_a_sentence(run, city):
    codes = [run("undo", city)[0] for _step in range(3)]
    assert codes == [0, 0, 40]
    assert run("info", city)[1]["buildings"] == 0


def test_that_a_conflict_is_named_and_settled_with_one_of_its_values(run, city, tmp_path):
    from vidbudova.model.change import digest, encode
    from vidbudova.session import Session, damage
    from vidbudova.store.project import open_project

    other = blocks.new(tmp_path / "Other.vbp.gpkg", "Ivan")
    blocks.add_layer(other, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    damage.mark(other, "b0", grade=2, note="seen from the yard")
    theirs, chain = [], ""
    for change in other.changes():
        chain = digest(chain, encode(change))
        theirs.append((encode(change), chain))
    other.close()
    run("damage", "mark", city, "--building", "b0", "--grade", 5, "--note", "seen from the street", "--by", "Olena")
    here = Session(open_project(city), "Olena")
    here.receive(theirs[-1:])
    here.close()

    found = {c["group"]: c for c in run("conflicts", city)[1]["conflicts"]}
    assert set(found) == {"assessment", "note"}
    grades = {v["author"]: (v["take"], v["fields"]["grade"], v["shown"]) for v in found["assessment"]["values"]}
    assert grades["Olena"][1:] == (5, True) and grades["Ivan"][1:] == (2, False), "the worse one is shown meanwhile"
    assert run("conflicts", "resolve", city, found["assessment"]["id"], "--take", "both")[0] == 31
    code, body, _said = run("conflicts", "resolve", city, found["assessment"]["id"], "--take", grades["Ivan"][0])
    assert (code, body["conflicts"]) == (0, 1)
    assert run("conflicts", "resolve", city, found["note"]["id"], "--take", "both")[1]["conflicts"] == 0
    here = open_project(city, read_only=True)
    row = here.row("damage_marks", "b0")
    here.close()
    assert (row["grade"], row["inspector"]) == (2, "Ivan")
    assert set(row["note"].split("\n")) == {"seen from the yard", "seen from the street"}
    assert run("conflicts", "resolve", city, found["note"]["id"], "--take", "A")[0] == 30


def test_that_a_whole_project_is_called_whole_and_a_spoilt_one_is_not(run, city):
    import sqlite3

    run("damage", "mark", city, "--building", "b0", "--grade", 4)
    code, body, _said = run("check", city)
    assert (code, body["ok"], body["problems"]) == (0, True, [])
    with sqlite3.connect(city) as db:
        db.execute("UPDATE damage_marks SET grade = 1")
    db.close()
    code, body, _said = run("check", city)
    assert (code, body["ok"], body["problems"][0]["kind"]) == (16, False, "tables")
    code, body, _said = run("check", city, "--rebuild")
    assert (code, body["ok"], body["rebuilt"]) == (0, True, True)
    assert run("info", city)[1]["damage"]["by_grade"]["4"] == 1


@pytest.mark.parametrize("layer", ["buildings", "houses"])
@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg", "xlsx"])
def test_that_a_layer_is_written_by_the_ending_and_every_feature_keeps_its_id(run, city, tmp_path, layer, ending):
    run("damage", "mark", city, "--building", "b0", "--grade", 4)
    out = tmp_path / f"out.{ending}"
    code, body, _said = run("export", city, "--layer", layer, "--out", out)
    assert (code, body["features"]) == (0, 4)
    if ending == "geojson":
        features = {f["properties"]["id"]: f for f in json.loads(out.read_text(encoding="utf-8"))["features"]}
        assert features["b0"]["properties"]["damage_grade"] == 4
        assert features["b1"]["properties"]["damage_grade"] is None
    elif ending == "gpkg":
        import pyogrio

        read = pyogrio.read_dataframe(out).set_index("id")
        assert (read.loc["b0", "damage_grade"], read.loc["b0"].geometry.area) == (4, 100)


def test_that_an_unknown_layer_or_format_is_refused_and_leaves_no_file(run, city, tmp_path):
    assert run("export", city, "--layer", "castles", "--out", tmp_path / "a.csv")[0] == 30
    assert run("export", city, "--layer", "buildings", "--out", tmp_path / "a.dwg")[0] == 51
    assert not list(tmp_path.glob("*a.*"))


@pytest.mark.parametrize("view", ["overview", "top", "North", "b0"])
def test_that_a_picture_is_drawn_without_a_window(run, city, tmp_path, view):
    run("zone", "add", city, "--name", "North", "--wkt", outline(-5, -5))
    code, body, _said = run("render", city, "--out", tmp_path / "p.png", "--size", "160x90", "--view", view)
    assert (code, body["width"], body["height"]) == (0, 160, 90)
    with Image.open(tmp_path / "p.png") as picture:
        assert picture.size == (160, 90)
        assert len(set(picture.convert("RGB").get_flattened_data())) > 5


def test_that_a_picture_is_coloured_by_damage_or_by_a_field(run, city, tmp_path):
    def colours(*words):
        assert run("render", city, "--out", tmp_path / "p.png", "--size", "160x90", "--view", "b0", *words)[0] == 0
        with Image.open(tmp_path / "p.png") as picture:
            return picture.convert("RGB").tobytes()

    run("damage", "mark", city, "--building", "b0", "--grade", 4)
    damage, plain, use = colours(), colours("--colour-by", "none"), colours("--colour-by", "use")
    assert len({damage, plain, use}) == 3
    assert run("render", city, "--out", tmp_path / "p.png", "--colour-by", "smell")[0] == 30


def test_that_a_picture_to_nowhere_or_of_nothing_known_is_refused(run, city, tmp_path):
    small = ("--size", "64x64")
    assert run("render", city, "--out", tmp_path / "no" / "p.png", *small)[0] == 51
    assert run("render", city, "--out", tmp_path / "p.png", *small, "--view", "Atlantis")[0] == 30
    assert run("render", city, "--out", tmp_path / "p.png", *small, "--scenario", "plan")[0] == 30
    assert run("render", city, "--out", tmp_path / "p.png", "--size", "64")[0] == 2


def test_that_importing_goes_on_after_a_file_that_cannot_be_read(run, city, tmp_path):
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    corner = {"type": "Point", "coordinates": [37.55, 47.1]}
    feature = {"type": "Feature", "properties": {"name": "x"}, "geometry": corner}
    good.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    bad.write_text("{")
    code, body, said = run("import", city, bad, good, "--as", "features")
    assert 20 <= code < 30
    assert [f["file"] for f in body["files"]] == ["good.geojson"]
    report = body["files"][0]
    assert {"file", "sha256", "format", "kind", "read", "kept", "skipped", "crs", "problems"} <= set(report)
    assert report["read"] == report["kept"] + report["skipped"] == 1
    assert body["error"]["message"] in said
    assert run("import", city, good, "--as", "features")[1]["files"][0]["already"], (
        "the same file twice changes nothing"
    )


def test_that_a_dry_run_reports_and_brings_nothing_in(run, city, tmp_path):
    file = tmp_path / "p.geojson"
    file.write_text(json.dumps({"type": "Point", "coordinates": [37.55, 47.1]}))
    before = run("info", city)[1]["changes"]
    code, body, _said = run("import", city, file, "--as", "features", "--dry-run")
    assert (code, body["files"][0]["kept"]) == (0, 1)
    assert run("info", city)[1]["changes"] == before


def test_that_the_schema_is_told_in_full(run):
    code, body, _said = run("schema")
    fields = {t["name"]: {f["name"]: f for f in t["fields"]} for t in body["tables"]}
    assert code == 0
    assert fields["buildings"]["height_m"]["unit"] == "m"
    assert set(fields["damage_marks"]["evidence"]["choices"]) == {
        "satellite", "drone", "street_photo", "walk_round", "instrument",
    }  # fmt: skip


def test_that_plugins_are_listed_with_what_they_read(run):
    code, body, _said = run("plugins")
    assert code == 0
    (traffic,) = [plugin for plugin in body if plugin["id"] == "traffic-flow"]
    assert traffic["state"] == "ready" and "roads" in traffic["reads"] and traffic["writes"] == []
    assert {"period", "gap", "demand_matrix"} <= {parameter["name"] for parameter in traffic["parameters"]}


@pytest.mark.parametrize(
    "words",
    [
        (), ("fly",), ("story", "list", "x"), ("sync", "status", "x"), ("analyse", "x"), ("info",),
        ("damage", "mark", "x", "--building", "b", "--grade", "7"), ("damage", "mark", "x", "--grade", "3"),
        ("damage", "match", "x"), ("new", "x"), ("sample", "x", "--buildings", "0"), ("import", "x"),
    ],
)  # fmt: skip
def test_that_wrong_words_are_wrong_usage(capsys, words):
    assert main([*words]) == 2
    assert "usage:" in capsys.readouterr().err


def test_that_help_is_no_error(capsys):
    assert main(["--help"]) == 0
    assert "damage" in capsys.readouterr().out


def test_that_every_command_says_the_same_to_people_in_lines(city, capsys, tmp_path):
    for words in (
        ["info", city], ["log", city], ["zone", "list", city], ["conflicts", city], ["plugins"], ["schema"],
        ["damage", "match", city, "--within", "8"], ["damage", "mark", city, "--building", "b0", "--grade", "3"],
        ["zone", "add", city, "--name", "North", "--wkt", outline(-5, -5)], ["undo", city], ["redo", city],
        ["export", city, "--layer", "buildings", "--out", tmp_path / "b.csv"],
    ):  # fmt: skip
        assert main([str(w) for w in words]) == 0, words
        said = capsys.readouterr().out
        assert "{" not in said, (words, said)
        assert said, words


def test_that_looking_works_while_the_project_is_open_to_edit_and_editing_is_refused(run, city):
    """Two writers at one file lose work: https://github.com/qgis/QGIS/issues/39372."""
    from vidbudova.store.project import open_project

    held = open_project(city)
    try:
        assert run("info", city)[1]["buildings"] == 4
        code, body, _said = run("damage", "mark", city, "--building", "b0", "--grade", 4)
        assert (code, body["error"]["key"]) == (14, "project-locked")
    finally:
        held.close()


def test_that_every_error_code_is_between_10_and_99_and_used_once():
    codes = [trouble.code for trouble in TROUBLES.values()]
    assert all(10 <= code <= 99 for code in codes)
    assert len(set(codes)) == len(codes)


def test_that_a_real_process_keeps_standard_output_for_the_answer_also_in_ukrainian(city):
    environ = {**os.environ, "VIDBUDOVA_LANGUAGE": "uk"}
    done = subprocess.run(
        [sys.executable, "-m", "vidbudova", "damage", "mark", city, "--building", "b0", "--grade", "4", "--evidence",
         "satellite", "--json"],
        capture_output=True, text=True, encoding="utf-8", env=environ, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 32
    body = json.loads(done.stdout)
    assert body["error"]["key"] == "grade-from-afar"
    assert body["error"]["message"] in done.stderr
