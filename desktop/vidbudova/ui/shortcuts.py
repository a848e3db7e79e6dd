"""The list of shortcuts: every command that has a key, and the hands on the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from vidbudova.text import _, mark

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

HANDS = (
    (mark("Left drag"), mark("Turn about the point under the cursor")),
    (mark("Middle drag, Shift + drag"), mark("Move along")),
    (mark("Wheel"), mark("Nearer to the cursor, or away")),
    (mark("Double click"), mark("Fly there")),
    (mark("Right click"), mark("What can be done with the thing")),
    (mark("Click, Ctrl + click"), mark("Select; add to or take out of the selection")),
    (mark("W A S D, Shift"), mark("Walk, run (after F)")),
    (mark("Esc"), mark("Step back: tool, walk, selection")),
)


class Shortcuts(QDialog):
    """A plain list in two columns."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setHorizontalSpacing(28)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        self._heading(_("Mouse"))
        for keys, words in HANDS:
            self._line(_(keys), _(words))
        groups = dict.fromkeys(command.group for command in desk.commands if command.keys)
        for group in groups:
            self._heading(group or _("Everywhere"))
            for command in desk.commands:
                if command.keys and command.group == group:
                    keys = QKeySequence(command.keys).toString(QKeySequence.SequenceFormat.NativeText)
                    self._line(keys, command.title)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self.resize(520, 640)

    def _heading(self, words: str) -> None:
        label = QLabel(words)
        label.setProperty("role", "title")
        row = self._grid.rowCount()
        self._grid.setRowMinimumHeight(row, 30)
        self._grid.addWidget(label, row, 0, 1, 2, Qt.AlignmentFlag.AlignBottom)

    def _line(self, keys: str, words: str) -> None:
        row = self._grid.rowCount()
        left = QLabel(keys)
        left.setProperty("role", "muted")
        right = QLabel(words)
        right.setWordWrap(True)
        self._grid.addWidget(left, row, 0)
        self._grid.addWidget(right, row, 1)
