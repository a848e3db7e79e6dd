"""What there is to snap to: the city's footprints and roads, indexed once, and the zones, indexed when they change."""

from __future__ import annotations

from collections.abc import Mapping

from vidbudova.model.shapes import Shapes
from vidbudova.model.snapping import XY, Snap, SnapIndex


class Snaps:
    """Snap candidates near a place; made on first use, forgotten when the data change."""

    def __init__(self) -> None:
        self._city: Mapping[str, Shapes] = {}
        self._zones: Shapes | None = None
        self._city_index: SnapIndex | None = None
        self._zone_index: SnapIndex | None = None
        self.enabled = True

    def set_city(self, shapes: Mapping[str, Shapes]) -> None:
        """Take over the shapes by table name; only buildings and roads are looked at."""
        self._city = {name: shapes[name] for name in ("buildings", "roads") if name in shapes}
        self._city_index = None

    def set_zones(self, zones: Shapes | None) -> None:
        """Take over the zones."""
        self._zones = zones
        self._zone_index = None

    def prepare(self) -> None:
        """Build what is missing; a second for a million buildings, so call it in a worker for large cities."""
        if self._city_index is None:
            self._city_index = SnapIndex(self._city)
        if self._zone_index is None:
            self._zone_index = SnapIndex({} if self._zones is None else {"zones": self._zones})

    def near(self, xy: XY, within_m: float) -> list[Snap]:
        """Candidates within some metres, best first; none while snapping is off."""
        if not self.enabled or within_m <= 0:
            return []
        self.prepare()
        assert self._city_index is not None and self._zone_index is not None
        both = [*self._zone_index.near(xy, within_m), *self._city_index.near(xy, within_m)]
        return sorted(both, key=Snap.rank)
