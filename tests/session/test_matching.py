"""`damage match` in a real project file, and on the real left bank of Mariupol against its oracle."""

import csv

import blocks
import pytest

from vidbudova.errors import UserError
from vidbudova.session import damage
from vidbudova.session.matching import match, unmatched
from vidbudova.session.readings import readings, taken_for

POINTS = [
    blocks.roof_mark("inside", 5, 5, "Moderate Damage", "2"),
    blocks.roof_mark("beside", 13, 5, "Severe Damage", "3"),
    blocks.roof_mark("far", 200, 200, "Destroyed", "5"),
    blocks.roof_mark("crater", 5, 5, "Impact Crater (Damage to Field)", "", target="ground"),
]


@pytest.fixture
def session(tmp_path):
    session = blocks.new(tmp_path / "City.vbp.gpkg")
    parts = [{**blocks.row_of_houses(1)[0], "id": "part", "part_of": "b0"}]
    blocks.add_layer(session, tmp_path, "buildings", [*blocks.row_of_houses(), *parts], "houses")
    blocks.add_layer(session, tmp_path, "observations", POINTS, "May")
    yield session
    session.close()


def test_that_observations_are_taken_for_buildings_and_counted_both_ways(session):
    report = match(session, 8)
    assert (report.matched, report.unmatched, report.containing) == (2, 2, 1)
    assert report.by_class == {"Moderate Damage": 1, "Severe Damage": 1}
    seen = report.observations
    assert (seen.total, seen.elsewhere, seen.matched, seen.unmatched, seen.shared) == (4, 1, 2, 1, 1)
    assert report.unmatched_observations == ("far",)
    assert unmatched(session) == ["far"]


def test_that_one_observation_near_two_buildings_is_shown_at_both_and_named_nearest_at_one(session):
    match(session, 8)
    at_b0, at_b1 = taken_for(session, "b0"), taken_for(session, "b1")
    assert [(t.observation, t.distance_m, t.nearest, t.speaks) for t in at_b0] == [
        ("inside", 0.0, True, True), ("beside", 3.0, True, False),
    ]  # fmt: skip
    assert [(t.observation, t.distance_m, t.nearest, t.speaks) for t in at_b1] == [("beside", 7.0, False, True)]
    assert readings(session) == {"b0": 2, "b1": 3}


def test_that_a_part_of_a_building_and_a_crater_are_never_matched(session):
    match(session, 1000)
    assert not taken_for(session, "part")
    assert "crater" not in {t.observation for b in ("b0", "b1", "b2", "b3") for t in taken_for(session, b)}


def test_that_matching_again_changes_nothing_and_with_another_tolerance_replaces_all_in_one_change(session):
    match(session, 8)
    count = session.project.count_changes()
    assert match(session, 8).change == ""
    assert session.project.count_changes() == count
    again = match(session, 4)
    assert session.project.count_changes() == count + 1
    assert again.matched == session.count("matches") - 1 == 1
    assert set(session.columns("matches", ["within_m"])["within_m"]) == {4.0}
    session.undo()
    assert session.count("matches") == 3
    assert readings(session) == {"b0": 2, "b1": 3}


def test_that_matching_one_layer_leaves_the_matches_of_others(session, tmp_path):
    match(session, 8)
    blocks.add_layer(session, tmp_path, "observations", [blocks.roof_mark("later", 45, 5, "Destroyed", "5")], "June")
    assert match(session, 3, layer="June").matched == 1
    assert readings(session) == {"b0": 2, "b1": 3, "b2": 5}
    with pytest.raises(UserError) as refused:
        match(session, 3, layer="July")
    assert refused.value.key == "no-such-thing"


def test_that_what_cannot_be_read_on_our_scale_is_taken_but_colours_nothing(session, tmp_path):
    raw = [blocks.roof_mark("odd", 45, 5, "Damage", "")]
    blocks.add_layer(session, tmp_path, "observations", raw, "odd ones")
    report = match(session, 3)
    assert report.by_class["Damage"] == 1
    assert "b2" not in readings(session)
    assert damage.damage_view(session, ["b2"]).shown.tolist() == [-1]
    assert [t.speaks for t in taken_for(session, "b2")] == [False]


