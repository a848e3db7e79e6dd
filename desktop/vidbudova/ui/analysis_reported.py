"""The report in the panel: which results it tells of, in which order, with a note to each; written as one PDF."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vidbudova.session.reporting import Entry, Report, keep_report, report_of
from vidbudova.text import _, ngettext
from vidbudova.ui import analysis_kept

if TYPE_CHECKING:
    from vidbudova.session import Session
    from vidbudova.ui.analysis_panel import AnalysisPanel
    from vidbudova.ui.desk import Desk

NOTE_PX = 50
PAUSE_MS = 400
"""Words are kept once the hand rests for so long, or goes elsewhere."""


class Reported(QWidget):
    """See the module."""

    def __init__(self, desk: Desk, panel: AnalysisPanel) -> None:
        super().__init__()
        self.desk, self.panel = desk, panel
        self.report = Report()
        self._session: Session | None = None
        self.notes: dict[str, QPlainTextEdit] = {}
        self._shown: tuple[object, ...] = ()
        self.empty = QLabel(_("Choose a result and press “Add to report”: the report is one PDF of all that is in it."))
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self.title = QLineEdit()
        self.title.setObjectName("report-title")
        self.title.setAccessibleName(_("Title of the report"))
        self.title.setPlaceholderText(_("Title of the report"))
        self.list = QWidget()
        self._lines = QVBoxLayout(self.list)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(8)
        self.write = QPushButton(_("Save the report as PDF"))
        self.write.setObjectName("report-write")
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PAUSE_MS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.empty, self.title, self.list, self.write):
            column.addWidget(part)
        self._rest.timeout.connect(self.keep_words)
        self.title.textEdited.connect(lambda _words: self._rest.start())
        self.title.installEventFilter(self)
        self.write.clicked.connect(self.ask)

    # -- what is in it --------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the report of the project that is open, without what was forgotten."""
        if self._rest.isActive():
            self.keep_words()
        session = self._session = self.desk.session
        self.report = Report() if session is None else report_of(session)
        self._show()

    def put(self, id: str | None, on: bool) -> None:
        """Add a result as the view shows it now, or take it out."""
        if id is None:
            return
        if on:
            self.keep(self.report.with_entry(self.seen(id)))
        else:
            self.keep(self.report.without(id))

    def seen(self, id: str) -> Entry:
        """A result with the layer and the view that are before a person, if it is this one that is shown."""
        view = self.panel.view
        if view is None or view.kept != id:
            return Entry(id)
        return Entry(id, "", str(view.layers.currentData() or ""), analysis_kept.camera_of_view(self.desk))

    def keep(self, report: Report) -> None:
        """Keep the report with the project and show it."""
        session = self.desk.session
        if session is None:
            return
        self._rest.stop()
        report = self._with_words(report)
        self.desk.attempt(lambda: keep_report(session, report))
        self.follow()
        self.panel._dress()

    def keep_words(self) -> None:
        """Keep the title and the notes as they are typed, with the project that they were typed for.

        When another takes its place, or none, it is still open while everybody is told.
        """
        session, self.report = self._session, self._with_words(self.report)
        self._rest.stop()
        if session is not None and not session.read_only:
            self.desk.attempt(lambda: keep_report(session, self.report))

    def _with_words(self, report: Report) -> Report:
        entries = tuple(
            replace(one, note=self.notes[one.id].toPlainText().strip()) if one.id in self.notes else one
            for one in report.entries
        )
        return replace(report, title=self.title.text().strip(), entries=entries)

    # -- the file -------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Choose where it goes, and write it."""
        session = self.desk.session
        if session is None:
            return
        self.keep_words()
        suggested = session.project.path.name.removesuffix(".gpkg").removesuffix(".vbp") + ".pdf"
        path, _kind = QFileDialog.getSaveFileName(self, _("Write the report"), suggested, "*.pdf")
        if path:
            self.print_into(Path(path))

    def print_into(self, path: Path) -> None:
        """Write it, in a process of its own."""
        analysis_kept.print_into(self.desk, path, [one.id for one in self.report.entries])

    # -- dress ----------------------------------------------------------------------------------------------------

    def dress(self, chosen: str | None) -> None:
        """What can be done, with the result that is chosen in the list."""
        session, add = self.desk.session, self.panel.add
        can = session is not None and not session.read_only
        add.setEnabled(can and chosen is not None)
        add.setChecked(chosen is not None and self.report.entry(chosen) is not None)
        add.setText(_("In the report") if add.isChecked() else _("Add to report"))
        add.setToolTip(_("With the layer and the view that are shown now"))
        self.write.setEnabled(bool(self.report.entries))
        self.title.setEnabled(can)

    def _show(self) -> None:
        kept = self.panel.kept
        shown = tuple((one.id, kept[one.id].title, kept[one.id].stale) for one in self.report.entries if one.id in kept)
        count = len(shown)
        name = _("Report") if not count else ngettext("Report · {count} result", "Report · {count} results", count)
        self.panel.report_section.heading.setText(name)
        for widget in (self.title, self.list, self.write):
            widget.setVisible(bool(count))
        self.empty.setVisible(not count)
        if not self.title.hasFocus():
            self.title.setText(self.report.title)
        if shown != self._shown:
            self._shown = shown
            self._fill()

    def _fill(self) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.notes = {}
        for n, entry in enumerate(one for one in self.report.entries if one.id in self.panel.kept):
            self._lines.addWidget(self._line(n, entry))

    def _line(self, n: int, entry: Entry) -> QWidget:
        body, line = QWidget(), QHBoxLayout()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        words = QLabel(f"{n + 1}. {analysis_kept.line_of(self.panel.kept[entry.id])}")
        words.setWordWrap(True)
        line.addWidget(words, 1)
        steps = ((Qt.ArrowType.UpArrow, _("Up"), -1), (Qt.ArrowType.DownArrow, _("Down"), 1))
        for arrow, title, by in steps:
            button = QToolButton()
            button.setArrowType(arrow)
            button.setEnabled(0 <= n + by < len(self._shown))
            self._dressed(button, title, partial(self._move, entry.id, by), line)
        away = QToolButton()
        away.setText("×")
        self._dressed(away, _("Take out of the report"), partial(self.put, entry.id, False), line)
        column.addLayout(line)
        column.addWidget(self._note(entry))
        return body

    def _dressed(self, button: QToolButton, title: str, press: partial[None], line: QHBoxLayout) -> None:
        button.setAutoRaise(True)
        button.setToolTip(title)
        button.setAccessibleName(title)
        button.clicked.connect(lambda: press())
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _move(self, id: str, by: int) -> None:
        self.keep(self.report.moved(id, by))

    def _note(self, entry: Entry) -> QPlainTextEdit:
        note = QPlainTextEdit(entry.note)
        note.setPlaceholderText(_("A note for the reader"))
        note.setAccessibleName(_("A note for the reader"))
        note.setFixedHeight(NOTE_PX)
        note.setTabChangesFocus(True)
        note.textChanged.connect(self._rest.start)
        note.installEventFilter(self)
        self.notes[entry.id] = note
        return note

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Words are kept when the hand leaves them."""
        if event.type() == QEvent.Type.FocusOut and self._rest.isActive():
            self.keep_words()
        return False
