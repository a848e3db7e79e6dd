"""The Views panel: named views with their numbers, and the camera paths that lead through them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from vidbudova.model.change import Change
from vidbudova.model.schema_views import VIEWS
from vidbudova.session import views
from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.damage_flow import FlowLayout
from vidbudova.ui.damage_section import Section
from vidbudova.ui.form_fields import FieldRow
from vidbudova.ui.lines_model import Lines, fit_height
from vidbudova.ui.path_editor import PathEditor

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

SHOWN = ("name", *views.CAMERA, "shown_on")
TABLES = frozenset({"views", "camera_paths"})


class ViewsPanel(QScrollArea):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("views-panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words = QLabel(
            _("A named view is a place to look at the city from. Keep a few, then lead people through them.")
        )
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.keep = QPushButton(_("Keep this view"))
        self.keep.setObjectName("views-keep")
        self.keep.setProperty("primary", True)
        self.lines = Lines((_("View"),), editable=(0,))
        self.list = QTreeView()
        self.numbers = {name: FieldRow(VIEWS.field(name), True) for name in SHOWN}
        self.path = PathEditor(desk, self.chosen)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        self._set_up_list()
        self.doings = QWidget()
        flow = FlowLayout(self.doings)
        self.buttons: dict[str, QPushButton] = {}
        for key, (title, icon) in {
            "fly": (_("Fly there"), "fly"), "here": (_("Take the present view"), "pin"),
            "add": (_("Add to the path"), "plus"), "remove": (_("Remove"), "trash"),
        }.items():  # fmt: skip
            button = QPushButton(icons.icon(icon, self.desk.theme), title)
            button.setObjectName(f"views-{key}")
            self.buttons[key] = button
            flow.addWidget(button)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        for row in self.numbers.values():
            column.addWidget(row)
        self.form_section = Section(_("Numbers"), form, is_open=False)
        self.path_section = Section(_("Camera path"), self.path)
        for part in (self.words, self.keep, self.list, self.doings, self.form_section, self.path_section):
            layout.addWidget(part)
        layout.addStretch(1)
        self.setWidget(body)

    def _set_up_list(self) -> None:
        self.list.setModel(self.lines)
        self.list.setObjectName("views-list")
        self.list.setRootIsDecorated(False)
        self.list.setHeaderHidden(True)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)

    def _connect(self) -> None:
        self.keep.clicked.connect(self.keep_view)
        self.lines.said.connect(lambda id, _column, words: self._describe("name", words))
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show_numbers())
        self.list.doubleClicked.connect(lambda _index: self.fly())
        self.desk.project_changed.connect(self.refresh)
        self.desk.city_changed.connect(self._dress)
        self.desk.changed.connect(self._follow)
        self.desk.theme_changed.connect(lambda _theme: self._dress())
        for key, action in {
            "fly": self.fly, "here": self.take_present, "add": self.add_to_path, "remove": self.remove,
        }.items():  # fmt: skip
            self.buttons[key].clicked.connect(action)
        for name, row in self.numbers.items():
            row.said.connect(partial(self._describe, name))

    # -- what is shown --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the views of the project."""
        before = self.chosen()
        session = self.desk.session
        rows = views.views(session) if session is not None else {}
        self.lines.show_rows([(id, (str(row["name"] or _("View")),)) for id, row in rows.items()])
        fit_height(self.list, len(rows))
        place = max(self.lines.row_of(before), 0 if rows else -1)
        if place >= 0:
            self.list.setCurrentIndex(self.lines.index(place, 0))
        self.path.refresh()
        self._dress()

    def _follow(self, change: Change) -> None:
        if any(delta.table in TABLES for delta in change.deltas):
            self.refresh()

    def _dress(self) -> None:
        session = self.desk.session
        edits = session is not None and not session.read_only
        some = bool(self.lines.rows)
        for key, icon in (("fly", "fly"), ("here", "pin"), ("add", "plus"), ("remove", "trash")):
            self.buttons[key].setIcon(icons.icon(icon, self.desk.theme))
            self.buttons[key].setEnabled(some and (edits or key == "fly"))
        self.keep.setEnabled(edits and self.desk.viewport.scene is not None)
        self.list.setVisible(some)
        self.doings.setVisible(some)
        self.form_section.setVisible(some)
        self.path_section.setVisible(some)
        self._show_numbers()

    def _show_numbers(self) -> None:
        session = self.desk.session
        row = session.row("views", self.chosen()) if session is not None and self.chosen() else None
        for name, field in self.numbers.items():
            field.show_value(None if row is None else row[name])

    def chosen(self) -> str:
        """The id of the view that is chosen; "" for none."""
        return self.lines.id_of(self.list.currentIndex().row())

    # -- what is done ---------------------------------------------------------------------------------------------

    def keep_view(self) -> None:
        """Keep where the view is now."""
        from vidbudova.scene.video import numbers_of

        session = self.desk.session
        if session is None or self.desk.viewport.scene is None:
            return
        camera = numbers_of(self.desk.viewport.camera)
        name = _("View {n}").format(n=len(self.lines.rows) + 1)
        id = self.desk.attempt(lambda: views.add_view(session, name, camera))
        if id:
            self.list.setCurrentIndex(self.lines.index(self.lines.row_of(id), 0))
            self.list.edit(self.list.currentIndex())

    def fly(self) -> None:
        """Fly to the chosen view."""
        from vidbudova.scene.video import camera_of

        session = self.desk.session
        row = session.row("views", self.chosen()) if session is not None else None
        if row is not None:
            self.desk.viewport.navigator.steps.set_mode("")
            self.desk.viewport.fly(camera_of(row))

    def take_present(self) -> None:
        """Give the chosen view the numbers of the present one."""
        from vidbudova.scene.video import numbers_of

        session, id = self.desk.session, self.chosen()
        if session is not None and id:
            camera: dict[str, Any] = numbers_of(self.desk.viewport.camera)
            self.desk.attempt(lambda: views.change_view(session, id, **camera))

    def add_to_path(self) -> None:
        """Make the chosen view the next stop of the path."""
        if self.chosen():
            self.path.add(self.chosen())

    def remove(self) -> None:
        """Take the chosen view away; undo brings it back."""
        session, id = self.desk.session, self.chosen()
        if session is not None and id:
            self.desk.attempt(lambda: views.remove_view(session, id))
            self.desk.notify(_("The view was removed."), self.desk.undo, _("Undo"))

    def _describe(self, name: str, value: Any) -> None:
        session, id = self.desk.session, self.chosen()
        if session is None or not id:
            return
        fields = {name: value if value != "" else None}
        if name in views.CAMERA and value is None:
            self._show_numbers()
            return
        self.desk.attempt(lambda: views.change_view(session, id, **fields))
        if name in views.CAMERA:
            self.fly()
