"""The small strip of buttons on the view: camera moves, and the tools of the workspace."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.commands import Command
from vidbudova.ui.workspaces import ToolButton, made, workspace

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

VIEW = ("home", "fit", "top", "north", "walk", "drone", "light", "section")
log = logging.getLogger(__name__)


class Strip(QFrame):
    """Buttons from top to bottom at the left of the view."""

    def __init__(self, desk: Desk, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("toolstrip")
        self._desk = desk
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 4, 4, 4)
        self._column.setSpacing(2)
        self._tools: dict[str, QToolButton] = {}
        self._in_hand = ""
        desk.viewport.tool_changed.connect(self._follow)
        desk.workspace_changed.connect(lambda key: self.fill())
        desk.theme_changed.connect(lambda name: self.fill())
        self.move(12, 12)
        self.hide()

    def fill(self) -> None:
        """Buttons for the workspace at hand."""
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        self._tools = {}
        for key in VIEW:
            if key in self._desk.commands:
                self._camera_button(self._desk.commands[key])
        tools = workspace(self._desk.workspace).tools
        if tools:
            line = QFrame()
            line.setProperty("line", True)
            line.setFixedHeight(5)
            self._column.addWidget(line)
        for tool in tools:
            self._tool_button(tool)
        for button in self.findChildren(QToolButton):
            button.show()
        self._column.activate()
        self.resize(self._column.totalSizeHint())
        self.setVisible(self._desk.viewport.scene is not None)
        self.raise_()

    def _button(self, title: str, icon: str, keys: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon, self._desk.theme))
        button.setIconSize(QSize(22, 22))
        button.setToolTip(f"{title}  ({keys})" if keys else title)
        button.setAccessibleName(title)
        self._column.addWidget(button)
        return button

    def _camera_button(self, command: Command) -> None:
        button = self._button(command.title, command.icon, command.keys)
        button.setObjectName(f"view-{command.key}")
        button.clicked.connect(lambda: self._desk.commands.run(command.key))

    def _tool_button(self, tool: ToolButton) -> None:
        button = self._button(_(tool.title), tool.icon, tool.keys)
        button.setObjectName(f"tool-{tool.key}")
        button.setCheckable(True)
        button.clicked.connect(lambda on: self.take(tool) if on else self._desk.viewport.set_tool(None))
        self._tools[tool.key] = button

    def take(self, tool: ToolButton) -> None:
        """Put a tool of the strip in hand."""
        viewport = self._desk.viewport
        viewport.set_tool(made(tool.made_by, self._desk))
        self._in_hand = tool.key
        self._tools[tool.key].setChecked(True)
        viewport.setFocus()

    def _follow(self) -> None:
        self._in_hand = ""
        for button in self._tools.values():
            button.setChecked(False)
