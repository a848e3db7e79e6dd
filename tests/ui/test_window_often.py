"""The whole window with a city on it, opened and closed 200 times in a process of its own: nothing stays behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROUNDS = 200
AFTER = 60
"""Caches, pools and the allocator have come to rest by then; what grows later grows for ever."""
GROWTH_MB = 45.0
"""A city of this sample takes more than one MB on the screen: one that stays behind each time would be far above."""
MOST = {"mains": 0, "timers": 4, "of_app": 60, "objects": 140}
"""One shell that Python still holds has more than 150 objects; what is found by asking Qt gets objects, too."""
SECONDS = 900

OFTEN = """
import gc, json, os, sys, threading
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, qInstallMessageHandler
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from vidbudova.ui import app as program
from vidbudova.ui.window import MainWindow

said = []
qInstallMessageHandler(lambda kind, context, text: said.append(text))
app = program.application(["vidbudova"])


def resident_mb():
    if not Path("/proc/self/statm").exists():
        return 0.0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def state():
    for _again in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QTest.qWait(1)
        gc.collect()
    things = [thing for thing in gc.get_objects() if isinstance(thing, QObject)]
    return {
        "widgets": len(app.allWidgets()), "windows": len(app.allWindows()), "of_app": len(app.findChildren(QObject)),
        "timers": sum(isinstance(thing, QTimer) for thing in things), "objects": len(things),
        "mains": sum(isinstance(thing, MainWindow) for thing in things),
        "threads": threading.active_count(), "files": open_files(), "mb": resident_mb(),
    }


def once(number):
    window = MainWindow()
    window.resize(900, 600)
    window.show()
    window.open_project(Path(sys.argv[1]))
    for _tick in range(6000):
        QTest.qWait(3)
        if window.desk.city is not None and not window.loading.isVisible():
            break
    else:
        raise SystemExit(f"round {number}: the city did not come")
    window.enter(("city", "damage", "zones")[number % 3])
    QTest.qWait(1)
    if number % 7 == 0:
        window.close_project()
    window.close()
    window.deleteLater()


states = []
for number in range(int(sys.argv[2])):
    once(number)
    if number % 20 == 19:
        states.append(state())
print(json.dumps({"states": states, "said": said}))
"""


def test_that_the_window_opens_and_closes_200_times_and_leaves_nothing(project: Path, tmp_path: Path) -> None:
    """Closing a 3D window freezes others, and leaks or crashes at exit, elsewhere: this does not happen here.

    https://github.com/pyvista/pyvista/issues/5054, https://github.com/pyvista/pyvistaqt/issues/846 and /69, /761.
    """
    environ = {**os.environ, "VIDBUDOVA_HOME": str(tmp_path / "home")}
    environ.setdefault("VIDBUDOVA_VIEWPORT", "picture")
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", OFTEN, str(project), str(ROUNDS)],
        capture_output=True, text=True, env=environ, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr.strip() == ""
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["said"] == [], "Qt said something"
    states = found["states"]
    for state in states:
        assert (state["widgets"], state["windows"], state["threads"]) == (0, 0, 1), state
        assert {name: (state[name], most) for name, most in MOST.items() if state[name] > most} == {}
    rested, last = states[AFTER // 20 - 1], states[-1]
    assert last["files"] <= rested["files"]
    assert last["mb"] - rested["mb"] < GROWTH_MB, [state["mb"] for state in states]
