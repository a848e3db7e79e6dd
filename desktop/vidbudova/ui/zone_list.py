"""The list of zones: colour, name, size, phase and priority; the selection is the same as on the view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from vidbudova.model.codes import ZONE_KINDS
from vidbudova.model.zones import TABLE
from vidbudova.session import Session
from vidbudova.text import _, number
from vidbudova.ui.zone_view import zone_colour

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

ID = Qt.ItemDataRole.UserRole


class ZoneList(QTreeWidget):
    """All zones, sortable; several can be chosen. chosen : ids after a person chose; opened : one to fly to."""

    chosen = Signal(list)
    opened = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setRootIsDecorated(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHeaderLabels([_("Zone"), _("ha"), _("Phase")])
        self.setSortingEnabled(True)
        self.sortByColumn(2, Qt.SortOrder.AscendingOrder)
        self.setMinimumHeight(110)
        self.setMaximumHeight(200)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(44)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.itemSelectionChanged.connect(self._told)
        self.itemDoubleClicked.connect(lambda item: self.opened.emit(str(item.data(0, ID))))
        self._showing = False

    def show_zones(self, session: Session | None) -> int:
        """Show all; gives how many there are."""
        self._showing = True
        self.setSortingEnabled(False)
        self.clear()
        rows = session.rows(TABLE) if session is not None else {}
        for id, row in rows.items():
            self.addTopLevelItem(_Line(id, row, self.desk.theme))
        self.setSortingEnabled(True)
        self._showing = False
        self.show_selection()
        return len(rows)

    def show_selection(self) -> None:
        """Choose here what is chosen on the view."""
        chosen = set(self.desk.selection.ids) if self.desk.selection.table == TABLE else set()
        self._showing = True
        self.clearSelection()
        for n in range(self.topLevelItemCount()):
            item = self.topLevelItem(n)
            if item is not None and str(item.data(0, ID)) in chosen:
                item.setSelected(True)
                self.setCurrentItem(item, 0, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._showing = False

    def ids(self) -> list[str]:
        """The chosen zones, from top to bottom."""
        return [str(item.data(0, ID)) for item in self.selectedItems()]

    def _told(self) -> None:
        if not self._showing:
            self.chosen.emit(self.ids())


class _Line(QTreeWidgetItem):
    def __init__(self, id: str, row: dict[str, Any], theme: str) -> None:
        self.keys: list[Any] = [
            str(row.get("name") or "").casefold(),
            row.get("area_m2") or 0.0,
            (_or(row.get("phase"), 100), _or(row.get("priority"), 10)),
        ]
        size = number(row.get("area_m2", 0.0) / 10_000, 1)
        words = [str(row.get("name") or _("Zone without a name")), size, str(_or(row.get("phase"), ""))]
        super().__init__(words)
        self.setData(0, ID, id)
        self.setIcon(0, _patch(zone_colour(row.get("kind"), row.get("colour"), theme)))
        kind = str(row.get("kind") or "")
        self.setToolTip(0, _(ZONE_KINDS.get(kind, kind)))
        for column in (1, 2):
            self.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        column = self.treeWidget().sortColumn()
        return bool(self.keys[column] < other.keys[column])  # type: ignore[attr-defined]


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _patch(colour: QColor) -> QIcon:
    picture = QPixmap(14, 14)
    picture.fill(colour)
    return QIcon(picture)
