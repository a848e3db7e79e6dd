"""Marking in a real project file: one Change a mark, durable, undone whole, shown as its evidence allows."""

import json

import blocks
import numpy as np
import pytest
from PIL import Image

from vidbudova.errors import UserError
from vidbudova.model.damage import NONE, POSSIBLE
from vidbudova.session import damage, photos
from vidbudova.session.matching import match
from vidbudova.store.project import open_project


@pytest.fixture
def session(tmp_path):
    session = blocks.new(tmp_path / "City.vbp.gpkg")
    blocks.add_layer(session, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    points = [blocks.roof_mark("o0", 5, 5, "Destroyed", "5"), blocks.roof_mark("o1", 25, 5, "Possible Damage", "P")]
    blocks.add_layer(session, tmp_path, "observations", points, "satellite")
    yield session
    session.close()


def picture(path, colour="tomato"):
    Image.new("RGB", (400, 300), colour).save(path)
    return path


def test_that_a_mark_says_who_when_and_on_what_evidence_and_outlives_the_session(session):
    change = damage.mark(session, "b0", grade=4, note="stairs gone", hazards={"uxo"})
    assert change.title_values == {"building": "Peace Avenue 1", "grade": "4"}
    path = session.project.path
    session.close()
    again = open_project(path)
    row = again.row("damage_marks", "b0")
    again.close()
    assert (row["grade"], row["evidence"], row["inspector"]) == (4, "walk_round", "Olena")
    assert row["inspected_at"].endswith("Z") and row["hazards"] == {"uxo"} and row["note"] == "stairs gone"


def test_that_marking_the_same_again_a_moment_later_is_a_new_visit_but_touches_no_detail(session):
    damage.mark(session, "b0", grade=4, note="stairs gone")
    change = damage.mark(session, "b0", grade=4)
    assert set(change.deltas[0].after) == {"grade", "evidence", "inspector", "inspected_at"}
    assert session.row("damage_marks", "b0")["note"] == "stairs gone"


def test_that_a_mark_on_no_building_is_refused(session):
    with pytest.raises(UserError) as refused:
        damage.mark(session, "nowhere", grade=4)
    assert refused.value.key == "no-such-thing"
    assert session.count("damage_marks") == 0


def test_that_a_refused_grade_copies_no_photo(session, tmp_path):
    with pytest.raises(UserError):
        damage.mark(session, "b0", grade=4, evidence="satellite", files=[picture(tmp_path / "a.png")])
    assert not list((tmp_path / "City.media").glob("*"))


def test_that_a_remote_mark_is_hatched_and_has_no_made_up_time_and_a_mark_on_site_is_solid(session):
    damage.mark(session, "b2", grade=3, evidence="drone")
    damage.mark(session, "b3", grade=3, evidence="street_photo")
    view = damage.damage_view(session, ["b2", "b3"])
    assert view.hatched.tolist() == [True, False]
    assert session.row("damage_marks", "b2")["inspected_at"] is None


def test_that_a_satellite_reading_is_shown_hatched_and_never_becomes_a_mark(session):
    match(session, 12)
    view = damage.damage_view(session, ["b0", "b1", "b2", "unknown"])
    assert view.grade.tolist() == [NONE] * 4
    assert view.reading.tolist() == [5, POSSIBLE, NONE, NONE]
    assert view.hatched.tolist() == [True, True, False, False]
    assert session.count("damage_marks") == 0


def test_that_a_mark_takes_the_place_of_a_reading_and_undo_brings_the_reading_back(session):
    match(session, 12)
    damage.mark(session, "b0", grade=2)
    assert damage.damage_view(session, ["b0"]).shown.tolist() == [2]
    assert not damage.damage_view(session, ["b0"]).hatched[0]
    session.undo()
    view = damage.damage_view(session, ["b0"])
    assert (view.shown.tolist(), view.hatched.tolist()) == ([5], [True])


def test_that_the_view_of_many_and_of_few_agree_and_keep_the_order_asked_for(session):
    match(session, 12)
    for id, grade in (("b0", 1), ("b3", 5)):
        damage.mark(session, id, grade=grade)
    few = ["b3", "b1", "b0", "b2"]
    many = few * 100
    one, all_ = damage.damage_view(session, few), damage.damage_view(session, np.array(many, object))
    assert one.shown.tolist() == [5, POSSIBLE, 1, NONE]
    assert all_.shown.tolist() == one.shown.tolist() * 100
    assert all_.hatched.tolist() == one.hatched.tolist() * 100


def test_that_a_listener_sees_the_new_grade_in_the_very_call_that_tells_of_it(session):
    many = ["b0"] * 300
    damage.damage_view(session, many)
    seen = []
    session.subscribe(lambda change: seen.append(int(damage.damage_view(session, many).grade[0])))
    damage.mark(session, "b0", grade=3)
    damage.mark(session, "b0", grade=5)
    session.undo()
    assert seen == [3, 5, 3]


def test_that_many_are_marked_in_one_change_and_stronger_evidence_is_left_alone_and_told(session):
    damage.mark(session, "b1", grade=4)
    before = session.project.count_changes()
    marked = damage.mark_many(session, ["b0", "b1", "b2", "b0"], grade=0, evidence="satellite")
    assert marked.done == ("b0", "b2")
    assert "walk-round" in marked.refused["b1"]
    assert session.project.count_changes() == before + 1
    session.undo()
    assert list(session.rows("damage_marks")) == ["b1"]


def test_that_marking_many_is_refused_whole_when_nothing_of_it_may_be(session):
    with pytest.raises(UserError) as refused:
        damage.mark_many(session, ["b0", "b1"], grade=4, evidence="satellite")
    assert refused.value.key == "grade-from-afar"
    with pytest.raises(UserError):
        damage.mark_many(session, ["nowhere"], grade=4)
    assert damage.mark_many(session, [], grade=4).change is None


def test_that_buildings_are_found_by_area_reading_use_and_what_is_still_open(session):
    match(session, 12)
    damage.mark(session, "b0", grade=2)
    assert damage.find(session, area=blocks.box(-1, -1, 32)) == ["b0", "b1"]
    assert damage.find(session, shown=[POSSIBLE]) == ["b1"]
    assert damage.find(session, unassessed=True) == ["b1", "b2", "b3"]
    assert damage.find(session, area=blocks.box(-1, -1, 32), unassessed=True) == ["b1"]
    assert damage.find(session, use=["school"]) == []


def test_that_the_next_building_offered_is_the_nearest_without_a_mark(session):
    assert damage.next_unassessed(session, "b1") in ("b0", "b2")
    damage.mark(session, "b0", grade=1)
    damage.mark(session, "b1", grade=1)
    assert damage.next_unassessed(session, "b1") == "b2"
    assert damage.next_unassessed(session, "b1", skip=["b2"]) == "b3"
    damage.mark_many(session, ["b2", "b3"], grade=0)
    assert damage.next_unassessed(session, "b1") is None
    damage.unmark(session, ["b3"])
    assert damage.next_unassessed(session, "b1") == "b3"


def test_that_a_photo_is_copied_once_under_its_checksum_and_shown_with_the_mark(session, tmp_path):
    """Photos go missing elsewhere: https://github.com/opengisch/QField/issues/3922."""
    a = picture(tmp_path / "a.png")
    b = tmp_path / "again.png"
    b.write_bytes(a.read_bytes())
    damage.mark(session, "b0", grade=3, files=[a, b])
    damage.mark(session, "b1", grade=3, files=[a])
    (sha256,) = session.row("damage_marks", "b0")["photos"]
    assert session.row("damage_marks", "b1")["photos"] == {sha256}
    assert session.count("photos") == 1
    kept = photos.file_of(session, sha256)
    assert kept.read_bytes() == a.read_bytes() and kept.parent == tmp_path / "City.media"
    a.unlink()
    assert session.row("photos", sha256)["thumbnail"][:2] == b"\xff\xd8"


def test_that_photos_are_added_to_those_that_are_there_and_one_is_taken_off_without_losing_it(session, tmp_path):
    damage.mark(session, "b0", grade=3, files=[picture(tmp_path / "a.png")])
    first = session.row("damage_marks", "b0")["photos"]
    damage.annotate(session, "b0", files=[picture(tmp_path / "b.png", "teal")])
    assert first < session.row("damage_marks", "b0")["photos"]
    damage.annotate(session, "b0", without_photo=next(iter(first)))
    assert len(session.row("damage_marks", "b0")["photos"]) == 1
    assert photos.file_of(session, next(iter(first))).is_file()
    assert session.row("damage_marks", "b0")["inspector"] == "Olena"


def test_that_one_bad_file_among_photos_changes_nothing(session, tmp_path):
    (tmp_path / "bad.jpg").write_text("no picture")
    with pytest.raises(UserError, match="bad.jpg"):
        damage.mark(session, "b0", grade=3, files=[picture(tmp_path / "a.png"), tmp_path / "bad.jpg"])
    assert session.row("damage_marks", "b0") is None
    assert session.count("photos") == 0


def test_that_undoing_a_mark_with_a_photo_takes_both_rows_back_and_keeps_the_file(session, tmp_path):
    damage.mark(session, "b0", grade=3, files=[picture(tmp_path / "a.png")])
    session.undo()
    assert session.count("photos") == session.count("damage_marks") == 0
    assert len(list((tmp_path / "City.media").iterdir())) == 1
    session.redo()
    assert session.count("photos") == 1


def test_that_a_part_is_shown_and_marked_as_its_building_and_an_orphan_as_itself(session, tmp_path):
    part = {**blocks.row_of_houses(1)[0], "id": "part", "part_of": "b0"}
    orphan = {**blocks.row_of_houses(1)[0], "id": "orphan", "geom": blocks.box(90, 90), "part_of": "nowhere"}
    blocks.add_layer(session, tmp_path, "buildings", [part, orphan], "parts")
    damage.mark(session, "part", grade=4)
    assert list(session.rows("damage_marks")) == ["b0"]
    assert damage.damage_view(session, ["part", "b0", "orphan"]).grade.tolist() == [4, 4, NONE]
    assert "orphan" in damage.find(session, unassessed=True)
    assert "part" not in damage.find(session, unassessed=True)
    assert damage.next_unassessed(session, "part") == "b1"


def test_that_a_legal_category_comes_from_an_act_and_a_mark_does_not_wipe_it(session):
    damage.record_act(session, "b0", category="II", act="No 17, 2026-03-01")
    assert damage.damage_view(session, ["b0"]).grade.tolist() == [NONE]
    damage.mark(session, "b0", grade=3, evidence="satellite")
    row = session.row("damage_marks", "b0")
    assert (row["legal_category"], row["grade"]) == ("II", 3)


def test_that_history_tells_every_grade_a_building_had(session):
    for grade in (1, 3, 5):
        damage.mark(session, "b0", grade=grade)
    told = [c.deltas[0].after["grade"] for c in session.history("damage_marks", "b0")]
    assert told == [1, 3, 5]
    assert json.dumps(told)
