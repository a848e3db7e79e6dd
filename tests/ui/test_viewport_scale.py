"""The view at every scale, and opened and closed often."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from vidbudova.scene.camera import fit
from vidbudova.ui.viewport_picture import PictureSurface
from vidbudova.ui.window import MainWindow

SCALED = """
import json, sys
from pathlib import Path
import numpy as np
from PySide6.QtCore import QPointF, QTimer
from PySide6.QtTest import QTest
from vidbudova.ui import app as program
from vidbudova.ui.window import MainWindow
app = program.application(["vidbudova"])
window = MainWindow()
window.resize(801, 533)
window.show()
window.open_project(Path(sys.argv[1]))
for _ in range(3000):
    QTest.qWait(20)
    if window.desk.city is not None:
        break
QTest.qWait(200)
view = window.desk.viewport
scene, city = view.scene, window.desk.city.table("buildings")
ratio = view.devicePixelRatioF()
solids = scene.solids
wrong, tried, away = 0, 0, 0.0
for row in range(0, len(city), 7):
    xyz = np.array([[*city.xy[city.part_offsets[city.feature_offsets[row]]], float(solids.top_m[row])]])
    at, depth = scene.project(xyz)
    x, y = at[0]
    if depth[0] <= 0 or not (5 < x < scene.size[0] - 5 and 5 < y < scene.size[1] - 5):
        continue
    tried += 1
    ground = scene.ground_point(*view.physical(QPointF(x / ratio, y / ratio)))
    back = scene.project(np.array([ground]))[0][0]
    away = max(away, float(np.abs(back - at[0]).max()))
image = view.picture(overlay=False)
print(json.dumps({"ratio": ratio, "size": list(scene.size), "tried": tried, "away": away,
                  "view": [view.width(), view.height()], "image": [image.width(), image.height()]}))
window.close()
"""


@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
def test_that_pixels_and_picks_are_exact_at_scale(scale: str, project: Path, tmp_path: Path) -> None:
    environ = {
        **os.environ, "QT_SCALE_FACTOR": scale, "VIDBUDOVA_HOME": str(tmp_path / "h"), "VIDBUDOVA_VIEWPORT": "picture",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", SCALED, str(project)], capture_output=True, text=True, env=environ, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["ratio"] == float(scale)
    assert found["size"] == [round(side * float(scale)) for side in found["view"]]
    assert found["image"] == found["size"]
    assert found["tried"] > 10
    assert found["away"] < 0.01


def test_that_the_view_opens_and_closes_200_times_and_leaves_nothing(opened: MainWindow, qtbot: QtBot) -> None:
    """No thread, widget or scene is left over, and memory comes to rest (pyvistaqt issues 846 and 69)."""
    city, view = opened.desk.city, opened.desk.viewport
    assert city is not None
    before = 0.0
    for n in range(200):
        view.forget_city()
        view.show_city(city)
        view.set_camera(fit(view.camera, city.bounds, view.pixels()))
        qtbot.wait(1)
        if n == 40:
            gc.collect()
            before = resident_mb()
    qtbot.wait(10)
    gc.collect()
    assert len(view.findChildren(PictureSurface)) == 1
    assert len([t for t in threading.enumerate() if t.name.startswith("job")]) == 0
    assert resident_mb() - before < 60


def resident_mb() -> float:
    """Memory of this process."""
    if not Path("/proc/self/statm").exists():
        return 0.0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
