"""Zones on the view: draped or as volumes, with their names and hectares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from vidbudova.model.change import Change
from vidbudova.model.shapes import Shapes
from vidbudova.model.zones import TABLE
from vidbudova.text import _, number
from vidbudova.ui.layers_view import layer_view_of
from vidbudova.ui.viewport_labels import Label

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

VOLUMES = "zones as volumes"
"""Name of the view state that says how zones are shown."""
COLUMNS = ("kind", "colour", "phase", "height_m", "name")


class ZoneView(QObject):
    """Keeps the zones on the view as the session has them.

    volumes : whether they stand up as bodies. live(area) : what a tool draws or drags just now, None when it stops.
    """

    live = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.volumes = False
        desk.city_changed.connect(self._city_changed)
        desk.changed.connect(self._follow)
        desk.viewport.overlay.labels.providers.append(self.labels)

    def show(self) -> None:
        """Hand the zones to the scene again."""
        scene, session = self.desk.viewport.scene, self.desk.session
        if scene is None or session is None:
            return
        scene.set_zones(self._coloured(session.shapes(TABLE, COLUMNS)), self.volumes)
        self.desk.viewport.overlay.labels.stale()
        self.desk.viewport.redraw()

    def _coloured(self, zones: Shapes) -> Shapes:
        """The zones in the colours of an attribute, if one was chosen."""
        looks = layer_view_of(self.desk).looks
        rgb = looks.of(TABLE, zones.ids).rgb if looks is not None else None
        if rgb is None:
            return zones
        hexes = np.array([f"#{r:02x}{g:02x}{b:02x}" for r, g, b in rgb.tolist()], object)
        return replace(zones, columns={**zones.columns, "colour": hexes})

    def set_volumes(self, on: bool) -> None:
        """Draped, or as volumes; remembered with the project."""
        self.volumes = on
        if self.desk.session is not None and not self.desk.session.read_only:
            self.desk.session.set_view_state(VOLUMES, on)
        self.show()

    def labels(self) -> list[Label]:
        """Name and hectares of every zone, above its middle."""
        session = self.desk.session
        if session is None:
            return []
        found = []
        for id, row in session.rows(TABLE).items():
            if not isinstance(row.get("geom"), bytes):
                continue
            inside = shapely.from_wkb(row["geom"]).representative_point()
            size = number(float(row.get("area_m2") or 0.0) / 10_000, 1)  # type: ignore[arg-type]
            below = _("{n} ha").format(n=size)
            name = str(row.get("name") or "") or _("Zone without a name")
            top = float(row.get("height_m") or 0.0) if self.volumes else 0.0  # type: ignore[arg-type]
            colour = zone_colour(row.get("kind"), row.get("colour"), self.desk.theme)
            rank = float(row.get("area_m2") or 0.0) + (1e12 if id in self.desk.selection else 0.0)  # type: ignore[arg-type]
            found.append(Label(name, (inside.x, inside.y, top), rank, below, colour))
        return found

    def _city_changed(self) -> None:
        if self.desk.session is not None:
            self.volumes = bool(self.desk.session.view_state(VOLUMES))
        self.show()

    def _follow(self, change: Change) -> None:
        if TABLE in change.tables():
            self.show()


def zone_colour(kind: object, own: object, theme: str) -> QColor:
    """A zone's own colour, else its kind's, as the scene draws it."""
    from vidbudova.scene.style import style

    red, green, blue = style("dark" if theme == "dark" else "light").zone(str(kind or ""), str(own or ""))
    return QColor.fromRgbF(float(red), float(green), float(blue))


def zone_view_of(desk: Desk) -> ZoneView:
    """The one of this desk, made on first use."""
    return desk.findChild(ZoneView) or ZoneView(desk)
