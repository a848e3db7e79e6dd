"""The narrow rail at the left: the six workspaces."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.workspaces import WORKSPACES

NARROWEST = 84


class Rail(QFrame):
    """One button a workspace; `chosen(key)` when one is pressed."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(2)
        for n, workspace in enumerate(WORKSPACES, 1):
            button = self._button(workspace.key, _(workspace.title))
            button.setToolTip(f"{_(workspace.title)}  (Ctrl+{n})")
            layout.addWidget(button)
        layout.addStretch(1)
        self._widen()

    def _button(self, key: str, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(title)
        button.setObjectName(f"workspace-{key}")
        button.setAccessibleName(title)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(24, 24))
        button.setCheckable(True)
        button.setMinimumHeight(58)
        font = button.font()
        font.setPointSizeF(font.pointSizeF() * 0.86)
        button.setFont(font)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(button)
        self.buttons[key] = button
        return button

    def _widen(self) -> None:
        """As wide as the longest word of the language needs, in bold."""
        longest = 0
        for button in self.buttons.values():
            bold = QFont(button.font())
            bold.setBold(True)
            longest = max(longest, QFontMetrics(bold).horizontalAdvance(button.text()))
        width = max(NARROWEST, longest + 22)
        self.setFixedWidth(width)
        for button in self.buttons.values():
            button.setFixedWidth(width)

    def show_chosen(self, key: str) -> None:
        """Press the button of a workspace without saying so."""
        self.buttons[key].setChecked(True)

    def dress(self, theme: str) -> None:
        """Icons for a theme."""
        for workspace in WORKSPACES:
            self.buttons[workspace.key].setIcon(icons.icon(workspace.icon, theme))
