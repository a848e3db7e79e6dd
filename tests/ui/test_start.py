"""The start: the window before anything heavy, the start page, the first steps, the probe of GL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vidbudova.ui import gl_probe
from vidbudova.ui.gl_probe import judged, wish
from vidbudova.ui.window import MainWindow

START_S = 1.5
HEAVY = ("vtkmodules", "vtk", "pyvista", "pandas", "geopandas", "matplotlib", "osmium")
SHOW = """
import json, sys, time
began = time.perf_counter()
from PySide6.QtCore import QTimer
from vidbudova.ui import app as program
from vidbudova.ui.window import MainWindow
app = program.application(["vidbudova"])
window = MainWindow()
shown = []
class Painted:
    pass
def seen():
    shown.append(time.perf_counter() - began)
    heavy = [name for name in HEAVY if name in sys.modules]
    print(json.dumps({"seconds": shown[0], "heavy": heavy, "visible": window.isVisible()}), flush=True)
    window.close()
    app.quit()
window.opening.prepare = lambda: None
window.show()
QTimer.singleShot(0, seen)
app.exec()
"""


def shown_in_child(tmp_path: Path) -> dict[str, object]:
    code = SHOW.replace("HEAVY", repr(HEAVY))
    environ = {**os.environ, "VIDBUDOVA_HOME": str(tmp_path), "VIDBUDOVA_VIEWPORT": "picture"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_that_the_window_is_on_screen_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    best = min((shown_in_child(tmp_path) for _ in range(3)), key=lambda found: float(str(found["seconds"])))
    assert best["visible"]
    assert best["heavy"] == []
    assert float(str(best["seconds"])) < START_S


def test_that_the_start_page_offers_three_ways_and_shows_no_empty_chrome(window: MainWindow) -> None:
    assert list(window.start.choices) == ["sample", "open", "new"]
    assert all(choice.isVisible() for choice in window.start.choices.values())
    assert window.pages.currentWidget() is window.start
    assert not window.rail.isVisible()
    assert not window.status.isVisible()
    assert not window.top.undo.isVisible()


def test_that_a_project_opened_once_is_listed_as_recent_and_opens_from_there(
    opened: MainWindow, qtbot: QtBot, project: Path
) -> None:
    opened.close_project()
    assert opened.pages.currentWidget() is opened.start
    assert [button.toolTip() for button in opened.start.recent] == [str(project)]
    qtbot.mouseClick(opened.start.recent[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.desk.city is not None, timeout=60_000)
    assert opened.desk.session is not None
    assert opened.desk.session.project.path == project


def test_that_a_project_that_is_gone_is_said_in_a_sentence_and_leaves_the_start_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_project(tmp_path / "gone.vbp.gpkg")
    qtbot.waitUntil(lambda: bool(window.notices.notes), timeout=20_000)
    assert "gone.vbp.gpkg" in window.notices.notes[0].words.text()
    assert window.desk.session is None
    assert not window.loading.isVisible()


def test_that_the_first_steps_never_come_back_once_closed(opened: MainWindow, qtbot: QtBot) -> None:
    opened.first_steps.begin()
    assert opened.first_steps.isVisible()
    qtbot.mouseClick(opened.first_steps.close_button, Qt.MouseButton.LeftButton)
    opened.first_steps.begin()
    assert not opened.first_steps.isVisible()


def test_that_a_step_that_was_done_is_ticked(opened: MainWindow) -> None:
    opened.first_steps.begin()
    opened.enter("analysis")
    assert opened.first_steps.done == {"analyse"}
    assert opened.first_steps.buttons["analyse"].text().startswith("✓")


@pytest.mark.parametrize(
    ("output", "code", "crashed", "late", "backend", "failed"),
    [
        ('{"renderer": "NVIDIA GeForce"}', 0, False, False, "gl", ""),
        ('noise\n{"renderer": "llvmpipe (LLVM 15.0.6, 256 bits)"}', 0, False, False, "picture", ""),
        ('{"renderer": "Microsoft Basic Render Driver"}', 0, False, False, "picture", ""),
        ('{"renderer": ""}', 0, False, False, "picture", "no context"),
        ("", 0, False, False, "picture", "no answer"),
        ('{"renderer": "Good"}', 0, True, False, "picture", "crashed"),
        ('{"renderer": "Good"}', 0, True, True, "picture", "late"),
        ("", 3, False, False, "picture", "exit 3"),
    ],
)
def test_that_the_probe_takes_gl_only_from_a_child_that_lived_and_named_hardware(
    output: str, code: int, crashed: bool, late: bool, backend: str, failed: str
) -> None:
    answer = judged(output, code, crashed, late)
    assert (answer.backend, answer.failed) == (backend, failed)


def test_that_the_probe_child_names_the_renderer_of_this_screen() -> None:
    if not os.environ.get("DISPLAY"):
        pytest.skip("there is no screen: Xvfb is not installed here")
    done = subprocess.run([sys.executable, "-m", gl_probe.MODULE], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["renderer"]


def test_that_a_child_that_crashes_gives_pictures_and_a_message(
    make_window: object, home: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDBUDOVA_VIEWPORT", "")
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    monkeypatch.setattr("vidbudova.paths.child_command", lambda module: [sys.executable, "-c", "import os; os.abort()"])
    assert callable(make_window)
    window: MainWindow = make_window()
    qtbot.waitUntil(lambda: bool(window.notices.notes), timeout=20_000)
    assert "crashed" in window.notices.notes[0].words.text()
    assert window.desk.viewport.backend == "picture"


def test_that_a_wish_in_the_environment_is_taken_and_nonsense_is_not() -> None:
    assert wish({"VIDBUDOVA_VIEWPORT": "picture"}) == "picture"
    assert wish({"VIDBUDOVA_VIEWPORT": "GL"}) == "gl"
    assert wish({"VIDBUDOVA_VIEWPORT": "webgpu"}) == ""
    assert wish({}) == ""
