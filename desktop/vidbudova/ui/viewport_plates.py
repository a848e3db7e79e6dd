"""Inks of the overlay and the plates under its words: readable over any picture, in both themes."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of the overlay in one theme."""

    text: QColor
    muted: QColor
    faint: QColor
    plate: QColor
    rim: QColor
    accent: QColor

    def pen(self, width: float, colour: QColor | None = None) -> QPen:
        """A round pen."""
        return QPen(
            colour or self.text, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        )


LIGHT = Ink(
    QColor("#22262B"), QColor("#5A6168"), QColor("#A9AEB4"), QColor(255, 255, 255, 232), QColor(0, 0, 0, 26),
    QColor("#B3402F"),
)  # fmt: skip
DARK = Ink(
    QColor("#ECEAE5"), QColor("#A5ACB3"), QColor("#6A727A"), QColor(30, 34, 39, 232), QColor(255, 255, 255, 30),
    QColor("#F0806C"),
)  # fmt: skip


def ink(theme: str) -> Ink:
    """The inks of a theme."""
    return DARK if theme == "dark" else LIGHT


def plate(painter: QPainter, box: QRectF, colours: Ink, radius: float, strength: float = 1.0) -> None:
    """A plate with a hair of a rim; leaves the pen ready for words."""
    fill = QColor(colours.plate)
    fill.setAlphaF(fill.alphaF() * strength)
    painter.setPen(QPen(colours.rim, 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(box, radius, radius)
    painter.setPen(colours.text)


def fitted(painter: QPainter, words: str, width: float) -> str:
    """Words cut to a width."""
    return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(width))
