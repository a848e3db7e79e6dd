"""A project opened again looks as it was left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from vidbudova.scene.camera import Camera
from vidbudova.ui.window import MainWindow


def pixels(image: QImage) -> np.ndarray:
    """(h, w, 3) of an image."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return lines[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).astype(int)


def resting(window: MainWindow, qtbot: QtBot) -> np.ndarray:
    """The picture at full quality, without what is painted over it."""
    view = window.desk.viewport
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=20_000)
    qtbot.wait(400)
    qtbot.waitUntil(lambda: view.scene is not None and not view.scene.incomplete, timeout=20_000)
    return pixels(window.desk.viewport.picture(overlay=False))


def test_that_a_view_reopens_with_the_same_light_and_colours(opened: MainWindow, qtbot: QtBot, project: Path) -> None:
    """A saved view comes back dark until the light is nudged elsewhere: this does not happen here.

    https://github.com/qgis/QGIS/issues/59317.
    """
    opened.enter("damage")
    focus = opened.desk.viewport.camera.focus
    opened.desk.viewport.set_camera(Camera((focus[0] + 60, focus[1], 0.0), 420.0, 33.0, 40.0))
    before = resting(opened, qtbot)
    opened.close_project()
    opened.open_project(project)
    qtbot.waitUntil(lambda: opened.desk.city is not None and not opened.loading.isVisible(), timeout=60_000)
    after = resting(opened, qtbot)
    assert before.shape == after.shape
    assert before.std() > 10
    different = (np.abs(before - after).max(axis=2) > 8).mean()
    assert different < 0.002
    assert abs(before.mean() - after.mean()) < 0.5
