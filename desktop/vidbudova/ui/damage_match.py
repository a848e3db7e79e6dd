"""Match observations to buildings within a tolerance that everyone sees, and list what found no building."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from vidbudova.session import Session
from vidbudova.session.matching import WITHIN_M, MatchReport, match, unmatched
from vidbudova.text import _, day, ngettext, number
from vidbudova.ui.tool_ground import fly_to_row

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

MOST_M = 60.0
LISTED = 500
MOST_ROWS = 6


class MatchBox(QWidget):
    """Tolerance, button, result, and the unmatched."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.words = QLabel(
            _(
                "Satellite and drone observations are points with an offset: say how far a building may be "
                "from its point."
            )
        )
        self.words.setWordWrap(True)
        self.within = QDoubleSpinBox()
        self.within.setRange(0, 1000)
        self.within.setDecimals(1)
        self.within.setSuffix(" " + _("m"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, int(MOST_M))
        self.slider.valueChanged.connect(self.within.setValue)
        self.within.valueChanged.connect(self._follow)
        self.within.setValue(WITHIN_M)
        self.button = QPushButton(_("Match observations"))
        self.button.clicked.connect(self.start)
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.unmatched = QListWidget()
        self.unmatched.itemActivated.connect(self._go)
        self.unmatched.itemClicked.connect(self._go)
        self._lay_out()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.slider, 1)
        line.addWidget(self.within)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addLayout(line)
        for part in (self.button, self.result, self.unmatched):
            layout.addWidget(part)

    def start(self) -> None:
        """Match in a worker; the result comes as one Change that can be undone."""
        session, within = self.desk.session, self.within.value()
        if session is None:
            return
        self.button.setEnabled(False)
        self.desk.jobs.start(
            _("Matching observations within {n} m").format(n=number(within, 1)),
            lambda progress, cancelled: match(session, within),
            self._done,
            self._failed,
        )

    def refresh(self) -> None:
        """Show how things stand."""
        session = self.desk.session
        count = 0 if session is None else session.count("observations")
        self.button.setEnabled(count > 0)
        if session is None or not count:
            self.result.setText(
                _("There are no observations yet. Bring in a damage assessment (City › Bring in files).")
            )
            self.unmatched.hide()
            return
        open_ones = unmatched(session)
        matched = count - len(open_ones)
        self.result.setText(
            _("{matched} of {count} observations have a building; {left} have none.").format(
                matched=number(matched), count=number(count), left=number(len(open_ones))
            )
        )
        self._list(session, open_ones)

    def _list(self, session: Session, ids: list[str]) -> None:
        self.unmatched.clear()
        for id, row in session.rows("observations", ids[:LISTED]).items():
            words = " · ".join(str(p) for p in (row.get("latest_raw"), row.get("site"), day(row.get("latest_on"))) if p)  # type: ignore[arg-type]
            item = QListWidgetItem(words or id[:8])
            item.setData(Qt.ItemDataRole.UserRole, id)
            self.unmatched.addItem(item)
        if len(ids) > LISTED:
            more = QListWidgetItem(ngettext("… and {count} more", "… and {count} more", len(ids) - LISTED))
            more.setFlags(Qt.ItemFlag.NoItemFlags)
            self.unmatched.addItem(more)
        rows = sum(self.unmatched.sizeHintForRow(n) for n in range(min(self.unmatched.count(), MOST_ROWS)))
        self.unmatched.setFixedHeight(rows + 2 * self.unmatched.frameWidth() + 8)
        self.unmatched.setVisible(bool(ids))

    def _follow(self, value: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round(min(value, MOST_M)))
        self.slider.blockSignals(False)

    def _go(self, item: QListWidgetItem) -> None:
        id = item.data(Qt.ItemDataRole.UserRole)
        if id:
            self.desk.selection.replace([id], "observations")
            fly_to_row(self.desk, "observations", id)

    def _done(self, report: MatchReport) -> None:
        self.refresh()
        words = _("{matched} buildings have an observation within {n} m.").format(
            matched=number(report.matched), n=number(report.within_m, 1)
        )
        undo = partial(self.desk.undo_this, report.change) if report.change else None
        self.desk.notify(words, undo, _("Undo") if undo else "")

    def _failed(self, error: BaseException) -> None:
        self.refresh()
        self.desk.show_error(error)
