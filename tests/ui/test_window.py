"""The window: workspaces, panels, layout, notes, jobs, undo, themes, present, the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vidbudova.errors import UserError
from vidbudova.model.change import Delta
from vidbudova.ui import theme as themes
from vidbudova.ui.import_cards import LOOKED
from vidbudova.ui.window import MainWindow
from vidbudova.ui.workspaces import WORKSPACES


def rename(window: MainWindow, name: str) -> None:
    """One edit."""
    session = window.desk.session
    assert session is not None
    before = (session.row("project", "project") or {})["name"]
    window.desk.do("Name the project", [Delta("project", "project", {"name": before}, {"name": name})])


@pytest.mark.parametrize("key", [w.key for w in WORKSPACES if w.key != "present"])
def test_that_every_workspace_opens_with_its_panels(opened: MainWindow, qtbot: QtBot, key: str) -> None:
    qtbot.mouseClick(opened.rail.buttons[key], Qt.MouseButton.LeftButton)
    assert opened.desk.workspace == key
    for panel in next(w for w in WORKSPACES if w.key == key).panels:
        assert opened.desk.show_panel(panel.key) is opened.docks.docks[panel.key].inside
        assert opened.docks.docks[panel.key].isVisible()
    assert opened.notices.notes == []


def test_that_every_panel_can_be_as_narrow_as_320_pixels(opened: MainWindow) -> None:
    for key in opened.docks.known():
        opened.desk.show_panel(key)
    wide = {
        key: dock.inside.minimumSizeHint().width()
        for key, dock in opened.docks.docks.items()
        if dock.panel.area != "bottom" and dock.inside.minimumSizeHint().width() > 320
    }
    assert wide == {}


def test_that_the_layout_of_a_workspace_comes_back(
    opened: MainWindow, make_window: Callable[[], MainWindow], qtbot: QtBot, project: Path
) -> None:
    opened.enter("damage")
    dock = opened.docks.docks["damage"]
    dock.setFloating(True)
    opened.enter("zones")
    opened.enter("damage")
    assert opened.docks.docks["damage"].isFloating()
    opened.docks.docks["damage"].close()
    opened.enter("zones")
    opened.close()
    again = make_window()
    again.open_project(project)
    qtbot.waitUntil(lambda: again.desk.city is not None, timeout=60_000)
    again.enter("damage")
    assert "damage" not in again.docks.docks
    again.desk.show_panel("damage")
    assert again.docks.docks["damage"].isVisible()


def test_that_undo_and_redo_have_keys_and_say_what_they_would_do(opened: MainWindow, qtbot: QtBot) -> None:
    rename(opened, "Another name")
    assert opened.top.undo.isEnabled()
    assert "Name the project" in opened.top.undo.toolTip()
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.desk.session is not None
    row = opened.desk.session.row("project", "project")
    assert row is not None and row["name"] != "Another name"
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    row = opened.desk.session.row("project", "project")
    assert row is not None and row["name"] == "Another name"


def test_that_an_edit_is_there_when_the_project_is_opened_again(
    opened: MainWindow, qtbot: QtBot, project: Path
) -> None:
    rename(opened, "Kept")
    opened.close_project()
    opened.open_project(project)
    qtbot.waitUntil(lambda: opened.desk.city is not None, timeout=60_000)
    assert opened.desk.session is not None
    row = opened.desk.session.row("project", "project")
    assert row is not None and row["name"] == "Kept"


def test_that_an_edit_from_a_worker_reaches_listeners_on_the_main_thread(opened: MainWindow, qtbot: QtBot) -> None:
    heard: list[threading.Thread] = []
    opened.desk.changed.connect(lambda change: heard.append(threading.current_thread()))
    session = opened.desk.session
    assert session is not None
    before = (session.row("project", "project") or {})["name"]

    def work(progress: object, cancelled: object) -> None:
        session.do("Name the project", [Delta("project", "project", {"name": before}, {"name": "By a worker"})])

    opened.desk.jobs.start("Naming", work)
    qtbot.waitUntil(lambda: bool(heard), timeout=5_000)
    assert heard == [threading.main_thread()]


def test_that_a_job_shows_how_far_it_is_and_can_be_cancelled(opened: MainWindow, qtbot: QtBot) -> None:
    done: list[object] = []

    def work(progress: Callable[..., None], cancelled: Callable[[], bool]) -> None:
        progress(0.25, "half of the half")
        while not cancelled():
            time.sleep(0.005)

    job = opened.desk.jobs.start("Long work", work, done.append)
    qtbot.waitUntil(lambda: job.done == 0.25, timeout=5_000)
    assert "Long work" in opened.status.jobs.text() and "25" in opened.status.jobs.text()
    qtbot.mouseClick(opened.status.jobs, Qt.MouseButton.LeftButton)
    row = opened.status.list.rows[0]
    assert row.words.text() == "half of the half"
    row.cancel.click()
    qtbot.waitUntil(lambda: not opened.desk.jobs.shown(), timeout=5_000)
    assert not opened.status.jobs.isVisible()


def test_that_an_error_of_a_job_is_a_sentence_in_the_window(opened: MainWindow, qtbot: QtBot) -> None:
    def work(progress: object, cancelled: object) -> None:
        raise UserError("file-missing", path="lost.csv")

    opened.desk.jobs.start("Reading", work)
    qtbot.waitUntil(lambda: bool(opened.notices.notes), timeout=5_000)
    words = opened.notices.notes[0].words.text()
    assert "lost.csv" in words and "Nothing was changed." in words and "try again" in words


def test_that_a_note_has_a_button_that_acts_and_then_goes(opened: MainWindow, qtbot: QtBot) -> None:
    done: list[str] = []
    opened.desk.notify("Marked", lambda: done.append("undone"), "Undo")
    note = opened.notices.notes[0]
    assert note.isVisible()
    qtbot.mouseClick(note.button, Qt.MouseButton.LeftButton)
    assert done == ["undone"]
    assert opened.notices.notes == []


def test_that_notes_do_not_pile_up(opened: MainWindow) -> None:
    for n in range(9):
        opened.desk.notify(f"Note {n}")
    assert [note.words.text() for note in opened.notices.notes] == ["Note 6", "Note 7", "Note 8"]


def test_that_a_defect_is_logged_and_said_and_the_window_lives(opened: MainWindow, home: Path) -> None:
    from vidbudova.ui import crash

    crash.start_log()
    opened.desk.show_error(ValueError("inside"))
    assert "ValueError" in opened.notices.notes[0].words.text()
    assert opened.isVisible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_words_stand_out_from_their_ground_in_both_themes(theme: str) -> None:
    tokens = themes.tokens(theme)
    pairs = [
        ("text", "window"), ("text", "panel"), ("text", "field"), ("muted", "window"), ("muted", "rail"),
        ("accent", "panel"), ("accent_text", "accent"), ("text", "accent_soft"), ("text", "bad_soft"),
        ("text", "warn_soft"),
    ]  # fmt: skip
    weak = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}
    assert {pair: value for pair, value in weak.items() if value < 4.5} == {}


def contrast(a: str, b: str) -> float:
    """The ratio of WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_that_the_theme_changes_at_once_and_stays(opened: MainWindow) -> None:
    opened.choose_theme("dark")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert opened.desk.theme == "dark"
    assert app.palette().window().color().lightness() < 80
    assert opened.desk.viewport.scene is not None
    assert opened.desk.viewport.scene.theme.name == "dark"
    opened.choose_theme("light")
    assert app.palette().window().color().lightness() > 200


