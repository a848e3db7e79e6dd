"""The Table panel: every attribute of a table, filtered and sorted, its selection the same as the view's."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from vidbudova.model.change import Change
from vidbudova.model.schema import TABLES
from vidbudova.text import _, ngettext, number
from vidbudova.ui import icons, table_rows
from vidbudova.ui.damage_flow import narrow
from vidbudova.ui.table_model import TableModel
from vidbudova.ui.table_rows import Ints, Loaded
from vidbudova.ui.tool_ground import fly_to_row

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

HIDDEN = ("project", "photos", "sightings", "matches")
AT_ONCE = 15_000
"""Up to so many rows filtering and sorting takes less than a blink, and is done at once."""
FEW = 300
EXPORTS = ((".csv", "CSV"), (".xlsx", "Excel"), (".geojson", "GeoJSON"), (".gpkg", "GeoPackage"))
MODELS = ((".city.json", "CityJSON"), (".glb", "glTF"), ("tileset.json", "3D Tiles"))
"""Of buildings, as bodies."""


class TablePanel(QWidget):
    """See the module."""

    scrolls = True

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("table-panel")
        self.model = TableModel()
        self.loaded: Loaded | None = None
        self.table = "buildings"
        self._sort = ("", False)
        self._telling = False
        self._round = 0
        self._stale = True
        self.which, self.filter = narrow(QComboBox()), QLineEdit()
        self.only, self.words, self.save = QCheckBox(_("Selected only")), QLabel(), QPushButton(_("Export"))
        self.view, self.empty = QTableView(), QLabel()
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        self.filter.setPlaceholderText(_("Filter: words, or rules such as levels>5 use=school"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(120)
        self.save.setIcon(icons.icon("export", self.desk.theme))
        menu = QMenu(self.save)
        for ending, title in EXPORTS:
            menu.addAction(title, partial(self.ask_export, ending))
        self.models = [menu.addAction(title, partial(self.ask_export, ending)) for ending, title in MODELS]
        menu.aboutToShow.connect(self._offer)
        self.save.setMenu(menu)
        self.words.setProperty("role", "muted")
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 6, 8, 0)
        for part, share in ((self.which, 1), (self.filter, 3), (self.only, 0), (self.words, 0), (self.save, 0)):
            bar.addWidget(part, share)
        self.view.setModel(self.model)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setAlternatingRowColors(True)
        self.view.setWordWrap(False)
        self.view.setShowGrid(False)
        self.view.setMinimumHeight(150)
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.view.verticalHeader().setDefaultSectionSize(24)
        self.view.horizontalHeader().setSortIndicatorShown(True)
        self.view.horizontalHeader().setSectionsClickable(True)
        self.view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        pages = QWidget()
        self.pages = QStackedLayout(pages)
        self.pages.addWidget(self.view)
        self.pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(bar)
        column.addWidget(pages, 1)

    def _connect(self) -> None:
        desk = self.desk
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(150)
        self._wait.timeout.connect(self.arrange)
        self.which.activated.connect(lambda n: self.show_table(str(self.which.itemData(n))))
        self.filter.textChanged.connect(lambda _text: self._wait.start())
        self.only.toggled.connect(lambda _on: self.arrange())
        self.view.horizontalHeader().sectionClicked.connect(self._sort_by)
        self.view.selectionModel().selectionChanged.connect(lambda *_parts: self._tell_selection())
        self.view.doubleClicked.connect(lambda index: self._fly(index.row()))
        desk.project_changed.connect(self.refresh)
        desk.selection.changed.connect(self._selection_changed)
        desk.changed.connect(self._follow)

    # -- reading --------------------------------------------------------------------------------------------------

    def showEvent(self, event: Any) -> None:
        """Read when first seen: a hidden table costs nothing."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Read the table anew, in a worker."""
        session = self.desk.session
        self._stale = not self.isVisible()
        if session is None or self._stale:
            self.loaded = None
            self.model.show(None, np.empty(0, np.int64))
            self._say()
            return
        self._offer_tables()
        table, self._round = self.table, self._round + 1
        this = self._round

        def done(loaded: Loaded) -> None:
            if this == self._round:
                self.loaded = loaded
                self.arrange()

        self.desk.jobs.start(
            _("Reading the table"), lambda progress, cancelled: table_rows.load(session, table), done, quiet=True
        )

    def _offer_tables(self) -> None:
        session = self.desk.session
        assert session is not None
        counts = {name: session.count(name) for name in TABLES if name not in HIDDEN}
        self.which.clear()
        for name, count in counts.items():
            if count or name in ("buildings", self.table):
                self.which.addItem(f"{_(TABLES[name].title)} ({number(count)})", name)
        self.which.setCurrentIndex(self.which.findData(self.table))

    def show_table(self, table: str) -> None:
        """Show another table."""
        if table != self.table:
            self.table, self._sort, self.loaded = table, ("", False), None
            self.view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.refresh()

    def arrange(self) -> None:
        """Filter and sort what was read."""
        loaded, text, (name, falling) = self.loaded, self.filter.text(), self._sort
        if loaded is None:
            return
        among = frozenset(self.desk.selection.ids) if self.only.isChecked() else None

        def work(progress: Any = None, cancelled: Any = None) -> Ints:
            return table_rows.arrange(loaded, table_rows.find(loaded, text, among), name, falling)

        def done(rows: Ints) -> None:
            if loaded is self.loaded:
                self._show(loaded, rows)

        if len(loaded) <= AT_ONCE:
            done(work())
        else:
            self.desk.jobs.start(_("Sorting the table"), work, done, quiet=True)

    def _show(self, loaded: Loaded, rows: Ints) -> None:
        other = self.model.loaded is None or self.model.loaded.table != loaded.table
        self._telling = True
        self.model.show(loaded, rows)
        self._telling = False
        if other:
            self._fit_columns(loaded)
        self._say()
        self.show_selection(scroll=False)

    def _fit_columns(self, loaded: Loaded) -> None:
        header = self.view.horizontalHeader()
        for column, field in enumerate(loaded.fields):
            wide = 150 if field.kind == "text" and field.choices is None else 96
            self.view.setColumnWidth(column, max(wide, header.sectionSizeHint(column)))

    def _say(self) -> None:
        shown, every = self.model.rowCount(), len(self.loaded) if self.loaded is not None else 0
        self.words.setText(_("{shown} of {all}").format(shown=number(shown), all=number(every)) if every else "")
        self.save.setEnabled(shown > 0)
        if self.desk.session is None:
            self.empty.setText(_("Open a project to see its tables."))
        elif self.loaded is None:
            self.empty.setText(_("Reading the table…"))
        elif not every:
            self.empty.setText(_("Nothing is in this table yet. Bring in files, or choose another table."))
        else:
            self.empty.setText(_("Nothing fits the filter. Clear it to see all rows."))
        self.pages.setCurrentIndex(0 if shown else 1)

    def _sort_by(self, column: int) -> None:
        name = self.model.field(column).name
        falling = self._sort == (name, False)
        self._sort = (name, falling)
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        self.view.horizontalHeader().setSortIndicator(column, order)
        self.arrange()

    # -- selection and changes ------------------------------------------------------------------------------------

    def show_selection(self, scroll: bool = True) -> None:
        """Select here what is selected everywhere; another table of the selection is shown."""
        selected = self.desk.selection
        if scroll and selected.ids and selected.table != self.table and selected.table in TABLES:
            self.show_table(selected.table)
            return
        if self.model.loaded is None:
            return
        found = self.model.selection(selected.ids if selected.table == self.table else ())
        self._telling = True
        self.view.selectionModel().select(found, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._telling = False
        if scroll and not found.isEmpty():
            self.view.scrollTo(found.first().topLeft(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _selection_changed(self) -> None:
        if self._telling or not self.isVisible():
            return
        if self.only.isChecked():
            self.arrange()
        if self.desk.selection.table == self.table:
            self.show_selection()

    def _tell_selection(self) -> None:
        if self._telling:
            return
        self._telling = True
        self.desk.selection.replace(self.model.ids(self.view.selectionModel().selection()), self.table)
        self._telling = False
        if self.only.isChecked():
            self._wait.start()

    def _fly(self, row: int) -> None:
        if self.loaded is not None:
            fly_to_row(self.desk, self.table, str(self.loaded.ids[self.model.rows[row]]))

    def _follow(self, change: Change) -> None:
        tables = {self.table} | ({"damage_marks"} if self.table == "buildings" else set())
        mine = [d for d in change.deltas if d.table in tables]
        touched = (
            bool(mine)
            or bool(change.tables() & {"layers"})
            or ("matches" in change.tables() and self.table == "buildings")
        )
        if not touched:
            return
        if not self.isVisible():
            self._stale = True
            return
        edits = all(
            d.table == "damage_marks" and self.table == "buildings" or None not in (d.before, d.after) for d in mine
        )
        if self.loaded is None or self.desk.session is None or not edits or not 0 < len(mine) <= FEW:
            self.refresh()
            return
        self.loaded = table_rows.with_rows(self.loaded, self.desk.session, [d.id for d in mine])
        self.arrange()

    # -- export ---------------------------------------------------------------------------------------------------

    def _offer(self) -> None:
        for action in self.models:
            action.setVisible(self.table == "buildings")

    def ask_export(self, ending: str) -> None:
        """Ask for a file, and write what is shown."""
        name = f"{_(TABLES[self.table].title)}{ending}" if ending.startswith(".") else ending
        target, _kind = QFileDialog.getSaveFileName(self, _("Export the table"), name, f"*{ending}")
        if target:
            path = Path(target)
            whole = path.name.lower().endswith(ending)
            self.export(path if whole else path.with_name(path.name + ending if ending.startswith(".") else ending))

    def export(self, target: Path) -> None:
        """Write the rows that are shown, in the order that they are shown."""
        session, loaded = self.desk.session, self.loaded
        if session is None or loaded is None:
            return
        table, ids = self.table, loaded.ids[self.model.rows].tolist()

        def work(progress: Any, cancelled: Any) -> int:
            from vidbudova.ui.table_export import export_rows

            return export_rows(session, table, ids, target)

        def done(count: int) -> None:
            rows = ngettext("{count} row", "{count} rows", count)
            self.desk.notify(_("{rows} written to {file}").format(rows=rows, file=target.name))

        self.desk.jobs.start(_("Writing {file}").format(file=target.name), work, done)
