"""A real window on a small real project, on the test process's own screen."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.tools_window import Hands

from vidbudova.ui import app as program
from vidbudova.ui.window import MainWindow

BUILDINGS = 400
OPENED_MS = 60_000


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own application object, on the screen of the test process if it could open one."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return program.application(["vidbudova"])


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample city, made once."""
    from vidbudova.session.sample import make_sample

    return make_sample(tmp_path_factory.mktemp("sample") / "Small.vbp.gpkg", buildings=BUILDINGS, seed=3)


@pytest.fixture
def project(sample_file: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    target = tmp_path / "Small.vbp.gpkg"
    shutil.copy(sample_file, target)
    for beside in ("Small.media", "Small.layers"):
        if sample_file.with_name(beside).is_dir():
            shutil.copytree(sample_file.with_name(beside), tmp_path / beside)
    return target


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of this test alone, and the painted view unless the test says otherwise."""
    folder = tmp_path / "home"
    monkeypatch.setenv("VIDBUDOVA_HOME", str(folder))
    if not os.environ.get("VIDBUDOVA_VIEWPORT"):
        monkeypatch.setenv("VIDBUDOVA_VIEWPORT", "picture")
    return folder


@pytest.fixture
def make_window(qapp: QApplication, qtbot: QtBot, home: Path) -> Iterator[Callable[[], MainWindow]]:
    """Opens windows and closes them in the end."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow()
        window.resize(1200, 760)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()
    qtbot.wait(10)


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    """A window on its start page."""
    return make_window()


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot, project: Path) -> MainWindow:
    """A window with the small city on the view."""
    window.open_project(project)
    qtbot.waitUntil(lambda: window.desk.city is not None, timeout=OPENED_MS)
    qtbot.waitUntil(lambda: not window.loading.isVisible(), timeout=OPENED_MS)
    qtbot.wait(50)
    window.notices.clear()  # it says that the file was copied by hand, which is true of every test's project
    return window


@pytest.fixture
def hands(opened: MainWindow, qtbot: QtBot) -> Hands:
    """What a person does with the view of that window."""
    qtbot.waitUntil(lambda: not opened.desk.jobs.running, timeout=OPENED_MS)
    return Hands(opened, qtbot)
