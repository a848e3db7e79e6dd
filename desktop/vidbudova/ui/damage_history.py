"""The history of one building's mark: who said what, when."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from vidbudova.session import Session
from vidbudova.text import moment
from vidbudova.ui import damage_forms, damage_words

MOST_ROWS = 5
"""Further ones are scrolled to."""


class HistoryList(QListWidget):
    """The Changes of one mark, the newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(20, 20))
        self.setWordWrap(True)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)

    def show_building(self, session: Session | None, id: str | None) -> int:
        """Show a building's history; gives how many entries it has."""
        self.clear()
        if session is None or id is None:
            return 0
        ink = damage_forms.line_on(self.palette().base().color())
        changes = session.history("damage_marks", id)
        for change in reversed(changes):
            key, words = damage_words.event(change, id)
            when = moment(datetime.fromtimestamp(change.time_ms / 1000, UTC))
            picture = damage_forms.icon(key, 20, ink=ink) if key else QIcon()
            self.addItem(QListWidgetItem(picture, f"{words}\n{change.author} · {when}"))
        rows = sum(self.sizeHintForRow(n) for n in range(min(self.count(), MOST_ROWS)))
        self.setFixedHeight(rows + 2 * self.frameWidth() + 6)
        return len(changes)
