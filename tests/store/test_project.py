import itertools
import random
import subprocess
import sys
import threading

import numpy as np
import pyogrio
import pytest
import shapely
from dump import dump
from houses import CRS, FIELDS, quick, stage

from vidbudova.errors import UserError
from vidbudova.model.change import Change, Delta, digest, edit, encode
from vidbudova.model.schema import TABLES
from vidbudova.session import Session
from vidbudova.store.project import Draft, create, open_project

OUTLINE = shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 50, 50)]))


def mark(id, **fields):
    return Delta("damage_marks", id, None, {"grade": 3, "evidence": "walk_round", **fields})


def test_that_an_edit_is_there_after_reopening(session):
    change = session.do("Mark", [mark("b1", photos=frozenset("pq"), hazards=frozenset({"fire"}))])
    session.close()
    again = open_project(session.project.path)
    row = again.row("damage_marks", "b1")
    assert (row["grade"], row["photos"], row["hazards"]) == (3, frozenset("pq"), frozenset({"fire"}))
    assert [c.id for c in again.changes()] == [change.id]
    assert again.history("damage_marks", "b1") == [change]
    again.close()


def random_delta(session, ids, chance):
    """Any edit that a person can make."""
    table = chance.choice(("damage_marks", "zones", "buildings", "project"))
    id = chance.choice(ids) if table in ("damage_marks", "buildings") else f"{table}-{chance.randint(0, 3)}"
    row = session.row(table, id)
    if row is None and table == "buildings":
        return None
    fields = {
        "damage_marks": {
            "grade": chance.randint(0, 5),
            "note": chance.choice("xyz"),
            "photos": frozenset(chance.sample("pqr", 2)),
        },
        "zones": {"geom": OUTLINE, "area_m2": 2500.0, "name": chance.choice("NESW"), "phase": chance.randint(0, 9)},
        "buildings": {
            "levels": float(chance.randint(1, 9)),
            "height_m": chance.random() * 30,
            "name": chance.choice("äöü"),
        },
        "project": {"name": chance.choice("abc"), "storey_height_m": 2.5 + chance.random()},
    }[table]
    if row is None:
        return Delta(table, id, None, fields)
    if chance.random() < 0.25:
        return Delta(table, id, row, None)
    return edit(table, id, row, **{n: fields[n] for n in chance.sample(sorted(fields), 2)})


def test_that_do_and_undo_restore_byte_identical_tables_and_redo_brings_them_back(session, staged):
    """Undo destroys or is absent elsewhere: this does not happen here.

    https://github.com/Slicer/Slicer/issues/7608
    """
    session.add_layer(staged, FIELDS)
    ids = list(session.columns("buildings", ["id"])["id"][:6])
    chance = random.Random(4)
    path = session.project.path
    states = [dump(path)]
    while len(states) < 150:
        delta = random_delta(session, ids, chance)
        if delta is not None and session.do("Edit", [delta]) is not None:
            states.append(dump(path))
    for state in reversed(states[:-1]):
        session.undo()
        assert dump(path) == state
    for state in states[1:]:
        session.redo()
        assert dump(path) == state
    assert session.project.check() == []


def test_that_an_import_is_undone_and_brought_back_whole(session, staged):
    empty = dump(session.project.path)
    session.add_layer(staged, FIELDS)
    full = dump(session.project.path)
    assert session.count("buildings") == 30
    session.undo()
    assert dump(session.project.path) == empty
    assert (session.count("buildings"), len(session.shapes("buildings")), session.bounds()) == (0, 0, None)
    assert rows_for_others(session.project.path) == "0"
    session.redo()
    assert dump(session.project.path) == full
    assert session.project.check() == []


def rows_for_others(path):
    """What GDAL counts, in a process of its own: closing a file there drops the locks that SQLite has here."""
    code = f"import pyogrio; print(len(pyogrio.read_dataframe({str(path)!r}, layer='buildings')))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_that_the_same_file_twice_changes_nothing(session, staged):
    """Applying again makes duplicates elsewhere (https://github.com/opengisch/QField/issues/5205): not here."""
    told = []
    first = session.add_layer(staged, FIELDS)
    before = dump(session.project.path)
    session.subscribe(told.append)
    assert session.add_layer(staged, FIELDS).id == first.id
    assert (dump(session.project.path), told, session.project.count_changes()) == (before, [], 1)


