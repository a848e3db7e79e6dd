"""How tools draw over the view: crisp lines with a casing, dimension labels, snap marks, handles."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from vidbudova.model.snapping import SnapKind

INK = QColor("#0B5FA5")
TROUBLE = QColor("#B3261E")
SNAPPED = QColor("#C2185B")
CASING = QColor(255, 255, 255, 230)
PLATE = QColor(24, 28, 33, 225)
PLATE_TEXT = QColor("#FFFFFF")

Places = Sequence[QPointF | None]


def line(painter: QPainter, places: Places, colour: QColor = INK, width: float = 2.0, dashed: bool = False) -> None:
    """A line through the places that are in front of the eye, light below so that it shows on any ground."""
    path = _path(places)
    for pen_colour, pen_width in ((CASING, width + 2.5), (colour, width)):
        pen = QPen(pen_colour, pen_width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        if dashed and pen_colour is colour:
            pen.setDashPattern([4, 3])
        painter.strokePath(path, pen)


def area(painter: QPainter, rings: Sequence[Places], colour: QColor = INK, opacity: float = 0.18) -> None:
    """A translucent fill of rings, holes left out."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in rings:
        seen = [p for p in ring if p is not None]
        if len(seen) > 2:
            path.addPolygon(QPolygonF(seen))
            path.closeSubpath()
    fill = QColor(colour)
    fill.setAlphaF(opacity)
    painter.fillPath(path, QBrush(fill))


def handle(painter: QPainter, place: QPointF | None, colour: QColor = INK, size: float = 9, full: bool = False) -> None:
    """A square handle; full when it is the one under the mouse."""
    if place is None:
        return
    box = QRectF(place.x() - size / 2, place.y() - size / 2, size, size)
    painter.setPen(QPen(colour, 2))
    painter.setBrush(colour if full else QColor("#FFFFFF"))
    painter.drawRect(box)


def dot(painter: QPainter, place: QPointF | None, colour: QColor = INK, size: float = 7) -> None:
    """A round, hollow handle: where a corner could be added."""
    if place is None:
        return
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(QColor(255, 255, 255, 200))
    painter.drawEllipse(place, size / 2, size / 2)


def snap_mark(painter: QPainter, place: QPointF | None, kind: SnapKind) -> None:
    """What will snap, by form: a square on a corner, a cross on an edge, a circle where the ring closes."""
    if place is None:
        return
    for colour, width in ((CASING, 5.0), (SNAPPED, 2.4)):
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _snap_form(painter, place, kind)


def label(painter: QPainter, place: QPointF | None, text: str, below: bool = False, strong: bool = False) -> QRectF:
    """A dark plate with white words, centred on a place or below it; gives the room it took."""
    if place is None or not text:
        return QRectF()
    font = QFont(painter.font())
    font.setBold(strong)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    lines = text.split("\n")
    width = max(metrics.horizontalAdvance(one) for one in lines) + 14
    height = metrics.height() * len(lines) + 6
    top = place.y() + 16 if below else place.y() - height / 2
    box = QRectF(round(place.x() - width / 2), round(top), width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(PLATE_TEXT)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box


def middle(a: QPointF | None, b: QPointF | None) -> QPointF | None:
    """Half-way between two places."""
    return None if a is None or b is None else (a + b) / 2


def long_enough(a: QPointF | None, b: QPointF | None, pixels: float = 46) -> bool:
    """Whether a side is long enough on the screen to carry a label."""
    return a is not None and b is not None and math.hypot(a.x() - b.x(), a.y() - b.y()) >= pixels


def _path(places: Places) -> QPainterPath:
    path = QPainterPath()
    down = False
    for place in places:
        if place is None:
            down = False
        elif down:
            path.lineTo(place)
        else:
            path.moveTo(place)
            down = True
    return path


def _snap_form(painter: QPainter, at: QPointF, kind: SnapKind) -> None:
    if kind == "vertex":
        painter.drawRect(QRectF(at.x() - 6, at.y() - 6, 12, 12))
    elif kind == "first":
        painter.drawEllipse(at, 8, 8)
    elif kind == "square":
        painter.drawPolyline([at + QPointF(-7, -7), at + QPointF(-7, 7), at + QPointF(7, 7)])
    else:
        painter.drawLine(at + QPointF(-6, -6), at + QPointF(6, 6))
        painter.drawLine(at + QPointF(-6, 6), at + QPointF(6, -6))
