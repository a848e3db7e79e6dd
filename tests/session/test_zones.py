"""Zones in a real project file: kept whole, never overlapping, counted live, undone like anything else."""

import blocks
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.session import damage, zones
from vidbudova.session.matching import match
from vidbudova.store.project import open_project


@pytest.fixture
def session(tmp_path):
    session = blocks.new(tmp_path / "City.vbp.gpkg")
    parts = [{**blocks.row_of_houses(1)[0], "id": "part", "part_of": "b0"}]
    blocks.add_layer(session, tmp_path, "buildings", [*blocks.row_of_houses(), *parts], "houses")
    yield session
    session.close()


def area(session, id):
    return shapely.from_wkb(session.row("zones", id)["geom"])


def test_that_a_zone_is_kept_with_its_measure_and_outlives_the_session(session):
    drawn = zones.add(session, blocks.box(-5, -5, 40), name="North", kind="housing", phase=2, starts_on="2026-09-01")
    assert drawn.sentences == ()
    path = session.project.path
    session.close()
    again = open_project(path)
    row = again.row("zones", drawn.id)
    again.close()
    assert (row["name"], row["kind"], row["phase"], row["starts_on"]) == ("North", "housing", 2, "2026-09-01")
    assert (row["area_m2"], row["perimeter_m"]) == (1600, 160)


def test_that_overlapping_zones_are_refused_by_name_or_cut_with_a_sentence(session):
    north = zones.add(session, blocks.box(0, 0, 40), name="North")
    with pytest.raises(UserError, match="North"):
        zones.add(session, blocks.box(30, 0, 40), name="South")
    drawn = zones.add(session, blocks.box(30, 0, 40), name="South", cut=True)
    assert area(session, drawn.id).area == pytest.approx(1200)
    assert "North" in drawn.sentences[0]
    with pytest.raises(UserError, match="South"):
        zones.reshape(session, north.id, blocks.box(0, 0, 50))


def test_that_a_zone_may_be_reshaped_over_where_it_was_and_undo_gives_the_same_bytes(session):
    drawn = zones.add(session, blocks.box(0, 0, 40), name="North")
    before = session.row("zones", drawn.id)
    zones.reshape(session, drawn.id, blocks.box(0, 0, 50))
    assert session.row("zones", drawn.id)["area_m2"] == 2500
    session.undo()
    assert session.row("zones", drawn.id) == before


def test_that_wrong_values_are_refused_and_nothing_is_kept(session):
    for wrong in ({"kind": "castle"}, {"phase": 100}, {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}):
        with pytest.raises(UserError):
            zones.add(session, blocks.box(0, 0, 40), name="North", **wrong)
    assert session.count("zones") == 0


def test_that_splitting_and_merging_are_one_change_each_and_lose_no_ground(session):
    drawn = zones.add(session, blocks.box(0, 0, 40), name="North", kind="green")
    line = shapely.LineString([(blocks.EAST + 15, blocks.NORTH - 9), (blocks.EAST + 15, blocks.NORTH + 99)])
    zones.split(session, drawn.id, line)
    rows = session.rows("zones")
    assert sorted(r["area_m2"] for r in rows.values()) == pytest.approx([600, 1000])
    assert {r["name"] for r in rows.values()} == {"North", "North 2"}
    count = session.project.count_changes()
    zones.merge(session, [drawn.id, *(i for i in rows if i != drawn.id)])
    assert session.project.count_changes() == count + 1
    assert area(session, drawn.id).equals(blocks.box(0, 0, 40))
    session.undo()
    session.undo()
    assert list(session.rows("zones")) == [drawn.id]


def test_that_a_zone_cannot_be_merged_with_itself_and_an_unknown_one_is_told(session):
    drawn = zones.add(session, blocks.box(0, 0, 40), name="North")
    with pytest.raises(UserError):
        zones.merge(session, [drawn.id, drawn.id])
    with pytest.raises(UserError) as unknown:
        zones.remove(session, ["nowhere"])
    assert unknown.value.key == "no-such-thing"


def test_that_what_a_zone_holds_follows_marks_matches_and_undo_at_once(session, tmp_path):
    drawn = zones.add(session, blocks.box(-5, -5, 40), name="North")
    assert zones.statistics_of(session, drawn.id).unassessed == 2
    damage.mark(session, "b0", grade=4)
    points = [blocks.roof_mark("o", 25, 5, "Possible Damage", "P")]
    blocks.add_layer(session, tmp_path, "observations", points, "May")
    match(session, 2)
    found = zones.statistics_of(session, drawn.id)
    assert (found.buildings, found.by_grade["4"], found.by_reading["P"], found.unassessed) == (2, 1, 1, 0)
    assert (found.footprint_m2, found.gross_floor_m2) == pytest.approx((200, 1000))
    session.undo()
    session.undo()
    session.undo()
    assert zones.statistics_of(session, drawn.id).unassessed == 2


def test_that_people_follow_the_assumption_of_the_project(session):
    from vidbudova.model.change import Delta

    drawn = zones.add(session, blocks.box(-5, -5, 40), name="North")
    assert zones.statistics_of(session, drawn.id).people == pytest.approx(1000 / 30)
    session.do("Assume", [Delta("project", "project", None, {"floor_area_per_person_m2": 20.0})])
    found = zones.statistics_of(session, drawn.id)
    assert found.people == pytest.approx(50)
    assert "20 m²" in found.assumption


def test_that_the_list_of_zones_names_each_with_what_it_holds(session):
    zones.add(session, blocks.box(-5, -5, 40), name="North")
    zones.add(session, blocks.box(100, 100, 40))
    north, other = zones.listed(session)
    assert (north["name"], north["holds"].buildings) == ("North", 2)
    assert other["holds"].buildings == 0
    assert zones.label(session.row("zones", north["id"])) == "North (0.2 ha)"
