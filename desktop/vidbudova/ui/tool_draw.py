"""Draw an outline or a line on the ground: clicks, snapping, typed numbers, right angles, taking back, holes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from vidbudova.errors import UserError
from vidbudova.model import outline as drawing
from vidbudova.model import typed as typing
from vidbudova.model.outline import Aim, Outline, Wish
from vidbudova.model.typed import Typed
from vidbudova.text import _
from vidbudova.ui import tool_draw_paint
from vidbudova.ui.tool_clicks import ClickTool
from vidbudova.ui.tool_snaps import snaps_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

ACCEPT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class DrawTool(ClickTool):
    """Draws one outline (or, with closed=False, one open line) and hands it over.

    done : called with the finished Outline; may raise UserError, then the drawing stays as it is.
    changed : called with the Outline and the Aim on every step, for live numbers.
    """

    quiet = True

    def __init__(
        self,
        desk: Desk,
        done: Callable[[Outline], None],
        changed: Callable[[Outline, Aim | None], None] = lambda outline, aim: None,
        closed: bool = True,
        start: Outline | None = None,
    ) -> None:
        super().__init__(desk)
        self.snaps, self.closed = snaps_of(desk), closed
        self._done, self._changed = done, changed
        self._start = start or Outline()
        self.outline = self._start
        self.typed = Typed()
        self.square = False
        self.aim: Aim | None = None
        self._shift = False

    @property
    def hint(self) -> str:
        """What the next step is."""
        if not self.outline.corners:
            return _("Click the first corner. Esc leaves.")
        if len(self.outline.corners) < drawing.FEWEST and self.closed:
            return _("Click the next corner, or type a length. Tab: direction. Shift: right angles.")
        if self.closed:
            return _("Enter or a click on the first corner closes. H: close and draw a hole. Backspace: take back.")
        return _("Enter or a double click ends the line. Backspace: take back.")

    def clicked(self, event: QMouseEvent) -> None:
        """Put the corner that is aimed at, or close."""
        self._look(event)
        self._place()

    def moved(self, event: QMouseEvent) -> None:
        """Aim anew."""
        self._look(event)

    def double_click(self, event: QMouseEvent) -> bool:
        """The first click of it has put the corner; the second ends the drawing."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.attempt(self.end)
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Numbers, Tab, Backspace, Enter, Esc, H and R."""
        used = self._step_key(event) or self._number_key(event)
        if event.key() == Qt.Key.Key_Shift:
            self._shift = True
        if used:
            self._aim_again()
            self.repaint()
        return used

    def set_square(self, on: bool) -> None:
        """The right-angle lock as a toggle."""
        self.square = on
        self._aim_again()
        self.repaint()

    def end(self) -> None:
        """Close the ring (or end the line) and hand it over."""
        finished = drawing.close(self.outline) if self.closed else self.outline
        self._hand_over(finished)

    def close_and_cut(self) -> None:
        """Close the ring and go on with a hole in it."""
        self.outline = drawing.close(self.outline)
        self._tell()

    def take_back(self) -> None:
        """Take the last number or the last corner back."""
        if not self.typed.is_empty:
            self.typed = typing.back(self.typed)
        elif self.outline != self._start:
            self.outline = drawing.take_back(self.outline)
        self._tell()

    def restart(self) -> None:
        """Begin anew."""
        self.outline, self.typed, self.aim = self._start, Typed(), None
        self._tell()

    def paint(self, painter: QPainter) -> None:
        """The outline, the side in hand with its numbers, and what will snap."""
        tool_draw_paint.paint(painter, self)

    def _look(self, event: QMouseEvent) -> None:
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.cursor = event.position()
        self._aim_again()

    def _aim_again(self) -> None:
        here = None if self.cursor is None else self.ground.xy(self.cursor)
        if here is None or self.cursor is None:
            self.aim = None
            return
        reach = self.ground.reach_m(self.cursor)
        near = self.ground.within(self.snaps.near(here, reach), self.cursor)
        self.aim = drawing.aim(self.outline, here, self._wish(), near, reach if self.closed else 0.0)
        self._tell()

    def _wish(self) -> Wish:
        return Wish(self.typed.length_m, self.typed.bearing_deg, self.square != self._shift)

    def _place(self) -> None:
        if self.aim is None:
            return
        placed = self._place_on_line(self.aim) if not self.closed else drawing.place(self.outline, self.aim)
        was_closed, self.typed = self.aim.closes and self.closed, Typed()
        if was_closed:
            self._hand_over(placed)
            return
        self.outline = placed
        self._aim_again()

    def _place_on_line(self, at: Aim) -> Outline:
        """A line may cross itself: only a side of no length is left out."""
        if at.problem == "same":
            return self.outline
        return drawing.place(self.outline, Aim(at.xy, at.snap, False, at.length_m, at.bearing_deg))

    def _hand_over(self, finished: Outline) -> None:
        """A new drawing begins, unless the one who takes this one refuses it or puts it back in hand."""
        before, self.outline = self.outline, finished
        try:
            self._done(finished)
        except UserError:
            self.outline = before
            raise
        if self.outline is finished:
            self.restart()

    def _step_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in ACCEPT:
            self.attempt(self.end if self.typed.is_empty else self._place)
        elif key == Qt.Key.Key_Escape:
            self._step_back()
        elif key == Qt.Key.Key_Backspace:
            self.take_back()
        elif key == Qt.Key.Key_H and self.closed and self.outline.corners:
            self.attempt(self.close_and_cut)
        elif key == Qt.Key.Key_R and not event.modifiers():
            self.square = not self.square
        else:
            return False
        return True

    def _number_key(self, event: QKeyEvent) -> bool:
        if not self.outline.corners:
            return False
        if event.key() == Qt.Key.Key_Tab:
            self.typed = typing.tab(self.typed)
            return True
        after = typing.press(self.typed, event.text())
        if after is None:
            return False
        self.typed = after
        return True

    def _step_back(self) -> None:
        """One thing at a time: the number, the last corner, the tool itself."""
        if not self.typed.is_empty:
            self.typed = Typed()
        elif self.outline != self._start:
            self.take_back()
        else:
            self.leave()

    def _tell(self) -> None:
        self._changed(self.outline, self.aim)