def test_that_a_file_taken_out_and_imported_again_brings_its_rows_and_what_was_said_of_them(session, staged):
    session.add_layer(staged, FIELDS)
    id = session.columns("buildings", ["id"])["id"][3]
    session.do("Correct", [edit("buildings", id, session.row("buildings", id), height_m=99.0)])
    layer = next(iter(session.rows("layers")))
    session.do("Remove layer", [Delta("layers", layer, session.row("layers", layer), None)])
    assert session.count("buildings") == 0
    session.add_layer(staged, FIELDS)
    assert session.count("buildings") == 30
    assert session.row("buildings", id)["height_m"] == 99.0
    assert session.project.check() == []


def test_that_the_same_features_read_differently_after_taking_the_first_out_are_shown_once(session, staged, tmp_path):
    session.add_layer(staged, FIELDS)
    session.undo()
    session.add_layer(stage(tmp_path / "again.staging", height=20.0), FIELDS)
    assert session.count("buildings") == 30
    assert set(session.columns("buildings", ["height_m"])["height_m"]) == {20.0}
    session.undo()
    assert session.count("buildings") == 0
    assert session.project.check() == []


def test_that_one_field_of_a_group_is_logged_with_the_whole_group(session, staged):
    session.add_layer(staged, FIELDS)
    id, row = next(iter(session.rows("buildings").items()))
    change = session.do("Correct", [edit("buildings", id, row, height_m=21.0)])
    assert dict(change.deltas[0].after) == {"height_m": 21.0, "height_source": "derived"}


def test_that_an_edit_that_changes_nothing_is_not_logged(session):
    session.do("Mark", [mark("b1")])
    assert session.do("Mark", [edit("damage_marks", "b1", session.row("damage_marks", "b1"), grade=3)]) is None
    assert session.project.count_changes() == 1


def test_that_an_edit_of_what_is_not_there_is_refused(session):
    with pytest.raises(UserError) as told:
        session.do("Mark", [Delta("damage_marks", "b1", {"grade": 1}, {"grade": 2})])
    assert told.value.key == "no-such-thing"
    assert session.project.count_changes() == 0


def test_that_a_mark_made_anew_has_nothing_of_the_one_deleted(session):
    session.do("Mark", [mark("b1", note="old")])
    session.do("Clear", [Delta("damage_marks", "b1", session.row("damage_marks", "b1"), None)])
    session.do("Mark", [Delta("damage_marks", "b1", None, {"grade": 1})])
    assert session.row("damage_marks", "b1")["note"] is None


def test_that_conflicts_are_the_same_here_as_in_the_reference_and_close_everywhere(session, tmp_path):
    other = Session(create(tmp_path / "Other.vbp.gpkg", CRS), "Ivan", clock=session.clock)
    session.do("Mark", [mark("b1")])
    exchange(session, other)
    session.do("Worse", [edit("damage_marks", "b1", session.row("damage_marks", "b1"), grade=5)])
    other.do("Better", [edit("damage_marks", "b1", other.row("damage_marks", "b1"), grade=1)])
    exchange(session, other)
    exchange(other, session)
    assert session.conflicts() == other.conflicts()
    assert [c.group for c in session.conflicts()] == ["assessment"]
    assert session.row("damage_marks", "b1")["grade"] == 5
    other.do("Resolve", [edit("damage_marks", "b1", other.row("damage_marks", "b1"), grade=5)])
    exchange(other, session)
    assert (session.conflicts(), other.conflicts()) == ([], [])
    assert session.project.check() == other.project.check() == []
    other.close()


def exchange(source, target):
    return target.receive(log_of(source.project))


def log_of(project):
    with project.looking() as db:
        return [(body, chain) for body, chain in db.execute("SELECT body, chain FROM vb_change ORDER BY n").fetchall()]


