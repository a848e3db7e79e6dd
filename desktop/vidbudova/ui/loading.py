"""The small card while a project is being opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.ui.jobs import Job

WIDTH_PX = 340


class Loading(QFrame):
    """Name, what is being done, how far, and Cancel."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("loading")
        self._host = host
        self._job: Job | None = None
        self.title, self.words, self.bar = QLabel(), QLabel(), QProgressBar()
        self.title.setProperty("role", "title")
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.bar.setTextVisible(False)
        self.cancel = QPushButton(_("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        for widget in (self.title, self.bar, self.words, self.cancel):
            column.addWidget(widget)
        host.installEventFilter(self)
        self.hide()

    def begin(self, name: str) -> None:
        """A project is being opened."""
        self.title.setText(_("Opening {name}").format(name=name))
        self.words.setText("")
        self.bar.setRange(0, 0)
        self.cancel.hide()
        self._place()
        self.show()
        self.raise_()

    def watch(self, job: Job) -> None:
        """Show how far a job is, with Cancel."""
        self._job = job
        self.title.setText(job.title)
        self.cancel.setEnabled(True)
        self.cancel.show()
        self._place()

    def end(self) -> None:
        """It is there, or it failed."""
        self._job = None
        self.hide()

    def follow(self, jobs: Sequence[Job]) -> None:
        """The state of what is being done."""
        job = self._job if self._job in jobs else (jobs[0] if jobs else None)
        if not self.isVisible() or job is None:
            return
        self.words.setText(job.text)
        self.bar.setRange(0, 0 if job.done < 0 else 1000)
        if job.done >= 0:
            self.bar.setValue(round(job.done * 1000))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.cancel.setEnabled(False)
            self.words.setText(_("Stopping …"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.setFixedWidth(WIDTH_PX)
        self.adjustSize()
        self.move((self._host.width() - self.width()) // 2, (self._host.height() - self.height()) // 2)
