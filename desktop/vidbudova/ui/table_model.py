"""What the table view asks: cells of arrays, never a Python object a row."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QItemSelection, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from vidbudova.model.schema import Field
from vidbudova.scene.colouring import grade_rgb
from vidbudova.text import _, with_unit
from vidbudova.ui.form_values import shown
from vidbudova.ui.table_rows import DAMAGE, Ints, Loaded

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NUMBERS = ("integer", "real")


class TableModel(QAbstractTableModel):
    """A loaded table, some of its rows, in some order."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: Loaded | None = None
        self.rows: Ints = np.empty(0, np.int64)
        self._place: dict[str, int] = {}

    def show(self, loaded: Loaded | None, rows: Ints) -> None:
        """Show these rows of a table."""
        self.beginResetModel()
        self.loaded, self.rows = loaded, rows
        ids = loaded.ids[rows].tolist() if loaded is not None else []
        self._place = {id: n for n, id in enumerate(ids)}
        self.endResetModel()

    def field(self, column: int) -> Field:
        """The field of a column."""
        assert self.loaded is not None
        return self.loaded.fields[column]

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """How many columns there are."""
        return 0 if self.loaded is None or (parent is not None and parent.isValid()) else len(self.loaded.fields)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """The words, alignment and colour of a cell."""
        if self.loaded is None or not index.isValid():
            return None
        field = self.field(index.column())
        if role == Role.TextAlignmentRole and field.kind in NUMBERS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role not in (Role.DisplayRole, Role.ToolTipRole, Role.DecorationRole):
            return None
        value = self.loaded.columns[field.name][self.rows[index.row()]]
        if role == Role.DecorationRole:
            return QColor(*grade_rgb(str(value)[0])) if field is DAMAGE and value and str(value)[0].isdigit() else None
        return shown(field, value.item() if isinstance(value, np.generic) else value, unit=False)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Titles with units; row numbers."""
        if self.loaded is None:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Role.DisplayRole else None
        field = self.field(section)
        if role == Role.DisplayRole:
            return with_unit(_(field.title), field.unit, ", ")
        return _(field.meaning) if role == Role.ToolTipRole and field.meaning else None

    def ids(self, selection: QItemSelection) -> list[str]:
        """The ids of selected rows, from the top."""
        if self.loaded is None:
            return []
        parts = [selection.at(n) for n in range(selection.count())]
        rows = sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})
        return [str(id) for id in self.loaded.ids[self.rows[rows]].tolist()] if rows else []

    def selection(self, ids: tuple[str, ...]) -> QItemSelection:
        """The rows of ids, in as few ranges as they make."""
        places = np.array(sorted(p for id in ids if (p := self._place.get(id)) is not None), np.int64)
        found = QItemSelection()
        if len(places):
            for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
                found.select(self.index(int(run[0]), 0), self.index(int(run[-1]), self.columnCount() - 1))
        return found
