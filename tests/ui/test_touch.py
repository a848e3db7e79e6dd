"""Fingers on the view."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vidbudova.scene.camera import Camera
from vidbudova.scene.standing import grounded
from vidbudova.ui.viewport import Viewport
from vidbudova.ui.window import MainWindow


@pytest.fixture
def view(opened: MainWindow) -> Viewport:
    found = opened.desk.viewport
    assert opened.desk.city is not None
    x0, y0, x1, y1 = opened.desk.city.bounds
    found.motion.stop()
    camera = Camera(((x0 + x1) / 2, (y0 + y1) / 2, 0.0), 400.0, 20.0, 50.0)
    found.set_camera(grounded(camera, opened.desk.city.relief))
    return found


@pytest.fixture(scope="module")
def device(qapp: QApplication) -> QPointingDevice:
    return QTest.createTouchDevice()


def two(view: Viewport, device: QPointingDevice, ways: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Two fingers through places relative to the middle of the view."""
    middle = view.rect().center()

    def at(place: tuple[int, int]) -> QPoint:
        return middle + QPoint(*place)

    first, second = ways[0]
    QTest.touchEvent(view, device).press(0, at(first)).press(1, at(second)).commit()
    for first, second in ways[1:]:
        QTest.touchEvent(view, device).move(0, at(first)).move(1, at(second)).commit()
    QTest.touchEvent(view, device).release(0, at(first)).release(1, at(second)).commit()


def test_that_fingers_that_part_bring_what_is_between_them_nearer(view: Viewport, device: QPointingDevice) -> None:
    before = view.camera
    two(view, device, [((-50, 0), (50, 0)), ((-75, 0), (75, 0)), ((-100, 0), (100, 0))])
    assert view.camera.distance == pytest.approx(before.distance / 2, rel=0.02)
    assert view.camera.pitch_deg == pytest.approx(before.pitch_deg, abs=1e-6)


def test_that_fingers_that_turn_turn_the_view(view: Viewport, device: QPointingDevice) -> None:
    before = view.camera
    steps = [(math.cos(math.radians(a)) * 80, math.sin(math.radians(a)) * 80) for a in (0, 10, 20, 30)]
    two(view, device, [((round(-x), round(-y)), (round(x), round(y))) for x, y in steps])
    assert (view.camera.heading_deg - before.heading_deg) % 360 == pytest.approx(330, abs=2)
    assert view.camera.distance == pytest.approx(before.distance, rel=0.02)


def test_that_fingers_side_by_side_tilt_and_aslant_move(view: Viewport, device: QPointingDevice) -> None:
    before = view.camera
    two(view, device, [((-50, 0), (50, 0)), ((-50, 20), (50, 20)), ((-50, 40), (50, 40))])
    assert view.camera.pitch_deg == pytest.approx(before.pitch_deg + 10, abs=0.5)
    before = view.camera
    assert view.scene is not None
    middle, there = view.scene.ground_point(*(s / 2 for s in view.pixels())), view.physical(QPointF(60, 30))
    two(view, device, [((-50, 0), (50, 0)), ((-20, 15), (80, 15)), ((10, 30), (110, 30))])
    w, h = view.pixels()
    seen = view.scene.ground_point(w / 2 + there[0], h / 2 + there[1])
    assert middle is not None and seen is not None and seen == pytest.approx(middle, abs=3.0)


def test_that_one_finger_is_the_hand_of_the_mouse(view: Viewport, device: QPointingDevice, qtbot: QtBot) -> None:
    before, middle = view.camera, view.rect().center()
    QTest.touchEvent(view, device).press(0, middle).commit()
    for n in range(1, 6):
        QTest.touchEvent(view, device).move(0, middle + QPoint(10 * n, 0)).commit()
    QTest.touchEvent(view, device).release(0, middle + QPoint(50, 0)).commit()
    assert (view.camera.heading_deg - before.heading_deg) % 360 == pytest.approx(15, abs=1)


def test_that_a_second_finger_makes_no_click_of_the_first(view: Viewport, device: QPointingDevice) -> None:
    chosen: list[object] = []
    view.desk.selection.changed.connect(lambda: chosen.append(1))
    middle = view.rect().center()
    QTest.touchEvent(view, device).press(0, middle).commit()
    QTest.touchEvent(view, device).stationary(0).press(1, middle + QPoint(60, 0)).commit()
    QTest.touchEvent(view, device).release(0, middle).release(1, middle + QPoint(60, 0)).commit()
    assert chosen == []


def test_that_a_trackpad_zooms_and_turns(view: Viewport) -> None:
    before, middle = view.camera, QPointF(view.rect().center())

    def gesture(kind: Qt.NativeGestureType, value: float) -> None:
        pad = QPointingDevice.primaryPointingDevice()
        event = QNativeGestureEvent(kind, pad, 2, middle, middle, middle, value, QPointF())
        QApplication.sendEvent(view, event)

    gesture(Qt.NativeGestureType.ZoomNativeGesture, 0.2)
    assert view.camera.distance == pytest.approx(0.8 * before.distance, rel=0.01)
    gesture(Qt.NativeGestureType.RotateNativeGesture, 12.0)
    assert (view.camera.heading_deg - before.heading_deg) % 360 == pytest.approx(348, abs=0.5)
