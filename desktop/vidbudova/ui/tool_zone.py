"""The tools of the Zones workspace that draw: a new zone, a hole in one, a line that splits one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import shapely

from vidbudova.errors import UserError
from vidbudova.model import outline as drawing
from vidbudova.model.outline import Aim, Outline
from vidbudova.model.zones import TABLE
from vidbudova.session import zones
from vidbudova.session.zones import Drawn
from vidbudova.text import _, ngettext
from vidbudova.ui.notices import WARN
from vidbudova.ui.tool_draw import DrawTool
from vidbudova.ui.zone_view import zone_view_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


def say_drawn(desk: Desk, drawn: Drawn, words: str) -> None:
    """Say quietly what was done and what was mended."""
    undo = partial(desk.undo_this, drawn.change.id) if drawn.change is not None else None
    desk.notify(" ".join([words, *drawn.sentences]), undo, _("Undo") if undo else "")


class DrawZoneTool(DrawTool):
    """Draws a new zone and keeps it; an overlap is refused with a button that cuts it away."""

    def __init__(self, desk: Desk, **fields: str | int | None) -> None:
        """fields : what the new zone is (kind, phase …)."""
        super().__init__(desk, self._keep, self._tell_live)
        self.fields = fields

    def finished(self) -> None:
        """No more live numbers."""
        zone_view_of(self.desk).live.emit(None)

    def _tell_live(self, outline: Outline, aim: Aim | None) -> None:
        zone_view_of(self.desk).live.emit(drawing.preview(outline, aim))

    def _keep(self, outline: Outline) -> None:
        area = drawing.polygon(outline)
        if area is None:
            return
        try:
            self._add(area)
        except UserError as trouble:
            if trouble.key != "zone-overlaps":
                raise
            words = _(trouble.trouble.message).format(**trouble.values)
            self.outline = drawing.take_back(outline)
            self.desk.notify(words, lambda: self._cut(area), _("Cut the overlap away"), WARN)

    def _cut(self, area: shapely.Polygon) -> None:
        self.attempt(lambda: self._add(area, cut=True))

    def _add(self, area: shapely.Polygon, cut: bool = False) -> None:
        session = self.desk.session
        if session is None:
            return
        name = self.fields.get("name") or _("Zone {n}").format(n=session.count(TABLE) + 1)
        drawn = zones.add(session, area, cut=cut, **{**self.fields, "name": name})
        self.desk.selection.replace([drawn.id], TABLE)
        say_drawn(self.desk, drawn, _("“{name}” is drawn.").format(name=name))
        self.leave()


class HoleTool(DrawTool):
    """Draws a hole into one zone."""

    def __init__(self, desk: Desk, zone_id: str) -> None:
        self.zone_id = zone_id
        row = desk.session.row(TABLE, zone_id) if desk.session is not None else None
        self.area = shapely.from_wkb(row["geom"]) if row is not None else shapely.MultiPolygon()
        super().__init__(desk, self._keep)

    def _keep(self, outline: Outline) -> None:
        hole = drawing.polygon(outline)
        if hole is None or self.desk.session is None:
            return
        if not shapely.contains(self.area, hole):
            outside = shapely.difference(hole, self.area).representative_point()
            raise UserError("zone-hole-outside", place=f"{outside.x:.1f}, {outside.y:.1f}")
        drawn = zones.reshape(self.desk.session, self.zone_id, shapely.difference(self.area, hole))
        say_drawn(self.desk, drawn, _("The hole is cut."))
        self.leave()


class SplitTool(DrawTool):
    """Draws a line right across one zone and splits it there."""

    def __init__(self, desk: Desk, zone_id: str) -> None:
        super().__init__(desk, self._split, closed=False)
        self.zone_id = zone_id

    @property
    def hint(self) -> str:
        """What to draw."""
        return _("Draw a line right across the zone. Enter or a double click splits it.")

    def _split(self, line: Outline) -> None:
        session = self.desk.session
        if session is None or len(line.corners) < 2:
            return
        before = session.count(TABLE)
        done = zones.split(session, self.zone_id, shapely.LineString(line.corners))
        made = session.count(TABLE) - before + 1
        words = ngettext("The zone is {count} zone now.", "The zone is {count} zones now.", made)
        undo = partial(self.desk.undo_this, done.id) if done is not None else None
        self.desk.notify(words, undo, _("Undo") if undo else "")
        self.leave()
