"""The attribute table: filter, sort, selection both ways, export, and a hundred thousand rows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vidbudova.session import damage
from vidbudova.ui import table_model, table_rows
from vidbudova.ui.table_model import TableModel
from vidbudova.ui.table_panel import TablePanel
from vidbudova.ui.table_rows import Loaded
from vidbudova.ui.window import MainWindow


@pytest.fixture
def table(opened: MainWindow, qtbot: QtBot) -> Any:
    """The panel in the real window, read."""
    opened.desk.enter("city")
    panel = opened.desk.show_panel("table")
    assert isinstance(panel, TablePanel)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 400, timeout=20_000)
    return panel


def column(panel: TablePanel, name: str) -> list[Any]:
    loaded = panel.model.loaded
    assert loaded is not None
    return loaded.columns[name][panel.model.rows].tolist()


def test_that_words_and_rules_filter_together(table: TablePanel, qtbot: QtBot) -> None:
    table.filter.setText("use=apartments levels>4")
    qtbot.waitUntil(lambda: table.model.rowCount() < 400)
    assert table.model.rowCount() > 0
    assert set(column(table, "use")) == {"apartments"}
    assert min(column(table, "levels")) > 4
    table.filter.setText("no such thing anywhere")
    qtbot.waitUntil(lambda: table.model.rowCount() == 0)
    assert table.pages.currentWidget() is table.empty


def test_that_a_click_on_a_header_sorts_and_another_turns_it(table: TablePanel) -> None:
    at = [f.name for f in table.model.loaded.fields].index("height_m")
    table.view.horizontalHeader().sectionClicked.emit(at)
    assert column(table, "height_m") == sorted(column(table, "height_m"))
    table.view.horizontalHeader().sectionClicked.emit(at)
    assert column(table, "height_m") == sorted(column(table, "height_m"), reverse=True)


def test_that_the_selection_is_the_same_here_and_in_the_view(table: TablePanel, opened: MainWindow) -> None:
    table.view.selectRow(7)
    assert opened.desk.selection.ids == (str(table.model.loaded.ids[table.model.rows[7]]),)
    wanted = [str(i) for i in table.model.loaded.ids[table.model.rows[[3, 4, 5, 90]]]]
    opened.desk.selection.replace(wanted)
    assert table.model.ids(table.view.selectionModel().selection()) == wanted
    assert opened.desk.selection.ids == tuple(wanted)


def test_that_a_mark_shows_at_once(table: TablePanel, opened: MainWindow, qtbot: QtBot) -> None:
    id = str(table.model.loaded.ids[5])
    damage.mark(opened.desk.session, id, grade=4)
    at = table.loaded.ids.tolist().index(id)
    qtbot.waitUntil(lambda: str(table.loaded.columns["damage"][at]).startswith("4"))


def test_that_what_is_shown_is_exported_and_no_cell_is_a_formula(
    table: TablePanel, opened: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    desk, id = opened.desk, str(table.model.loaded.ids[0])
    desk.selection.replace([id])
    inspector = desk.show_panel("inspector")
    inspector.set_value(inspector.fields["name"].field, "=cmd|' /C calc'!A0")
    table.only.setChecked(True)
    qtbot.waitUntil(lambda: table.model.rowCount() == 1)
    target = tmp_path / "shown.csv"
    table.export(target)
    qtbot.waitUntil(target.exists, timeout=20_000)
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert id in lines[1]
    assert ",=cmd" not in lines[1]
    assert not lines[1].startswith("=")


def big(n: int) -> Loaded:
    """A table of n made-up buildings."""
    rng = np.random.default_rng(1)
    fields = tuple(f for f in table_rows.fields_of("buildings") if f is not table_rows.DAMAGE)
    columns: dict[str, Any] = {}
    for field in fields:
        if field.kind in ("integer", "real"):
            columns[field.name] = rng.integers(0, 300, n).astype(float)
        else:
            columns[field.name] = np.array([f"street {k}" for k in rng.integers(0, 999, n)], object)
    ids = np.array([f"id-{k}" for k in range(n)], object)
    return Loaded("buildings", fields, ids, columns, table_rows.words_of(fields, columns, ids))


def test_that_a_hundred_thousand_rows_scroll_without_a_stop() -> None:
    loaded, model = big(100_000), TableModel()
    began = time.perf_counter()
    rows = table_rows.find(loaded, "levels>100")
    assert time.perf_counter() - began < 0.5
    model.show(loaded, rows)
    began = time.perf_counter()
    for row in range(0, len(rows), 1500):
        for column in range(model.columnCount()):
            model.data(model.index(row, column))
    assert time.perf_counter() - began < 0.5


def test_that_of_a_hundred_thousand_rows_only_those_in_view_are_written_out(
    table: TablePanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, view = big(100_000), table.view
    rows = table_rows.find(loaded, "levels>100")
    assert 60_000 < len(rows) < 70_000
    written: list[Any] = []
    in_words = table_model.shown
    monkeypatch.setattr(table_model, "shown", lambda *a, **k: written.append(a) or in_words(*a, **k))
    table.model.show(loaded, rows)
    view.scrollToBottom()
    qtbot.waitUntil(lambda: view.rowAt(view.viewport().height() // 2) > len(rows) - 100 and bool(written))
    qtbot.wait(50)
    assert len(written) < 500 * table.model.columnCount()


def test_that_empty_values_come_last_either_way_and_house_9_before_10() -> None:
    fields = tuple(f for f in table_rows.fields_of("buildings") if f.name in ("house_number", "levels"))
    columns = {"house_number": np.array(["10", None, "9", "9а"], object), "levels": np.array([3.0, np.nan, 1.0, 2.0])}
    loaded = Loaded("buildings", fields, np.array(list("abcd"), object), columns, [""] * 4)
    rows = np.arange(4)
    for falling in (False, True):
        assert table_rows.arrange(loaded, rows, "levels", falling)[-1] == 1
        assert table_rows.arrange(loaded, rows, "house_number", falling)[-1] == 1
    assert table_rows.arrange(loaded, rows, "house_number", False).tolist() == [2, 3, 0, 1]
