"""The strip of five first steps; once closed it never comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from vidbudova.model.change import Change
from vidbudova.text import _, mark
from vidbudova.ui import icons

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

STEPS = (
    ("look", mark("Look around"), mark("Drag to turn, wheel to come nearer, Shift-drag to move along.")),
    ("mark", mark("Mark a building"), mark("Click a building and press a grade from 0 to 5.")),
    ("zone", mark("Draw a zone"), mark("Choose “Draw” and click round an area on the ground.")),
    ("analyse", mark("Run an analysis"), mark("Analyses come with plugins; see what is there.")),
    ("walk", mark("Walk"), mark("Press F to stand in the street, W A S D to walk.")),
)
CLOSED = "first-steps-closed"
HEIGHT_PX = 42


class FirstSteps(QFrame):
    """Floats over the view; a step that was done gets a tick, a click goes to the step."""

    def __init__(self, desk: Desk, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("firststeps")
        self._desk, self._host = desk, host
        self.done: set[str] = set()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 6, 4)
        row.setSpacing(2)
        self.buttons: dict[str, QPushButton] = {}
        for n, (key, title, words) in enumerate(STEPS, 1):
            button = QPushButton(f"{n}  {_(title)}")
            button.setObjectName("step")
            button.setToolTip(_(words))
            button.clicked.connect(lambda _on=False, key=key: self.go(key))
            row.addWidget(button)
            self.buttons[key] = button
        self.close_button = QToolButton()
        self.close_button.setProperty("flat", True)
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.setToolTip(_("Close for good"))
        self.close_button.clicked.connect(self.close_for_good)
        row.addWidget(self.close_button)
        host.installEventFilter(self)
        desk.changed.connect(self._changed)
        desk.viewport.camera_moved.connect(self._moved)
        desk.viewport.overlay.legend_moved.connect(self.place)
        desk.workspace_changed.connect(lambda key: self.tick("analyse") if key == "analysis" else None)
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether it was never closed."""
        return str(self._desk.settings.value(CLOSED, "")) != "yes"

    def begin(self) -> None:
        """Show it for the sample city, unless it was closed once."""
        if self.wanted:
            self.done.clear()
            self._mark()
            self.show()
            self.place()
            self.raise_()

    def close_for_good(self) -> None:
        """Never again."""
        self._desk.settings.setValue(CLOSED, "yes")
        self.hide()

    def go(self, key: str) -> None:
        """Bring what the step needs."""
        target = {"mark": "damage", "zone": "zones", "analyse": "analysis", "look": "city"}.get(key)
        if target:
            self._desk.enter(target)
        if key == "walk":
            self._desk.commands.run("walk")
        words = next(words for one, _title, words in STEPS if one == key)
        self._desk.viewport.overlay.hint = _(words)
        self._desk.viewport.update()
        self._desk.viewport.setFocus()

    def tick(self, key: str) -> None:
        """A step was done."""
        if self.isVisible() and key not in self.done:
            self.done.add(key)
            self._desk.viewport.overlay.hint = ""
            self._mark()
            if len(self.done) == len(STEPS):
                self._desk.notify(_("That was everything for a start. The search field knows the rest."))
                self.close_for_good()

    def _changed(self, change: Change) -> None:
        for table, key in (("damage_marks", "mark"), ("zones", "zone")):
            if table in change.tables():
                self.tick(key)

    def _moved(self) -> None:
        if not self._desk.viewport.motion.flying:
            self.tick("walk" if self._desk.viewport.navigator.walking else "look")

    def _mark(self) -> None:
        now = next((key for key, _t, _w in STEPS if key not in self.done), "")
        for n, (key, title, _words) in enumerate(STEPS, 1):
            button = self.buttons[key]
            button.setText(f"{'✓' if key in self.done else n}  {_(title)}")
            button.setProperty("now", key == now)
            button.setProperty("done", key in self.done)
            button.style().unpolish(button)
            button.style().polish(button)
        self.place()

    def dress(self, theme: str) -> None:
        """The cross for a theme."""
        self.close_button.setIcon(icons.icon("close", theme, "muted"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def place(self) -> None:
        """At the foot of the view, in the middle."""
        width = min(self.sizeHint().width(), self._host.width() - 24)
        middle, beside = (self._host.width() - width) // 2, int(self._desk.viewport.overlay.legend_box.right()) + 12
        x = max(12, min(max(middle, beside), self._host.width() - width - 12))
        self.setGeometry(x, self._host.height() - HEIGHT_PX - 46, width, HEIGHT_PX)
