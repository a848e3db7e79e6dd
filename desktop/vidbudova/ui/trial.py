"""The window tried out by the self-test: opened off screen on a project, until the city is drawn."""

from __future__ import annotations

import os
import time
from pathlib import Path

PATIENCE_S = 60.0
LOOK_EVERY_MS = 50
SIZE = (1100, 700)


def colours_in_window(project: Path) -> int:
    """How many colours the view shows of a project; 0 if it was not open in time."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QTimer

    from vidbudova.ui.app import application
    from vidbudova.ui.window import MainWindow

    app = application(["vidbudova"])
    window = MainWindow()
    window.resize(*SIZE)
    window.show()
    window.open_project(project)
    until = time.monotonic() + PATIENCE_S
    found: set[int] = set()

    def look() -> None:
        if window.desk.city is not None:
            image = window.desk.viewport.picture(overlay=False)
            found.update(image.pixel(x, y) for x in range(0, image.width(), 9) for y in range(0, image.height(), 9))
        if len(found) > 1 or time.monotonic() > until:
            window.close()
            app.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(LOOK_EVERY_MS)
    app.exec()
    timer.stop()
    return len(found)
