"""Hands for the real window: clicks on the ground, keys, pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from vidbudova.scene.camera import Camera
from vidbudova.scene.standing import grounded
from vidbudova.ui.tool_ground import Ground


class Hands:
    """What a person does with the view."""

    def __init__(self, window: Any, qtbot: Any) -> None:
        self.window, self.desk, self.qtbot = window, window.desk, qtbot
        self.view, self.session = window.desk.viewport, window.desk.session
        self.ground = Ground(self.view)
        self.said: list[tuple[str, Any, str]] = []
        notify = window.notify

        def listen(text: str, action: Any = None, button: str = "", kind: str = "") -> None:
            self.said.append((text, action, button))
            notify(text, action, button, kind)

        window.notify = listen

    def panel(self, workspace: str) -> Any:
        """Enter a workspace and give its first panel."""
        self.desk.enter(workspace)
        return self.desk.show_panel(workspace)

    def look(self, x: float, y: float, distance: float = 500.0, pitch: float = 70.0) -> None:
        """Look down at a place."""
        self.view.motion.stop()
        self.view.set_camera(grounded(Camera((x, y, 0.0), distance, 0.0, pitch), self.desk.city.relief))
        self.settle()

    def at(self, x: float, y: float, height: float = 0.0) -> QPoint:
        """Where a place is in the widget."""
        place = self.ground.to_screen([(x, y)], height)[0]
        assert place is not None
        return place.toPoint()

    def move(self, x: float, y: float) -> None:
        """Move the mouse over a place on the ground."""
        QTest.mouseMove(self.view, self.at(x, y))

    def click(self, x: float, y: float, modifier: Any = Qt.KeyboardModifier.NoModifier, height: float = 0.0) -> None:
        """Move to a place and click it."""
        QTest.mouseMove(self.view, self.at(x, y, height))
        QTest.mouseClick(self.view, Qt.MouseButton.LeftButton, modifier, self.at(x, y, height))

    def drag(self, a: QPoint, b: QPoint, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Press, move, release."""
        QTest.mousePress(self.view, Qt.MouseButton.LeftButton, modifier, a)
        for n in range(1, 6):
            QTest.mouseMove(self.view, a + (b - a) * n / 5)
        QTest.mouseRelease(self.view, Qt.MouseButton.LeftButton, modifier, b)

    def key(self, key: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key on the view."""
        QTest.keyClick(self.view, key, modifier)

    def type(self, text: str) -> None:
        """Type on the view."""
        QTest.keyClicks(self.view, text)

    def settle(self) -> None:
        """Let the view come to rest."""
        self.qtbot.wait(30)

    def pixel(self, place: QPoint) -> np.ndarray:
        """The mean colour of the picture around a place of the widget, with nothing lit by the mouse."""
        self.view.navigator.left()
        self.settle()
        picture = self.view.picture(overlay=False)
        ratio = self.view.devicePixelRatioF()
        x, y = round(place.x() * ratio), round(place.y() * ratio)
        near = [picture.pixelColor(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        return np.mean([[c.red(), c.green(), c.blue()] for c in near], axis=0)
