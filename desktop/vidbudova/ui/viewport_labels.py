"""Names over places and zones, the important first, none over another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from vidbudova.ui.viewport_plates import Ink, plate

if TYPE_CHECKING:
    from vidbudova.scene.footing import Footing
    from vidbudova.scene.scene import Scene
    from vidbudova.ui.viewport import Viewport

MOST = 60
CANDIDATES = 400
GAP = 4.0


@dataclass(frozen=True, slots=True)
class Label:
    """A name at a place; a larger rank goes first; a second line; a coloured rim makes it a plate."""

    text: str
    xyz: tuple[float, float, float]
    rank: float = 0.0
    below: str = ""
    colour: QColor | None = None
    farthest_m: float = 1e9


class Labels:
    """All names of the view.

    providers : each gives its labels; they are asked again after `stale()`.
    """

    def __init__(self) -> None:
        self.providers: list[Callable[[], Sequence[Label]]] = []
        self.shown: list[tuple[Label, QRectF]] = []
        self._labels: list[Label] | None = None
        self._places = np.zeros((0, 3))
        self._reach = np.zeros(0)
        self._ground: tuple[Footing, NDArray[np.float64]] | None = None

    def stale(self) -> None:
        """Ask the providers again at the next frame."""
        self._labels = None

    def forget(self) -> None:
        """Another project: nothing of the old one."""
        self.stale()
        self.shown = []

    def boxes(self) -> list[QRectF]:
        return [box for _label, box in self.shown]

    def _gather(self) -> list[Label]:
        if self._labels is None:
            found = [label for provider in self.providers for label in provider() if label.text]
            self._labels = sorted(found, key=lambda label: -label.rank)
            self._places = np.array([label.xyz for label in self._labels], float).reshape(-1, 3)
            self._reach = np.array([label.farthest_m for label in self._labels])
            self._ground = None
        return self._labels

    def _stood(self, scene: Scene) -> NDArray[np.float64]:
        """The places, whose heights are over the ground, in the project's heights."""
        if self._ground is None or self._ground[0] is not scene.footing:
            self._ground = scene.footing, scene.footing.ground(self._places[:, :2])
        found = self._places.copy()
        found[:, 2] += self._ground[1]
        return found

    def paint(self, painter: QPainter, viewport: Viewport, colours: Ink, taken: Sequence[QRectF] = ()) -> None:
        """Place and paint what fits beside each other and beside what is `taken`."""
        kept = {id(label) for label, _box in self.shown}
        self.shown = []
        scene, labels = viewport.scene, self._gather()
        if scene is None or not labels:
            return
        pixels, depth = scene.project(self._stood(scene))
        at = np.asarray(pixels) / viewport.devicePixelRatioF()
        inside = (depth > 0) & (depth < self._reach) & (at > 0).all(axis=1)
        inside &= (at[:, 0] < viewport.width()) & (at[:, 1] < viewport.height())
        metrics = QFontMetricsF(painter.font())
        seen = np.flatnonzero(inside)[:CANDIDATES].tolist()
        # of equal rank those of the frame before first, so that names stay while the camera moves
        for n in sorted(seen, key=lambda n: (-labels[n].rank, id(labels[n]) not in kept)):
            box = box_of(labels[n], QPointF(*at[n].tolist()), metrics)
            if len(self.shown) < MOST and not any(box.intersects(other) for other in [*taken, *self.boxes()]):
                self.shown.append((labels[n], box))
        for label, box in self.shown:
            draw(painter, label, box.adjusted(GAP, GAP, -GAP, -GAP), colours)


def box_of(label: Label, at: QPointF, metrics: QFontMetricsF) -> QRectF:
    """The room that a label takes, with its gap, above its place."""
    lines = [label.text, label.below] if label.below else [label.text]
    width = max(metrics.horizontalAdvance(line) for line in lines) + (16 if label.colour else 6) + 2 * GAP
    height = metrics.height() * len(lines) + (8 if label.colour else 2) + 2 * GAP
    return QRectF(at.x() - width / 2, at.y() - height / 2, width, height)


def draw(painter: QPainter, label: Label, box: QRectF, colours: Ink) -> None:
    """One label: on a plate if it has a colour, else with a halo."""
    metrics = QFontMetricsF(painter.font())
    if label.colour is not None:
        plate(painter, box, colours, 6)
        painter.setPen(QPen(label.colour, 2))
        painter.drawLine(QPointF(box.left() + 6, box.bottom()), QPointF(box.right() - 6, box.bottom()))
    lines = [label.text, label.below] if label.below else [label.text]
    y = box.center().y() - metrics.height() * len(lines) / 2 + metrics.ascent()
    for n, line in enumerate(lines):
        x = box.center().x() - metrics.horizontalAdvance(line) / 2
        _words(painter, QPointF(x, y + n * metrics.height()), line, colours, halo=label.colour is None, muted=n > 0)


def _words(painter: QPainter, at: QPointF, words: str, colours: Ink, halo: bool, muted: bool) -> None:
    if halo:
        path = QPainterPath()
        path.addText(at, painter.font(), words)
        painter.strokePath(path, QPen(colours.plate, 3.5))
    painter.setPen(colours.muted if muted else colours.text)
    painter.drawText(at, words)
