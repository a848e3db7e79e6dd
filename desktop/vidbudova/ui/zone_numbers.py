"""What a zone holds, live while it is drawn: size, buildings by grade, floor area, people and what that assumes."""

from __future__ import annotations

import shapely
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from vidbudova.model.damage import GRADES
from vidbudova.model.zone_statistics import RULE, ZoneStatistics
from vidbudova.session import Session, zones
from vidbudova.text import _, ngettext, number
from vidbudova.ui import damage_forms

PAUSE_MS = 25
"""Moves of the mouse within this time are counted once."""

LINES = ("area", "perimeter", "buildings", "footprint", "floor", "people")


class ZoneNumbers(QWidget):
    """The numbers of one outline."""

    def __init__(self) -> None:
        super().__init__()
        self.values = {name: QLabel() for name in LINES}
        titles = {
            "area": _("Area"), "perimeter": _("Outline"), "buildings": _("Buildings"), "footprint": _("Footprint"),
            "floor": _("Gross floor area"), "people": _("People"),
        }  # fmt: skip
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for name, value in self.values.items():
            value.setWordWrap(True)
            value.setObjectName(f"zone-{name}")
            form.addRow(titles[name], value)
        self.values["buildings"].setToolTip(_(RULE))
        self.bar = GradeBar()
        self.assumed = QLabel()
        self.assumed.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.bar)
        layout.addWidget(self.assumed)
        self._next: tuple[Session, shapely.Geometry] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._count)

    def show_area(self, session: Session | None, area: shapely.Geometry | None) -> None:
        """Count an outline soon; many within a moment are one."""
        if session is None or area is None or area.is_empty:
            self._next = None
            self.hide()
            return
        self._next = (session, area)
        self.show()
        if not self._timer.isActive():
            self._timer.start()

    def show_holds(self, holds: ZoneStatistics) -> None:
        """Show the numbers."""
        said = {
            "area": _("{n} ha").format(n=number(holds.area_m2 / 10_000, 2)),
            "perimeter": _("{n} m").format(n=number(holds.perimeter_m)),
            "buildings": number(holds.buildings),
            "footprint": _("{n} m²").format(n=number(holds.footprint_m2)),
            "floor": _("{n} m²").format(n=number(holds.gross_floor_m2)),
            "people": number(holds.people),
        }
        for name, words in said.items():
            self.values[name].setText(words)
        self.bar.show_holds(holds)
        notes = [holds.assumption]
        if holds.people_assumed and holds.people_known:
            notes.append(_("{n} of them from the data.").format(n=number(holds.people_known)))
        if holds.levels_assumed:
            notes.append(
                ngettext(
                    "The storeys of {count} building are derived.",
                    "The storeys of {count} buildings are derived.",
                    holds.levels_assumed,
                )
            )
        self.assumed.setText(" ".join(n for n in notes if n))
        self.assumed.setVisible(any(notes))

    def _count(self) -> None:
        if self._next is not None:
            session, area = self._next
            self.show_holds(zones.measure(session, area))


class GradeBar(QWidget):
    """Buildings by grade as one bar with counts; readings from above are hatched."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, int, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(200, 34)

    def show_holds(self, holds: ZoneStatistics) -> None:
        """Show the counts."""
        self.parts = [(g, n, False) for g, n in holds.by_grade.items() if n]
        self.parts += [(g, n, True) for g, n in holds.by_reading.items() if n]
        self.parts += [("none", holds.unassessed, False)] if holds.unassessed else []
        self.setVisible(bool(self.parts))
        self.setToolTip("\n".join(f"{_words(key, above)}: {number(n)}" for key, n, above in self.parts))
        self.setAccessibleName(self.toolTip())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pieces as wide as their share, each with its count where it fits."""
        painter = QPainter(self)
        total = sum(n for _key, n, _above in self.parts) or 1
        x = 0.0
        for key, n, above in self.parts:
            width = self.width() * n / total
            box = QRectF(x, 0, max(width - 1, 1), 16)
            damage_forms.swatch(painter, box, key, above)
            painter.setPen(self.palette().windowText().color())
            if painter.fontMetrics().horizontalAdvance(number(n)) < width - 2:
                painter.drawText(QRectF(x, 17, width, 17), Qt.AlignmentFlag.AlignCenter, number(n))
            x += width
        painter.end()


def _words(key: str, above: bool) -> str:
    if key == "none":
        return _("Not assessed")
    title = _("Possible damage") if key == "P" else f"{key} · {_(GRADES[int(key)])}"
    return _("{grade}, from above").format(grade=title) if above else title
