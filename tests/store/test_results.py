"""Checksums of what tables hold, and results kept beside the project."""

import shutil
from pathlib import Path

import pytest
import shapely
from houses import CRS, FIELDS, stage

from vidbudova.errors import UserError
from vidbudova.model.change import NOW, Delta
from vidbudova.session import Session
from vidbudova.store import results
from vidbudova.store.project import create, open_project
from vidbudova.store.rescue import rescue

BUILDINGS = ["buildings"]


@pytest.fixture
def session(tmp_path):
    made = Session(
        create(tmp_path / "City.vbp.gpkg", CRS), "Olena", clock=iter(range(1_700_000_000_000, 10**15)).__next__
    )
    made.add_layer(stage(tmp_path / "houses"), FIELDS)
    yield made
    made.close()


def first(session, table="buildings"):
    return str(session.columns(table, ["name"])["id"][0])


def mark(session, grade, scenario=NOW):
    session.do("Mark", [Delta("damage_marks", first(session), None, {"grade": grade})], scenario)


def inputs(session, tables=("buildings", "damage_marks"), scenario=NOW):
    return session.project.inputs_sha256(tables, scenario)


def test_that_the_checksum_of_inputs_follows_the_tables_it_is_about_and_no_others(session):
    before, others = inputs(session), inputs(session, ["roads"])
    mark(session, 3)
    assert inputs(session) != before
    assert inputs(session, ["roads"]) == others
    session.undo()
    assert inputs(session) == before, "what was taken back is as it was"


def test_that_an_edit_of_an_imported_row_changes_the_checksum(session):
    before = inputs(session, BUILDINGS)
    session.do("Correct", [Delta("buildings", first(session), None, {"height_m": 99.0})])
    assert inputs(session, BUILDINGS) != before


def test_that_an_edit_or_a_delete_that_is_taken_back_leaves_the_checksum_as_it_was(session):
    before, id = inputs(session), first(session)
    for old, new in ((None, {"height_m": 99.0, "name": "Tall"}), ({"name": "House 0"}, None)):
        session.do("Correct", [Delta("buildings", id, old, new)])
        after = inputs(session)
        session.undo()
        assert inputs(session) == before != after
        session.redo()
        assert inputs(session) == after
        session.undo()


def test_that_a_deleted_imported_row_is_missed(session):
    before = inputs(session, BUILDINGS)
    id = first(session)
    session.do("Take away", [Delta("buildings", id, {"name": "House 0"}, None)])
    assert inputs(session, BUILDINGS) != before


def test_that_a_scenario_has_a_checksum_of_its_own(session):
    assert inputs(session, scenario="plan A") == inputs(session)
    mark(session, 4, "plan A")
    assert inputs(session, scenario="plan A") != inputs(session)


def test_that_the_same_data_have_the_same_checksum_in_another_project(session, tmp_path):
    other = Session(create(tmp_path / "Other.vbp.gpkg", CRS), "Ivan")
    other.add_layer(stage(tmp_path / "again"), FIELDS)
    try:
        for one in (session, other):
            one.do("Mark", [Delta("damage_marks", first(one), None, {"grade": 2, "note": "вікна"})])
        assert inputs(session) == inputs(other)
    finally:
        other.close()


def test_that_changes_are_counted_by_table_and_scenario(session, tmp_path):
    after = results.last_change(session.project)
    mark(session, 3)
    mark(session, 4, "plan A")
    mark(session, 5, "plan B")
    count = lambda tables, scenario=NOW: results.changes_since(session.project, after, tables, scenario)  # noqa: E731
    assert count(["damage_marks"]) == 1
    assert count(["damage_marks"], "plan A") == 2
    assert count(["roads"]) == 0
    session.add_layer(stage(tmp_path / "more", sha256="cd"), {**FIELDS, "sha256": "cd"})
    assert count(BUILDINGS) == 1, "an import is a change of what it brings"


@pytest.fixture
def result(tmp_path):
    file = tmp_path / "came"
    file.write_bytes(b"a result " * 1000)
    return file


def keep(session, result, id="r1"):
    came = shutil.copy(result, result.with_name(id))  # what is kept is taken
    return results.keep(session.project, Path(came), id, results.last_change(session.project), {"plugin": "flow"})


def test_that_a_result_from_another_disk_is_kept_too(session, result, monkeypatch):
    replace = Path.replace

    def on_one_disk_only(self, target):
        if self.suffix != ".part":
            raise OSError(18, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", on_one_disk_only)
    row = keep(session, result)
    assert results.path_of(session.project, row.file).read_bytes() == result.read_bytes()
    assert [path.suffix for path in session.project.beside("layers").iterdir()] == [".result"]


def test_that_a_kept_result_goes_with_a_copy_of_the_project(session, result, tmp_path):
    row = keep(session, result)
    copy = tmp_path / "elsewhere" / "Copy.vbp.gpkg"
    copy.parent.mkdir()
    session.project.save_copy(copy)
    opened = open_project(copy)
    try:
        assert results.listed(opened) == [row]
        assert results.path_of(opened, row.file).read_bytes() == result.read_bytes()
        assert opened.check() == []
    finally:
        opened.close()


def test_that_a_kept_result_is_rescued_from_a_damaged_project(session, result, tmp_path):
    row = keep(session, result)
    session.project.checkpoint()
    target = tmp_path / "Rescued.vbp.gpkg"
    assert rescue(session.project.path, target, CRS) == []
    opened = open_project(target)
    try:
        assert results.listed(opened) == [row]
        assert results.path_of(opened, row.file) is not None
    finally:
        opened.close()


def test_that_a_forgotten_result_takes_its_file_along_unless_another_is_the_same(session, result):
    row = keep(session, result)
    keep(session, result, "r2")
    results.forget(session.project, "r1")
    assert results.path_of(session.project, row.file) is not None
    assert results.forget(session.project, "r2")
    assert results.path_of(session.project, row.file) is None
    assert not results.forget(session.project, "r2")


def test_that_a_check_names_a_result_that_is_missing_or_damaged(session, result):
    row = keep(session, result)
    assert session.project.check() == []
    file = results.path_of(session.project, row.file)
    file.write_bytes(b"something else")
    assert [p.kind for p in session.project.check()] == ["results"]
    file.unlink()
    assert "is not here" in session.project.check()[0].message


def test_that_a_result_is_no_edit(session, result):
    before = session.project.count_changes()
    keep(session, result)
    assert session.project.count_changes() == before
    session.project.rebuild()
    assert len(results.listed(session.project)) == 1


def test_that_nothing_is_kept_in_a_project_that_is_only_looked_at(session, result):
    looking = open_project(session.project.path, read_only=True)
    try:
        with pytest.raises(UserError) as refused:
            results.keep(looking, result, "r1", "", {})
        assert refused.value.key == "project-read-only"
        assert not list(session.project.beside("layers").glob("*.result"))
    finally:
        looking.close()


def test_that_places_are_part_of_the_checksum(session):
    before = inputs(session, ["zones"])
    outline = shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 50, 50)]))
    session.do("Draw", [Delta("zones", "z1", None, {"name": "A", "geom": outline})])
    drawn = inputs(session, ["zones"])
    moved = shapely.to_wkb(shapely.MultiPolygon([shapely.box(1, 0, 50, 50)]))
    session.do("Move", [Delta("zones", "z1", None, {"geom": moved})])
    assert len({before, drawn, inputs(session, ["zones"])}) == 3