def test_that_present_shows_the_view_alone_and_esc_brings_the_panels_back(opened: MainWindow, qtbot: QtBot) -> None:
    opened.enter("damage")
    qtbot.mouseClick(opened.rail.buttons["present"], Qt.MouseButton.LeftButton)
    assert opened.isFullScreen()
    chrome = (opened.rail, opened.top, opened.status, opened.strip)
    assert not any(part.isVisible() for part in chrome)
    assert not any(dock.isVisible() for dock in opened.docks.docks.values())
    QTest.keyClick(opened.desk.viewport, Qt.Key.Key_Escape)
    assert opened.desk.workspace == "damage"
    assert not opened.isFullScreen()
    assert opened.rail.isVisible() and opened.docks.docks["damage"].isVisible()


def test_that_the_list_of_shortcuts_names_every_key_once(opened: MainWindow) -> None:
    keys = [command.keys for command in opened.desk.commands if command.keys]
    assert len(keys) == len(set(keys))
    opened.show_shortcuts()


def test_that_a_project_opens_again_where_it_was_looked_at(opened: MainWindow, qtbot: QtBot, project: Path) -> None:
    from vidbudova.scene.camera import Camera

    there = Camera(
        (opened.desk.viewport.camera.focus[0] + 100, opened.desk.viewport.camera.focus[1], 0.0), 321.0, 12.0, 45.0
    )
    opened.desk.viewport.set_camera(there)
    opened.close_project()
    opened.open_project(project)
    qtbot.waitUntil(lambda: opened.desk.city is not None, timeout=60_000)
    assert opened.desk.viewport.camera == there


