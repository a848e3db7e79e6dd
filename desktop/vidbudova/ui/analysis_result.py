"""One result in the panel: its figures, what of it lies on the city with its legend, charts, tables, warnings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from vidbudova.plugin import Result, ResultTable
from vidbudova.text import _, number, with_unit
from vidbudova.ui import icons
from vidbudova.ui.analysis_chart import chart_widget
from vidbudova.ui.analysis_figures import Figures
from vidbudova.ui.analysis_proposals import ProposalView
from vidbudova.ui.analysis_rows import RowsView
from vidbudova.ui.analysis_saving import save_chart, save_result
from vidbudova.ui.damage_flow import narrow
from vidbudova.ui.damage_section import Section

if TYPE_CHECKING:
    from vidbudova.scene.results import Drawing
    from vidbudova.ui.desk import Desk

PLAY_MS, MOST_STEP_S = 33, 0.2
SWATCH = 14
ROWS_SHOWN = 8


class ResultView(QWidget):
    """See the module. `against` holds the figures of another result to tell the difference to; `kept` is its id."""

    def __init__(self, desk: Desk, result: Result, against: Mapping[str, object] | None = None, kept: str = "") -> None:
        super().__init__()
        self.desk, self.result, self.kept = desk, result, kept
        self._is_off = False
        self.layers = QComboBox()
        self.layers.setObjectName("result-layer")
        self.layers.setAccessibleName(_("On the city"))
        narrow(self.layers)
        self.layers.addItem(_("Nothing"), None)
        for table in result.tables:
            if table.style is not None:
                self.layers.addItem(table.title, table.name)
        self.legend = QWidget()
        self.legend_column = QVBoxLayout(self.legend)
        self.legend_column.setContentsMargins(0, 0, 0, 0)
        self.legend_column.setSpacing(3)
        self.play = QPushButton(icons.icon("play", desk.theme), _("Play"))
        self.play.setCheckable(True)
        self.play.setObjectName("result-play")
        self.play.toggled.connect(self._play)
        self._watch = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(PLAY_MS)
        self._timer.timeout.connect(self._step)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for warning in result.warnings:
            column.addWidget(_muted(warning))
        if result.figures:
            self.figures = Figures(result.figures, against)
            column.addWidget(Section(_("Figures"), self.figures))
        column.addWidget(Section(_("On the city"), self._on_city()))
        if result.charts:
            self.charts = QWidget()
            self._charts_column = QVBoxLayout(self.charts)
            self._charts_column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(Section(_("Charts"), self.charts))
            self._draw_charts()
        self.tables = self._tables()
        column.addWidget(Section(_("Tables"), self.tables, is_open=False))
        self.proposals = self._proposals()
        for proposal in self.proposals:
            column.addWidget(Section(_("Proposal"), proposal))
        if result.report:
            column.addWidget(Section(_("Report"), _report(result.report), is_open=False))
        self.layers.currentIndexChanged.connect(lambda _index: self.show_layer())
        desk.theme_changed.connect(self._dress)
        desk.hide_result.connect(self.hide_layer)
        desk.city_changed.connect(self.show_layer)

    def _on_city(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        line.addWidget(self.layers, 1)
        line.addWidget(self.play)
        column.addLayout(line)
        column.addWidget(self.legend)
        return body

    def _tables(self) -> QWidget:
        """A list of the tables, and the rows of the one that is chosen, made when it is."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        self.which = QComboBox()
        self.which.setAccessibleName(_("Tables"))
        narrow(self.which)
        self.which.addItem(_("Choose a table"), None)
        for table in self.result.tables:
            self.which.addItem(f"{table.title} · {number(len(table.frame))}", table.name)
        self.rows: RowsView | None = None
        self.which.activated.connect(lambda _index: self.show_rows())
        self.save = QPushButton(_("Write the tables into a folder"))
        self.save.setObjectName("result-save")
        self.save.clicked.connect(lambda: save_result(self.desk, self.result, self))
        column.addWidget(self.which)
        column.addWidget(self.save)
        return body

    def _proposals(self) -> list[ProposalView]:
        session = self.desk.session
        return [] if session is None else [ProposalView(self.desk, one, session) for one in self.result.proposals]

    def table(self, name: Any) -> ResultTable | None:
        """A table of the result by its name."""
        return next((table for table in self.result.tables if table.name == name), None)

    def show_rows(self) -> None:
        """The rows of the table that is chosen."""
        if self.rows is not None:
            self.rows.setParent(None)
            self.rows.deleteLater()
            self.rows = None
        table = self.table(self.which.currentData())
        if table is None:
            return
        self.rows = RowsView(table)
        self.rows.setMinimumHeight(26 * (ROWS_SHOWN + 1))
        self.rows.doubleClicked.connect(lambda index: self.go_to(index.row()))
        self.rows.setToolTip(_("A double click flies there."))
        layout = self.tables.layout()
        assert layout is not None
        layout.addWidget(self.rows)

    def go_to(self, row: int) -> None:
        """Fly to what a row is about."""
        assert self.rows is not None
        rows = self.rows.rows
        if (centre := rows.centre_at(row)) is not None:
            self.desk.viewport.fly_to(*centre)
        elif rows.table.about and (id := rows.id_at(row)):
            self.desk.show_thing(rows.table.about, id)

    # -- on the city ----------------------------------------------------------------------------------------------

    def show_first(self, wanted: str = "") -> None:
        """Put a layer on the city: the wanted one, else the first."""
        at = self.layers.findData(wanted) if wanted else -1
        if self.layers.count() > 1:
            self.layers.setCurrentIndex(max(at, 1))

    def hide_layer(self) -> None:
        """Show the city without it."""
        self.layers.setCurrentIndex(0)

    def show_layer(self) -> None:
        """Put the chosen layer on the city, or none."""
        table = self.table(self.layers.currentData())
        scene, city = self.desk.viewport.scene, self.desk.city
        self._fill_legend(table)
        self.play.setChecked(False)
        if scene is None or city is None:
            return
        if table is None:
            scene.results.show(None)
            self._shown()
            return
        from vidbudova.scene import results

        sight, theme = scene.results.sight(), self.desk.theme

        def work(progress: Any, cancelled: Any) -> tuple[Drawing, Any]:
            drawing = results.prepare(table, city)
            return drawing, results.foreseen(drawing, sight)

        def lay(made: tuple[Drawing, Any]) -> None:
            scene_now = self.desk.viewport.scene
            if self._is_off or scene_now is not scene or self.desk.city is not city:
                return
            if self.layers.currentData() == table.name:
                scene.results.show(table, made[0], made[1] if self.desk.theme == theme else None)
                self._shown()

        self.desk.jobs.start(_("Drawing the result"), work, lay, quiet=True)

    def _shown(self) -> None:
        scene = self.desk.viewport.scene
        table = None if scene is None else scene.results.table
        self.desk.shown_result = (self.kept, table.name) if self.kept and table is not None else None
        self.desk.result_changed.emit()
        self.play.setVisible(scene is not None and scene.results.can_play)
        self.desk.viewport.redraw("still")

    def take_off(self) -> None:
        """Take whatever lies on the city off."""
        self._timer.stop()
        self._is_off, self.desk.shown_result = True, None
        scene = self.desk.viewport.scene
        if scene is not None and scene.results.drawing is not None:
            scene.results.show(None)
            self.desk.result_changed.emit()
            self.desk.viewport.redraw("still")

    def _play(self, on: bool) -> None:
        scene = self.desk.viewport.scene
        if scene is None:
            return
        scene.results.play(on)
        self.play.setIcon(icons.icon("pause" if on else "play", self.desk.theme))
        self.play.setText(_("Pause") if on else _("Play"))
        if on:
            self._watch.start()
            self._timer.start()
        else:
            self._timer.stop()
            self.desk.viewport.redraw("still")

    def _step(self) -> None:
        scene = self.desk.viewport.scene
        if scene is None or not scene.results.playing:
            self._timer.stop()
            return
        # by the watch, so that a slow machine shows fewer pictures and no slower cars; a halt is not made up for
        scene.results.advance(min(self._watch.restart() / 1000, MOST_STEP_S))
        self.desk.viewport.redraw("playing")

    def _fill_legend(self, table: ResultTable | None) -> None:
        while (item := self.legend_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if table is None:
            return
        from vidbudova.scene.result_legend import classed

        found = classed(table, self.desk.theme)
        self.legend_column.addWidget(QLabel(with_unit(found.legend.title, found.legend.unit, ", ")))
        for entry, count in zip(found.legend.lines, found.counts.tolist(), strict=True):
            self.legend_column.addWidget(_swatch(entry.rgb, entry.title, number(count)))

    # -- dress ----------------------------------------------------------------------------------------------------

    def _draw_charts(self) -> None:
        while (item := self._charts_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._undrawn = list(self.result.charts)
        QTimer.singleShot(0, self, self._next_chart)

    def _next_chart(self) -> None:
        """One chart at a time, so that a hand is answered in between."""
        if not self._undrawn:
            return
        chart = self._undrawn.pop(0)
        drawn = chart_widget(chart, self.desk.theme)
        self._charts_column.addWidget(_chart_head(chart.title, partial(save_chart, self.desk, drawn, chart.name)))
        self._charts_column.addWidget(drawn)
        QTimer.singleShot(0, self, self._next_chart)

    def _dress(self, theme: str) -> None:
        self.play.setIcon(icons.icon("pause" if self.play.isChecked() else "play", theme))
        self._fill_legend(self.table(self.layers.currentData()))
        if self.result.charts:
            self._draw_charts()


def _chart_head(title: str, save: Callable[[], None]) -> QWidget:
    body = QWidget()
    line = QHBoxLayout(body)
    line.setContentsMargins(0, 0, 0, 0)
    words, button = QLabel(title), QToolButton()
    words.setWordWrap(True)
    button.setText(_("Save"))
    button.setToolTip(_("Save the picture of the chart"))
    button.setAutoRaise(True)
    button.clicked.connect(lambda: save())
    line.addWidget(words, 1)
    line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return body


def _muted(words: str) -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    return label


def _report(text: str) -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    for line in text.split("\n"):
        label = QLabel(line.removeprefix("# "))
        label.setWordWrap(True)
        label.setProperty("role", "title" if line.startswith("# ") else "")
        column.addWidget(label)
    return body


def _swatch(rgb: tuple[int, int, int], words: str, count: str) -> QWidget:
    body = QWidget()
    line = QHBoxLayout(body)
    line.setContentsMargins(0, 0, 0, 0)
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(QColor(*rgb))
    sign, said, many = QLabel(), QLabel(words), QLabel(count)
    sign.setPixmap(picture)
    many.setProperty("role", "muted")
    line.addWidget(sign)
    line.addWidget(said, 1)
    line.addWidget(many)
    return body
