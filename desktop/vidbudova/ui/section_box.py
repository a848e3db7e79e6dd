"""The section through the city: at a height, or along a line that is drawn on the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from vidbudova.text import _
from vidbudova.ui.moment import moment_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

MOST_M = 100
FIRST_M = 9.0


class SectionBox(QWidget):
    """Buttons for the kinds of section, and what can be said of the one there is."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.moment = moment_of(desk)
        self.level = QPushButton(_("At a height"))
        self.line = QPushButton(_("Along a line"))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(_("Height of the section"))
        self.height_m = QDoubleSpinBox()
        self.height_m.setRange(-500, 5000)
        self.height_m.setDecimals(1)
        self.height_m.setSuffix(" " + _("m"))
        self.height_m.setAccessibleName(_("Height of the section"))
        self.turn = QPushButton(_("Other side"))
        self.off = QPushButton(_("Whole city"))
        self._lay_out()
        self._connect()
        self.follow()

    def _lay_out(self) -> None:
        kinds, height, ends = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        kinds.addWidget(self.level, 1)
        kinds.addWidget(self.line, 1)
        height.addWidget(self.slider, 1)
        height.addWidget(self.height_m)
        ends.addWidget(self.turn, 1)
        ends.addWidget(self.off, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for row in (kinds, height):
            column.addLayout(row)
        column.addWidget(self.words)
        column.addLayout(ends)

    def _connect(self) -> None:
        self.level.clicked.connect(self.cut_at_height)
        self.line.clicked.connect(self.draw_line)
        self.slider.valueChanged.connect(lambda value: self.height_m.setValue(value / 2.0 + self._ground()))
        self.height_m.valueChanged.connect(self._cut)
        self.turn.clicked.connect(self.turn_round)
        self.off.clicked.connect(self.whole)
        self.moment.changed.connect(self.follow)
        self._desk.city_changed.connect(self.follow)

    def _ground(self) -> float:
        """The height of the lowest ground."""
        scene = self._desk.viewport.scene
        return 0.0 if scene is None else scene.footing.level_m

    # -- what a person does ---------------------------------------------------------------------------------------

    def cut_at_height(self) -> None:
        """A level section, with a handle on the view."""
        from vidbudova.scene.section import at_height
        from vidbudova.ui.tool_section import SectionTool

        self.moment.set_plane(at_height(self._ground() + FIRST_M))
        self._desk.viewport.set_tool(SectionTool(self._desk))

    def draw_line(self) -> None:
        """A section along a line: the next drag on the view draws it."""
        from vidbudova.ui.tool_section import SectionTool

        self.moment.set_plane(None)
        self._desk.viewport.set_tool(SectionTool(self._desk))
        self._desk.viewport.setFocus()

    def _cut(self, height_m: float) -> None:
        from vidbudova.scene.section import at_height

        self.moment.set_plane(at_height(height_m))

    def turn_round(self) -> None:
        """Cut away what stood, and show what was cut away."""
        from vidbudova.scene.section import turned

        if self.moment.plane is not None:
            self.moment.set_plane(turned(self.moment.plane))

    def whole(self) -> None:
        """No section."""
        from vidbudova.ui.tool_section import SectionTool

        self.moment.set_plane(None)
        if isinstance(self._desk.viewport.tool, SectionTool):
            self._desk.viewport.set_tool(None)

    # -- what is shown --------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show how things stand."""
        plane, there = self.moment.plane, self._desk.viewport.scene is not None
        level = plane is not None and plane.level
        for button in (self.level, self.line):
            button.setEnabled(there)
        for part in (self.slider, self.height_m):
            part.setVisible(level)
        self.turn.setVisible(plane is not None and not level)
        self.off.setVisible(plane is not None)
        if plane is not None and level:
            with QSignalBlocker(self.slider), QSignalBlocker(self.height_m):
                self.slider.setRange(0, 2 * MOST_M)
                self.slider.setValue(round((plane.offset - self._ground()) * 2))
                self.height_m.setValue(plane.offset)
        self.words.setText(
            _("Look into the city: what lies above a height, or before a line, is cut away.")
            if plane is None
            else _("Drag the handle on the view to move the section. Esc takes it off.")
        )
