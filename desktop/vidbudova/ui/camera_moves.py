"""The camera moves that have a button and a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
    from vidbudova.ui.desk import Desk

Bounds = tuple[float, float, float, float]


class Moves:
    """Home, fit, top, north, and to a thing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def home(self) -> None:
        """Fly until the whole city is seen."""
        camera = self.home_camera()
        if camera is not None:
            self._desk.viewport.fly(camera)

    def home_camera(self) -> Camera | None:
        """The view that a project opens with; None without a city."""
        from vidbudova.scene.still import overview

        city = self._desk.city
        return None if city is None else overview(city, self._desk.viewport.pixels())

    def fit(self) -> None:
        """The selection, or the whole city in the same direction."""
        bounds = self.selected() or (self._desk.city.bounds if self._desk.city is not None else None)
        if bounds is not None:
            self._desk.viewport.fly_to_bounds(bounds)

    def top(self) -> None:
        """Straight down."""
        from vidbudova.scene.camera import top

        self._desk.viewport.navigator.set_walking(False)
        self._desk.viewport.fly(top(self._desk.viewport.camera))

    def north(self) -> None:
        """North up."""
        from vidbudova.scene.camera import north

        self._desk.viewport.fly(north(self._desk.viewport.camera))

    def selected(self) -> Bounds | None:
        """The extent of what is selected."""
        selection = self._desk.selection
        return self.bounds_of(selection.table, list(selection.ids)) if len(selection) else None

    def bounds_of(self, table: str, ids: list[str]) -> Bounds | None:
        """The extent of some rows; None where they have no place."""
        session = self._desk.session
        if session is None:
            return None
        rows = session.rows(table, ids).values()
        shapes = [shapely.from_wkb(row["geom"]) for row in rows if isinstance(row.get("geom"), bytes)]
        if not shapes:
            return None
        found = np.asarray(shapely.total_bounds(np.array(shapes, object)), float)
        return None if np.isnan(found).any() else (float(found[0]), float(found[1]), float(found[2]), float(found[3]))

    def to_thing(self, table: str, ids: list[str]) -> bool:
        """Fly to rows; whether they have a place."""
        bounds = self.bounds_of(table, ids)
        if bounds is not None:
            self._desk.viewport.fly_to_bounds(bounds, 20.0)
        return bounds is not None
