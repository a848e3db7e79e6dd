"""The whole path from a click to the reopened project, with the process killed right after the last edit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vidbudova.model.zones import area_of
from vidbudova.session import photos
from vidbudova.ui.window import MainWindow

TESTS = Path(__file__).resolve().parents[1]
REOPENED_S = 2.0

EDITING = """
import json, os, signal, sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui.test_damage_panel import select_a_house
from ui.test_zone_tools import draw, rectangle
from ui.tools_window import Hands
from vidbudova.ui import app as program
from vidbudova.ui.window import MainWindow


class Waiting:
    wait = staticmethod(QTest.qWait)


app = program.application(["vidbudova"])
window = MainWindow()
window.resize(1200, 760)
window.show()
window.open_project(Path(sys.argv[1]))
for _tick in range(3000):
    QTest.qWait(20)
    if window.desk.city is not None and not window.loading.isVisible() and not window.desk.jobs.running:
        break
hands = Hands(window, Waiting)
panel = hands.panel("damage")
house, _x, _y = select_a_house(hands)
hands.key(Qt.Key.Key_4)
panel.details_section.setVisible(True)
note = panel.details.note
note.setFocus()
QTest.keyClicks(note, "Stairs gone")
hands.view.setFocus()
note.left.emit(note.toPlainText())
panel.details.photos.given.emit([Path(sys.argv[2])])
panel = hands.panel("zones")
x0, _y0, _x1, y1 = hands.desk.city.bounds
x, y = x0 + 50.0, y1 + 400.0
hands.look(x + 100, y + 60, 500)
zone = draw(hands, panel, rectangle(x, y))
print(json.dumps({"house": house, "zone": zone}), flush=True)
if hasattr(signal, "SIGKILL"):
    os.kill(os.getpid(), signal.SIGKILL)
os._exit(9)
"""


@pytest.fixture
def edited(project: Path, home: Path, tmp_path: Path) -> dict[str, str]:
    """What a window did that was killed right after it: the ids of a house and a zone."""
    Image.new("RGB", (640, 480), (180, 90, 40)).save(tmp_path / "facade.jpg")
    environ = {
        **os.environ, "VIDBUDOVA_HOME": str(home), "VIDBUDOVA_VIEWPORT": "picture",
        "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", EDITING, str(project), str(tmp_path / "facade.jpg")],
        capture_output=True, text=True, env=environ, timeout=120,
    )  # fmt: skip
    assert done.returncode == (-signal.SIGKILL if hasattr(signal, "SIGKILL") else 9), done.stderr
    told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_that_what_was_clicked_is_there_when_the_killed_window_is_opened_again(
    edited: dict[str, str], make_window: Callable[[], MainWindow], qtbot: QtBot, project: Path
) -> None:
    """A crash costs hours of edits elsewhere, there is a button to save: this does not happen here.

    https://github.com/qgis/QGIS/issues/53572, https://github.com/qgis/QGIS/issues/33428, and a project that was
    saved without its layers: https://github.com/qgis/QGIS/issues/41535.
    """
    window = make_window()
    qtbot.wait(1500)  # what the start page loads while a person looks at it
    began = time.monotonic()
    window.open_project(project)
    qtbot.waitUntil(lambda: window.desk.city is not None and not window.loading.isVisible(), timeout=60_000)
    assert time.monotonic() - began < REOPENED_S

    session = window.desk.session
    assert session is not None
    mark = session.row("damage_marks", edited["house"])
    assert mark is not None
    assert (mark["grade"], mark["note"]) == (4, "Stairs gone")
    (sha256,) = mark["photos"]  # type: ignore[misc, union-attr]
    file = photos.file_of(session, str(sha256))
    assert file is not None and file.is_file()
    zone = session.row("zones", edited["zone"])
    assert zone is not None and area_of(zone).area == pytest.approx(20_000, rel=0.02)
    assert session.project.check() == []

    window.desk.show_thing("buildings", edited["house"])
    panel = window.desk.show_panel("damage")
    assert panel is not None
    assert panel.details.note.toPlainText() == "Stairs gone"
    assert panel.details.photos.list.count() == 1
    titles = [change.title for change in session.history("zones", edited["zone"])]
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert titles and session.row("zones", edited["zone"]) is None, "the last step before the end can be taken back"
