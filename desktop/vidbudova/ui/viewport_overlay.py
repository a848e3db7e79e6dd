"""What is painted over the picture: labels, scale bar, north arrow, legend, attribution, hover card, tools."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QFrame, QWidget

from vidbudova.text import _, number
from vidbudova.ui.viewport_card import Card, paint_card
from vidbudova.ui.viewport_labels import Labels
from vidbudova.ui.viewport_plates import Ink, fitted, ink, plate

if TYPE_CHECKING:
    from vidbudova.ui.viewport import Viewport

MARGIN = 14.0
SCALE_PX = 130.0


@dataclass(frozen=True, slots=True)
class LegendLine:
    """One line: a colour, whether it is hatched, the words, and how many ("" for none)."""

    colour: QColor
    words: str
    count: str = ""
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Legend:
    """What the colours mean."""

    title: str
    lines: Sequence[LegendLine]


class Overlay(QWidget):
    """A clear widget over the surface.

    Attributes
    ----------
    result_legend, legend, more_legends : give the Legend of a shown result or None, that of the buildings' colours or
        None, and those to the right of them.
    labels : names over places and zones (`Labels.providers`).
    card : gives the Card of what is hovered, or None. attributions : whose data these are, one a layer.
    hint : a line at the top while no tool has one. margins : pixels that panels on the view take (left, top).
    paint_also : called with the painter after the labels, for marks that stay (photos, stops).
    """

    legend_moved = Signal()

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        self.legend_box = QRectF()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._viewport = viewport
        self.labels = Labels()
        self.result_legend: Callable[[], Legend | None] = lambda: None
        self.legend: Callable[[], Legend | None] = lambda: None
        self.more_legends: Callable[[], Sequence[Legend]] = list
        self.card: Callable[[], Card | None] = lambda: None
        self.attributions: Sequence[str] = ()
        self.hint = ""
        self.paint_also: list[Callable[[QPainter], None]] = []

    def forget(self) -> None:
        """Nothing is shown any more."""
        self.labels.forget()
        self.attributions = ()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything, lasting things first."""
        if self._viewport.scene is None:
            return
        painter = QPainter(self)
        self.paint_lasting(painter)
        tool = self._viewport.tool
        if tool is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tool.paint(painter)
            painter.restore()
        self._hint(painter, str(getattr(tool, "hint", "")) if tool is not None else self._own_hint())
        card = self.card()
        if card is not None and self._viewport.navigator.cursor is not None:
            paint_card(painter, card, self._viewport.navigator.cursor, QRectF(self.rect()), self._ink())
        painter.end()

    def paint_lasting(self, painter: QPainter) -> None:
        """What belongs into a picture that is saved."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        self.labels.paint(painter, self._viewport, self._ink(), self.taken())
        for paint in self.paint_also:
            painter.save()
            paint(painter)
            painter.restore()
        self._scale_bar(painter)
        self._north(painter)
        self._legend(painter)
        self._attribution(painter)

    def taken(self) -> list[QRectF]:
        """Where no name may stand: the strip of buttons, the legend, the scale bar, the arrow."""
        strip = [QRectF(child.geometry()) for child in self._viewport.findChildren(QFrame) if self._covers(child)]
        foot = QRectF(0, self.height() - 52.0, SCALE_PX + 60, 52)
        corner = QRectF(self.width() - 66.0, 0, 66, 66)
        said = QRectF(self.width() / 2, self.height() - 40.0, self.width() / 2, 40) if self.attributions else QRectF()
        return [*strip, self.legend_box, foot, corner, said]

    def _covers(self, child: QFrame) -> bool:
        return child.isVisible() and child.parent() is self._viewport

    def _ink(self) -> Ink:
        return ink(self._viewport.desk.theme)

    def _own_hint(self) -> str:
        mode = self._viewport.navigator.steps.mode
        if mode == "walk":
            return _("Walking: W A S D or arrows, drag to look around, Shift runs. Esc rises again.")
        if mode == "drone":
            return _("Drone: W A S D flies, E and Q up and down, wheel for speed, drag to look. Esc ends.")
        return self.hint

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() - 1.0, 7.0))
        return font

    def _hint(self, painter: QPainter, words: str) -> None:
        if not words:
            return
        painter.setFont(self.font())
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(self.width() - 160, 80))
        width = painter.fontMetrics().horizontalAdvance(words) + 28
        box = QRectF((self.width() - width) / 2, MARGIN, width, painter.fontMetrics().height() + 14)
        plate(painter, box, self._ink(), 8)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _scale_bar(self, painter: QPainter) -> None:
        metres = metres_across(self._viewport)
        if metres <= 0 or self._viewport.navigator.walking:
            return
        length = nice_length(metres * SCALE_PX)
        width = length / metres
        ink_ = self._ink()
        painter.setFont(self._small())
        height = painter.fontMetrics().height()
        box = QRectF(MARGIN, self.height() - MARGIN - height - 12, width + 20, height + 12)
        plate(painter, box, ink_, 6)
        y = box.bottom() - 6
        painter.drawText(
            QRectF(box.left() + 10, box.top() + 1, width, height), Qt.AlignmentFlag.AlignCenter, words_of(length)
        )
        painter.setPen(ink_.pen(1.6))
        x0, x1 = box.left() + 10, box.left() + 10 + width
        painter.drawPolyline(QPolygonF([QPointF(x0, y - 4), QPointF(x0, y), QPointF(x1, y), QPointF(x1, y - 4)]))

    def _north(self, painter: QPainter) -> None:
        ink_ = self._ink()
        centre = QPointF(self.width() - MARGIN - 19, MARGIN + 19)
        plate(painter, QRectF(centre.x() - 19, centre.y() - 19, 38, 38), ink_, 19)
        painter.save()
        painter.translate(centre)
        painter.rotate(-self._viewport.camera.heading_deg)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink_.accent)
        painter.drawPolygon(QPolygonF([QPointF(0, -13), QPointF(4.6, 1), QPointF(-4.6, 1)]))
        painter.setBrush(ink_.faint)
        painter.drawPolygon(QPolygonF([QPointF(0, 15), QPointF(4.6, 1), QPointF(-4.6, 1)]))
        painter.restore()

    def _attribution(self, painter: QPainter) -> None:
        if not self.attributions:
            return
        painter.setFont(self._small())
        words = "  ·  ".join(self.attributions)
        room = self.width() - 2 * MARGIN - SCALE_PX - 60
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(max(room, 60)))
        width, height = painter.fontMetrics().horizontalAdvance(words) + 14, painter.fontMetrics().height() + 4
        box = QRectF(self.width() - MARGIN - width, self.height() - MARGIN - height, width, height)
        plate(painter, box, self._ink(), 5, strength=0.72)
        painter.setPen(self._ink().muted)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _legend(self, painter: QPainter) -> None:
        legends = (self.result_legend(), self.legend(), *self.more_legends())
        found = [one for one in legends if one is not None and one.lines]
        whole, left = QRectF(), self._beside_strip(found[:1])
        for legend in found if self.height() >= 260 else ():
            box = self._legend_box(painter, legend, left)
            if whole.isValid() and box.right() > self.width() - 2 * MARGIN:
                break
            self._one_legend(painter, legend, box)
            whole, left = whole.united(box), box.right() + 10
        self._legend_at(whole)

    def _beside_strip(self, first: Sequence[Legend]) -> float:
        """Where the legend begins: at the left, or beside the strip of buttons where that reaches down to it."""
        metrics = QFontMetrics(self._small())
        rows = len(first[0].lines) + 1 if first else 0
        top = self.height() - MARGIN - metrics.height() - 22.0 - rows * (metrics.height() + 5.0) - 16.0
        strips = [child.geometry() for child in self._viewport.findChildren(QFrame) if self._covers(child)]
        low = [box.right() for box in strips if box.left() < 60 and box.bottom() > top]
        return max([MARGIN, *(right + 10.0 for right in low)])

    def _legend_box(self, painter: QPainter, legend: Legend, left: float) -> QRectF:
        painter.setFont(self._small())
        metrics = painter.fontMetrics()
        row = metrics.height() + 5.0
        counts = max((metrics.horizontalAdvance(line.count) for line in legend.lines), default=0)
        words = max(metrics.horizontalAdvance(line.words) for line in legend.lines)
        self._bold(painter, True)
        title = painter.fontMetrics().horizontalAdvance(legend.title)
        self._bold(painter, False)
        width = min(max(24 + words + 18 + counts, title) + 24.0, 300.0)
        height = row * (len(legend.lines) + 1) + 16
        bottom = self.height() - MARGIN - metrics.height() - 12 - 10
        return QRectF(left, max(bottom - height, 60.0), width, height)

    def _one_legend(self, painter: QPainter, legend: Legend, box: QRectF) -> None:
        ink_, row, width = self._ink(), painter.fontMetrics().height() + 5.0, box.width()
        plate(painter, box, ink_, 8)
        self._bold(painter, True)
        painter.drawText(
            QRectF(box.left() + 11, box.top() + 7, width - 22, row),
            Qt.AlignmentFlag.AlignVCenter,
            fitted(painter, legend.title, width - 22),
        )
        self._bold(painter, False)
        for n, line in enumerate(legend.lines):
            area = QRectF(box.left() + 11, box.top() + 7 + (n + 1) * row, width - 22, row)
            self._legend_line(painter, line, area, ink_)

    def _legend_at(self, box: QRectF) -> None:
        if box != self.legend_box:
            self.legend_box = box
            self.legend_moved.emit()

    def _bold(self, painter: QPainter, on: bool) -> None:
        font = QFont(painter.font())
        font.setBold(on)
        painter.setFont(font)

    def _legend_line(self, painter: QPainter, line: LegendLine, area: QRectF, ink_: Ink) -> None:
        swatch = QRectF(area.left(), area.center().y() - 6, 15, 12)
        painter.setPen(ink_.pen(0.8, ink_.faint))
        painter.setBrush(line.colour)
        painter.drawRoundedRect(swatch, 3, 3)
        if line.hatched:
            painter.setBrush(Qt.BrushStyle.BDiagPattern)
            painter.drawRoundedRect(swatch, 3, 3)
        painter.setPen(ink_.text)
        count = painter.fontMetrics().horizontalAdvance(line.count)
        words = QRectF(area.left() + 23, area.top(), area.width() - 23 - count - 10, area.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, fitted(painter, line.words, words.width()))
        painter.setPen(ink_.muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, line.count)


def metres_across(viewport: Viewport) -> float:
    """The length that one logical pixel covers in the middle of the view, 0 without a scene."""
    from vidbudova.scene.camera import metres_per_pixel

    if viewport.scene is None:
        return 0.0
    return metres_per_pixel(viewport.camera, viewport.pixels()) * viewport.devicePixelRatioF()


def nice_length(most: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not over `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= most * 1.0000001)


def words_of(length_m: float) -> str:
    """A round length in words."""
    if length_m >= 1000:
        return _("{n} km").format(n=number(length_m / 1000))
    return _("{n} m").format(n=number(length_m, 0 if length_m >= 1 else 1))
