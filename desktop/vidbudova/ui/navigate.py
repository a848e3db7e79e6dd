"""The hands: orbit, pan, zoom, fly, walk, hover, choose, and the menu of a thing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent

from vidbudova.ui.moment import moment_of
from vidbudova.ui.navigate_steps import Steps

if TYPE_CHECKING:
    from vidbudova.scene.pick import Pick
    from vidbudova.ui.viewport import Viewport

DRAG_PX = 4
TURN_DEG_PX = 0.3
LOOK_DEG_PX = 0.15
ZOOM_STEP = 0.84
HOVER_MS = 40
TABLES = {
    "building": "buildings", "zone": "zones", "observation": "observations", "road": "roads", "place": "places",
    "feature": "features",
    "quarantine": "quarantine",
}  # fmt: skip


class Navigator(QObject):
    """What the mouse and keys do where no tool takes them.

    hovered : the Pick under the resting cursor, or None. steps : walking and flying by keys.
    """

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.hovered: Pick | None = None
        self.cursor: QPointF | None = None
        self.steps = Steps(viewport)
        self._pressed: QPointF | None = None
        self._at = QPointF()
        self._button = Qt.MouseButton.NoButton
        self._dragging = False
        self._pivot = np.zeros(3)
        self._hover = QTimer(self)
        self._hover.setSingleShot(True)
        self._hover.setInterval(HOVER_MS)
        self._hover.timeout.connect(self._look)

    @property
    def walking(self) -> bool:
        """Whether the keys are steps, on foot or by drone."""
        return self.steps.mode != ""

    # -- mouse ----------------------------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> bool:
        """Begin a click or a drag."""
        if self._viewport.scene is None:
            return False
        self._viewport.motion.land()
        self._pressed = self._at = event.position()
        self._button, self._dragging = event.button(), False
        self._pivot = self._point(event.position())
        return True

    def _point(self, position: QPointF) -> np.ndarray:
        """The thing or ground under a position; the focus where there is only sky or the ground is far off."""
        scene, camera = self._viewport.scene, self._viewport.camera
        pick = scene.pick(*self._viewport.physical(position)) if scene is not None else None
        if pick is None or pick.distance > 12 * camera.distance:
            return np.asarray(camera.focus, float)
        return np.asarray(pick.point, float)

    def move(self, event: QMouseEvent) -> bool:
        """Drag the camera, or look at what is under the cursor."""
        self.cursor = event.position()
        if event.buttons() == Qt.MouseButton.NoButton or self._pressed is None:
            self._hover.start()
            return True
        if not self._dragging and _apart(event.position(), self._pressed) < DRAG_PX:
            return True
        self._dragging = True
        self._forget_hover()
        before, self._at = self._at, event.position()
        self._drag(before, self._at, event.modifiers())
        return True

    def _drag(self, before: QPointF, now: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        from vidbudova.scene import camera as cameras
        from vidbudova.scene.walking import look

        view, step = self._viewport, now - before
        panning = self._button == Qt.MouseButton.MiddleButton or modifiers & Qt.KeyboardModifier.ShiftModifier
        if panning:
            start, end = view.physical(before), view.physical(now)
            moved = cameras.pan(view.camera, start, end, view.pixels(), view.ground_m(self._pivot))
        elif self.walking:
            moved = look(view.camera, -step.x() * LOOK_DEG_PX, -step.y() * LOOK_DEG_PX)
        elif self._button == Qt.MouseButton.LeftButton:
            moved = cameras.orbit_about(
                view.camera, self._pivot, step.x() * TURN_DEG_PX, step.y() * TURN_DEG_PX, view.ground_m(self._pivot)
            )
        else:
            moved = cameras.zoom_to(view.camera, self._pivot, math.exp(step.y() * 0.008))
        view.set_camera(moved)

    def release(self, event: QMouseEvent) -> bool:
        """A release where the press was is a click."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._dragging:
            return pressed is not None
        if event.button() == Qt.MouseButton.LeftButton and self._viewport.tool is None:
            self.choose(event.position(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif event.button() == Qt.MouseButton.RightButton:
            self._offer(event)
        return True

    def let_go(self) -> None:
        """Forget a press: what follows is no click."""
        self._pressed, self._dragging = None, False

    def choose(self, position: QPointF, add: bool) -> None:
        """Select what is under a position; the ground selects nothing."""
        pick = self.pick(position)
        selection = self._viewport.desk.selection
        table = TABLES.get(pick.kind) if pick is not None else None
        if pick is None or table is None or not pick.id:
            if not add:
                selection.clear()
        elif add:
            selection.toggle(pick.id, table)
        else:
            selection.replace([pick.id], table)

    def pick(self, position: QPointF) -> Pick | None:
        """What is under a widget position."""
        scene = self._viewport.scene
        return None if scene is None else scene.pick(*self._viewport.physical(position))

    def double_click(self, event: QMouseEvent) -> bool:
        """Fly to what is under the cursor."""
        from vidbudova.scene.camera import fly_to

        pick = self.pick(event.position())
        if pick is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        distance = max(80.0, self._viewport.camera.distance * 0.4)
        point = np.array([*pick.point[:2], self._viewport.ground_m(pick.point)])
        self._viewport.fly(fly_to(self._viewport.camera, point, min(distance, self._viewport.camera.distance)))
        return True

    def wheel(self, event: QWheelEvent) -> bool:
        """Nearer to, or away from, the point under the cursor."""
        from vidbudova.scene.camera import zoom_to

        if self._viewport.scene is None:
            return False
        self._viewport.motion.land()
        clicks = event.angleDelta().y() / 120.0
        if clicks and self.steps.mode == "drone":
            self.steps.faster(clicks)
        elif clicks:
            point = self._point(event.position())
            self._viewport.set_camera(zoom_to(self._viewport.camera, point, ZOOM_STEP**clicks))
        return True

    def left(self) -> None:
        """The cursor left the view."""
        self.cursor = None
        self._hover.stop()
        self._forget_hover()
        self._viewport.pointed.emit(None)

    def _offer(self, event: QMouseEvent) -> None:
        from vidbudova.ui.viewport_menu import offer

        pick = self.pick(event.position())
        if pick is not None:
            offer(self._viewport, pick, event.globalPosition().toPoint())

    # -- hover ----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        if self.cursor is None or self._viewport.scene is None:
            return
        pick = self.pick(self.cursor)
        self._viewport.pointed.emit(None if pick is None else pick.point)
        thing = pick if pick is not None and pick.kind in TABLES and pick.id else None
        before = self.hovered.id if self.hovered is not None else ""
        self.hovered = thing
        if (thing.id if thing else "") != before:
            index = thing.index if thing is not None and thing.kind == "building" else None
            self._viewport.scene.hover(index)
            self._viewport.redraw("still")
        self._viewport.update()

    def _forget_hover(self) -> None:
        if self.hovered is not None and self._viewport.scene is not None:
            self.hovered = None
            self._viewport.scene.hover(None)
            self._viewport.redraw("still")

    # -- keys -----------------------------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """Steps while walking; Esc steps back; the commands of the view by their keys."""
        if event.key() == Qt.Key.Key_Escape:
            return self.step_back()
        if self.steps.press(event.key()):
            return True
        pressed = QKeySequence(event.keyCombination())
        for command in self._viewport.desk.commands:
            if command.in_view and command.keys and QKeySequence(command.keys) == pressed and command.enabled():
                command.run()
                return True
        return False

    def key_up(self, event: QKeyEvent) -> None:
        """A step ends."""
        if not event.isAutoRepeat():
            self.steps.release(event.key())

    def step_back(self) -> bool:
        """Leave one thing: the tool, the walk, the selection, the section. False when there is nothing to leave."""
        view = self._viewport
        if view.tool is not None:
            view.set_tool(None)
        elif self.walking:
            self.steps.set_mode("")
        elif len(view.desk.selection):
            view.desk.selection.clear()
        elif moment_of(view.desk).plane is not None:
            moment_of(view.desk).set_plane(None)
        else:
            return False
        return True

    def set_walking(self, on: bool) -> None:
        """Stand on the ground at the focus, or rise again."""
        self.steps.set_mode("walk" if on else "")


def _apart(a: QPointF, b: QPointF) -> float:
    return math.hypot(a.x() - b.x(), a.y() - b.y())
