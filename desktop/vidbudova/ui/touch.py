"""Fingers on the view: one is the hand of the mouse, two move, turn and zoom what is between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QTouchEvent

if TYPE_CHECKING:
    from vidbudova.ui.viewport import Viewport

MOST_ZOOM = 2.0
"""The most that one event may zoom: fingers that jump are a glitch."""
TILT_DEG_PX = 0.25
ALONG = 0.85
"""Two fingers that slide up or down together, this straight, tilt the view; else they move it."""


class Touch:
    """Turns touches and trackpad gestures of one viewport into moves."""

    def __init__(self, viewport: Viewport) -> None:
        self._viewport = viewport
        self._before: tuple[QPointF, QPointF] | None = None
        self._single = False

    def take(self, event: QEvent) -> bool:
        """Whether an event was a touch or a gesture."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        if isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        return False

    def _touch(self, event: QTouchEvent) -> None:
        points = [point.position() for point in event.points()]
        ends = event.type() in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel)
        if len(points) == 2 and not ends:
            self._end_single(points[0], cancelled=True)
            now = points[0], points[1]
            if self._before is not None:
                self._two(self._before, now)
            else:
                self._viewport.motion.land()
            self._before = now
        elif len(points) == 1 and self._before is None:
            self._one(event.type(), points[0])
        if ends:
            self._before = None

    def _one(self, kind: QEvent.Type, at: QPointF) -> None:
        """A finger alone is the left button, for tools too."""
        if kind == QEvent.Type.TouchBegin:
            self._single = True
            self._send(QEvent.Type.MouseButtonPress, at)
        elif kind == QEvent.Type.TouchUpdate and self._single:
            self._send(QEvent.Type.MouseMove, at)
        else:
            self._end_single(at, cancelled=kind == QEvent.Type.TouchCancel)

    def _end_single(self, at: QPointF, cancelled: bool) -> None:
        if not self._single:
            return
        self._single = False
        if cancelled:
            self._viewport.navigator.let_go()
        else:
            self._send(QEvent.Type.MouseButtonRelease, at)

    def _send(self, kind: QEvent.Type, at: QPointF) -> None:
        view = self._viewport
        none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        button = none if kind == QEvent.Type.MouseMove else left
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        event = QMouseEvent(kind, at, view.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
        {
            QEvent.Type.MouseButtonPress: view.mousePressEvent,
            QEvent.Type.MouseMove: view.mouseMoveEvent,
            QEvent.Type.MouseButtonRelease: view.mouseReleaseEvent,
        }[kind](event)

    def _two(self, before: tuple[QPointF, QPointF], now: tuple[QPointF, QPointF]) -> None:
        from vidbudova.scene import camera as cameras

        view = self._viewport
        if view.scene is None:
            return
        old, new = (before[0] + before[1]) / 2, (now[0] + now[1]) / 2
        span, angle = _span(before), _span(now)
        factor = min(max(span[0] / max(angle[0], 1.0), 1 / MOST_ZOOM), MOST_ZOOM)
        turn = math.degrees((angle[1] - span[1] + math.pi) % (2 * math.pi) - math.pi)
        camera, pivot = view.camera, self._place(new)
        if _slides_along(before, now):
            view.set_camera(cameras.orbit_about(camera, pivot, 0.0, (new - old).y() * TILT_DEG_PX, pivot[2]))
            return
        camera = cameras.pan(camera, view.physical(old), view.physical(new), view.pixels(), pivot[2])
        camera = cameras.zoom_to(camera, pivot, factor)
        view.set_camera(cameras.orbit_about(camera, pivot, -turn, 0.0, pivot[2]))

    def _place(self, at: QPointF) -> np.ndarray:
        scene, view = self._viewport.scene, self._viewport
        found = scene.ground_point(*view.physical(at)) if scene is not None else None
        return np.asarray(view.camera.focus if found is None else found, float)

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        from vidbudova.scene import camera as cameras

        view, kind = self._viewport, event.gestureType()
        if view.scene is None:
            return False
        pivot = self._place(event.position())
        if kind == Qt.NativeGestureType.ZoomNativeGesture:
            factor = min(max(1.0 - event.value(), 1 / MOST_ZOOM), MOST_ZOOM)
            view.set_camera(cameras.zoom_to(view.camera, pivot, factor))
        elif kind == Qt.NativeGestureType.RotateNativeGesture:
            view.set_camera(cameras.orbit_about(view.camera, pivot, -event.value(), 0.0, pivot[2]))
        else:
            return False
        return True


def _span(points: tuple[QPointF, QPointF]) -> tuple[float, float]:
    """Distance and direction from the first finger to the second."""
    way = points[1] - points[0]
    return math.hypot(way.x(), way.y()), math.atan2(way.y(), way.x())


def _slides_along(before: tuple[QPointF, QPointF], now: tuple[QPointF, QPointF]) -> bool:
    """Whether both fingers, side by side, go the same way up or down."""
    first, second = now[0] - before[0], now[1] - before[1]
    level = abs(math.cos(_span(now)[1])) > ALONG
    together = first.y() * second.y() > 0 and min(abs(first.y()), abs(second.y())) > 2 * abs(first.y() - second.y())
    steep = all(abs(step.y()) > 2 * abs(step.x()) for step in (first, second))
    return level and together and steep
