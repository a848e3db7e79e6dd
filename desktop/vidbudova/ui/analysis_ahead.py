"""Keeps a process ready for the analysis that a person is about to run, for as long as they are at the panel."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from vidbudova import jobs

if TYPE_CHECKING:
    from vidbudova.ui.analysis_panel import AnalysisPanel

SETTLE_MS = 200
"""The child is ordered by then."""
REST_MS = 3000
"""After a run the next process gets ready only once the picture is there."""


class Ahead(QObject):
    """Watches a panel: whoever opens it, chooses in it, or comes back to it with the mouse may press Run soon."""

    def __init__(self, panel: AnalysisPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.look)
        panel.installEventFilter(self)

    def look(self) -> None:
        """Have a process ready if the chosen analysis can run, and none once no project is open."""
        panel = self._panel
        if panel.desk.session is None:
            jobs.cool()
        elif panel.plugin is not None and panel.isVisible() and panel.run.isEnabled() and panel.job is None:
            jobs.warm(panel.plugin)

    def settle(self) -> None:
        """Clear up and put aside what is open, while the child is at work; closing the project takes that back.

        Else the collector looks through all of it three times while a result is read and drawn, a tenth of a second
        each time.
        """
        QTimer.singleShot(SETTLE_MS, self, self._put_aside)

    def _put_aside(self) -> None:
        if self._panel.desk.session is not None:
            gc.collect()
            gc.freeze()

    def later(self) -> None:
        """The same, in a moment."""
        self._rest.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looks when the panel is shown or entered; takes nothing away."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Enter) and not self._rest.isActive():
            self.look()
        return False
