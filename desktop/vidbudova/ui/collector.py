"""Python's collector of cycles, kept to the main thread.

By itself it runs in whichever thread happens to make the next object. A closed window, its render windows and their
graphics memory then end in the thread that reads the next project, which neither Qt nor VTK allows: what comes of it
is a crash some pictures later.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer

EVERY_MS = 300
SHARE = 0.01
"""The part of all time that looking through everything may take; it grows with what is open."""


class Collector(QObject):
    """Collects from now on, when the main thread has nothing else to do.

    much_has_gone : set where few objects go that hold much memory, which Python's counts do not know: a scene.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.much_has_gone = False
        self._whole_again = 0.0
        gc.disable()
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.CoarseTimer)
        timer.timeout.connect(self.collect)
        timer.start(EVERY_MS)

    @classmethod
    def hurry(cls) -> None:
        """Look through everything soon: a view of a city has just gone."""
        app = QCoreApplication.instance()
        if app is not None and (collector := app.findChild(cls)) is not None:
            collector.much_has_gone = True

    def collect(self) -> None:
        """What Python itself would collect by now, by its own counts."""
        young, middle, old = (count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True))
        began = time.perf_counter()
        if self.much_has_gone or (old and began > self._whole_again):
            self.much_has_gone = False
            gc.collect()
            ended = time.perf_counter()
            self._whole_again = ended + (ended - began) / SHARE
        elif middle:
            gc.collect(1)
        elif young:
            gc.collect(0)
