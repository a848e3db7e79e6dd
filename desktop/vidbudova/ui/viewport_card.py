"""The card beside the cursor: a title and a few lines about what is hovered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from vidbudova.ui.viewport_plates import Ink, fitted, plate

WIDEST, PAD, BESIDE = 280.0, 11.0, 16.0


@dataclass(frozen=True, slots=True)
class Card:
    """Title, lines, and a coloured mark before the first line (None for none)."""

    title: str
    lines: Sequence[str] = ()
    colour: QColor | None = None


def paint_card(painter: QPainter, card: Card, cursor: QPointF, room: QRectF, colours: Ink) -> QRectF:
    """Paint a card beside the cursor, inside the room; gives its box."""
    painter.save()
    bold = QFont(painter.font())
    bold.setBold(True)
    plain = QFont(painter.font())
    plain.setBold(False)
    painter.setFont(bold)
    row = painter.fontMetrics().height() + 3.0
    width = float(painter.fontMetrics().horizontalAdvance(card.title))
    painter.setFont(plain)
    mark = 18.0 if card.colour is not None else 0.0
    lines = [
        painter.fontMetrics().horizontalAdvance(line) + (mark if n == 0 else 0.0) for n, line in enumerate(card.lines)
    ]
    width = min(max([width, *lines]) + 2 * PAD + 2, WIDEST)
    box = placed(width, row * (1 + len(card.lines)) + 2 * PAD - 4, cursor, room)
    plate(painter, box, colours, 8)
    painter.setFont(bold)
    inner = width - 2 * PAD
    painter.drawText(
        QRectF(box.left() + PAD, box.top() + PAD - 3, inner, row),
        Qt.AlignmentFlag.AlignVCenter,
        fitted(painter, card.title, inner),
    )
    painter.setFont(plain)
    for n, line in enumerate(card.lines):
        y = box.top() + PAD - 3 + (n + 1) * row
        indent = mark if n == 0 else 0.0
        if indent and card.colour is not None:
            painter.setPen(colours.pen(0.8, colours.faint))
            painter.setBrush(card.colour)
            painter.drawRoundedRect(QRectF(box.left() + PAD, y + row / 2 - 6, 12, 12), 3, 3)
        painter.setPen(colours.text if n == 0 else colours.muted)
        area = QRectF(box.left() + PAD + indent, y, inner - indent, row)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, fitted(painter, line, area.width()))
    painter.restore()
    return box


def placed(width: float, height: float, cursor: QPointF, room: QRectF) -> QRectF:
    """A box right of and below the cursor, or on the other side where there is no room."""
    x, y = cursor.x() + BESIDE, cursor.y() + BESIDE
    if x + width > room.right() - 4:
        x = cursor.x() - BESIDE - width
    if y + height > room.bottom() - 4:
        y = cursor.y() - BESIDE - height
    return QRectF(max(x, 4.0), max(y, 4.0), width, height)
