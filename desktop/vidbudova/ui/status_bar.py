"""The thin bar at the foot: place under the cursor, coordinate system, date, jobs, state of the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from vidbudova.session.moments import words_of
from vidbudova.text import _, day, ngettext, number
from vidbudova.ui.jobs_list import JobsList
from vidbudova.ui.moment import moment_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


class StatusBar(QStatusBar):
    """See the module. `lonlat` turns metres into degrees once the CRS library is loaded."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setSizeGripEnabled(False)
        self.place = QLabel()
        self.place.setMinimumWidth(250)
        self.degrees = QLabel()
        self.crs = QLabel()
        self.date = QLabel()
        self.state = QLabel()
        self.jobs = QToolButton()
        self.jobs.setObjectName("jobs")
        self.jobs.setToolTip(_("Running jobs: click for the list"))
        self.jobs.clicked.connect(self.show_jobs)
        self.addWidget(self.place)
        self.addWidget(self.degrees, 1)
        for widget in (self.jobs, self.crs, self.date, self.state):
            self.addPermanentWidget(widget)
        self.lonlat: Callable[[float, float], tuple[float, float]] | None = None
        self.list = JobsList(desk, self)
        desk.jobs.changed.connect(self.follow_jobs)
        desk.project_changed.connect(self.follow_project)
        desk.changed.connect(lambda change: self.follow_project())
        desk.viewport.pointed.connect(self.follow_cursor)
        moment_of(desk).changed.connect(self.follow_day)
        self.follow_jobs()
        self.follow_project()

    def follow_cursor(self, point: tuple[float, float, float] | None) -> None:
        """Coordinates and height under the cursor."""
        if point is None or self._desk.session is None:
            self.place.clear()
            self.degrees.clear()
            return
        x, y, z = point
        self.place.setText(_("E {x}  N {y}  height {z} m").format(x=number(x, 1), y=number(y, 1), z=number(z, 1)))
        if self.lonlat is not None:
            lon, lat = self.lonlat(x, y)
            self.degrees.setText(f"{number(lat, 5)}° {number(lon, 5)}°")

    def follow_jobs(self) -> None:
        """The first job with its share, and how many there are."""
        shown = self._desk.jobs.shown()
        self.jobs.setVisible(bool(shown))
        if shown:
            first = shown[0]
            share = f" {number(first.done * 100)} %" if first.done >= 0 else " …"
            more = "" if len(shown) == 1 else "  " + ngettext("and {count} more", "and {count} more", len(shown) - 1)
            self.jobs.setText(f"{first.title}{share}{more}")
        elif self.list.isVisible():
            self.list.hide()

    def follow_project(self) -> None:
        """Coordinate system, date shown, and whether edits are kept."""
        session = self._desk.session
        for label in (self.crs, self.date, self.state):
            label.setVisible(session is not None)
        if session is None:
            return
        self.crs.setText(str(session.crs))
        self.follow_day()
        self.state.setText(_("Look only") if session.read_only else _("All edits are saved"))
        self.state.setToolTip(
            _("This project cannot be written to.")
            if session.read_only
            else _("Every edit is on the disk as soon as it is made.")
        )

    def follow_day(self) -> None:
        """The day whose damage is shown."""
        shown = moment_of(self._desk).day
        self.date.setText(day(date.today()) if shown is None else words_of(shown))
        self.date.setToolTip(
            _("The date that is shown: today") if shown is None else _("The damage of this date is shown")
        )

    def show_jobs(self) -> None:
        """The list of jobs above the bar."""
        self.list.refresh()
        self.list.adjustSize()
        corner = self.jobs.mapToGlobal(QPoint(self.jobs.width(), -6))
        self.list.move(corner.x() - self.list.width(), corner.y() - self.list.height())
        self.list.show()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)
