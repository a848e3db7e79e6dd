"""Pages that say what a workspace is for, what can be done in it now, and what comes later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from vidbudova.text import _
from vidbudova.ui import icons

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


class EmptyPage(QWidget):
    """An icon, a title, words, and buttons that run commands by key."""

    def __init__(self, desk: Desk, icon: str, title: str, words: Sequence[str], commands: Sequence[str] = ()) -> None:
        super().__init__()
        self._desk, self._icon = desk, icon
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 28, 20, 20)
        column.setSpacing(10)
        column.addWidget(self._sign)
        heading = QLabel(title)
        heading.setProperty("role", "title")
        for label in (heading, *map(QLabel, words)):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            if label is not heading:
                label.setProperty("role", "muted")
            column.addWidget(label)
        column.addSpacing(6)
        self.buttons = [self._button(key) for key in commands if key in desk.commands]
        for button in self.buttons:
            column.addWidget(button)
        column.addStretch(1)
        desk.theme_changed.connect(self._dress)
        desk.project_changed.connect(self._follow)
        self._dress(desk.theme)
        self._follow()

    def _button(self, key: str) -> QPushButton:
        command = self._desk.commands[key]
        button = QPushButton(command.title)
        button.setObjectName(f"do-{key}")
        button.clicked.connect(lambda: self._desk.commands.run(key))
        return button

    def _dress(self, theme: str) -> None:
        self._sign.setPixmap(icons.picture(self._icon, 44, theme, "faint", self.devicePixelRatioF()))

    def _follow(self) -> None:
        for button in self.buttons:
            button.setEnabled(self._desk.commands[button.objectName().removeprefix("do-")].enabled())


class FieldPage(EmptyPage):
    """Surveys and exchange between laptops come later; history and conflicts are here."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            "field",
            _("Field work and exchange"),
            (
                _("Here survey forms come in and laptops exchange their edits. Both come with a later version."),
                _("What can be done now: see who changed what, settle conflicts, and bring in files."),
            ),
            ("panel-history", "panel-conflicts", "import"),
        )
