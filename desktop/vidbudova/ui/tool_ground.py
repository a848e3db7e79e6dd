"""The ground under the view: places of the mouse to metres in the project's CRS, and back to the screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import QPointF

from vidbudova.model.snapping import XY, Snap

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk
    from vidbudova.ui.viewport import Viewport

SNAP_PX = 12
FLATTEST = 6.0
"""Near the horizon a pixel covers any length; snapping reaches no farther than this many times its width."""


class Ground:
    """Between widget positions (logical pixels) and the ground of one viewport."""

    def __init__(self, viewport: Viewport) -> None:
        self._viewport = viewport

    @property
    def ratio(self) -> float:
        """Physical pixels a logical pixel."""
        return float(self._viewport.devicePixelRatioF())

    def xyz(self, position: QPointF) -> tuple[float, float, float] | None:
        """The place on the ground under a position of the widget; None above the horizon."""
        scene = self._viewport.scene
        if scene is None:
            return None
        point = scene.ground_point(position.x() * self.ratio, position.y() * self.ratio)
        return None if point is None else (float(point[0]), float(point[1]), float(point[2]))

    def xy(self, position: QPointF) -> XY | None:
        """The same without the height."""
        point = self.xyz(position)
        return None if point is None else (point[0], point[1])

    def reach_m(self, position: QPointF, pixels: float = SNAP_PX) -> float:
        """How far some pixels reach on the ground around a position, in metres: across or ahead, up to FLATTEST."""
        here = self.xy(position)
        across = self.xy(position + QPointF(pixels, 0))
        ahead = self.xy(position + QPointF(0, -pixels)) or self.xy(position + QPointF(0, pixels))
        if here is None or across is None:
            return 0.0
        width = math.dist(here, across)
        return width if ahead is None else max(width, min(math.dist(here, ahead), FLATTEST * width))

    def to_screen(self, places: Sequence[XY] | np.ndarray, height_m: float = 0.0) -> list[QPointF | None]:
        """Where places on the ground are in the widget; None for those behind the eye."""
        scene = self._viewport.scene
        if scene is None or not len(places):
            return [None] * len(places)
        flat = np.asarray(places, float)
        pixels, depth = scene.project(np.c_[flat, scene.footing.ground(flat) + height_m])
        return [
            QPointF(float(x) / self.ratio, float(y) / self.ratio) if z > 0 else None
            for (x, y), z in zip(pixels, depth, strict=True)
        ]

    def within(self, snaps: Sequence[Snap], position: QPointF, pixels: float = SNAP_PX) -> list[Snap]:
        """Those of some snaps that are within some pixels of a position on the screen, in the same order."""
        seen = self.to_screen([s.xy for s in snaps])
        return [s for s, p in zip(snaps, seen, strict=True) if p is not None and _apart(p, position) <= pixels]


def _apart(a: QPointF, b: QPointF) -> float:
    return math.hypot(a.x() - b.x(), a.y() - b.y())


def fly_to_row(desk: Desk, table: str, id: str) -> None:
    """Fly until one row of a table fills the view."""
    row = desk.session.row(table, id) if desk.session is not None else None
    if row is not None and isinstance(row.get("geom"), bytes):
        height = row.get("height_m")
        top = float(height) if isinstance(height, (int, float)) else 0.0
        desk.viewport.fly_to_bounds(shapely.from_wkb(row["geom"]).bounds, top)
