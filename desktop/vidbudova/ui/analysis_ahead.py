"""What is done before it is asked for: a process that is ready for the next run, the drawing of what one has found."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from vidbudova import jobs
from vidbudova.plugin import Result, ResultTable

if TYPE_CHECKING:
    from vidbudova.scene.city import City
    from vidbudova.scene.results import Drawing
    from vidbudova.ui.analysis_panel import AnalysisPanel

REST_MS = 3000
"""After a run the next process gets ready only once the picture is there."""


class Ahead(QObject):
    """Watches a panel: whoever opens it, chooses in it, or comes back to it with the mouse may press Run soon."""

    def __init__(self, panel: AnalysisPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._begun: tuple[ResultTable, City, Future[Drawing]] | None = None
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

    def later(self) -> None:
        """The same, in a moment."""
        self._rest.start()

    def draw(self, result: Result) -> None:
        """Begin to work out what the first layer of a result looks like, while it is kept and the panel is made."""
        city = self._panel.desk.city
        table = next((one for one in result.tables if one.style is not None), None)
        if city is not None and table is not None:
            drawn: Future[Drawing] = Future()
            self._begun = table, city, drawn
            threading.Thread(target=_draw, args=(table, city, drawn), name="drawing a result", daemon=True).start()

    def prepare(self, table: ResultTable, city: City) -> Drawing:
        """What a table looks like on a city, as it was begun, or worked out now."""
        from vidbudova.scene.results import prepare

        begun, self._begun = self._begun, None
        if begun is not None and begun[0] is table and begun[1] is city:
            return begun[2].result()
        return prepare(table, city)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looks when the panel is shown or entered; takes nothing away."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Enter) and not self._rest.isActive():
            self.look()
        return False


def _draw(table: ResultTable, city: City, drawn: Future[Drawing]) -> None:
    from vidbudova.scene.results import prepare

    try:
        drawn.set_result(prepare(table, city))
    except BaseException as error:  # noqa: BLE001 - the border of the thread: whoever asks for the drawing gets it
        drawn.set_exception(error)
