"""Answers that were computed once stay true: mended after a mark, computed anew after anything larger."""

import threading

import blocks
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from vidbudova.model.change import Change, Delta
from vidbudova.session import damage, zones
from vidbudova.session.memory import FEW, Memory


def change(*rows):
    deltas = tuple(Delta(table, id, None, {"note": "x"}) for table, id in rows)
    return Change("r", 1, 0, "Olena", "Edit", deltas, {})


def test_that_an_answer_is_computed_once_until_a_change_touches_its_tables():
    memory, asked = Memory(), []

    def answer():
        asked.append(1)
        return len(asked)

    assert [memory.recall("a", ("zones",), answer) for _again in range(3)] == [1, 1, 1]
    memory.note(change(("photos", "p")))
    assert memory.recall("a", ("zones",), answer) == 1
    memory.note(change(("zones", "z")))
    assert memory.recall("a", ("zones",), answer) == 2
    memory.note(change(("layers", "l")))
    assert memory.recall("a", ("zones",), answer) == 3


def test_that_a_mended_answer_is_told_every_row_that_was_touched_since():
    memory, mended = Memory(), []

    def mend(old, touched):
        mended.append(touched)
        return old + len(touched)

    memory.recall("a", ("zones",), lambda: 0, mend)
    memory.note(change(("zones", "z1"), ("photos", "p")))
    memory.note(change(("zones", "z2"), ("zones", "z1")))
    assert memory.recall("a", ("zones",), lambda: 0, mend) == 2
    assert mended == [{("zones", "z1"), ("zones", "z2")}]
    assert memory.recall("a", ("zones",), lambda: 0, mend) == 2


def test_that_too_much_to_mend_is_computed_anew():
    memory = Memory()
    memory.recall("a", ("zones",), lambda: "old", lambda old, touched: "mended")
    memory.note(change(*(("zones", f"z{i}") for i in range(FEW + 1))))
    assert memory.recall("a", ("zones",), lambda: "new", lambda old, touched: "mended") == "new"
    memory.note(change(("zones", "z")))
    assert memory.recall("a", ("zones",), lambda: "again", lambda old, touched: None) == "again"


def test_that_an_answer_which_a_change_overtook_is_given_but_not_kept():
    memory = Memory()

    def slow():
        worker = threading.Thread(target=lambda: memory.note(change(("zones", "z"))))
        worker.start()
        worker.join()
        return "overtaken"

    assert memory.recall("a", ("zones",), slow) == "overtaken"
    assert memory.recall("a", ("zones",), lambda: "fresh") == "fresh"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("city")
    session = blocks.new(folder / "City.vbp.gpkg")
    blocks.add_layer(session, folder, "buildings", blocks.row_of_houses(), "houses")
    zones.add(session, blocks.box(-50, -50, 200), name="All")
    yield session
    session.close()


step = st.one_of(
    st.tuples(st.just("mark"), st.sampled_from(["b0", "b1", "b2", "b3"]), st.sampled_from([0, 3, 5])),
    st.tuples(st.sampled_from(["undo", "redo", "unmark"]), st.sampled_from(["b0", "b1"]), st.just(0)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, max_size=8))
def test_that_what_is_remembered_always_equals_what_is_in_the_file(city, steps):
    from vidbudova.errors import UserError

    for what, id, grade in steps:
        try:
            if what == "mark":
                damage.mark(city, id, grade=grade)
            elif what == "unmark":
                damage.unmark(city, [id])
            elif city.count("damage_marks"):
                getattr(city, what)()
        except UserError as error:
            assert error.key.startswith("nothing-to")
        rows = city.rows("damage_marks")
        shown = damage.damage_view(city, ["b0", "b1", "b2", "b3"] * 100).grade[:4].tolist()
        assert shown == [rows[b]["grade"] if b in rows else -1 for b in ("b0", "b1", "b2", "b3")]
        assert sum(zones.listed(city)[0]["holds"].by_grade.values()) == len(rows)
