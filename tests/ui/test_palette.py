"""The search field: commands, addresses, ids, coordinates."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vidbudova.ui.commands import Command
from vidbudova.ui.palette import SearchField, commands_for, fits
from vidbudova.ui.search_places import Entry, coordinates, nearest_first, search
from vidbudova.ui.window import MainWindow


def lines(window: MainWindow) -> list[str]:
    """What the list shows."""
    shown = window.top.search.board.list
    return [shown.item(n).text() for n in range(shown.count())]


def write(field: SearchField, text: str) -> None:
    """Write as a person does; QTest's own keys know only ASCII."""
    field.setText(text)
    field.textEdited.emit(text)


def test_that_ctrl_k_asks_and_enter_runs_the_first_command(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = opened.top.search
    qtbot.waitUntil(field.board.isVisible, timeout=5_000)
    QTest.keyClicks(field, "go to zones")
    assert lines(opened)[0] == "Go to Zones"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert opened.desk.workspace == "zones"
    assert not field.board.isVisible()
    assert field.text() == ""


def test_that_a_street_is_found_flown_to_and_selected(opened: MainWindow, qtbot: QtBot) -> None:
    session = opened.desk.session
    assert session is not None
    columns = session.columns("buildings", ("id", "street", "house_number"))
    row = next(n for n, street in enumerate(columns["street"].tolist()) if street)
    street, house = str(columns["street"][row]), str(columns["house_number"][row])
    field = opened.top.search
    field.ask()
    write(field, f"{street} {house}")
    qtbot.waitUntil(lambda: any(street in line for line in lines(opened)), timeout=10_000)
    before = opened.desk.viewport.camera
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert opened.desk.selection.table == "buildings"
    chosen = session.row("buildings", opened.desk.selection.ids[0])
    assert chosen is not None and chosen["street"] == street
    qtbot.waitUntil(lambda: not opened.desk.viewport.motion.flying, timeout=5_000)
    assert opened.desk.viewport.camera != before


def test_that_an_id_is_found(opened: MainWindow, qtbot: QtBot) -> None:
    session = opened.desk.session
    assert session is not None
    id = str(session.columns("buildings", ("id",))["id"][5])
    field = opened.top.search
    field.ask()
    QTest.keyClicks(field, id)
    qtbot.waitUntil(lambda: opened.top.search.board.list.count() == 1, timeout=10_000)
    opened.top.search.board.runs[0]()
    assert opened.desk.selection.ids == (id,)


def test_that_coordinates_fly_there(opened: MainWindow, qtbot: QtBot) -> None:
    assert opened.desk.city is not None
    x0, y0, x1, y1 = opened.desk.city.bounds
    x, y = round((x0 + x1) / 2, 1), round((y0 + y1) / 2 + 50, 1)
    field = opened.top.search
    field.ask()
    QTest.keyClicks(field, f"{x} {y}")
    qtbot.waitUntil(lambda: field.board.list.count() > 0, timeout=10_000)
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not opened.desk.viewport.motion.flying, timeout=5_000)
    assert opened.desk.viewport.camera.focus[:2] == pytest.approx((x, y), abs=0.1)


def test_that_degrees_are_tried_both_ways_and_the_place_in_the_project_comes_first() -> None:
    def to_project(lon: float, lat: float) -> tuple[float, float]:
        return lon * 1000, lat * 1000

    found = coordinates("47.1, 37.6", to_project)
    assert [one.xy for one in found] == [(37600, 47100), (47100, 37600)]
    inside = nearest_first(found, (47000, 37000, 48000, 38000))
    assert inside[0].xy == (47100, 37600)


@pytest.mark.parametrize("text", ["", "12", "Main street 12", "12 14 16", "a, b"])
def test_that_words_are_not_taken_for_coordinates(text: str) -> None:
    assert coordinates(text, lambda lon, lat: (lon, lat)) == []


@pytest.mark.parametrize(
    ("text", "xy"),
    [
        ("398000 5400000", (398000.0, 5400000.0)),
        ("398000,5; 5400000,25", (398000.5, 5400000.25)),
        ("-500 400.5", (-500.0, 400.5)),
    ],
)
def test_that_metres_are_taken_in_either_way_of_writing(text: str, xy: tuple[float, float]) -> None:
    assert coordinates(text, None)[0].xy == xy


def test_that_letters_of_the_compass_turn_degrees_round() -> None:
    found = coordinates("33.9S 18.4E", lambda lon, lat: (lon, lat))
    assert found[0].xy == (18.4, -33.9)


def test_that_every_word_must_fit_and_beginnings_come_first() -> None:
    entries = [
        Entry("north school", "North school", "places", "1"),
        Entry("school 7", "School 7", "places", "2"),
        Entry("shop", "Shop", "places", "3"),
    ]
    assert [one.id for one in search(entries, "school")] == ["2", "1"]
    assert [one.id for one in search(entries, "school north")] == ["1"]
    assert search(entries, "") == []


def test_that_commands_that_cannot_be_done_are_not_offered(window: MainWindow) -> None:
    titles = [command.key for command in commands_for(window.desk, "undo")]
    assert "undo" not in titles
    assert [command.key for command in commands_for(window.desk, "open sample")] == ["sample"]


def test_that_commands_are_found_by_other_words_too() -> None:
    command = Command("picture", "Save a picture", lambda: None, words="export png")
    assert fits(command, ["save"]) == 0
    assert fits(command, ["picture"]) == 1
    assert fits(command, ["png", "export"]) == 2
    assert fits(command, ["video"]) is None


def test_that_what_fits_nothing_is_answered_with_advice(window: MainWindow) -> None:
    window.top.search.ask()
    QTest.keyClicks(window.top.search, "qqqq")
    assert window.top.search.board.none.isVisible()