def test_that_two_laptops_that_match_alike_agree_without_a_conflict(session, tmp_path):
    other = blocks.new(tmp_path / "Other.vbp.gpkg", "Ivan")
    blocks.add_layer(other, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    blocks.add_layer(other, tmp_path, "observations", POINTS, "May")
    match(session, 8)
    match(other, 8)
    assert session.rows("matches") == other.rows("matches")
    other.close()


def test_that_an_empty_project_matches_nothing(tmp_path):
    session = blocks.new(tmp_path / "Empty.vbp.gpkg")
    assert match(session, 12).as_json() == {
        "within_m": 12.0, "matched": 0, "unmatched": 0, "containing": 0, "by_class": {}, "pairs": 0, "change": "",
        "observations": {"total": 0, "elsewhere": 0, "matched": 0, "unmatched": 0, "shared": 0},
    }  # fmt: skip
    session.close()


@pytest.fixture(scope="module")
def left_bank(tmp_path_factory, shared_data):
    """The real buildings and points, read plainly: importing them is proved elsewhere."""
    import pyogrio

    from vidbudova.formats.scale_files import load_scales

    folder, data = tmp_path_factory.mktemp("left bank"), shared_data / "mariupol_left_bank"
    session = blocks.new(folder / "Left bank.vbp.gpkg")
    houses = pyogrio.read_dataframe(data / "mariupol_left_bank_osm_ODbL.gpkg")
    rows = [{"id": id, "geom": g, "use": "apartments"} for id, g in zip(houses.osm_id, houses.geometry, strict=True)]
    blocks.add_layer(session, folder, "buildings", rows, "OSM")
    points = pyogrio.read_dataframe(data / "mariupol_left_bank_unosat_CCBYSA.gpkg", layer="damage_points")
    scales = load_scales()
    seen = [
        {"id": f"o{i}", "geom": g, "latest_raw": raw, "latest_grade": scales.reading(raw, "unosat", "satellite"),
         "target": scales.by_id["unosat"].find(raw).target, "evidence": "satellite", "scale": "unosat"}
        for i, (g, raw) in enumerate(zip(points.geometry, points.class_2022_05_12, strict=True))
    ]  # fmt: skip
    blocks.add_layer(session, folder, "observations", seen, "UNOSAT")
    yield session
    session.close()


@pytest.fixture(scope="module")
def oracle(shared_data):
    with open(shared_data / "mariupol_left_bank" / "oracle_join_12m.csv", encoding="utf-8") as file:
        return {row["osm_id"]: row for row in csv.DictReader(file)}


def test_that_the_left_bank_is_matched_as_its_oracle_says_building_by_building(left_bank, oracle):
    report = match(left_bank, 12)
    assert (report.matched, report.unmatched, report.containing) == (692, 532, 383)
    assert report.by_class == {"Moderate Damage": 512, "Severe Damage": 116, "Possible Damage": 52, "Destroyed": 12}
    assert (report.observations.total, report.observations.elsewhere) == (5660, 17)
    for id, row in oracle.items():
        speaking = [t for t in taken_for(left_bank, id) if t.speaks]
        assert bool(speaking) == bool(row["damage_pt_dist_m"]), id
        if speaking:
            assert speaking[0].distance_m == pytest.approx(float(row["damage_pt_dist_m"]), abs=0.002), id


def test_that_the_tolerance_decides_how_many_are_found_and_so_is_kept_with_every_match(left_bank):
    assert match(left_bank, 30).matched == 855
    assert match(left_bank, 0).matched == 383
    assert set(left_bank.columns("matches", ["within_m"])["within_m"]) == {0.0}


def test_that_matching_the_left_bank_sets_no_grade(left_bank, oracle):
    match(left_bank, 12)
    view = damage.damage_view(left_bank, list(oracle))
    assert (view.grade == -1).all()
    assert int(view.hatched.sum()) == 692
    assert left_bank.count("damage_marks") == 0
