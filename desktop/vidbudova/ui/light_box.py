"""The light of the view: the architect's, or the sun of a day over this city."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QSignalBlocker, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from vidbudova.text import _, mark, number
from vidbudova.ui.moment import moment_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

PRESETS = (9, 12, 17)
STEP_MIN = 5
BEARINGS = (
    mark("in the north"), mark("in the north-east"), mark("in the east"), mark("in the south-east"),
    mark("in the south"), mark("in the south-west"), mark("in the west"), mark("in the north-west"),
)  # fmt: skip


class LightBox(QWidget):
    """Which light, the date, the time by the city's clock, and where the sun then stands."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.moment = moment_of(desk)
        self.kind = QComboBox()
        self.kind.addItems([_("Architect's light"), _("Sun of a day")])
        self.kind.setAccessibleName(_("Light"))
        self.date = QDateEdit(QDate.currentDate())
        self.date.setCalendarPopup(True)
        self.date.setAccessibleName(_("Date of the sun"))
        self.clock = QLabel()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 24 * 60 // STEP_MIN - 1)
        self.slider.setPageStep(60 // STEP_MIN)
        self.slider.setValue(12 * 60 // STEP_MIN)
        self.slider.setAccessibleName(_("Time of day"))
        self.stands = QLabel()
        self.stands.setWordWrap(True)
        self.stands.setProperty("role", "muted")
        self.shadows = QCheckBox(_("Shadows"))
        self.shadows.setChecked(True)
        self.presets = [self._preset(hour) for hour in PRESETS]
        self.now = QPushButton(_("Now"))
        self._lay_out()
        self._connect()
        self.follow()

    def _preset(self, hour: int) -> QPushButton:
        button = QPushButton(f"{hour}:00")
        button.clicked.connect(partial(self.set_time, time(hour)))
        return button

    def _lay_out(self) -> None:
        day, hours = QHBoxLayout(), QHBoxLayout()
        day.addWidget(self.date, 1)
        day.addWidget(self.clock)
        for button in (*self.presets, self.now):
            button.setMinimumWidth(44)
            hours.addWidget(button, 1)
        self.of_a_day = QWidget()
        inner = QVBoxLayout(self.of_a_day)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        inner.addLayout(day)
        inner.addWidget(self.slider)
        inner.addLayout(hours)
        inner.addWidget(self.stands)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.kind, self.of_a_day, self.shadows):
            column.addWidget(part)

    def _connect(self) -> None:
        self.kind.activated.connect(lambda index: self.shine() if index else self.moment.set_sun(None))
        self.date.dateChanged.connect(lambda day: self.shine())
        self.slider.valueChanged.connect(lambda value: self.shine())
        self.now.clicked.connect(self.set_now)
        self.shadows.toggled.connect(self.moment.set_shadows)
        self.moment.changed.connect(self.follow)
        self._desk.city_changed.connect(self.follow)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.follow()

    # -- what a person does ---------------------------------------------------------------------------------------

    def shine(self) -> None:
        """Let the sun of the date and time shine."""
        self.moment.set_sun(self.chosen())

    def set_time(self, at: time) -> None:
        """Another time of the day."""
        with QSignalBlocker(self.slider):
            self.slider.setValue((at.hour * 60 + at.minute) // STEP_MIN)
        self.shine()

    def set_now(self) -> None:
        """The sun as it stands at this moment."""
        here = datetime.now(self._zone(datetime.now()).tzinfo)
        with QSignalBlocker(self.date):
            self.date.setDate(QDate(here.year, here.month, here.day))
        self.set_time(here.time())

    def chosen(self) -> datetime:
        """The date and time that are set, by the city's clock."""
        day = self.date.date()
        minutes = self.slider.value() * STEP_MIN
        plain = datetime(day.year(), day.month(), day.day()) + timedelta(minutes=minutes)
        return self._zone(plain)

    def _zone(self, plain: datetime) -> datetime:
        from vidbudova.scene.daylight import city_zone
        from vidbudova.scene.still import middle

        city, session = self._desk.city, self._desk.session
        if city is None or session is None:
            return plain.astimezone()
        return plain.replace(tzinfo=city_zone(middle(city), str(session.crs), plain.date()))

    # -- what is shown --------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show how things stand."""
        there, sun = self._desk.city is not None, self.moment.sun
        with QSignalBlocker(self.kind), QSignalBlocker(self.shadows):
            self.kind.setCurrentIndex(int(sun is not None))
            self.shadows.setChecked(self.moment.shadows)
        self.kind.setEnabled(there)
        self.shadows.setEnabled(there)
        self.of_a_day.setEnabled(there)
        self.of_a_day.setVisible(sun is not None)
        if sun is not None and there:
            self.clock.setText(clock_words(sun))
            self.stands.setText(self._words(sun))

    def _words(self, sun: datetime) -> str:
        from vidbudova.scene.daylight import sun_over
        from vidbudova.scene.still import middle

        city, session = self._desk.city, self._desk.session
        if city is None or session is None:
            return ""
        found = sun_over(middle(city), str(session.crs), sun)
        if found.elevation_deg < 0:
            return _("The sun is {n}° below the horizon.").format(n=number(-found.elevation_deg, 1))
        way = _(BEARINGS[round(found.azimuth_deg / 45.0) % 8])
        words = _("The sun stands {n}° high {way} (azimuth {azimuth}°).")
        return words.format(n=number(found.elevation_deg, 1), way=way, azimuth=number(found.azimuth_deg))


def clock_words(at: datetime) -> str:
    """The time of day with the city's zone."""
    offset = at.utcoffset() or timedelta()
    hours = offset.total_seconds() / 3600.0
    return f"{at:%H:%M}  UTC{hours:+g}"