def test_that_received_changes_come_in_any_order_and_count_once(session, tmp_path):
    """Field data get lost in syncing elsewhere (https://github.com/opengisch/QField/issues/7479): not here."""
    for i in range(12):
        session.do("Mark", [Delta("zones", "z", None, {"name": "a"})] if i == 0 else [edit("zones", "z", {}, phase=i)])
    other = create(tmp_path / "Other.vbp.gpkg", CRS)
    lines = log_of(session.project)
    random.Random(1).shuffle(lines)
    assert len(other.receive(lines[:5])) == 5
    assert len(other.receive(lines)) == 7
    assert other.receive(lines) == []
    assert other.row("zones", "z") == session.row("zones", "z")
    assert other.check() == []
    other.close()


def test_that_a_change_that_does_not_fit_its_checksum_is_refused_with_all_that_came_with_it(session, tmp_path):
    session.do("Mark", [mark("b1")])
    session.do("Mark", [mark("b2")])
    other = create(tmp_path / "Other.vbp.gpkg", CRS)
    (first, chain), (second, _chain) = log_of(session.project)
    with pytest.raises(UserError) as told:
        other.receive([(first, chain), (second.replace(b'"grade":3', b'"grade":5'), _chain)])
    assert told.value.key == "changes-damaged"
    assert other.count_changes() == 0
    other.close()


def test_that_what_a_newer_version_wrote_is_kept_and_passed_on_untouched(session):
    newer = Change(
        "f" * 32, 1, 5 << 16, "Future", "Fly", (
            Delta("drones", "d", None, {"battery": 5}),
            Delta("zones", "z", None, {"name": "N", "shade": "blue"}),
        ), {}, extra={"later": {"a": [1]}},
    )  # fmt: skip
    data = encode(newer)
    session.receive([(data, digest("", data))])
    assert session.row("zones", "z")["name"] == "N"
    session.do("Rename", [edit("zones", "z", session.row("zones", "z"), name="S")])
    assert log_of(session.project)[0][0] == data
    assert session.project.check() == []
    session.project.rebuild()
    assert log_of(session.project)[0][0] == data


def test_that_undo_leaves_what_others_changed_since_and_then_goes_on_to_the_step_before(session):
    session.do("First", [Delta("zones", "a", None, {"name": "A"})])
    session.do("Second", [Delta("zones", "z", None, {"name": "N"})])
    later = theirs(session, edit("zones", "z", {"name": "N"}, name="S"))
    with pytest.raises(UserError) as told:
        session.undo()
    assert told.value.key == "undo-overtaken"
    assert told.value.values["who"] == "Ivan"
    assert session.row("zones", "z")["name"] == "S"
    assert session.history("zones", "z")[-1].id == later.id
    session.undo()
    assert session.row("zones", "a") is None


def theirs(session, delta):
    """A Change by someone who had seen everything here."""
    from vidbudova.model import cells
    from vidbudova.store import heads

    with session.project.looking() as db:
        parents = cells.replaced("now", [delta], lambda t, i: heads.load(db, t, [i], "now").get(i, {}))
    change = Change("e" * 32, 1, 2_000_000_000_000 << 16, "Ivan", "Edit", (delta,), parents)
    data = encode(change)
    session.receive([(data, digest("", data))])
    return change


