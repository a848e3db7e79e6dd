"""Click a building, press 0–5: the tool that is in hand in the Damage workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from vidbudova.session.places import buildings
from vidbudova.text import _
from vidbudova.ui import tool_paint as brush
from vidbudova.ui.damage_marking import marking_of
from vidbudova.ui.tool_clicks import ClickTool

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

GRADE_KEYS = {int(getattr(Qt.Key, f"Key_{n}")): n for n in range(6)}
ACCEPT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
SEVERAL = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class MarkTool(ClickTool):
    """Selects by click, grades by key, and takes the building that is offered next with Enter."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.marking = marking_of(desk)

    @property
    def hint(self) -> str:
        """What to press."""
        if not self.marking.chosen():
            return _("Click a building, then press 0–5.")
        if self.marking.offer is not None:
            return _("0–5 grades it again. Enter goes to the next that is not assessed.")
        return _("Press 0–5 to grade it. Shift-click adds another.")

    def clicked(self, event: QMouseEvent) -> None:
        """Select the building under the mouse; Shift or Ctrl adds or takes away; the ground clears."""
        scene, ratio = self.desk.viewport.scene, self.ground.ratio
        pick = scene.pick(event.position().x() * ratio, event.position().y() * ratio) if scene is not None else None
        several = bool(event.modifiers() & SEVERAL)
        if pick is None or pick.kind != "building":
            if not several:
                self.desk.selection.clear()
        elif several:
            self.desk.selection.toggle(pick.id)
        else:
            self.desk.selection.replace([pick.id])

    def key(self, event: QKeyEvent) -> bool:
        """0–5 grades, Enter accepts the offer, Esc steps back: the offer, then the selection."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in GRADE_KEYS:
            self.marking.mark_selected(GRADE_KEYS[event.key()])
        elif event.key() in ACCEPT:
            return self.marking.accept_offer()
        elif event.key() == Qt.Key.Key_Escape:
            return self._step_back()
        else:
            return False
        self.repaint()
        return True

    def paint(self, painter: QPainter) -> None:
        """A ring at the building that is offered next."""
        place = self._offered()
        if place is not None:
            seen = self.ground.to_screen([place[:2]], place[2])[0]
            brush.snap_mark(painter, seen, "first")
            brush.label(painter, seen, _("Next: Enter"), below=True)

    def _offered(self) -> tuple[float, float, float] | None:
        """The top middle of the building that is offered."""
        session, offer, city = self.marking.session, self.marking.offer, self.desk.city
        if session is None or offer is None or city is None:
            return None
        stock = buildings(session)
        number = stock.place.get(offer)
        if number is None:
            return None
        table = city.table("buildings")
        rows = np.flatnonzero(table.ids == offer)
        height = table.columns.get("height_m")
        top = float(np.nan_to_num(np.float64(height[rows[0]]), nan=3.0)) if height is not None and len(rows) else 3.0
        x, y = stock.xy[number]
        return float(x), float(y), top

    def _step_back(self) -> bool:
        if self.marking.decline_offer():
            self.repaint()
            return True
        if self.desk.viewport.navigator.walking:
            self.desk.viewport.navigator.set_walking(False)
        else:
            self.desk.selection.clear()
        return True
