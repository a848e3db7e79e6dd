"""The form of what is selected: values with their origin, each edit one Change."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vidbudova.model.schema import BUILDINGS
from vidbudova.ui.form_values import Wrong, read
from vidbudova.ui.inspector import Inspector
from vidbudova.ui.window import MainWindow


@pytest.fixture
def inspector(opened: MainWindow) -> Any:
    """The panel in the real window."""
    opened.desk.enter("city")
    panel = opened.desk.show_panel("inspector")
    assert isinstance(panel, Inspector)
    return panel


def ids_of(window: MainWindow, count: int) -> list[str]:
    return [str(i) for i in window.desk.session.columns("buildings", ["id"])["id"][:count]]


def type_into(row: Any, text: str) -> None:
    edit = row.editor.edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    edit.editingFinished.emit()


def test_that_an_empty_selection_says_how_to_begin(inspector: Inspector) -> None:
    assert inspector.empty.isVisible()
    assert not inspector.form_section.isVisible()


def test_that_a_typed_height_is_one_change_with_its_origin_and_can_go_back(
    inspector: Inspector, opened: MainWindow
) -> None:
    desk, id = opened.desk, ids_of(opened, 1)[0]
    before = desk.session.row("buildings", id)
    count = desk.session.project.count_changes()
    desk.selection.replace([id])
    type_into(inspector.fields["height_m"], "33.5")
    row = desk.session.row("buildings", id)
    assert (row["height_m"], row["height_source"]) == (33.5, "corrected")
    assert desk.session.project.count_changes() == count + 1
    assert inspector.fields["height_m"].origin.text()
    inspector.fields["height_m"].back.click()
    row = desk.session.row("buildings", id)
    assert (row["height_m"], row["height_source"]) == (before["height_m"], before["height_source"])


def test_that_a_value_out_of_bounds_is_refused_with_a_sentence(inspector: Inspector, opened: MainWindow) -> None:
    desk, id = opened.desk, ids_of(opened, 1)[0]
    before = desk.session.row("buildings", id)["height_m"]
    desk.selection.replace([id])
    type_into(inspector.fields["height_m"], "4000")
    assert not inspector.fields["height_m"].problem.isHidden()
    assert "1,000" in inspector.fields["height_m"].problem.text()
    assert desk.session.row("buildings", id)["height_m"] == before


def test_that_setting_a_field_of_many_is_one_change(inspector: Inspector, opened: MainWindow) -> None:
    desk, ids = opened.desk, ids_of(opened, 25)
    desk.selection.replace(ids)
    count = desk.session.project.count_changes()
    type_into(inspector.fields["material"], "adobe")
    assert desk.session.project.count_changes() == count + 1
    assert {r["material"] for r in desk.session.rows("buildings", ids).values()} == {"adobe"}
    desk.undo()
    assert {r["material"] for r in desk.session.rows("buildings", ids).values()} != {"adobe"}


def test_that_every_panel_row_fits_320_pixels(inspector: Inspector, opened: MainWindow, qtbot: QtBot) -> None:
    opened.desk.selection.replace(ids_of(opened, 1))
    assert inspector.widget().minimumSizeHint().width() <= 320


@pytest.mark.parametrize("text, value", [("12", 12.0), ("12,5", 12.5), ("1 000", 1000.0), ("9 m", 9.0), ("", None)])
def test_that_numbers_are_read_as_people_write_them(text: str, value: float | None) -> None:
    assert read(BUILDINGS.field("height_m"), text) == value


@pytest.mark.parametrize("text", ["high", "-1", "1001", "nan", "inf"])
def test_that_what_is_no_height_is_told(text: str) -> None:
    with pytest.raises(Wrong):
        read(BUILDINGS.field("height_m"), text)


def test_that_an_edit_of_many_rows_is_made_in_a_worker(
    opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidbudova.ui.inspector.AT_ONCE", 20)
    desk = opened.desk
    desk.enter("city")
    inspector = desk.show_panel("inspector")
    ids = desk.session.columns("buildings", ["id"])["id"].tolist()[:60]
    desk.selection.replace(ids, "buildings")
    inspector.set_value(BUILDINGS.field("material"), "brick")
    assert not inspector.form.isEnabled()
    qtbot.waitUntil(inspector.form.isEnabled, timeout=20_000)
    assert {row["material"] for row in desk.session.rows("buildings", ids).values()} == {"brick"}
    desk.undo()
    assert {row["material"] for row in desk.session.rows("buildings", ids).values()} != {"brick"}