def test_that_ten_thousand_steps_are_undone_and_redone_across_restarts(tmp_path):
    path = tmp_path / "City.vbp.gpkg"
    project = create(path, CRS, quick)
    steps = 10_000
    project.commit(Draft("Zone", [Delta("zones", "z", None, {"name": "0"})], "O", 1))
    for i in range(1, steps):
        project.commit(Draft("Zone", [Delta("zones", "z", {"name": ""}, {"name": str(i)})], "O", i))
    for side, expected in (("undo", 0), ("redo", steps - 1)):
        for part in range(4):
            project.close()
            project = open_project(path, connector=quick)
            for _ in range(steps // 4 - (side == "undo" and part == 3)):
                project.take_back(side, "O", 1)
        if side == "undo":
            assert project.row("zones", "z")["name"] == str(expected)
            project.take_back("undo", "O", 1)
            assert project.row("zones", "z") is None
            assert project.undo_stack() is None
    assert project.row("zones", "z")["name"] == str(steps - 1)
    assert project.redo_stack() is None
    project.close()


def test_that_columns_shapes_and_geometries_are_in_one_order(session, staged):
    session.add_layer(staged, FIELDS)
    columns = session.columns("buildings", ["name", "levels", "people", "geom"])
    shapes = session.shapes("buildings", ["name"])
    ids, geometries = session.geometries("buildings")
    assert list(columns["id"]) == list(shapes.ids) == list(ids) == list(session.rows("buildings"))
    assert columns["levels"].dtype == np.float64
    assert np.isnan(columns["people"]).all()
    assert list(columns["name"]) == list(shapes.columns["name"]) == [f"House {i}" for i in range(30)]
    assert shapely.bounds(geometries[2]).tolist() == [40.0, 0.0, 50.0, 10.0]
    assert session.bounds("buildings") == (0.0, 0.0, 590.0, 10.0)


def test_that_other_programs_open_the_project_as_a_geopackage(session, staged):
    session.add_layer(staged, FIELDS)
    id = session.columns("buildings", ["id"])["id"][0]
    session.do("Mark", [mark(id)])
    session.close()
    layers = dict(pyogrio.list_layers(session.project.path))
    assert set(layers) == {*TABLES, "damage"}
    frame = pyogrio.read_dataframe(session.project.path, layer="buildings")
    assert (frame.crs.to_epsg(), len(frame), frame.geometry.iloc[0].geom_type) == (32637, 30, "MultiPolygon")
    damage = pyogrio.read_dataframe(session.project.path, layer="damage")
    assert (damage["id"].tolist(), damage["grade"].tolist()) == ([id], [3])


def test_that_a_second_writer_is_refused_and_a_reader_is_not(session):
    session.do("Mark", [mark("b1")])
    with pytest.raises(UserError) as told:
        open_project(session.project.path)
    assert told.value.key == "project-locked"
    reader = open_project(session.project.path, read_only=True)
    assert reader.row("damage_marks", "b1")["grade"] == 3
    with pytest.raises(UserError) as told:
        reader.commit(Draft("Mark", [mark("b2")], "O", 1))
    assert told.value.key == "project-read-only"
    reader.close()


def test_that_other_threads_read_while_one_writes(session):
    session.do("Mark", [mark("b0")])
    seen, errors = [], []

    def look():
        try:
            for _ in range(50):
                seen.append(session.count("damage_marks"))
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(1, 20):
        session.do("Mark", [mark(f"b{i}")])
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(seen) == 150
    assert session.count("damage_marks") == 20


def test_that_how_it_is_looked_at_is_remembered_and_not_logged(session):
    session.set_view_state("camera", {"heading": 12.5})
    assert session.view_state("camera") == {"heading": 12.5}
    assert session.view_state("nothing") is None
    assert session.project.count_changes() == 0


def test_that_the_work_of_a_commit_grows_with_its_deltas_and_not_with_those_before(session):
    """Counted, not timed: the steps that SQLite takes and the calls that Python makes are the same on every machine."""

    def work(letter, count):
        steps, calls = itertools.count(), itertools.count()
        writer = session.project._writer
        writer.set_progress_handler(lambda: next(steps) < 0, 100)
        sys.setprofile(lambda *_: next(calls) and None)
        try:
            session.do("Mark", [mark(f"{letter}{i}") for i in range(count)])
        finally:
            sys.setprofile(None)
            writer.set_progress_handler(None, 0)
        return next(steps), next(calls)

    small, again, large = work("a", 200), work("b", 200), work("c", 2_000)
    assert min(small) > 100, "something was counted"
    for first, second, many in zip(small, again, large, strict=True):
        assert second < 1.2 * first, "what is there already costs nothing"
        assert many < 1.5 * 10 * first, "ten times as much would be the square"
