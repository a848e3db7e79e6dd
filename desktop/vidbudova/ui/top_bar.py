"""The bar at the top: the project's name, undo and redo, the search field, theme and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.commands import Command
from vidbudova.ui.palette import SearchField

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

MENU = (
    "start", "open", "new", "sample", "", "import", "save-copy", "picture", "", "theme-light", "theme-dark",
    "theme-system", "", "language-en", "language-uk", "language-ko", "", "shortcuts", "quit",
)  # fmt: skip


class TopBar(QFrame):
    """See the module."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self._desk = desk
        self._icons: list[tuple[QToolButton, str]] = []
        self.menu = self._button("menu", _("Menu"))
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.menu)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.menu.setMenu(self._menu)
        self.project = QLabel()
        self.project.setObjectName("project")
        self.project.setTextFormat(Qt.TextFormat.PlainText)
        self.undo = self._command_button("undo")
        self.redo = self._command_button("redo")
        self.search = SearchField(desk, self)
        self.search.setMaximumWidth(620)
        self.search.setMinimumWidth(200)
        self.panels = self._button("layers", _("Panels"))
        self.panels.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._panels = QMenu(self.panels)
        self._panels.aboutToShow.connect(self._fill_panels)
        self.panels.setMenu(self._panels)
        self.picture = self._command_button("picture")
        self.help = self._command_button("shortcuts")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(4)
        for widget in (self.menu, self.project, self.undo, self.redo):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.search, 6)
        row.addStretch(1)
        for widget in (self.panels, self.picture, self.help):
            row.addWidget(widget)
        desk.project_changed.connect(self.follow)
        desk.changed.connect(lambda change: self.follow())

    def _button(self, icon: str, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(QSize(20, 20))
        button.setToolTip(title)
        button.setAccessibleName(title)
        self._icons.append((button, icon))
        return button

    def _command_button(self, key: str) -> QToolButton:
        command = self._desk.commands[key]
        button = self._button(command.icon, f"{command.title}  ({command.keys})" if command.keys else command.title)
        button.setObjectName(f"top-{key}")
        button.clicked.connect(lambda: self._desk.commands.run(key))
        return button

    def follow(self) -> None:
        """Name, and what undo and redo would do."""
        session = self._desk.session
        self.project.setText(
            session.project.path.name.removesuffix(".gpkg").removesuffix(".vbp") if session else _("Vidbudova")
        )
        undo, redo = (session.can_undo(), session.can_redo()) if session else (None, None)
        for button, title, base in ((self.undo, undo, _("Undo")), (self.redo, redo, _("Redo"))):
            button.setEnabled(title is not None and session is not None and not session.read_only)
            button.setToolTip(f"{base}: {title}" if title else base)
            button.setVisible(session is not None)
        for button in (self.panels, self.picture):
            button.setVisible(session is not None)

    def dress(self, theme: str) -> None:
        """Icons for a theme."""
        for button, icon in self._icons:
            button.setIcon(icons.icon(icon, theme))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for key in MENU:
            if not key:
                self._menu.addSeparator()
            elif key in self._desk.commands:
                self._add(self._menu, self._desk.commands[key])

    def _fill_panels(self) -> None:
        self._panels.clear()
        for command in self._desk.commands:
            if command.key.startswith("panel-"):
                self._add(self._panels, command)

    def _add(self, menu: QMenu, command: Command) -> None:
        action = menu.addAction(command.title, command.run)
        action.setEnabled(command.enabled())
        if command.keys:
            action.setText(f"{command.title}\t{command.keys}")
        if command.icon:
            action.setIcon(icons.icon(command.icon, self._desk.theme))
