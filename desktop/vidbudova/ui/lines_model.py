"""A plain table of words behind a view: no items that two sides own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QTreeView

Index = QModelIndex | QPersistentModelIndex
DISPLAYED = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole)


def fit_height(view: QTreeView, rows: int, fewest: int = 2, most: int = 7) -> None:
    """As high as its rows, within reason."""
    line = max(view.sizeHintForRow(0), view.fontMetrics().height() + 6)
    head = 0 if view.isHeaderHidden() else view.header().sizeHint().height()
    view.setFixedHeight(head + line * min(max(rows, fewest), most) + 2 * view.frameWidth() + 4)


class Lines(QAbstractTableModel):
    """Rows of (id, words of each column); `editable` columns tell `said(id, column, words)` and change nothing."""

    said = Signal(str, int, str)

    def __init__(self, titles: Sequence[str], editable: Sequence[int] = (), right: Sequence[int] = ()) -> None:
        super().__init__()
        self._titles, self._editable, self._right = titles, editable, right
        self.rows: list[tuple[str, tuple[str, ...]]] = []

    def show_rows(self, rows: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        """Other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def id_of(self, row: int) -> str:
        """The id of a row; "" for none."""
        return self.rows[row][0] if 0 <= row < len(self.rows) else ""

    def row_of(self, id: str) -> int:
        """The row of an id; -1 for none."""
        return next((k for k, (one, _words) in enumerate(self.rows) if one == id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in DISPLAYED:
            return self.rows[index.row()][1][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return found | Qt.ItemFlag.ItemIsEditable if index.column() in self._editable else found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        id, words = self.rows[index.row()]
        if role != Qt.ItemDataRole.EditRole or str(value) == words[index.column()]:
            return False
        # the row comes anew with the Change that the listener makes; here it stays as it is
        self.said.emit(id, index.column(), str(value))
        return True
