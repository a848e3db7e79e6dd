"""Our own line icons (resources/icons), recoloured for the theme and sharp at every scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from vidbudova import paths
from vidbudova.ui import theme as themes


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return paths.resources("icons", f"{name}.svg").read_text(encoding="utf-8")


def paint(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Draw an icon into a box."""
    svg = _source(name).replace("currentColor", colour.name())
    QSvgRenderer(QByteArray(svg.encode())).render(painter, box)


class _Engine(QIconEngine):
    """Draws at the size that is asked for, faded when disabled, in the accent when on."""

    def __init__(self, name: str, colour: QColor, on: QColor) -> None:
        super().__init__()
        self._name, self._colour, self._on = name, colour, on

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw it."""
        painter.save()
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(0.38)
        colour = self._on if state == QIcon.State.On else self._colour
        paint(painter, self._name, QRectF(rect), colour)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The same as a picture."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, picture.rect(), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """Another of the same."""
        return _Engine(self._name, self._colour, self._on)


def icon(name: str, theme: str = "light", colour: str = "") -> QIcon:
    """An icon in the text colour of a theme, or in the colour of one of its tokens ("accent", "muted")."""
    tokens = themes.tokens(theme)
    return QIcon(_Engine(name, QColor(tokens[colour or "text"]), QColor(tokens["accent"])))


def picture(name: str, size: int, theme: str = "light", colour: str = "muted", ratio: float = 2.0) -> QPixmap:
    """An icon as a pixmap for a label."""
    found = QPixmap(round(size * ratio), round(size * ratio))
    found.setDevicePixelRatio(ratio)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    paint(painter, name, QRectF(0, 0, size, size), QColor(themes.tokens(theme)[colour]))
    painter.end()
    return found
