"""The damage grades as small drawings: a house that breaks more with every grade, so that no one needs the colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from vidbudova.scene.colouring import grade_rgb

INK = QColor("#23272C")

# Outlines in a square of 24: whole to the third grade, torn open, a heap.
WHOLE = [(4, 21), (4, 10), (12, 3), (20, 10), (20, 21)]
TORN = [(4, 21), (4, 10), (9, 6), (11, 10), (13, 8), (14, 13), (17, 12), (18, 16), (20, 15), (20, 21)]
HEAP = [(2, 21), (5, 17), (7, 18), (9, 14), (12, 16), (15, 13), (17, 17), (20, 16), (22, 21)]
CRACKS: dict[str, list[list[tuple[float, float]]]] = {
    "1": [[(9, 8), (10, 11), (9, 13)]],
    "2": [[(8, 8), (10, 11), (8, 14)], [(16, 21), (15, 18), (17, 15)]],
    "3": [[(7, 9), (10, 12), (8, 15), (11, 21)], [(15, 7), (14, 11), (17, 14), (15, 21)]],
    "4": [[(8, 9), (10, 13), (8, 16), (10, 21)]],
    "P": [],
}


def rgb_colour(key: str) -> QColor:
    """The colour of a grade, of "P" or of "none"."""
    return QColor(*grade_rgb(key))


def draw(painter: QPainter, box: QRectF, key: str, hatched: bool = False, ink: QColor = INK) -> None:
    """The form of a grade ("0" … "5", "P", "none") filling a box, in a line colour that shows on its ground."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 24, box.height() / 24)
    outline = QPolygonF([QPointF(x, y) for x, y in {"4": TORN, "5": HEAP}.get(key, WHOLE)])
    style = Qt.PenStyle.DashLine if key in ("P", "none") else Qt.PenStyle.SolidLine
    painter.setPen(QPen(ink, 1.4, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(rgb_colour(key))
    painter.drawPolygon(outline)
    if hatched:
        painter.setBrush(QBrush(ink, Qt.BrushStyle.BDiagPattern))
        painter.drawPolygon(outline)
    _inner(painter, key, ink)
    painter.restore()


def line_on(ground: QColor) -> QColor:
    """Dark lines on light grounds, light ones on dark."""
    return INK if ground.lightnessF() > 0.4 else QColor("#C9CDD2")


def icon(key: str, size: int = 24, hatched: bool = False, ratio: float = 2.0, ink: QColor = INK) -> QIcon:
    """The form as an icon."""
    picture = QPixmap(int(size * ratio), int(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw(painter, QRectF(0, 0, size, size), key, hatched, ink)
    painter.end()
    return QIcon(picture)


def _inner(painter: QPainter, key: str, ink: QColor) -> None:
    if key == "P":
        font = painter.font()
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QRectF(4, 9, 16, 12), Qt.AlignmentFlag.AlignCenter, "?")
    if key in ("0", "1", "2", "3"):
        painter.setPen(QPen(ink, 1.1))
        painter.drawRect(QRectF(10.2, 15, 3.6, 6))
    painter.setPen(QPen(ink, 1.2))
    for crack in CRACKS.get(key, []):
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in crack]))


def swatch(painter: QPainter, box: QRectF, key: str, hatched: bool = False) -> None:
    """A plain patch of a grade's colour."""
    painter.fillRect(box, rgb_colour(key))
    if hatched:
        painter.fillRect(box, QBrush(QColor(35, 39, 44, 150), Qt.BrushStyle.BDiagPattern))
