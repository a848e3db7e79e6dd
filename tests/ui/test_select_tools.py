"""Selecting many and measuring in the real window."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from vidbudova.session.places import buildings
from vidbudova.ui.measure import AreaTool, DistanceTool, HeightTool, length_of
from vidbudova.ui.tool_select import PolygonTool, RectangleTool
from vidbudova.ui.workspaces import MEASURING

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def above(hands):
    """Straight down on the middle of the city: (hands, stock of buildings)."""
    hands.desk.enter("city")
    stock = buildings(hands.session)
    x, y = np.median(stock.xy, axis=0)
    hands.look(float(x), float(y), 400, pitch=90)
    return hands, stock


def inside(hands, stock, low, high):
    """Ids of the buildings whose middle is well inside a rectangle of the widget, and of those well outside."""
    seen = hands.ground.to_screen(stock.xy)
    near = [(p.x() - low.x(), high.x() - p.x(), p.y() - low.y(), high.y() - p.y()) for p in seen]
    ins = {str(id) for id, d in zip(stock.ids, near, strict=True) if min(d) > 40}
    outs = {str(id) for id, d in zip(stock.ids, near, strict=True) if min(d) < -60}
    return ins, outs


def test_that_a_rectangle_selects_what_is_in_it_and_shift_adds_and_ctrl_takes_away(above):
    hands, stock = above
    hands.view.set_tool(RectangleTool(hands.desk))
    w, h = hands.view.width(), hands.view.height()
    a, b = QPoint(w // 4, h // 4), QPoint(3 * w // 4, 3 * h // 4)
    hands.drag(a, b)
    chosen = set(hands.desk.selection.ids)
    ins, outs = inside(hands, stock, a, b)
    assert ins and ins <= chosen and not chosen & outs
    hands.drag(QPoint(2, 2), QPoint(w - 2, h // 3), SHIFT)
    assert chosen < set(hands.desk.selection.ids)
    hands.drag(QPoint(2, 2), QPoint(w - 2, h - 2), CTRL)
    assert not hands.desk.selection.ids


def test_that_a_polygon_selects_what_it_goes_round(above):
    hands, stock = above
    hands.view.set_tool(PolygonTool(hands.desk))
    w, h = hands.view.width(), hands.view.height()
    a, b = QPoint(w // 4, h // 4), QPoint(3 * w // 4, 3 * h // 4)
    for corner in (a, QPoint(b.x(), a.y()), b, QPoint(a.x(), b.y())):
        QTest.mouseClick(hands.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corner)
    hands.key(Qt.Key.Key_Return)
    ins, outs = inside(hands, stock, a, b)
    assert ins <= set(hands.desk.selection.ids) and not set(hands.desk.selection.ids) & outs


def test_that_escape_puts_the_tool_away_and_a_drag_turns_the_view_again(above):
    hands, _stock = above
    hands.view.set_tool(RectangleTool(hands.desk))
    hands.key(Qt.Key.Key_Escape)
    assert hands.view.tool is None
    heading = hands.view.camera.heading_deg
    hands.drag(QPoint(300, 300), QPoint(380, 300))
    assert hands.view.camera.heading_deg != heading


def test_that_the_tool_strip_takes_the_measuring_tools_in_hand(above):
    hands, _stock = above
    for tool, kind in zip(MEASURING, (DistanceTool, AreaTool, HeightTool), strict=True):
        hands.window.strip.take(tool)
        assert isinstance(hands.view.tool, kind)


def test_that_a_distance_along_clicks_is_the_length_on_the_ground(hands):
    x0, _y0, _x1, y1 = hands.desk.city.bounds
    x, y = x0 + 50.0, y1 + 400.0
    hands.look(x + 100, y + 60, 500)
    tool = DistanceTool(hands.desk)
    hands.view.set_tool(tool)
    for corner in ((x, y), (x + 120, y), (x + 120, y + 50)):
        hands.click(*corner)
    hands.key(Qt.Key.Key_Return)
    assert tool.kept is not None and length_of(tool.kept) == pytest.approx(170, rel=0.01)
    hands.click(x + 10, y + 10)
    assert tool.kept is None and len(tool.outline.corners) == 1


def test_that_a_typed_side_measures_exactly_what_was_typed(hands):
    x0, _y0, _x1, y1 = hands.desk.city.bounds
    x, y = x0 + 50.0, y1 + 400.0
    hands.look(x + 100, y + 60, 500)
    tool = DistanceTool(hands.desk)
    hands.view.set_tool(tool)
    hands.click(x, y)
    hands.move(x + 40, y + 5)
    hands.type("77,25")
    hands.key(Qt.Key.Key_Return)
    a, b = tool.outline.corners
    assert math.dist(a, b) == pytest.approx(77.25)


def test_that_an_area_says_its_size_and_outline(hands):
    x0, _y0, _x1, y1 = hands.desk.city.bounds
    x, y = x0 + 50.0, y1 + 400.0
    hands.look(x + 100, y + 60, 500)
    tool = AreaTool(hands.desk)
    hands.view.set_tool(tool)
    for corner in ((x, y), (x + 200, y), (x + 200, y + 100), (x, y + 100)):
        hands.click(*corner)
    hands.key(Qt.Key.Key_Return)
    assert tool.kept is not None
    kept = shapely.Polygon(tool.kept.rings[0])
    assert kept.area == pytest.approx(20_000, rel=0.02)
    assert tool.words().startswith(f"{kept.area / 10_000:.2f} ha")


def test_that_the_height_tool_reads_a_roof_and_a_difference(above):
    hands, stock = above
    rows = hands.session.rows("buildings", stock.ids)
    id = max(rows, key=lambda i: rows[i]["height_m"] or 0)
    x, y = map(float, stock.xy[stock.place[id]])
    hands.look(x, y, 300, pitch=90)
    tool = HeightTool(hands.desk)
    hands.view.set_tool(tool)
    middle = QPoint(hands.view.width() // 2, hands.view.height() // 2)
    QTest.mouseMove(hands.view, middle)
    assert tool.under is not None and tool.under[2] > 0.6 * float(rows[id]["height_m"])
    QTest.mouseClick(hands.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert len(tool.places) == 1
    hands.key(Qt.Key.Key_Backspace)
    assert not tool.places
