import subprocess
import sys

import pytest
from houses import CRS

from vidbudova.errors import UserError
from vidbudova.model.change import Delta, edit
from vidbudova.session import Session
from vidbudova.store.project import create


@pytest.fixture
def session(tmp_path):
    made = Session(create(tmp_path / "City.vbp.gpkg", CRS), "Olha", clock=lambda: 1_780_000_000_000)
    yield made
    made.close()


def zone(name="North"):
    return Delta("zones", "z", None, {"name": name})


def test_that_every_listener_hears_of_every_change_once_after_it_is_durable(session):
    heard = []
    session.subscribe(lambda change: heard.append((change.id, session.row("zones", "z"))))
    done = session.do("Draw zone {name}", [zone()], name="North")
    undone = session.undo()
    redone = session.redo()
    assert [id for id, _row in heard] == [done.id, undone.id, redone.id]
    assert [row is not None for _id, row in heard] == [True, False, True]


def test_that_a_listener_that_edits_gets_an_error(session):
    def meddle(change):
        session.do("Meddle", [edit("zones", "z", {}, name="other")])

    session.subscribe(meddle)
    with pytest.raises(RuntimeError, match="listener"):
        session.do("Draw zone", [zone()])
    assert session.row("zones", "z")["name"] == "North"
    assert session.project.count_changes() == 1


def test_that_unsubscribing_ends_the_calls_and_may_be_done_twice(session):
    heard = []
    stop = session.subscribe(heard.append)
    stop()
    stop()
    session.do("Draw zone", [zone()])
    assert heard == []


def test_that_listeners_are_called_where_the_window_wants_them(session):
    posted, heard = [], []
    session.post = posted.append
    session.subscribe(heard.append)
    change = session.do("Draw zone", [zone()])
    assert heard == []
    posted[0]()
    assert heard == [change]


def test_that_undo_and_redo_say_what_they_would_do(session):
    assert (session.can_undo(), session.can_redo()) == (None, None)
    session.do("Draw zone {name}", [zone()], name="North")
    assert session.can_undo() == "Draw zone North"
    session.undo()
    assert (session.can_undo(), session.can_redo()) == (None, "Draw zone North")
    for call, key in ((session.undo, "nothing-to-undo"),):
        with pytest.raises(UserError) as told:
            call()
        assert told.value.key == key


def test_that_a_new_edit_ends_what_could_be_redone(session):
    session.do("Draw zone", [zone()])
    session.undo()
    session.do("Draw zone", [zone("East")])
    with pytest.raises(UserError) as told:
        session.redo()
    assert told.value.key == "nothing-to-redo"


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("damage_marks", {"grade": 6}),
        ("damage_marks", {"grade": -1}),
        ("damage_marks", {"grade": 2.5}),
        ("damage_marks", {"grade": True}),
        ("damage_marks", {"evidence": "hearsay"}),
        ("damage_marks", {"hazards": frozenset({"dragons"})}),
        ("zones", {"name": 5}),
        ("zones", {"geom": "POLYGON EMPTY"}),
        ("buildings", {"height_m": float("nan")}),
        ("buildings", {"height_m": float("inf")}),
    ],
)
def test_that_a_value_the_schema_does_not_allow_is_refused_with_its_reason(session, table, fields):
    with pytest.raises(UserError) as told:
        session.do("Edit", [Delta(table, "x", None, fields)])
    assert told.value.key == "value-wrong"
    assert session.project.count_changes() == 0


def test_that_values_at_the_bounds_and_empty_ones_are_allowed(session):
    session.do("Mark", [Delta("damage_marks", "a", None, {"grade": 0}), Delta("damage_marks", "b", None, {"grade": 5})])
    session.do("Clear", [edit("damage_marks", "a", session.row("damage_marks", "a"), grade=None)])
    assert session.row("damage_marks", "a")["grade"] is None


def test_that_time_never_runs_back_even_when_the_clock_does(session):
    times = iter([5_000, 1_000, 1_000, 9_000])
    session.clock = lambda: next(times)
    made = [session.do("Edit", [Delta("zones", f"z{i}", None, {"name": "n"})]) for i in range(4)]
    assert [c.time for c in made] == sorted({c.time for c in made})
    assert [c.time_ms for c in made] == [5_000, 5_000, 5_000, 9_000]


def test_that_the_session_brings_no_window_and_no_heavy_library_along():
    heavy = ("PySide6", "vtk", "vtkmodules", "pandas", "geopandas")
    code = f"import sys, vidbudova.session; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
