"""Edit a zone on the view: drag its corners, add one on a side, take one away, or move the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from vidbudova.errors import UserError
from vidbudova.model import vertices
from vidbudova.model.snapping import XY, Snap
from vidbudova.model.vertices import Handle, Rings
from vidbudova.model.zones import TABLE
from vidbudova.session import zones
from vidbudova.text import _
from vidbudova.ui import tool_paint as brush
from vidbudova.ui.notices import WARN
from vidbudova.ui.tool_clicks import CLICK_PX, ClickTool, apart
from vidbudova.ui.tool_draw_paint import metres
from vidbudova.ui.tool_snaps import snaps_of
from vidbudova.ui.tool_zone import say_drawn
from vidbudova.ui.zone_view import zone_view_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

HANDLE_PX = 11
SIDE_PX = 9


@dataclass(frozen=True, slots=True)
class Grip:
    """What is under the mouse: a corner, a place on a side where one can be added, or the inside."""

    kind: Literal["corner", "side", "inside"]
    handle: Handle
    xy: XY


class VertexTool(ClickTool):
    """Edits the outline of one zone; every drag is one Change on release."""

    quiet = True

    def __init__(self, desk: Desk, zone_id: str) -> None:
        super().__init__(desk)
        self.zone_id, self._live = zone_id, zone_view_of(desk).live.emit
        self.grip: Grip | None = None
        self.chosen: Handle | None = None
        self.snap: Snap | None = None
        self._dragging = False
        self._origin: Rings | None = None
        self.rings = Rings(())
        self.refresh()
        desk.changed.connect(self._follow)

    @property
    def hint(self) -> str:
        """What a drag does."""
        return _("Drag a corner or a side; Delete takes a corner away; drag the middle to move the zone. Esc leaves.")

    def refresh(self) -> None:
        """Take the outline as the session has it."""
        row = self.desk.session.row(TABLE, self.zone_id) if self.desk.session is not None else None
        if row is None or not isinstance(row.get("geom"), bytes):
            self.rings = Rings(())
            return
        self.rings = vertices.rings_of(shapely.from_wkb(row["geom"]))

    def finished(self) -> None:
        """No more listening, no more live numbers."""
        self.desk.changed.disconnect(self._follow)
        self._live(None)

    def press(self, event: QMouseEvent) -> bool:
        """Take hold of what is there; elsewhere the drag is the camera's."""
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self.grip = self._grip(event.position())
        if self.grip is None:
            return super().press(event)
        self._pressed, self._origin, self._dragging = event.position(), self.rings, False
        self.chosen = self.grip.handle if self.grip.kind == "corner" else None
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Drag what is held, or show what could be."""
        self.cursor = event.position()
        if self._origin is None:
            if event.buttons() == Qt.MouseButton.NoButton:
                self.grip = self._grip(event.position())
                self.repaint()
                return self._hush()
            return False
        if self._dragging or (self._pressed is not None and apart(self._pressed, event.position()) > CLICK_PX):
            self._dragging = True
            self._drag(event.position())
            self.repaint()
        return True

    def release(self, event: QMouseEvent) -> bool:
        """Keep the outline as one Change; one that cannot be is put back, with the reason."""
        if self._origin is None:
            return super().release(event)
        origin, self._origin, self.snap = self._origin, None, None
        if self._dragging:
            self._dragging = False
            if not self._keep():
                self.rings = origin
        self._live(None)
        self.repaint()
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Delete takes the chosen corner away; Esc gives a drag up, then leaves."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
        elif event.key() == Qt.Key.Key_Escape:
            self._step_back()
        else:
            return False
        self.repaint()
        return True

    def paint(self, painter: QPainter) -> None:
        """The outline with its handles, the sides in hand with their lengths, and what will snap."""
        shown = [[self.ground.to_screen(ring) for ring in part] for part in self.rings.parts]
        for part in shown:
            for ring in part:
                brush.line(painter, [*ring, ring[0]], brush.INK, 2.2)
        for p, part in enumerate(shown):
            for r, ring in enumerate(part):
                for c, place in enumerate(ring):
                    here = Handle(p, r, c)
                    lit = here == self.chosen or (
                        self.grip is not None and self.grip.kind == "corner" and self.grip.handle == here
                    )
                    brush.handle(painter, place, size=11 if lit else 9, full=lit)
        self._paint_grip(painter)

    def _paint_grip(self, painter: QPainter) -> None:
        if self.grip is None:
            return
        if self.grip.kind == "side" and self._origin is None:
            brush.dot(painter, self.ground.to_screen([self.grip.xy])[0], size=9)
        if self._origin is not None and self._dragging and self.grip.kind != "inside":
            here = vertices.at(self.rings, self.grip.handle)
            at = self.ground.to_screen([here])[0]
            for other in vertices.neighbours(self.rings, self.grip.handle):
                end = self.ground.to_screen([other])[0]
                if brush.long_enough(at, end):
                    brush.label(painter, brush.middle(at, end), metres(math.dist(here, other)))
            if self.snap is not None:
                brush.snap_mark(painter, at, self.snap.kind)

    def _grip(self, position: QPointF) -> Grip | None:
        here = self.ground.xy(position)
        if here is None or not self.rings.parts:
            return None
        corner = vertices.handle_near(self.rings, here, self.ground.reach_m(position, HANDLE_PX))
        if corner is not None:
            return Grip("corner", corner, vertices.at(self.rings, corner))
        side = vertices.side_near(self.rings, here, self.ground.reach_m(position, SIDE_PX))
        if side is not None:
            return Grip("side", *side)
        middle = vertices.area_of(self.rings).representative_point()
        if math.dist(here, (middle.x, middle.y)) <= self.ground.reach_m(position, 3 * HANDLE_PX):
            return Grip("inside", Handle(0, 0, 0), here)
        return None

    def _drag(self, position: QPointF) -> None:
        here = self.ground.xy(position)
        if here is None or self.grip is None or self._origin is None:
            return
        if self.grip.kind == "inside":
            self.rings = vertices.shift(self._origin, here[0] - self.grip.xy[0], here[1] - self.grip.xy[1])
        else:
            base = self._origin
            if self.grip.kind == "side":
                base = vertices.insert(base, self.grip.handle, self.grip.xy)
            self.snap = self._snapped(position, here)
            self.rings = vertices.move(base, self.grip.handle, self.snap.xy if self.snap else here)
        area = vertices.area_of(self.rings)
        self._live(area if shapely.is_valid(area) else None)

    def _snapped(self, position: QPointF, here: XY) -> Snap | None:
        """The best place near, but not on the zone itself."""
        near = snaps_of(self.desk).near(here, self.ground.reach_m(position))
        others = [s for s in self.ground.within(near, position) if s.id != self.zone_id]
        return others[0] if others else None

    def _keep(self) -> bool:
        return self.attempt(self._reshape)

    def _reshape(self) -> None:
        if self.desk.session is None:
            return
        area = vertices.area_of(self.rings)
        try:
            drawn = zones.reshape(self.desk.session, self.zone_id, area)
        except UserError as trouble:
            if trouble.key != "zone-overlaps":
                raise
            words = _(trouble.trouble.message).format(**trouble.values)
            self.desk.notify(words, lambda: self.attempt(lambda: self._cut(area)), _("Cut the overlap away"), WARN)
            self.refresh()
            return
        if drawn.sentences:
            say_drawn(self.desk, drawn, _("The outline is kept."))

    def _cut(self, area: shapely.MultiPolygon) -> None:
        if self.desk.session is not None:
            say_drawn(self.desk, zones.reshape(self.desk.session, self.zone_id, area, cut=True), "")

    def _remove(self) -> None:
        if self.chosen is None or self._origin is not None:
            return
        fewer = vertices.remove(self.rings, self.chosen)
        if fewer is None:
            self.desk.show_error(UserError("zone-too-few-corners", count=2))
            return
        before, self.rings, self.chosen = self.rings, fewer, None
        if not self._keep():
            self.rings = before

    def _step_back(self) -> None:
        if self._origin is not None:
            self.rings, self._origin, self.snap, self._dragging = self._origin, None, None, False
        elif self.chosen is not None:
            self.chosen = None
        else:
            self.leave()

    def _follow(self, change: object) -> None:
        """Undo and others' edits show at once."""
        if self._origin is None:
            self.refresh()
            self.chosen = self.grip = None
            self.repaint()
            if not self.rings.parts:
                self.leave()
