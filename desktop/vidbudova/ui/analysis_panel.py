"""The Analysis panel: what can be computed, with what, and what came of it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from vidbudova.model.change import Change
from vidbudova.plugin import Result, finding, translate
from vidbudova.plugin.finding import Plugin
from vidbudova.session import analyses
from vidbudova.session.analyses import Kept
from vidbudova.text import _, language, number
from vidbudova.ui import analysis_kept, analysis_state, analysis_trust
from vidbudova.ui.analysis_ahead import Ahead
from vidbudova.ui.analysis_form import Form
from vidbudova.ui.analysis_reported import Reported
from vidbudova.ui.analysis_result import ResultView
from vidbudova.ui.analysis_what_if import WhatIf
from vidbudova.ui.damage_flow import FlowLayout, narrow
from vidbudova.ui.damage_section import Section
from vidbudova.ui.jobs import Cancelled, Job
from vidbudova.ui.lines_model import Lines

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

REMEMBERED = "analysis"
MOST_LINES = 6


class AnalysisPanel(QScrollArea):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.plugins: list[Plugin] = []
        self.kept: dict[str, Kept] = {}
        self.form: Form | None = None
        self.view: ResultView | None = None
        self.job: Job | None = None
        self.setObjectName("analysis-panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._make()
        self._lay_out()
        self._connect()
        self.look_for()

    def _make(self) -> None:
        self.which = QComboBox()
        self.which.setObjectName("analysis-which")
        self.which.setAccessibleName(_("Analysis"))
        narrow(self.which)
        self.about, self.state = QLabel(), QLabel()
        for label, role in ((self.about, "muted"), (self.state, "warn")):
            label.setWordWrap(True)
            label.setProperty("role", role)
        self.approve = QPushButton(_("Look at it and approve"))
        self.approve.setObjectName("analysis-approve")
        self.install, self.remove = QPushButton(_("Install from a file")), QPushButton(_("Remove"))
        self.bring = QPushButton(_("Bring in files"))
        self.bring.setObjectName("analysis-bring")
        self.run = QPushButton(_("Run"))
        self.run.setObjectName("analysis-run")
        self.run.setProperty("primary", True)
        self.cancel = QPushButton(_("Cancel"))
        self.bar, self.doing = QProgressBar(), QLabel()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.doing.setProperty("role", "muted")
        self.lines = Lines((_("Result"),), editable=())
        self.list = QTreeView()
        self.list.setModel(self.lines)
        self.list.setObjectName("analysis-kept")
        self.list.setRootIsDecorated(False)
        self.list.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.list.setHeaderHidden(True)
        self.list.setAccessibleName(_("Results"))
        self.again, self.compare = QPushButton(_("Run again")), QPushButton(_("Compare"))
        self.add, self.report = QPushButton(_("Add to report")), QPushButton(_("Save as PDF"))
        self.add.setCheckable(True)
        self.add.setObjectName("analysis-add")
        self.forget = QPushButton(_("Remove"))
        self.compare.setToolTip(_("What differs between two chosen runs, or from the run before"))
        self.what_if = WhatIf(self.desk, self)
        self.ahead = Ahead(self)
        self.reported = Reported(self.desk, self)

    def _lay_out(self) -> None:
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(12, 10, 12, 12)
        self.column.setSpacing(10)
        self.settings_holder = QWidget()
        self._settings_column = QVBoxLayout(self.settings_holder)
        self._settings_column.setContentsMargins(0, 0, 0, 0)
        self.settings = Section(_("Settings"), self.settings_holder)
        self.working = QWidget()
        line = QHBoxLayout(self.working)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.bar, 1)
        line.addWidget(self.cancel)
        doings, more = QWidget(), QWidget()
        flow, others = FlowLayout(doings), FlowLayout(more)
        for button in (self.again, self.compare, self.add, self.report, self.forget):
            flow.addWidget(button)
        for button in (self.install, self.remove):
            others.addWidget(button)
        results = QWidget()
        column = QVBoxLayout(results)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addWidget(doings)
        self.results = Section(_("Results"), results)
        self.more = Section(_("More analyses"), more, is_open=False)
        self.what_if_section = Section(_("What if"), self.what_if, is_open=False)
        self.what_if_section.setObjectName("what-if")
        self.report_section = Section(_("Report"), self.reported, is_open=False)
        self.shown = QWidget()
        self._shown_column = QVBoxLayout(self.shown)
        self._shown_column.setContentsMargins(0, 0, 0, 0)
        for part in (
            self.which, self.about, self.state, self.approve, self.bring, self.run, self.working, self.doing,
            self.settings, self.what_if_section, self.results, self.report_section, self.shown, self.more,
        ):  # fmt: skip
            self.column.addWidget(part)
        self.column.addStretch(1)
        self.setWidget(body)
        self.working.hide()
        self.doing.hide()

    def _connect(self) -> None:
        self.which.activated.connect(lambda _index: self.choose())
        self.approve.clicked.connect(lambda: analysis_trust.look(self))
        self.install.clicked.connect(lambda: analysis_trust.ask_install(self))
        self.remove.clicked.connect(lambda: analysis_trust.ask_remove(self))
        self.bring.clicked.connect(lambda: self.desk.show_panel("import"))
        self.run.clicked.connect(self.start)
        self.cancel.clicked.connect(self.stop)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._dress())
        self.list.clicked.connect(lambda _index: self.show_kept())
        self.list.activated.connect(lambda _index: self.show_kept())
        self.again.clicked.connect(self.run_again)
        self.compare.clicked.connect(lambda: analysis_kept.compare_two(self))
        self.add.clicked.connect(lambda on: self.reported.put(self.chosen(), on))
        self.report.clicked.connect(lambda: analysis_kept.write_result(self))
        self.forget.clicked.connect(lambda: analysis_kept.forget_kept(self))
        self.desk.project_changed.connect(self._other_project)
        self.desk.city_changed.connect(self._dress)
        self.desk.changed.connect(self._follow)

    # -- what there is --------------------------------------------------------------------------------------------

    def look_for(self) -> None:
        """Look for plugins, in a thread: their checksums take a while."""
        self.desk.jobs.start(
            _("Looking for analyses"), lambda progress, cancelled: looked_for(), self._found, quiet=True
        )

    def _found(self, plugins: list[Plugin]) -> None:
        before = self.which.currentData() or str(self.desk.settings.value("analysis", ""))
        self.plugins = plugins
        self.which.clear()
        for plugin in plugins:
            self.which.addItem(plugin.name, plugin.id)
        if plugins:
            self.which.setCurrentIndex(max(self.which.findData(before), 0))
        else:
            self.more.open()
        self.choose()
        self.refresh()

    @property
    def plugin(self) -> Plugin | None:
        """The one that is chosen."""
        at = self.which.currentIndex()
        return self.plugins[at] if 0 <= at < len(self.plugins) else None

    def choose(self) -> None:
        """Show what the chosen analysis is and its form."""
        plugin = self.plugin
        while (item := self._settings_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.form = None
        if plugin is not None and plugin.manifest is not None:
            self.desk.settings.setValue("analysis", plugin.id)
            self.form = Form(plugin.parameters, self._picked)
            self.form.put(self._remembered().get(plugin.id, {}))
            self.form.changed.connect(self._remember)
            self._settings_column.addWidget(self.form)
        self.what_if.leave()
        self._dress()
        self.ahead.look()

    def _picked(self, table: str) -> list[str]:
        selection = self.desk.selection
        return [str(id) for id in selection.ids] if not table or selection.table == table else []

    def _remembered(self) -> dict[str, Any]:
        session = self.desk.session
        found = session.view_state(REMEMBERED) if session is not None else None
        return found if isinstance(found, dict) else {}

    def _remember(self) -> None:
        session, plugin = self.desk.session, self.plugin
        if session is None or session.read_only or plugin is None or self.form is None or not self.form.is_good():
            return
        session.set_view_state(REMEMBERED, self._remembered() | {plugin.id: self.form.values()})

    def _dress(self) -> None:
        plugin, session = self.plugin, self.desk.session
        self.about.setText("" if plugin is None else translate(plugin.about, language()))
        self.about.setVisible(bool(self.about.text()))
        lacks = analysis_state.lacks(self.desk, plugin)
        self.state.setText(analysis_state.words(self.desk, plugin, lacks, self.which.count()))
        self.state.setVisible(bool(self.state.text()))
        can = plugin is not None and plugin.state == "ready" and session is not None and not lacks
        busy = self.job is not None
        self.approve.setVisible(plugin is not None and plugin.state == "unapproved")
        self.settings.setVisible(self.form is not None and bool(self.form.rows))
        self.bring.setVisible(bool(lacks) and session is not None and not session.read_only)
        self.run.setVisible(not busy)
        self.run.setEnabled(can and session is not None and not session.read_only)
        self.working.setVisible(busy)
        self.doing.setVisible(busy)
        self.what_if_section.setVisible(can and plugin is not None and plugin.explore)
        self.remove.setVisible(plugin is not None and not plugin.ours)
        chosen = self.chosen()
        self.results.setVisible(bool(self.kept))
        self.report_section.setVisible(bool(self.kept))
        for button in (self.again, self.report, self.forget):
            button.setEnabled(chosen is not None and not busy)
        self.reported.dress(chosen)
        self.compare.setEnabled(analysis_kept.pair(self) is not None)

    # -- running --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Run the chosen analysis with what the form says."""
        plugin, session, form = self.plugin, self.desk.session, self.form
        if plugin is None or session is None or form is None or not form.is_good() or self.job is not None:
            return
        self._begin(plugin, form.values())

    def _begin(self, plugin: Plugin, values: dict[str, Any]) -> None:
        session = self.desk.session
        assert session is not None

        def work(progress: Any, cancelled: Any) -> tuple[Kept, Result]:
            return analyses.run_and_read(session, plugin.id, values, progress=progress, cancelled=cancelled)

        self.job = self.desk.jobs.start(plugin.name, work, self._came, self._failed)
        self.ahead.settle()
        self.follow_job()

    def follow_job(self) -> None:
        """Show how far the job is that was just begun."""
        if self.job is not None:
            self.job.moved.connect(self._moved)
        self.bar.setValue(0)
        self.doing.setText(_("Starting a process for it"))
        self._dress()

    def _moved(self) -> None:
        if self.job is not None:
            self.bar.setValue(round(1000 * max(self.job.done, 0.0)))
            self.doing.setText(_("Stopping") if self.job.cancelled else self.job.text or self.doing.text())

    def stop(self) -> None:
        """Cancel what runs."""
        if self.job is not None:
            self.job.cancel()
            self.doing.setText(_("Stopping"))

    def _came(self, came: tuple[Kept, Result]) -> None:
        self.job = None
        self.ahead.later()
        kept, result = came
        self.refresh(kept.id)
        self.show_result(result, kept=kept.id)
        # its place is known once the panel is laid out
        QTimer.singleShot(0, self, lambda: self.verticalScrollBar().setValue(self.shown.y() - self.column.spacing()))
        self.desk.notify(_("{name}: done in {s} s").format(name=kept.title, s=number(kept.seconds, 1)))

    def _failed(self, error: BaseException) -> None:
        self.job = None
        self._dress()
        if getattr(error, "key", "") != "plugin-cancelled" and not isinstance(error, Cancelled):
            self.desk.show_error(error)

    # -- results --------------------------------------------------------------------------------------------------

    def _other_project(self) -> None:
        self.what_if.leave()
        self.clear_result()
        self.choose()
        self.refresh()

    def _follow(self, change: Change) -> None:
        if self.kept:
            self.refresh(self.chosen())
        else:
            self._dress()

    def refresh(self, chosen: str | None = None) -> None:
        """List the kept results; whether they are stale is looked at in a thread."""
        session = self.desk.session
        if session is None:
            self._list([], None)
            return
        self.desk.jobs.start(
            _("Looking at results"), lambda progress, cancelled: (session, analyses.kept(session)),
            lambda told: self._list(told[1], chosen) if told[0] is self.desk.session else None, quiet=True,
        )  # fmt: skip

    def _list(self, kept: list[Kept], chosen: str | None) -> None:
        chosen = chosen or self.chosen()
        self.kept = {one.id: one for one in kept}
        self.lines.show_rows([(one.id, (analysis_kept.line_of(one),)) for one in kept])
        analysis_kept.fit(self.list, MOST_LINES)
        if chosen in self.kept:
            self.list.setCurrentIndex(self.lines.index(self.lines.row_of(chosen), 0))
        self.reported.follow()
        self._dress()

    def chosen(self) -> str | None:
        """The kept result that is chosen in the list."""
        index = self.list.currentIndex()
        return self.lines.rows[index.row()][0] if index.isValid() and index.row() < len(self.lines.rows) else None

    def before(self, id: str) -> str | None:
        """The run of the same analysis before this one."""
        ids = [one.id for one in self.kept.values() if one.plugin == self.kept[id].plugin] if id in self.kept else []
        at = ids.index(id) + 1 if id in ids else len(ids)
        return ids[at] if at < len(ids) else None

    def show_kept(self) -> None:
        """Show the chosen result."""
        id, session = self.chosen(), self.desk.session
        if id is not None and session is not None:
            self.desk.jobs.start(
                _("Reading the result"), lambda progress, cancelled: analyses.result_of(session, id),
                lambda result: self.show_result(result, kept=id),
            )  # fmt: skip

    def show_result(self, result: Result, against: Any = None, kept: str = "", layer: str = "") -> None:
        """Show a result in the panel, and a layer of it on the city: the named one, else the first."""
        self.clear_result()
        self.view = ResultView(self.desk, result, against, kept)
        self._shown_column.addWidget(self.view)
        self.view.show_first(layer)
        self.settings.heading.setChecked(False)
        self._dress()

    def clear_result(self) -> None:
        """Show none."""
        if self.view is not None:
            self.view.take_off()
            self.view.setParent(None)
            self.view.deleteLater()
            self.view = None

    def run_again(self) -> None:
        """Run with the same settings on the city of now."""
        id = self.chosen()
        plugin = next((one for one in self.plugins if id in self.kept and one.id == self.kept[id].plugin), None)
        if id is not None and plugin is not None and plugin.state == "ready" and self.job is None:
            self._begin(plugin, dict(self.kept[id].parameters))


def looked_for() -> list[Plugin]:
    """The plugins; on the way what showing a result imports, which takes a quarter of a second at the first."""
    for module in ("pyqtgraph", "vidbudova.scene.results", "vidbudova.scene.result_legend"):
        import_module(module)
    return finding.listed()
