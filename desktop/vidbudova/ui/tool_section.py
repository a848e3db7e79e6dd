"""The hand that cuts: a drag draws the line of a section, its handle moves it, Esc takes it off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPolygonF, QWheelEvent

from vidbudova.text import _, number
from vidbudova.ui.moment import moment_of
from vidbudova.ui.tool_ground import Ground
from vidbudova.ui.viewport_plates import ink, plate

if TYPE_CHECKING:
    from vidbudova.scene.section import Plane
    from vidbudova.ui.desk import Desk

HANDLE_PX, NEAR_PX = 11.0, 18.0
SHORTEST_PX = 12.0
XY = tuple[float, float]


class SectionTool:
    """See the module; what it does not take moves the camera."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._moment = moment_of(desk)
        self._ground = Ground(desk.viewport)
        self._from: QPointF | None = None
        self._to: QPointF | None = None
        self._held: tuple[QPointF, Plane, XY | None] | None = None
        self._ends: tuple[XY, XY] | None = None

    @property
    def hint(self) -> str:
        """What the next drag does."""
        if self._moment.plane is None:
            return _("Drag a line across the city: what lies before it is cut away. Esc ends.")
        return _("Drag the handle to move the section. Esc takes it off.")

    # -- hands ----------------------------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> bool:
        """Take the handle, or begin the line."""
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        plane, handle = self._moment.plane, self.handle()
        if plane is not None:
            if handle is None or QLineF(handle, event.position()).length() > NEAR_PX:
                return False
            self._held = event.position(), plane, self._ground.xy(event.position())
            return True
        self._from = self._to = event.position()
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Draw the line, or move the section."""
        if self._held is not None:
            self._moment.set_plane(self._moved(event.position()))
            return True
        if self._from is None:
            return False
        self._to = event.position()
        self._desk.viewport.update()
        return True

    def release(self, event: QMouseEvent) -> bool:
        """The line is drawn, or the section is where it should be."""
        if self._held is not None:
            self._held = None
            return True
        start, self._from = self._from, None
        if start is None:
            return False
        self._cut(start, event.position())
        self._desk.viewport.update()
        return True

    def double_click(self, event: QMouseEvent) -> bool:
        """Nothing of its own."""
        return self._moment.plane is None

    def wheel(self, event: QWheelEvent) -> bool:
        """The camera's."""
        return False

    def key(self, event: QKeyEvent) -> bool:
        """Esc takes the section off and the tool away."""
        if event.key() != Qt.Key.Key_Escape:
            return False
        self._moment.set_plane(None)
        self._desk.viewport.set_tool(None)
        return True

    def finished(self) -> None:
        """Put away; the section stays until it is taken off."""
        self._from = self._held = None

    # -- planes ---------------------------------------------------------------------------------------------------

    def _cut(self, start: QPointF, end: QPointF) -> None:
        from vidbudova.scene.section import along, turned

        a, b = self._ground.xy(start), self._ground.xy(end)
        if a is None or b is None or QLineF(start, end).length() < SHORTEST_PX:
            return
        self._ends = a, b
        plane = along(a, b)
        eye = self._desk.viewport.camera.eye()
        beyond = plane.normal[0] * eye[0] + plane.normal[1] * eye[1] - plane.offset
        self._moment.set_plane(plane if beyond > 0 else turned(plane))

    def _moved(self, now: QPointF) -> Plane:
        """The held plane, moved by a drag: up and down, or over the ground."""
        from vidbudova.scene.camera import metres_per_pixel
        from vidbudova.scene.section import Plane

        assert self._held is not None
        start, plane, grasped = self._held
        if plane.level:
            view = self._desk.viewport
            step = metres_per_pixel(view.camera, view.pixels()) * view.devicePixelRatioF()
            up = (start.y() - now.y()) * step / max(math.cos(math.radians(view.camera.pitch_deg)), 0.3)
            return Plane(plane.normal, plane.offset + up)
        here = self._ground.xy(now)
        if here is None or grasped is None:
            return plane
        along = plane.normal[0] * (here[0] - grasped[0]) + plane.normal[1] * (here[1] - grasped[1])
        return Plane(plane.normal, plane.offset + along)

    def places(self) -> list[tuple[float, float, float]]:
        """Ends of the section's line and its handle between them; for a level one the handle alone."""
        plane, camera = self._moment.plane, self._desk.viewport.camera
        if plane is None:
            return []
        if plane.level:
            return [(camera.focus[0], camera.focus[1], plane.offset)]
        ends = np.array(self._ends or (camera.focus[:2], camera.focus[:2]), float)
        normal = np.array(plane.normal[:2])
        on = ends - np.outer(ends @ normal - plane.offset, normal)
        middle = on.mean(0)
        ground = self._height(middle)
        return [(float(x), float(y), ground) for x, y in (on[0], on[1], middle)]

    def _height(self, xy: np.ndarray) -> float:
        scene = self._desk.viewport.scene
        relief = None if scene is None else scene.footing.relief
        return 0.0 if relief is None else float(relief.height(xy[None])[0])

    def handle(self) -> QPointF | None:
        """Where the handle is on the screen."""
        seen = self._seen()
        return seen[-1] if seen else None

    def _seen(self) -> list[QPointF | None]:
        places, scene = self.places(), self._desk.viewport.scene
        if not places or scene is None:
            return []
        pixels, depth = scene.project(np.array(places))
        ratio = self._desk.viewport.devicePixelRatioF()
        return [
            QPointF(float(x) / ratio, float(y) / ratio) if z > 0 else None
            for (x, y), z in zip(pixels, depth, strict=True)
        ]

    # -- paint ----------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """The line in hand, or the section's line with its handle."""
        colours = ink(self._desk.theme)
        if self._from is not None and self._to is not None:
            painter.setPen(colours.pen(2.2, colours.accent))
            painter.drawLine(self._from, self._to)
            return
        seen, plane = self._seen(), self._moment.plane
        if not seen or plane is None:
            return
        if len(seen) == 3 and seen[0] is not None and seen[1] is not None:
            painter.setPen(colours.pen(1.6, colours.accent))
            painter.drawLine(seen[0], seen[1])
        if seen[-1] is not None:
            self._paint_handle(painter, seen[-1], plane)

    def _paint_handle(self, painter: QPainter, at: QPointF, plane: Plane) -> None:
        colours = ink(self._desk.theme)
        painter.setPen(colours.pen(1.2, colours.accent))
        painter.setBrush(colours.plate)
        painter.drawEllipse(at, HANDLE_PX, HANDLE_PX)
        painter.setBrush(colours.accent)
        painter.save()
        painter.translate(at)
        painter.rotate(0.0 if plane.level else self._turn(at, plane))
        for sign in (1.0, -1.0):
            painter.drawPolygon(
                QPolygonF([QPointF(0, -8 * sign), QPointF(3.6, -2.4 * sign), QPointF(-3.6, -2.4 * sign)])
            )
        painter.restore()
        if plane.level:
            words = _("{n} m").format(n=number(plane.offset, 1))
            width = painter.fontMetrics().horizontalAdvance(words) + 16
            box = QRectF(at.x() + HANDLE_PX + 6, at.y() - 11, width, 22)
            plate(painter, box, colours, 6)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _turn(self, at: QPointF, plane: Plane) -> float:
        """How the arrow is turned on the screen, so that it points along the plane's normal."""
        scene = self._desk.viewport.scene
        if scene is None:
            return 0.0
        x, y, z = self.places()[-1]
        step = 0.02 * self._desk.viewport.camera.distance
        away = np.array([[x + plane.normal[0] * step, y + plane.normal[1] * step, z]])
        pixels = scene.project(away)[0][0] / self._desk.viewport.devicePixelRatioF()
        return math.degrees(math.atan2(pixels[0] - at.x(), at.y() - pixels[1]))
