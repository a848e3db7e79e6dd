"""What if this bridge is closed, that street opened, or has another number of lanes: answers while one clicks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vidbudova.plugin import Result
from vidbudova.text import _, number
from vidbudova.ui.damage_flow import narrow
from vidbudova.ui.tool_clicks import ClickTool

if TYPE_CHECKING:
    from vidbudova.jobs import Explorer
    from vidbudova.ui.analysis_panel import AnalysisPanel
    from vidbudova.ui.desk import Desk

CLOSE, OPEN, LANES = "close", "open", "lanes"
NEAR_PX = 14.0
"""A click so near a street means it."""
MOST_LANES = 12
LAYER = "difference"


class StreetTool(ClickTool):
    """Clicks choose streets."""

    def __init__(self, desk: Desk, chosen: Callable[[str], None]) -> None:
        super().__init__(desk)
        self._chosen = chosen
        self._tree: tuple[Any, Any, Any] | None = None

    @property
    def hint(self) -> str:
        """What a click does."""
        return _("Click a street or a bridge. Esc ends it.")

    def clicked(self, event: QMouseEvent) -> None:
        """Take the street under the mouse."""
        if id := self.street(*self.desk.viewport.physical(event.position())):
            self._chosen(id)

    def street(self, x: float, y: float) -> str:
        """The street at a pixel: that of the ribbon drawn there, else the nearest; "" for none near."""
        from vidbudova.scene import result_pick
        from vidbudova.scene.camera import metres_per_pixel

        scene = self.desk.viewport.scene
        if scene is None:
            return ""
        picked = result_pick.pick(scene, x, y)
        table = scene.results.table
        if picked is not None and picked.id and table is not None and table.about == "roads":
            return str(picked.id)
        place = scene.ground_point(x, y)
        if place is None:
            return ""
        return self._nearest(place[0], place[1], NEAR_PX * metres_per_pixel(scene.camera, scene.size))

    def _nearest(self, x: float, y: float, within: float) -> str:
        import numpy as np
        import shapely

        city = self.desk.city
        if city is None:
            return ""
        if self._tree is None or self._tree[0] is not city:
            from vidbudova.scene.result_lines import strings

            roads = city.table("roads")
            owner = np.repeat(np.arange(len(roads)), np.diff(roads.feature_offsets))
            self._tree = city, shapely.STRtree(strings(roads.xy, roads.part_offsets)), roads.ids[owner]
        found = self._tree[1].query_nearest(shapely.Point(x, y), max_distance=max(within, 3.0), all_matches=False)
        return str(self._tree[2][found[0]]) if len(found) else ""


class WhatIf(QWidget):
    """The list of changes, and the process that answers."""

    def __init__(self, desk: Desk, panel: AnalysisPanel) -> None:
        super().__init__()
        self.desk, self.panel = desk, panel
        self.explorer: Explorer | None = None
        self.edits: dict[str, tuple[str, int]] = {}
        self._asking = self._asked_again = False
        self.words = QLabel(
            _("Close or open streets and see where everyone drives then. Nothing of the project changes.")
        )
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.begin = QPushButton(_("Begin"))
        self.begin.setObjectName("what-if-begin")
        self.pick = QPushButton(_("Choose streets in the view"))
        self.pick.setCheckable(True)
        self.pick.setObjectName("what-if-pick")
        self.kind, self.lanes = QComboBox(), QSpinBox()
        for key, title in ((CLOSE, _("Close")), (OPEN, _("Open")), (LANES, _("Lanes"))):
            self.kind.addItem(title, key)
        narrow(self.kind)
        self.kind.setAccessibleName(_("What a click does"))
        self.lanes.setRange(1, MOST_LANES)
        self.lanes.setValue(2)
        self.lanes.setAccessibleName(_("Lanes of both directions together"))
        self.clear, self.end = QPushButton(_("Take all back")), QPushButton(_("End"))
        self.list = QWidget()
        self._list_column = QVBoxLayout(self.list)
        self._list_column.setContentsMargins(0, 0, 0, 0)
        self._list_column.setSpacing(2)
        self.state = QLabel()
        self.state.setProperty("role", "muted")
        self._lay_out()
        self.begin.clicked.connect(self.start)
        self.pick.toggled.connect(self._pick)
        self.kind.currentIndexChanged.connect(lambda _index: self._dress())
        self.clear.clicked.connect(self.take_back)
        self.end.clicked.connect(self.leave)
        self.destroyed.connect(partial(_close, self.__dict__))
        self._dress()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.tools = QWidget()
        inner = QVBoxLayout(self.tools)
        inner.setContentsMargins(0, 0, 0, 0)
        line, ends = QHBoxLayout(), QHBoxLayout()
        line.addWidget(self.kind, 1)
        line.addWidget(self.lanes)
        ends.addWidget(self.clear, 1)
        ends.addWidget(self.end, 1)
        for part in (self.pick, line, self.list, self.state, ends):
            inner.addLayout(part) if isinstance(part, QHBoxLayout) else inner.addWidget(part)
        for widget in (self.words, self.begin, self.tools):
            column.addWidget(widget)

    # -- the process ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Run the analysis so that it stays to be asked."""
        from vidbudova import jobs

        plugin, session, form = self.panel.plugin, self.desk.session, self.panel.form
        if plugin is None or session is None or form is None or not form.is_good() or self.panel.job is not None:
            return
        values, path = form.values(), session.project.path

        def work(progress: Any, cancelled: Any) -> Explorer:
            return jobs.open_explorer(plugin, path, parameters=values, progress=progress, cancelled=cancelled)

        self.panel.job = self.desk.jobs.start(plugin.name, work, partial(self._began, path), self.panel._failed)
        self.panel.follow_job()

    def _began(self, path: object, explorer: Explorer) -> None:
        self.panel.job = None
        if self.desk.session is None or self.desk.session.project.path != path:
            explorer.close()
            return
        self.explorer = explorer
        self.edits = {}
        self.panel.show_result(explorer.result)
        self.panel._dress()
        self._dress()
        self.pick.setChecked(True)

    def leave(self) -> None:
        """End the process and forget the changes."""
        self.pick.setChecked(False)
        explorer, self.explorer = self.explorer, None
        self.edits = {}
        if explorer is not None:
            explorer.close()
        self._dress()

    # -- changes --------------------------------------------------------------------------------------------------

    def change(self, road: str) -> None:
        """Do to a street what is chosen; the same again takes it back."""
        wanted = (str(self.kind.currentData()), self.lanes.value() if self.kind.currentData() == LANES else 0)
        if self.edits.get(road) == wanted:
            del self.edits[road]
        else:
            self.edits[road] = wanted
        self._dress()
        self.ask()

    def take_back(self) -> None:
        """Undo all changes."""
        self.edits = {}
        self._dress()
        self.ask()

    def question(self) -> dict[str, Any]:
        """The changes as a plugin is asked."""
        return {
            CLOSE: [road for road, (kind, _n) in self.edits.items() if kind == CLOSE],
            OPEN: [road for road, (kind, _n) in self.edits.items() if kind == OPEN],
            LANES: {road: lanes for road, (kind, lanes) in self.edits.items() if kind == LANES},
        }

    def ask(self) -> None:
        """Ask what the changes do; while an answer is awaited the next question waits, and only the last is asked."""
        explorer = self.explorer
        if explorer is None:
            return
        if self._asking:
            self._asked_again = True
            return
        self._asking = True
        question = self.question()
        self.state.setText(_("Working it out …"))
        self.desk.jobs.start(
            _("What if"), lambda progress, cancelled: explorer.ask(question, progress, cancelled),
            lambda answer: self._answered(explorer, answer), lambda error: self._failed(explorer, error), quiet=True,
        )  # fmt: skip

    def _answered(self, explorer: Explorer, answer: Result) -> None:
        self._asking = False
        if explorer is not self.explorer:
            return
        if self._asked_again:
            self._asked_again = False
            self.ask()
            return
        self.state.setText(_("Differences are to before the changes."))
        self.panel.show_result(answer, explorer.result.summary, layer=LAYER if self.edits else "")

    def _failed(self, explorer: Explorer, error: BaseException) -> None:
        self._asking = self._asked_again = False
        self.state.setText("")
        if explorer is self.explorer:
            self.desk.show_error(error)
            if not explorer.alive:
                self.leave()

    # -- dress ----------------------------------------------------------------------------------------------------

    def _pick(self, on: bool) -> None:
        self.desk.viewport.set_tool(StreetTool(self.desk, self.change) if on else None)

    def _dress(self) -> None:
        runs = self.explorer is not None
        self.begin.setVisible(not runs)
        self.tools.setVisible(runs)
        self.lanes.setVisible(self.kind.currentData() == LANES)
        self.clear.setEnabled(bool(self.edits))
        while (item := self._list_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for road, (kind, lanes) in self.edits.items():
            self._list_column.addWidget(self._line(road, kind, lanes))

    def _line(self, road: str, kind: str, lanes: int) -> QWidget:
        body = QWidget()
        line = QHBoxLayout(body)
        line.setContentsMargins(0, 0, 0, 0)
        session = self.desk.session
        row = session.row("roads", road) if session is not None else None
        name = str((row or {}).get("name") or road)
        done = {CLOSE: _("closed"), OPEN: _("opened"), LANES: _("lanes: {n}").format(n=number(lanes))}[kind]
        words, away = QLabel(f"{name} · {done}"), QToolButton()
        words.setWordWrap(True)
        away.setText("×")
        away.setAutoRaise(True)
        away.setAccessibleName(_("Take it back"))
        away.clicked.connect(partial(self._drop, road))
        line.addWidget(words, 1)
        line.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
        return body

    def _drop(self, road: str) -> None:
        self.edits.pop(road, None)
        self._dress()
        self.ask()


def _close(held: dict[str, Any]) -> None:
    """End the process with the window."""
    explorer = held.get("explorer")
    if explorer is not None:
        explorer.close()