def test_that_opening_another_project_forgets_the_first(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    from vidbudova.store.project import create

    create(tmp_path / "Empty.vbp.gpkg", "EPSG:32637").close()
    first = opened.desk.session
    opened.desk.selection.replace(["x"])
    opened.open_project(tmp_path / "Empty.vbp.gpkg")
    qtbot.waitUntil(lambda: opened.desk.city is not None and opened.desk.session is not first, timeout=60_000)
    assert len(opened.desk.selection) == 0
    assert opened.desk.viewport.overlay.legend() is None
    assert len(opened.desk.city.table("buildings").ids) == 0


def test_that_a_copy_is_a_whole_project(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "copy" / "Copy.vbp.gpkg"
    target.parent.mkdir()
    opened.files.save_copy(target)
    qtbot.waitUntil(lambda: bool(opened.notices.notes), timeout=20_000)
    from vidbudova.store.project import open_project

    copy = open_project(target)
    assert opened.desk.session is not None
    assert copy.count("buildings") == opened.desk.session.count("buildings")
    copy.close()


def test_that_a_new_project_is_made_from_a_file_in_the_zone_where_it_lies(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    source = tmp_path / "houses.geojson"
    ring = [[37.60, 47.10], [37.601, 47.10], [37.601, 47.101], [37.60, 47.101], [37.60, 47.10]]
    source.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"building": "yes"}, '
        f'"geometry": {{"type": "Polygon", "coordinates": [{ring}]}}}}]}}',
        encoding="utf-8",
    )
    window.files.make_new(tmp_path / "New.vbp.gpkg", [source])
    qtbot.waitUntil(lambda: "import" in window.docks.docks, timeout=60_000)
    panel = window.docks.docks["import"].inside
    qtbot.waitUntil(lambda: panel.cards and panel.cards[0].state == LOOKED, timeout=60_000)
    panel.bring_all()
    qtbot.waitUntil(
        lambda: window.desk.session is not None and window.desk.session.count("buildings") == 1, timeout=60_000
    )
    assert window.desk.session is not None
    assert window.desk.session.crs == "EPSG:32637"
    desk = window.desk
    qtbot.waitUntil(lambda: desk.city is not None and len(desk.city.table("buildings").ids) == 1, timeout=60_000)


def test_that_closing_while_work_runs_leaves_no_thread_and_no_open_file(
    make_window: Callable[[], MainWindow], qtbot: QtBot, project: Path
) -> None:
    window = make_window()
    window.open_project(project)
    qtbot.waitUntil(lambda: window.desk.city is not None, timeout=60_000)

    def work(progress: object, cancelled: Callable[[], bool]) -> None:
        while not cancelled():
            time.sleep(0.002)

    window.desk.jobs.start("Endless", work)
    window.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("job")]
    assert window.desk.session is None
    from vidbudova.store.project import open_project

    open_project(project).close()


def test_that_windows_with_cities_open_and_close_many_times(
    make_window: Callable[[], MainWindow], qtbot: QtBot, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Closing one 3D window neither freezes nor crashes the next (pyvista 5054); Qt and VTK say nothing."""
    for _ in range(12):
        window = make_window()
        window.open_project(project)
        qtbot.waitUntil(lambda window=window: window.desk.city is not None, timeout=60_000)
        window.enter("damage")
        window.close()
    assert capfd.readouterr().err.strip() == ""
