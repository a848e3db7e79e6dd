"""What all tools share: a click is a press and a release in one place, so that dragging can still turn the view."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QWheelEvent

from vidbudova.errors import UserError
from vidbudova.ui.tool_ground import Ground

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

CLICK_PX = 5


class ClickTool:
    """A tool that acts on clicks and lets drags and the wheel move the camera."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ground = Ground(desk.viewport)
        self.cursor: QPointF | None = None
        self._pressed: QPointF | None = None

    quiet = False
    """Whether nothing but the tool is shown beside the mouse: no hover, no card."""

    @property
    def hint(self) -> str:
        """One line on what a click does, shown on the view."""
        return ""

    def clicked(self, event: QMouseEvent) -> None:
        """A click with the left button."""

    def moved(self, event: QMouseEvent) -> None:
        """The mouse moved with no button down."""

    def finished(self) -> None:
        """Called when the tool is put away."""

    def leave(self) -> None:
        """Put the tool away."""
        self.desk.viewport.set_tool(None)

    def press(self, event: QMouseEvent) -> bool:
        """Remember where, and leave the drag to the camera."""
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None
        return False

    def move(self, event: QMouseEvent) -> bool:
        """Follow the mouse; a drag belongs to the camera."""
        self.cursor = event.position()
        if event.buttons() == Qt.MouseButton.NoButton:
            self.attempt(lambda: self.moved(event))
            self.repaint()
            return self._hush() if self.quiet else False
        return False

    def release(self, event: QMouseEvent) -> bool:
        """A release where the press was is a click."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or apart(pressed, event.position()) > CLICK_PX:
            return False
        self.cursor = event.position()
        self.attempt(lambda: self.clicked(event))
        self.repaint()
        return False

    def double_click(self, event: QMouseEvent) -> bool:
        """Nothing of ours."""
        return False

    def key(self, event: QKeyEvent) -> bool:
        """Nothing of ours."""
        return False

    def wheel(self, event: QWheelEvent) -> bool:
        """The wheel is the camera's."""
        return False

    def paint(self, painter: QPainter) -> None:
        """Nothing to draw."""

    def repaint(self) -> None:
        """Draw the overlay again, not the city."""
        self.desk.viewport.update()

    def _hush(self) -> bool:
        """Say where the mouse is, and forget what it hovers over."""
        viewport = self.desk.viewport
        if viewport.navigator.hovered is not None:
            viewport.navigator.left()
        viewport.pointed.emit(None if self.cursor is None else self.ground.xyz(self.cursor))
        return True

    def attempt(self, action: Callable[[], object]) -> bool:
        """Do something; what a person can mend is shown as a sentence. Whether it went through."""
        try:
            action()
        except UserError as trouble:
            self.desk.show_error(trouble)
            return False
        return True


def apart(a: QPointF, b: QPointF) -> float:
    """Distance of two positions in pixels."""
    return math.hypot(a.x() - b.x(), a.y() - b.y())
