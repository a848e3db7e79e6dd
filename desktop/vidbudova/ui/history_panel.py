"""The History panel: who changed what and when, undo and redo, and a way to the thing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vidbudova.model.change import Change
from vidbudova.model.schema import TABLES
from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.history_model import HistoryModel

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

PLACED = {"damage_marks": "buildings", "matches": ""}
"""Tables whose rows are shown by another table's row of the same id."""


class Lines(QStyledItemDelegate):
    """Rows as high as their wrapped words."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The height of the words at the list's width."""
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else 300
        box, flags = QRect(0, 0, max(width - 52, 120), 10_000), int(Qt.TextFlag.TextWordWrap)
        words = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        return QSize(width - 12, option.fontMetrics.boundingRect(box, flags, words).height() + 10)


class HistoryPanel(QWidget):
    """See the module."""

    scrolls = True

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("history-panel")
        self.model = HistoryModel(desk.theme)
        self.view, self.empty = QListView(), QLabel()
        self.back, self.again = QPushButton(_("Undo")), QPushButton(_("Redo"))
        self.show_button = QPushButton(_("Show the thing"))
        # many Changes of another laptop arrive at once, and belong anywhere in the list
        self._late = QTimer(self, singleShot=True, interval=0)
        self._late.timeout.connect(self.refresh)
        self._lay_out()
        self.back.clicked.connect(desk.undo)
        self.again.clicked.connect(desk.redo)
        self.show_button.clicked.connect(lambda: self.jump(self.view.currentIndex()))
        self.view.activated.connect(self.jump)
        self.view.doubleClicked.connect(self.jump)
        self.view.selectionModel().selectionChanged.connect(lambda *_parts: self._enable())
        desk.project_changed.connect(self.refresh)
        desk.changed.connect(self._follow)
        desk.theme_changed.connect(self._dress)
        self.refresh()

    def _lay_out(self) -> None:
        self.view.setModel(self.model)
        self.view.setItemDelegate(Lines(self.view))
        self.view.setWordWrap(True)
        self.view.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setIconSize(QSize(18, 18))
        self.view.setSpacing(1)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAlternatingRowColors(True)
        self.empty.setText(_("Every step is kept here with who did it and when. Nothing was changed yet."))
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.back.setIcon(icons.icon("undo", self.desk.theme))
        self.again.setIcon(icons.icon("redo", self.desk.theme))
        bar = QHBoxLayout()
        for button in (self.back, self.again):
            bar.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.addLayout(bar)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        column.addWidget(self.show_button)

    def refresh(self) -> None:
        """Read the log anew."""
        self.model.show(self.desk.session)
        self._enable()

    def _follow(self, change: Change) -> None:
        session = self.desk.session
        if session is not None and change.replica == session.project.replica:
            self.model.add(change)
            self._enable()
        else:
            self._late.start()

    def _dress(self, theme: str) -> None:
        self.model.theme = theme
        self.back.setIcon(icons.icon("undo", theme))
        self.again.setIcon(icons.icon("redo", theme))
        self.view.viewport().update()

    def _enable(self) -> None:
        session = self.desk.session
        undo, redo = (session.can_undo(), session.can_redo()) if session is not None else (None, None)
        may = session is not None and not session.read_only
        self.back.setEnabled(may and undo is not None)
        self.again.setEnabled(may and redo is not None)
        self.back.setToolTip(undo or _("There is nothing to undo."))
        self.again.setToolTip(redo or _("There is nothing to redo."))
        self.empty.setVisible(not self.model.changes)
        self.view.setVisible(bool(self.model.changes))
        self.show_button.setEnabled(self._target(self.view.currentIndex()) is not None)

    def _target(self, index: QModelIndex) -> tuple[str, list[str]] | None:
        """The table and rows that a Change is about, as far as they are there."""
        if not index.isValid() or self.desk.session is None:
            return None
        for delta in self.model.changes[index.row()].deltas:
            table = PLACED.get(delta.table, delta.table)
            if table in TABLES and TABLES[table].geometry and self.desk.session.row(table, delta.id) is not None:
                same = [d.id for d in self.model.changes[index.row()].deltas if d.table == delta.table]
                return table, same
        return None

    def jump(self, index: QModelIndex) -> None:
        """Select what a Change is about and fly there."""
        target = self._target(index)
        if target is not None:
            table, ids = target
            self.desk.selection.replace(ids, table)
            if len(ids) == 1:
                self.desk.show_thing(table, ids[0])
