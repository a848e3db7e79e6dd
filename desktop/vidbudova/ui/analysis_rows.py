"""A table of a result as a view shows it: any number of rows, sorted by any column, copied as text."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from vidbudova.plugin import ResultTable
from vidbudova.text import _, number, with_unit

Index = QModelIndex | QPersistentModelIndex
HIDDEN = frozenset({"key", "width_veh_h", "speed_m_s", "because_of_table"})
"""Columns that drawing needs and nobody reads."""
MOST_COPIED = 100_000
ROWS_MEASURED = 40
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Rows(QAbstractTableModel):
    """The rows of a table in some order."""

    def __init__(self, table: ResultTable) -> None:
        super().__init__()
        self.table = table
        place = getattr(table.frame, "_geometry_column_name", None)
        names = [str(name) for name in table.frame.columns if name != place and str(name) not in HIDDEN]
        self.columns = sorted(names, key=lambda name: name == "id")  # what a person reads comes first
        self.values = [table.frame[name].to_numpy() for name in self.columns]
        self.order = np.arange(len(table.frame))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a cell; numbers stand at the right."""
        value = self.values[index.column()][self.order[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return words(value)
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(value, int | float | np.number):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title of a column with its unit."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section + 1
        name = self.columns[section]
        return heading(self.table, name)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column, what is empty last; by none as the analysis gave them."""
        if column < 0:
            self.layoutAboutToBeChanged.emit()
            self.order = np.arange(len(self.table.frame))
            self.layoutChanged.emit()
            return
        values = self.values[column]
        empty = np.array([value is None or value != value for value in values.tolist()], bool)
        kept = np.flatnonzero(~empty)
        keys = values[kept] if values.dtype != object else np.array([str(value) for value in values[kept].tolist()])
        placed = kept[np.argsort(keys, kind="stable")]
        if order == Qt.SortOrder.DescendingOrder:
            placed = placed[::-1]
        self.layoutAboutToBeChanged.emit()
        self.order = np.concatenate([placed, np.flatnonzero(empty)])
        self.layoutChanged.emit()

    def id_at(self, row: int) -> str:
        """What the row of the city is called that a row is about; "" for none."""
        if "id" not in self.table.frame.columns:
            return ""
        return str(self.table.frame["id"].to_numpy()[self.order[row]] or "")

    def centre_at(self, row: int) -> tuple[float, float] | None:
        """The middle of a row's place."""
        shape = self._shape(row)
        return None if shape is None or shape.is_empty else (float(shape.centroid.x), float(shape.centroid.y))

    def _shape(self, row: int) -> Any:
        place = getattr(self.table.frame, "_geometry_column_name", None)
        return None if place is None else self.table.frame[place].to_numpy()[self.order[row]]


def heading(table: ResultTable, name: str) -> str:
    """The title of a column with its unit."""
    return with_unit(table.titles.get(name, name), table.units.get(name, ""), ", ")


def words(value: Any) -> str:
    """A cell in words."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return _("Yes") if value else _("No")
    if isinstance(value, int | np.integer):
        return number(int(value))
    if isinstance(value, float | np.floating):
        return figure_words(float(value))
    return str(value)


def figure_words(value: float) -> str:
    """A number with as many digits as it is worth; tiny ones with their power of ten."""
    size = abs(value)
    if value == 0 or value == int(value) and size < 1e15:
        return number(int(value))
    if size < 1e-3:
        digits, power = f"{value:.1e}".split("e")
        return f"{number(float(digits), 1)}·10{str(int(power)).translate(RAISED)}"
    return number(value, 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3)


class RowsView(QTableView):
    """The rows in a view; a double click is told with the row."""

    def __init__(self, table: ResultTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = Rows(table)
        self.setModel(self.rows)
        self.setObjectName(f"result-table-{table.name}")
        self.setAccessibleName(table.title)
        # none yet, for turning it on sorts at once
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(26)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        # so many rows say how wide a column should be; all of a city's take a quarter of a second
        self.horizontalHeader().setResizeContentsPrecision(ROWS_MEASURED)
        self.resizeColumnsToContents()
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy, context=Qt.ShortcutContext.WidgetShortcut)

    def copy(self) -> None:
        """Put the chosen rows on the clipboard, with tabs between the cells."""
        chosen = sorted({index.row() for index in self.selectionModel().selectedRows()})[:MOST_COPIED]
        titles = [str(self.rows.headerData(n, Qt.Orientation.Horizontal)) for n in range(self.rows.columnCount())]
        lines = [titles] + [
            [str(self.rows.data(self.rows.index(row, n)) or "") for n in range(len(titles))] for row in chosen
        ]
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))
