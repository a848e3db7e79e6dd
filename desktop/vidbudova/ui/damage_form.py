"""What a mark says beside its grade: evidence, inspector, date, hazards, note, photos."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vidbudova.model.codes import EVIDENCE, HAZARDS
from vidbudova.text import _
from vidbudova.ui.damage_flow import FlowLayout, narrow
from vidbudova.ui.damage_marking import Said
from vidbudova.ui.damage_photos import PhotoStrip


class BasisForm(QWidget):
    """On what evidence, by whom and when: kept for all marks that follow.

    said : name and value of what was changed ("evidence", "inspector", "seen_at").
    """

    said = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.evidence = narrow(QComboBox())
        for code, title in EVIDENCE.items():
            self.evidence.addItem(_(title), code)
        self.evidence.activated.connect(lambda n: self.said.emit("evidence", self.evidence.itemData(n)))
        self.inspector = QLineEdit()
        self.inspector.setPlaceholderText(_("Name of who judged"))
        self.inspector.editingFinished.connect(lambda: self.said.emit("inspector", self.inspector.text().strip()))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(_("Evidence"), self.evidence)
        form.addRow(_("Inspector"), self.inspector)
        form.addRow(_("Seen on"), self._date_row())

    def show_said(self, said: Said) -> None:
        """Show what the next mark will say."""
        self.evidence.setCurrentIndex(max(self.evidence.findData(said.evidence), 0))
        if not self.inspector.hasFocus():
            self.inspector.setText(said.inspector)

    def _date_row(self) -> QWidget:
        """Today unless another day is set."""
        self.other_day = QCheckBox(_("another day"))
        self.date = QDateEdit(QDate.currentDate())
        self.date.setCalendarPopup(True)
        self.date.setMaximumDate(QDate.currentDate())
        self.date.hide()
        self.other_day.toggled.connect(self.date.setVisible)
        self.other_day.toggled.connect(self._tell_date)
        self.date.dateChanged.connect(self._tell_date)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        for part in (self.other_day, self.date):
            line.addWidget(part)
        line.addStretch(1)
        return row

    def _tell_date(self) -> None:
        day = self.date.date().toString(Qt.DateFormat.ISODate) if self.other_day.isChecked() else ""
        self.said.emit("seen_at", day)


class DetailsForm(QWidget):
    """Hazards, note and photos of one building.

    hazards_said : the set of hazards. note_said : the note, when it is left. photos : the strip.
    """

    hazards_said = Signal(set)
    note_said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        chips = QWidget()
        flow = FlowLayout(chips)
        self.hazards: dict[str, QToolButton] = {}
        for code, title in HAZARDS.items():
            chip = QToolButton()
            chip.setText(_(title))
            chip.setCheckable(True)
            chip.setObjectName(f"hazard-{code}")
            chip.setProperty("chip", True)
            chip.clicked.connect(self._tell_hazards)
            flow.addWidget(chip)
            self.hazards[code] = chip
        self.note = NoteEdit()
        self.note.left.connect(self.note_said)
        self.photos = PhotoStrip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (chips, self.note, self.photos):
            layout.addWidget(part)

    def show_details(self, note: str, hazards: Iterable[str], photos: Iterable[tuple[str, bytes | None, str]]) -> None:
        """Show what is known of a building; a note that is being typed is left alone."""
        for code, chip in self.hazards.items():
            chip.setChecked(code in set(hazards))
        self.note.show_text(note)
        self.photos.show_photos(photos)

    def _tell_hazards(self) -> None:
        self.hazards_said.emit({code for code, chip in self.hazards.items() if chip.isChecked()})


class NoteEdit(QPlainTextEdit):
    """A few lines; said when left or with Ctrl+Enter, and only if changed."""

    left = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(_("Note: what is broken, how to get there …"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(58)
        self._shown = ""

    def show_text(self, text: str) -> None:
        """Show a note."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self._shown = text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter says it."""
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._tell()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving says it."""
        super().focusOutEvent(event)
        self._tell()

    def _tell(self) -> None:
        text = self.toPlainText().strip()
        if text != self._shown:
            self._shown = text
            self.left.emit(text)
