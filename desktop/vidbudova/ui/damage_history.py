"""The history of one building's mark: who said what, when."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from vidbudova.session import Session
from vidbudova.text import moment
from vidbudova.ui import damage_forms, damage_words


class HistoryList(QListWidget):
    """The Changes of one mark, the newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(20, 20))
        self.setWordWrap(True)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setMaximumHeight(180)

    def show_building(self, session: Session | None, id: str | None) -> int:
        """Show a building's history; gives how many entries it has."""
        self.clear()
        if session is None or id is None:
            return 0
        changes = session.history("damage_marks", id)
        for change in reversed(changes):
            key, words = damage_words.event(change, id)
            when = moment(datetime.fromtimestamp(change.time_ms / 1000, UTC))
            item = QListWidgetItem(damage_forms.icon(key, 20) if key else QIcon(), f"{words}\n{change.author} · {when}")
            self.addItem(item)
        return len(changes)
