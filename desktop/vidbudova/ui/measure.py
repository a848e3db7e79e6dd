"""Measuring on the view: a distance along clicks, an area, and heights of buildings and between two places."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from vidbudova.model import outline as drawing
from vidbudova.model.outline import Aim, Outline
from vidbudova.text import _, number
from vidbudova.ui import tool_paint as brush
from vidbudova.ui.tool_clicks import ClickTool
from vidbudova.ui.tool_draw import DrawTool
from vidbudova.ui.tool_draw_paint import metres

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

Place = tuple[float, float, float]


def hectares(area_m2: float) -> str:
    """An area as a person reads it: square metres below a hectare, hectares above."""
    if area_m2 < 10_000:
        return _("{n} m²").format(n=number(area_m2, 0 if area_m2 >= 100 else 1))
    return _("{n} ha").format(n=number(area_m2 / 10_000, 2))


def length_of(outline: Outline, aim: Aim | None = None) -> float:
    """The length of a drawn line in metres, with the side in hand."""
    corners = [*outline.corners, *([aim.xy] if aim is not None and outline.corners else [])]
    return sum(math.dist(a, b) for a, b in zip(corners, corners[1:], strict=False))


class DistanceTool(DrawTool):
    """Clicks along a line; the sum stays beside the last of them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self._keep, closed=False)
        self.kept: Outline | None = None

    @property
    def hint(self) -> str:
        """What the next click does."""
        return _("Click along the way. Enter or a double click ends it; the next click begins anew.")

    def clicked(self, event: QMouseEvent) -> None:
        """The first click puts the last result away."""
        self.kept = None
        super().clicked(event)

    def end(self) -> None:
        """Keep a line of two places or more."""
        if len(self.outline.corners) > 1:
            super().end()

    def paint(self, painter: QPainter) -> None:
        """The line in hand, or the last one with its length."""
        super().paint(painter)
        shown = self.kept or self.outline
        if self.kept is None and len(shown.corners) < 2:
            return
        places = self.ground.to_screen(shown.corners)
        if self.kept is not None:
            brush.line(painter, places)
            for place in places:
                brush.handle(painter, place, size=7)
        total = length_of(shown, None if self.kept else self.aim)
        brush.label(painter, _above(places[-1]), _("Σ {length}").format(length=metres(total)), strong=True)

    def _keep(self, outline: Outline) -> None:
        self.kept = outline


class AreaTool(DrawTool):
    """Clicks round an area; its size and outline length stay in the middle of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self._keep)
        self.kept: Outline | None = None

    def clicked(self, event: QMouseEvent) -> None:
        """The first click puts the last result away."""
        self.kept = None
        super().clicked(event)

    def words(self) -> str:
        """Size and outline length of what is drawn or kept, "" while it is no area."""
        shape = drawing.preview(self.kept or self.outline, None if self.kept else self.aim)
        if shape is None:
            return ""
        return f"{hectares(shape.area)}\n" + _("outline {length}").format(length=metres(shape.length))

    def paint(self, painter: QPainter) -> None:
        """The outline in hand, or the last one, with its size."""
        super().paint(painter)
        shape = drawing.preview(self.kept or self.outline, None if self.kept else self.aim)
        if shape is None:
            return
        if self.kept is not None:
            rings = [self.ground.to_screen(ring) for ring in self.kept.rings]
            brush.area(painter, rings)
            for ring in rings:
                brush.line(painter, [*ring, ring[0]])
        inside = shape.representative_point()
        brush.label(painter, self.ground.to_screen([(inside.x, inside.y)])[0], self.words(), strong=True)

    def _keep(self, outline: Outline) -> None:
        self.kept = outline


class HeightTool(ClickTool):
    """The height of the thing under the mouse; two clicks give the difference between two places."""

    quiet = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.places: list[Place] = []
        self.under: Place | None = None

    @property
    def hint(self) -> str:
        """What the next click does."""
        return _("Point at a roof for its height; click two places for the difference between them.")

    def moved(self, event: QMouseEvent) -> None:
        """Look at what is under the mouse."""
        self.under = self._hit(event.position())

    def clicked(self, event: QMouseEvent) -> None:
        """Keep a place; a third begins anew."""
        hit = self._hit(event.position())
        if hit is not None:
            self.places = [hit] if len(self.places) == 2 else [*self.places, hit]

    def key(self, event: QKeyEvent) -> bool:
        """Esc and Backspace take the last place back, then leave."""
        if event.key() not in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            return False
        if self.places:
            self.places = self.places[:-1]
            self.repaint()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        return True

    def words(self) -> str:
        """The numbers of the two places, or of the one under the mouse."""
        ends = self.places if len(self.places) == 2 else [*self.places, *([self.under] if self.under else [])]
        if len(ends) == 2:
            a, b = ends
            return (
                _("Δ {height}").format(height=metres(b[2] - a[2]))
                + "\n"
                + _("level {length}").format(length=metres(math.dist(a[:2], b[:2])))
            )
        if not ends:
            return ""
        return _("{height} above the ground").format(height=metres(self._above(ends[0])))

    def paint(self, painter: QPainter) -> None:
        """A plumb line at each place and the number beside it."""
        ends = self.places if len(self.places) == 2 else [*self.places, *([self.under] if self.under else [])]
        tops: list[QPointF | None] = []
        for x, y, z in ends:
            foot, top = self.ground.to_screen([(x, y)])[0], self.ground.to_screen([(x, y)], self._above((x, y, z)))[0]
            brush.line(painter, [foot, top], width=1.5)
            brush.dot(painter, foot, size=5)
            brush.handle(painter, top, size=7)
            tops.append(top)
        if len(tops) == 2:
            brush.line(painter, tops, dashed=True)
        if tops:
            brush.label(painter, tops[-1], self.words(), below=True, strong=True)

    def _above(self, place: Place) -> float:
        return place[2] - self.desk.viewport.ground_m(place)

    def _hit(self, position: QPointF) -> Place | None:
        scene, ratio = self.desk.viewport.scene, self.ground.ratio
        pick = scene.pick(position.x() * ratio, position.y() * ratio) if scene is not None else None
        if pick is None:
            return self.ground.xyz(position)
        x, y, z = pick.point
        return (float(x), float(y), float(z))


def _above(place: QPointF | None) -> QPointF | None:
    return None if place is None else place + QPointF(0, -24)
