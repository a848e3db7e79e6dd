"""The list of running jobs: what each does, how far it is, and Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk
    from vidbudova.ui.jobs import Job


class JobRow(QWidget):
    """One job."""

    def __init__(self, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job = job
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        title = QLabel(job.title)
        title.setProperty("role", "title")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.words = QLabel()
        self.words.setProperty("role", "muted")
        self.cancel = QPushButton(_("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        grid.addWidget(title, 0, 0)
        grid.addWidget(self.bar, 1, 0)
        grid.addWidget(self.words, 2, 0)
        grid.addWidget(self.cancel, 0, 1, 3, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(0, 1)
        job.moved.connect(self.refresh)
        self.refresh()

    def _cancel(self) -> None:
        self.job.cancel()
        self.cancel.setEnabled(False)
        self.words.setText(_("Stopping …"))

    def refresh(self) -> None:
        """How far it is."""
        self.bar.setRange(0, 0 if self.job.done < 0 else 1000)
        if self.job.done >= 0:
            self.bar.setValue(round(self.job.done * 1000))
        if not self.job.cancelled:
            self.words.setText(self.job.text)


class JobsList(QFrame):
    """All jobs, in a small window of its own above the status bar."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._desk = desk
        self.setProperty("role", "card")
        self.setMinimumWidth(340)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 12, 14, 12)
        self._column.setSpacing(12)
        self.rows: list[JobRow] = []
        desk.jobs.changed.connect(self._follow)

    def _follow(self) -> None:
        if self.isVisible() and [row.job for row in self.rows] != self._desk.jobs.shown():
            self.refresh()

    def refresh(self) -> None:
        """Rows for the jobs that run now."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = [JobRow(job) for job in self._desk.jobs.shown()]
        for row in self.rows:
            self._column.addWidget(row)
