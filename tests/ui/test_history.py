"""History and conflicts in the real window."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from vidbudova.session import damage
from vidbudova.ui.history_model import STEP
from vidbudova.ui.history_panel import HistoryPanel
from vidbudova.ui.window import MainWindow


@pytest.fixture
def history(opened: MainWindow) -> Any:
    """The panel in the real window."""
    opened.desk.enter("city")
    panel = opened.desk.show_panel("history")
    assert isinstance(panel, HistoryPanel)
    return panel


def test_that_a_new_step_is_at_the_top_and_undo_adds_one(history: HistoryPanel, opened: MainWindow) -> None:
    desk = opened.desk
    id = str(desk.session.columns("buildings", ["id"])["id"][0])
    before = history.model.rowCount()
    damage.mark(desk.session, id, grade=2)
    assert history.model.rowCount() == before + 1
    history.back.click()
    assert history.model.rowCount() == before + 2
    assert history.model.changes[0].kind == "undo"
    assert desk.session.row("damage_marks", id) is None or history.model.changes[0].of == history.model.changes[1].id
    history.again.click()
    assert desk.session.row("damage_marks", id)["grade"] == 2


def test_that_a_step_leads_to_its_thing(history: HistoryPanel, opened: MainWindow) -> None:
    desk = opened.desk
    id = str(desk.session.columns("buildings", ["id"])["id"][3])
    damage.mark(desk.session, id, grade=1)
    history.view.setCurrentIndex(history.model.index(0, 0))
    assert history.show_button.isEnabled()
    history.show_button.click()
    assert desk.selection.ids == (id,)


def test_that_a_long_log_is_read_as_it_is_scrolled(history: HistoryPanel, opened: MainWindow) -> None:
    desk = opened.desk
    id = str(desk.session.columns("buildings", ["id"])["id"][3])
    for n in range(2 * STEP):
        damage.mark(desk.session, id, grade=n % 5, note=str(n))
    history.refresh()
    assert history.model.rowCount() == STEP
    while history.model.canFetchMore(history.model.index(-1, -1)):
        history.model.fetchMore(history.model.index(-1, -1))
    ids = [c.id for c in history.model.changes]
    assert len(ids) == len(set(ids)) == desk.session.project.count_changes()


def test_that_a_conflict_is_shown_and_taking_a_value_closes_it(opened: MainWindow, qtbot: QtBot, tmp_path: Any) -> None:
    from vidbudova.model.change import digest, edit, encode
    from vidbudova.session import Session
    from vidbudova.store.project import open_project

    desk = opened.desk
    id = str(desk.session.columns("buildings", ["id"])["id"][0])
    copy = tmp_path / "Other.vbp.gpkg"
    desk.session.project.save_copy(copy)
    other = Session(open_project(copy), "Other")
    row = desk.session.row("buildings", id)
    desk.session.do("Set name", [edit("buildings", id, row, name="Ours")])
    foreign = other.do("Set name", [edit("buildings", id, row, name="Theirs")])
    desk.session.receive([(encode(foreign), digest("", encode(foreign)))])
    other.close()
    desk.enter("field")
    panel = desk.show_panel("conflicts")
    assert len(panel.cards) == 1
    assert {"A", "B", "both"} == set(panel.cards[0].buttons)
    panel.cards[0].buttons["B"].click()
    assert desk.session.conflicts() == []
    assert panel.cards == []


def test_that_what_others_did_earlier_takes_its_place_in_time(
    history: HistoryPanel, opened: MainWindow, qtbot: QtBot, tmp_path: Any
) -> None:
    from vidbudova.model.change import digest, edit, encode
    from vidbudova.session import Session
    from vidbudova.store.project import open_project

    session = opened.desk.session
    ids = [str(id) for id in session.columns("buildings", ["id"])["id"][:2]]
    copy = tmp_path / "Other.vbp.gpkg"
    session.project.save_copy(copy)
    other = Session(open_project(copy), "Other")
    foreign = other.do("Set name", [edit("buildings", ids[0], session.row("buildings", ids[0]), name="Theirs")])
    other.close()
    qtbot.wait(5)
    ours = damage.mark(session, ids[1], grade=2)
    session.receive([(encode(foreign), digest("", encode(foreign)))])
    qtbot.waitUntil(lambda: foreign.id in [c.id for c in history.model.changes], timeout=5000)
    shown = [c.id for c in history.model.changes]
    assert shown[:2] == [ours.id, foreign.id]
    assert shown == [c.id for c in session.changes(newest_first=True, limit=len(shown))]


def test_that_a_step_told_twice_is_shown_once(history: HistoryPanel, opened: MainWindow) -> None:
    session = opened.desk.session
    damage.mark(session, str(session.columns("buildings", ["id"])["id"][0]), grade=2)
    before = history.model.rowCount()
    history.model.add(history.model.changes[0])
    assert history.model.rowCount() == before


def test_that_a_cut_list_of_conflicts_says_so(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    from vidbudova.model.merge import Candidate, Conflict
    from vidbudova.ui.conflicts_panel import MOST, ConflictsPanel

    session = opened.desk.session
    id = str(session.columns("buildings", ["id"])["id"][0])
    values = tuple(Candidate(letter, {"name": letter}, letter, 0) for letter in "ab")
    one = Conflict("now", "buildings", id, "name", values, "a", "values")
    monkeypatch.setattr(session, "conflicts", lambda: [one] * (MOST + 5))
    panel = ConflictsPanel(opened.desk)
    assert len(panel.cards) == MOST
    assert f"{MOST} of {MOST + 5}" in panel.words.text()
    panel.deleteLater()
