"""What there is to snap to: the city's footprints and roads, indexed once, and the zones, when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vidbudova.model.change import Change
from vidbudova.model.snapping import XY, Snap, SnapIndex

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

CITY = ("buildings", "roads")
AT_ONCE = 30_000
"""Cities up to so many buildings are indexed at once; larger ones in a worker, and until then only zones snap."""


class Snaps(QObject):
    """Snap candidates near a place; the index is made on first use and forgotten when the data change."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.enabled = True
        self._city: SnapIndex | None = None
        self._zones: SnapIndex | None = None
        self._indexing = False
        desk.city_changed.connect(self._forget)
        desk.project_changed.connect(self._forget)
        desk.changed.connect(self._follow)

    def near(self, xy: XY, within_m: float) -> list[Snap]:
        """Candidates within some metres, best first; none while snapping is off."""
        if not self.enabled or within_m <= 0:
            return []
        self._prepare()
        found = [s for index in (self._zones, self._city) if index is not None for s in index.near(xy, within_m)]
        return sorted(found, key=Snap.rank)

    def _prepare(self) -> None:
        desk = self.desk
        if self._zones is None and desk.session is not None:
            self._zones = SnapIndex({"zones": desk.session.shapes("zones")})
        if self._city is not None or self._indexing or desk.city is None:
            return
        shapes = {name: desk.city.table(name) for name in CITY}
        if len(shapes["buildings"]) <= AT_ONCE:
            self._city = SnapIndex(shapes)
            return
        self._indexing = True
        desk.jobs.start("", lambda progress, cancelled: SnapIndex(shapes), self._indexed, quiet=True)

    def _indexed(self, index: SnapIndex) -> None:
        self._city, self._indexing = index, False

    def _forget(self) -> None:
        self._city = self._zones = None

    def _follow(self, change: Change) -> None:
        if "zones" in change.tables():
            self._zones = None


def snaps_of(desk: Desk) -> Snaps:
    """The one of this desk, made on first use."""
    return desk.findChild(Snaps) or Snaps(desk)
