"""The day whose damage the view shows: before it, each date on which something was seen, and now."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from vidbudova.model.change import Change
from vidbudova.text import _, number
from vidbudova.ui.moment import DATED, moment_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


class DayBox(QWidget):
    """A slider over the dates there are, with a button at either end."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.moment = moment_of(desk)
        self.dates: list[date] = []
        self._read_for: object = None
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.setAccessibleName(_("Date of the damage"))
        self.before, self.now = QPushButton(_("Before")), QPushButton(_("Now"))
        self._lay_out()
        self.slider.valueChanged.connect(self._slid)
        self.before.clicked.connect(lambda: self.slider.setValue(0))
        self.now.clicked.connect(lambda: self.slider.setValue(self.slider.maximum()))
        self.moment.changed.connect(self.follow)
        desk.project_changed.connect(self._stale)
        desk.changed.connect(self._changed)
        self.follow()

    def _lay_out(self) -> None:
        ends = QHBoxLayout()
        ends.addWidget(self.before)
        ends.addStretch(1)
        ends.addWidget(self.now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addWidget(self.slider)
        column.addLayout(ends)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read()

    def _stale(self) -> None:
        self._read_for, self.dates = None, []
        self.follow()
        if self.isVisible():
            self.read()

    def _changed(self, change: Change) -> None:
        if change.tables() & DATED:
            self._read_for = None
            if self.isVisible():
                self.read()

    def read(self) -> None:
        """Look for the dates, in a worker."""
        session = self._desk.session
        if session is None or self._read_for is session:
            return
        self._read_for = session

        def work(progress: Any, cancelled: Any) -> list[date]:
            from vidbudova.session.moments import dates

            return dates(session)

        def done(found: list[date]) -> None:
            if self._desk.session is session:
                self.dates = found
                self.follow()

        self._desk.jobs.start(_("Looking for dates"), work, done, quiet=True)

    def _slid(self, place: int) -> None:
        from vidbudova.session.moments import BEFORE

        days: list[date | None] = [BEFORE, *self.dates, None]
        self.moment.set_day(days[min(place, len(days) - 1)])

    def follow(self) -> None:
        """Show how things stand."""
        some, day = bool(self.dates), self.moment.day
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, len(self.dates) + 1)
            self.slider.setValue(self._place(day))
        for part in (self.slider, self.before, self.now):
            part.setVisible(some)
        self.words.setText(self._said(day) if some else _("Nothing dated yet: bring in a damage assessment."))

    def _place(self, day: date | None) -> int:
        if day is None:
            return len(self.dates) + 1
        return sum(1 for known in self.dates if known <= day)

    def _said(self, day: date | None) -> str:
        from vidbudova.session.moments import words_of

        shown = _("Now") if day is None else words_of(day)
        many = _("{n} dates").format(n=number(len(self.dates)))
        return f"<b>{shown}</b>  ·  {many}"
