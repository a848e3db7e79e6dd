"""The panel of light, date and section in the real window: each control changes the view, and all of it goes back."""

from __future__ import annotations

from datetime import time

import numpy as np
import pytest
from PySide6.QtCore import QDate, QPoint, Qt

from vidbudova.session import damage, moments
from vidbudova.ui.light_box import clock_words
from vidbudova.ui.measure import DistanceTool
from vidbudova.ui.moment import moment_of
from vidbudova.ui.tool_section import SectionTool


@pytest.fixture
def panel(hands, qtbot):
    hands.desk.enter("city")
    found = hands.desk.show_panel("light")
    hands.view.motion.stop()
    hands.window.resize(900, 520)
    hands.view.scene.still_s = float("inf")
    qtbot.waitUntil(lambda: bool(found.day.dates), timeout=10_000)
    return found


def picture(hands):
    hands.view.motion.stop()
    hands.settle()
    hands.view.redraw()
    image = hands.view.picture(overlay=False)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return pixels[:, : image.width(), :3].astype(int)


def far(a, b):
    return float(np.abs(a - b).mean())


def test_that_the_sun_of_a_day_shines_and_the_architects_light_comes_back(hands, panel):
    usual = picture(hands)
    panel.light.kind.setCurrentIndex(1)
    panel.light.kind.activated.emit(1)
    panel.light.date.setDate(QDate(2026, 6, 21))
    panel.light.set_time(time(20, 0))
    evening = picture(hands)
    assert far(usual, evening) > 10
    assert "UTC+3" in panel.light.clock.text()
    panel.light.presets[1].click()
    assert clock_words(moment_of(hands.desk).sun).startswith("12:00")
    assert far(picture(hands), evening) > 10
    panel.light.kind.setCurrentIndex(0)
    panel.light.kind.activated.emit(0)
    assert far(picture(hands), usual) < 1.0
    assert not panel.light.of_a_day.isVisible()


def test_that_it_says_where_the_sun_stands_and_that_it_has_set(hands, panel):
    panel.light.date.setDate(QDate(2026, 6, 21))
    panel.light.set_time(time(12, 30))
    assert "in the south" in panel.light.stands.text()
    panel.light.set_time(time(23, 30))
    assert "below the horizon" in panel.light.stands.text()


def test_that_the_slider_goes_from_before_the_damage_to_now(hands, panel, qtbot):
    painting, slider = hands.desk.painting, panel.day.slider
    now = painting.view.shown.copy()
    with qtbot.waitSignal(moment_of(hands.desk).day_changed, timeout=10_000):
        panel.day.before.click()
    assert painting.day == moments.BEFORE
    assert (painting.view.shown < 0).all()
    assert not painting.colouring.broken.any()
    with qtbot.waitSignal(moment_of(hands.desk).day_changed, timeout=10_000):
        slider.setValue(2)
    assert painting.day == panel.day.dates[1]
    assert 0 < (painting.view.shown >= 0).sum() < (now >= 0).sum()
    with qtbot.waitSignal(moment_of(hands.desk).day_changed, timeout=10_000):
        panel.day.now.click()
    assert painting.day is None
    assert (painting.view.shown == now).all()


def test_that_the_date_shown_is_said_in_the_legend_and_below(hands, panel, qtbot):
    with qtbot.waitSignal(moment_of(hands.desk).day_changed, timeout=10_000):
        panel.day.before.click()
    assert "Before the damage" in hands.view.overlay.legend().title
    assert hands.window.status.date.text() == "Before the damage"


def test_that_a_mark_brings_the_view_back_to_now(hands, panel, qtbot):
    with qtbot.waitSignal(moment_of(hands.desk).day_changed, timeout=10_000):
        panel.day.before.click()
    with qtbot.waitSignal(moment_of(hands.desk).day_changed, timeout=10_000):
        damage.mark(hands.session, str(hands.desk.painting.ids[0]), grade=3)
    assert hands.desk.painting.day is None
    assert any("now" in said for said, *_rest in hands.said)


def test_that_a_line_cuts_the_nearer_side_and_escape_makes_the_city_whole(hands, panel):
    whole, view = picture(hands), hands.view
    panel.section.line.click()
    assert isinstance(view.tool, SectionTool)
    middle = view.height() // 2
    hands.drag(QPoint(view.width() // 5, middle), QPoint(4 * view.width() // 5, middle))
    plane, eye = moment_of(hands.desk).plane, view.camera.eye()
    assert plane is not None and not plane.level
    assert np.dot(plane.normal, eye) > plane.offset
    cut = picture(hands)
    assert far(whole, cut) > 1
    panel.section.turn.click()
    assert np.dot(moment_of(hands.desk).plane.normal, eye) < moment_of(hands.desk).plane.offset
    view.setFocus()
    hands.key(Qt.Key.Key_Escape)
    assert moment_of(hands.desk).plane is None and view.tool is None
    assert far(picture(hands), whole) < 1.0


def test_that_the_handle_moves_a_level_section_and_the_rest_of_the_view_turns_the_camera(hands, panel):
    panel.section.level.click()
    tool, before = hands.view.tool, moment_of(hands.desk).plane.offset
    at = tool.handle().toPoint()
    hands.drag(at, at - QPoint(0, 30))
    assert moment_of(hands.desk).plane.offset > before
    assert panel.section.height_m.value() == pytest.approx(moment_of(hands.desk).plane.offset, abs=0.1)
    heading = hands.view.camera.heading_deg
    hands.drag(QPoint(300, 300), QPoint(420, 300))
    assert hands.view.camera.heading_deg != heading
    panel.section.whole()
    assert hands.view.tool is None


def test_that_a_section_stays_for_another_tool_and_escape_still_takes_it_off(hands, panel):
    panel.section.level.click()
    hands.view.set_tool(DistanceTool(hands.desk))
    hands.view.set_tool(None)
    assert moment_of(hands.desk).plane is not None
    hands.view.setFocus()
    hands.key(Qt.Key.Key_Escape)
    assert moment_of(hands.desk).plane is None


def test_that_closing_the_project_puts_it_all_back(hands, panel):
    panel.light.set_time(time(20, 0))
    panel.section.level.click()
    hands.window.close_project()
    moment = moment_of(hands.desk)
    assert moment.sun is None and moment.day is None and moment.plane is None


def test_that_the_panel_keeps_to_320_pixels(hands, panel):
    panel.light.set_time(time(9, 0))
    panel.section.level.click()
    assert panel.minimumSizeHint().width() <= 320
