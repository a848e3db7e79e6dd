"""The overlay of a drawing: what is closed, what is drawn, the side in hand with its numbers, and what will snap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from vidbudova.model.outline import Aim
from vidbudova.model.snapping import XY
from vidbudova.text import _, mark, number
from vidbudova.ui import tool_paint as brush

if TYPE_CHECKING:
    from vidbudova.ui.tool_draw import DrawTool

PROBLEMS = {
    "crosses": mark("crosses the outline"),
    "outside": mark("leaves the outline"),
    "same": "",
    "": "",
}
SNAP_WORDS = {
    "first": mark("close"),
    "square": mark("level with the first corner"),
    "buildings": mark("building"),
    "roads": mark("road"),
    "zones": mark("zone"),
}


def metres(value: float) -> str:
    """A length as a person reads it: 12.4 m, 1,250 m."""
    return _("{n} m").format(n=number(value, 0 if value >= 1000 else 1))


def paint(painter: QPainter, tool: DrawTool) -> None:
    """Everything of one drawing."""
    ground, outline, aim = tool.ground, tool.outline, tool.aim
    rings = [ground.to_screen(ring) for ring in outline.rings]
    corners = ground.to_screen(outline.corners)
    hand = ground.to_screen([aim.xy])[0] if aim is not None else None
    colour = brush.TROUBLE if aim is not None and aim.problem in ("crosses", "outside") else brush.INK
    if tool.closed:
        brush.area(painter, [*rings, [*corners, hand]], colour, 0.16)
    for ring in rings:
        brush.line(painter, [*ring, ring[0]])
    brush.line(painter, corners)
    _sides(painter, outline.corners, corners)
    if aim is not None and hand is not None:
        _hand(painter, tool, aim, corners, hand)
    for n, corner in enumerate(corners):
        brush.handle(painter, corner, size=9 if n else 11, full=not n)


def _sides(painter: QPainter, corners: Sequence[XY], seen: Sequence[QPointF | None]) -> None:
    """The length of every finished side that is long enough on the screen to carry it."""
    for n in range(len(corners) - 1):
        if brush.long_enough(seen[n], seen[n + 1]):
            (ax, ay), (bx, by) = corners[n], corners[n + 1]
            length = ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5
            brush.label(painter, brush.middle(seen[n], seen[n + 1]), metres(length))


def _hand(
    painter: QPainter, tool: DrawTool, aim: Aim, corners: Sequence[QPointF | None], hand: QPointF
) -> None:
    """The side that a click would add."""
    bad = aim.problem in ("crosses", "outside")
    colour = brush.TROUBLE if bad else brush.INK
    if corners:
        brush.line(painter, [corners[-1], hand], colour, dashed=bad)
        if tool.closed and len(corners) > 1 and not aim.closes:
            brush.line(painter, [hand, corners[0]], colour, 1.2, dashed=True)
    if aim.snap is not None:
        brush.snap_mark(painter, hand, aim.snap.kind)
    elif not corners:
        brush.dot(painter, hand)
    brush.label(painter, hand, words(tool, aim), below=True, strong=not tool.typed.is_empty)


def words(tool: DrawTool, aim: Aim) -> str:
    """Length and direction of the side in hand (typed ones with a caret), what it snaps to, or what is wrong."""
    lines = []
    if tool.outline.corners:
        lines.append(_typed_or(tool, "length", metres(aim.length_m), " " + _("m")))
        lines.append(_("bearing {n}").format(n=_typed_or(tool, "bearing", f"{number(aim.bearing_deg, 1)}°", "°")))
    if problem := PROBLEMS[aim.problem]:
        lines.append(_(problem))
    elif aim.snap is not None:
        lines.append(_(SNAP_WORDS.get(aim.snap.kind, SNAP_WORDS.get(aim.snap.layer, ""))))
    return "\n".join(line for line in lines if line)


def _typed_or(tool: DrawTool, field: str, measured: str, unit: str) -> str:
    text = tool.typed.length if field == "length" else tool.typed.bearing
    here = tool.typed.field == field and not (tool.typed.is_empty and field == "length")
    return f"{text}{'▏' if here else ''}{unit}" if text or here else measured

