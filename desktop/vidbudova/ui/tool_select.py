"""Select many buildings on the screen: by dragging a rectangle, or by clicking round them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen

from vidbudova.text import _, ngettext
from vidbudova.ui import tool_paint as brush
from vidbudova.ui.tool_clicks import CLICK_PX, ClickTool, apart

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

CLOSE_PX = 10


class RectangleTool(ClickTool):
    """Drag a rectangle over buildings. Shift adds to what is selected, Ctrl takes away."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._from: QPointF | None = None
        self._to: QPointF | None = None

    @property
    def hint(self) -> str:
        """What a drag does."""
        return _("Drag a rectangle over buildings. Shift adds, Ctrl takes away, Esc leaves.")

    def press(self, event: QMouseEvent) -> bool:
        """One corner of the rectangle."""
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._from = self._to = event.position()
        return True

    def move(self, event: QMouseEvent) -> bool:
        """The opposite corner follows the mouse."""
        if self._from is None:
            return False
        self._to = event.position()
        self.repaint()
        return True

    def release(self, event: QMouseEvent) -> bool:
        """Select what is in it."""
        start, end = self._from, event.position()
        self._from = self._to = None
        if start is None:
            return False
        scene, r = self.desk.viewport.scene, self.ground.ratio
        if scene is not None and apart(start, end) > CLICK_PX:
            box = QRectF(start, end).normalized()
            found = scene.in_rectangle(box.left() * r, box.top() * r, box.right() * r, box.bottom() * r)
            choose(self.desk, found, event.modifiers())
        self.repaint()
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Esc gives the rectangle up, then leaves."""
        if event.key() != Qt.Key.Key_Escape:
            return False
        if self._from is not None:
            self._from = self._to = None
            self.repaint()
        else:
            self.leave()
        return True

    def paint(self, painter: QPainter) -> None:
        """The rectangle as it is dragged."""
        if self._from is not None and self._to is not None:
            box = QRectF(self._from, self._to).normalized()
            frame(painter, [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()])


class PolygonTool(ClickTool):
    """Click round buildings on the screen; Enter, a double click or the first corner closes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.corners: list[QPointF] = []

    @property
    def hint(self) -> str:
        """What a click does."""
        return _("Click round the buildings; Enter closes. Shift adds, Ctrl takes away, Esc leaves.")

    def clicked(self, event: QMouseEvent) -> None:
        """A corner, or the end if it is the first one again."""
        here = event.position()
        if len(self.corners) > 2 and apart(here, self.corners[0]) <= CLOSE_PX:
            self.end(event.modifiers())
        else:
            self.corners.append(here)

    def double_click(self, event: QMouseEvent) -> bool:
        """The first click of it has put the corner."""
        self.end(event.modifiers())
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Enter closes, Backspace and Esc take back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.end(event.modifiers())
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape) and self.corners:
            self.corners.pop()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            return False
        self.repaint()
        return True

    def end(self, modifiers: Qt.KeyboardModifier) -> None:
        """Select what is inside."""
        corners, self.corners = self.corners, []
        scene, r = self.desk.viewport.scene, self.ground.ratio
        if scene is not None and len(corners) > 2:
            choose(self.desk, scene.in_polygon(np.array([[c.x() * r, c.y() * r] for c in corners])), modifiers)
        self.repaint()

    def paint(self, painter: QPainter) -> None:
        """The corners and the side in hand."""
        if self.corners:
            frame(painter, [*self.corners, *([self.cursor] if self.cursor is not None else [])])
            brush.handle(painter, self.corners[0], full=len(self.corners) > 2)


def choose(desk: Desk, indices: Sequence[int] | np.ndarray, modifiers: Qt.KeyboardModifier) -> None:
    """Replace the selection by buildings of the scene, or with Shift add them, with Ctrl take them away."""
    every = desk.city.table("buildings").ids if desk.city is not None else np.empty(0, object)
    ids = [str(i) for i in every[np.asarray(indices, int)]]
    before = list(desk.selection.ids) if desk.selection.table == "buildings" else []
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        ids = before + [i for i in ids if i not in set(before)]
    elif modifiers & Qt.KeyboardModifier.ControlModifier:
        gone = set(ids)
        ids = [i for i in before if i not in gone]
    desk.selection.replace(ids)
    desk.notify(ngettext("{count} building selected", "{count} buildings selected", len(ids)))


def frame(painter: QPainter, corners: Sequence[QPointF]) -> None:
    """A dashed frame with a faint fill."""
    brush.area(painter, [corners], opacity=0.12)
    brush.line(painter, [*corners, corners[0]], width=1.4, dashed=True)
    painter.setPen(QPen(QColor(0, 0, 0, 0)))
