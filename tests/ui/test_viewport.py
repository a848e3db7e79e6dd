"""The view: both back-ends, exact picks at every scale, navigation, frames, failing GL, opening and closing often."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vidbudova.scene.camera import Camera
from vidbudova.ui.viewport import UNRELEASED, GlSurface, Viewport
from vidbudova.ui.viewport_overlay import nice_length, words_of
from vidbudova.ui.viewport_picture import PictureSurface
from vidbudova.ui.window import MainWindow


def needs_screen() -> None:
    """Skip where no X server could be started."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        pytest.skip("there is no screen: Xvfb is not installed here")


def pixels(image: QImage) -> np.ndarray:
    """(h, w, 3) of an image."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return lines[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3)


def is_a_picture(image: QImage) -> bool:
    """Whether an image shows more than one flat colour."""
    return bool(pixels(image).reshape(-1, 3).std(axis=0).max() > 5)


def seen_building(window: MainWindow) -> tuple[str, QPoint]:
    """Some building that is picked at a place in the middle of the view."""
    view = window.desk.viewport
    for y in range(view.height() // 3, view.height() * 2 // 3, 7):
        for x in range(view.width() // 3, view.width() * 2 // 3, 7):
            pick = view.navigator.pick(QPointF(x, y))
            if pick is not None and pick.kind == "building":
                return pick.id, QPoint(x, y)
    raise AssertionError("no building in the middle of the view")


def test_that_the_painted_view_shows_the_city(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: is_a_picture(opened.desk.viewport.grab().toImage()), timeout=10_000)


def test_that_the_gl_view_shows_the_city_too(
    make_window: Callable[[], MainWindow], qtbot: QtBot, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_screen()
    monkeypatch.setenv("VIDBUDOVA_VIEWPORT", "gl")
    window = make_window()
    window.open_project(project)
    qtbot.waitUntil(lambda: window.desk.city is not None, timeout=60_000)
    qtbot.wait(300)
    assert window.desk.viewport.backend == "gl"
    assert is_a_picture(window.desk.viewport.picture(overlay=False))
    window.desk.viewport.resize(700, 500)
    assert window.desk.viewport.surface is not None
    assert window.desk.viewport.surface.size() == window.desk.viewport.size()


def test_that_gl_that_fails_while_drawing_gives_way_to_pictures_with_a_note(
    make_window: Callable[[], MainWindow], qtbot: QtBot, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a 3D view crashes in the driver elsewhere: this does not happen here.

    https://github.com/qgis/QGIS/issues/42402
    """
    needs_screen()
    monkeypatch.setenv("VIDBUDOVA_VIEWPORT", "gl")
    window = make_window()
    window.open_project(project)
    qtbot.waitUntil(lambda: window.desk.city is not None, timeout=60_000)
    qtbot.wait(200)
    view = window.desk.viewport
    camera = view.camera
    failed = view.surface
    assert failed is not None

    def broken(quality: str) -> None:
        raise RuntimeError("the driver is gone")

    monkeypatch.setattr(failed.scene, "render", broken)
    view.redraw()
    qtbot.waitUntil(lambda: isinstance(view.surface, PictureSurface), timeout=10_000)
    qtbot.waitUntil(lambda: is_a_picture(view.grab().toImage()), timeout=10_000)
    assert view.camera == camera
    assert "the driver is gone" in window.notices.notes[-1].words.text()
    assert failed.scene.window.render_window is None and not UNRELEASED, "else its end would take buffers of others"


def test_that_a_gl_view_that_was_not_released_is_held(qtbot: QtBot, make_window: Callable[[], MainWindow]) -> None:
    needs_screen()
    view = make_window().desk.viewport
    surface = GlSurface(view)
    scene = surface.scene
    assert scene in UNRELEASED
    surface.setParent(None)
    surface.deleteLater()
    del surface
    qtbot.wait(50)
    gc.collect()
    assert scene in UNRELEASED
    UNRELEASED.discard(scene)  # nothing of it was drawn


def test_that_many_wishes_make_one_frame(opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    view = opened.desk.viewport
    qtbot.wait(700)
    assert view.scene is not None
    frames: list[str] = []
    draw = view.scene.render
    monkeypatch.setattr(view.scene, "render", lambda quality: (frames.append(quality), draw(quality)))
    for _ in range(20):
        view.redraw("moving")
    qtbot.waitUntil(lambda: bool(frames), timeout=5_000)
    assert frames == ["moving"]


def test_that_the_overlay_is_painted_without_drawing_the_city_again(
    opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = opened.desk.viewport
    qtbot.waitUntil(lambda: view.scene is not None and not view.scene.incomplete, timeout=20_000)
    qtbot.wait(300)
    assert view.scene is not None
    frames: list[str] = []
    monkeypatch.setattr(view.scene, "render", frames.append)
    for _ in range(3):
        view.update()
        qtbot.wait(20)
    assert frames == []


def test_that_the_view_comes_to_rest_in_full_quality(
    opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = opened.desk.viewport
    qtbot.wait(700)
    assert view.scene is not None
    frames: list[str] = []
    draw = view.scene.render
    monkeypatch.setattr(view.scene, "render", lambda quality: (frames.append(quality), draw(quality)))
    view.set_camera(Camera(view.camera.focus, view.camera.distance * 0.9, 10.0, 40.0))
    qtbot.waitUntil(lambda: "still" in frames, timeout=5_000)
    assert frames[0] == "moving"


def test_that_a_click_selects_ctrl_adds_and_the_ground_selects_nothing(opened: MainWindow, qtbot: QtBot) -> None:
    view, selection = opened.desk.viewport, opened.desk.selection
    id, place = seen_building(opened)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert selection.ids == (id,)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place)
    assert selection.ids == ()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert selection.ids == ()


def drag(view: Viewport, start: QPoint, end: QPoint, button: Qt.MouseButton, keys: Qt.KeyboardModifier) -> None:
    """A drag in four steps."""
    QTest.mousePress(view, button, keys, start)
    for n in range(1, 5):
        place = start + (end - start) * n / 4
        move(view, place, button, keys)
    QTest.mouseRelease(view, button, keys, end)


def move(view: Viewport, place: QPoint, button: Qt.MouseButton, keys: Qt.KeyboardModifier) -> None:
    """One move with a button down (QTest's own knows no buttons)."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    at = QPointF(place)
    event = QMouseEvent(QEvent.Type.MouseMove, at, view.mapToGlobal(at), Qt.MouseButton.NoButton, button, keys)
    QApplication.sendEvent(view, event)


def test_that_a_left_drag_turns_about_the_point_under_the_cursor(opened: MainWindow) -> None:
    view = opened.desk.viewport
    start = QPoint(view.width() // 2 + 60, view.height() // 2 + 40)
    pick = view.navigator.pick(QPointF(start))
    assert pick is not None and view.scene is not None
    before = view.camera
    at = view.scene.project(np.array([pick.point]))[0]
    drag(view, start, start + QPoint(80, 0), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    assert abs(view.camera.heading_deg - before.heading_deg) > 5
    assert np.abs(view.scene.project(np.array([pick.point]))[0] - at).max() < 1.5
    assert len(opened.desk.selection) == 0


@pytest.mark.parametrize(
    ("button", "keys"),
    [
        (Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
        (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_that_the_ground_stays_under_the_cursor_while_panning(
    opened: MainWindow, button: Qt.MouseButton, keys: Qt.KeyboardModifier
) -> None:
    view = opened.desk.viewport
    start, end = (
        QPoint(view.width() // 2, view.height() // 2 + 60),
        QPoint(view.width() // 2 + 90, view.height() // 2 + 20),
    )
    assert view.scene is not None
    before = view.scene.ground_point(*view.physical(QPointF(start)))
    heading = view.camera.heading_deg
    drag(view, start, end, button, keys)
    after = view.scene.ground_point(*view.physical(QPointF(end)))
    assert before is not None and after is not None
    assert np.abs(np.array(before) - after).max() < 0.5
    assert view.camera.heading_deg == heading


def test_that_the_wheel_brings_the_place_under_the_cursor_nearer(opened: MainWindow) -> None:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    view = opened.desk.viewport
    at = QPointF(view.width() * 0.4, view.height() * 0.6)
    before, pick = view.camera, view.navigator.pick(at)
    assert pick is not None and view.scene is not None
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    assert view.camera.distance < before.distance
    seen = view.scene.project(np.array([pick.point]))[0][0]
    assert np.abs(seen - np.array(view.physical(at))).max() < 1.5


def test_that_the_keys_of_the_view_move_the_camera(opened: MainWindow, qtbot: QtBot) -> None:
    view = opened.desk.viewport
    view.set_camera(Camera(view.camera.focus, view.camera.distance, 120.0, 40.0))
    QTest.keyClick(view, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: not view.motion.flying, timeout=5_000)
    assert view.camera.pitch_deg == pytest.approx(90)
    QTest.keyClick(view, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: not view.motion.flying, timeout=5_000)
    assert view.camera.heading_deg % 360 == pytest.approx(0)
    QTest.keyClick(view, Qt.Key.Key_H)
    qtbot.waitUntil(lambda: not view.motion.flying, timeout=5_000)
    assert opened.desk.city is not None
    home = opened.moves.home_camera()
    assert home is not None and view.camera.distance == pytest.approx(home.distance, rel=1e-3)


def test_that_f_stands_in_the_street_w_walks_and_esc_rises(opened: MainWindow, qtbot: QtBot) -> None:
    view = opened.desk.viewport
    QTest.keyClick(view, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: not view.motion.flying, timeout=5_000)
    assert view.navigator.walking
    assert view.scene is not None

    def above() -> float:
        x, y, z = view.camera.eye()
        relief = view.scene.city.relief  # type: ignore[union-attr]
        return float(z) - (relief.at(float(x), float(y)) if relief is not None else 0.0)

    eye = view.camera.eye()
    assert above() == pytest.approx(1.7, abs=0.3)
    QTest.keyPress(view, Qt.Key.Key_W)
    qtbot.wait(300)
    QTest.keyRelease(view, Qt.Key.Key_W)
    assert np.linalg.norm(view.camera.eye() - eye) > 0.3
    assert above() == pytest.approx(1.7, abs=0.3)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.navigator.walking


class Hand:
    """A tool that takes everything and remembers what it was given."""

    hint = "Hint"

    def __init__(self) -> None:
        self.said: list[str] = []

    def press(self, event: object) -> bool:
        return bool(self.said.append("press") or True)

    def move(self, event: object) -> bool:
        return bool(self.said.append("move") or True)

    def release(self, event: object) -> bool:
        return bool(self.said.append("release") or True)

    def double_click(self, event: object) -> bool:
        return bool(self.said.append("double") or True)

    def key(self, event: object) -> bool:
        return False

    def wheel(self, event: object) -> bool:
        return False

    def paint(self, painter: QPainter) -> None:
        self.said.append("paint")

    def finished(self) -> None:
        self.said.append("finished")


def test_that_a_tool_goes_before_the_camera_and_esc_puts_it_away(opened: MainWindow, qtbot: QtBot) -> None:
    view, hand = opened.desk.viewport, Hand()
    view.set_tool(hand)
    before = view.camera
    drag(view, QPoint(300, 300), QPoint(360, 320), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: "paint" in hand.said, timeout=5_000)
    assert {"press", "move", "release"} <= set(hand.said)
    assert view.camera == before
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.tool is None
    assert hand.said[-1] == "finished"


def test_that_hovering_shows_a_card_with_address_and_grade(opened: MainWindow, qtbot: QtBot) -> None:
    view = opened.desk.viewport
    id, place = seen_building(opened)
    QTest.mouseMove(view, place)
    qtbot.waitUntil(lambda: view.navigator.hovered is not None, timeout=5_000)
    assert view.navigator.hovered is not None and view.navigator.hovered.id == id
    card = view.overlay.card()
    assert card is not None and card.title and card.lines
    assert opened.status.place.text()


def test_that_the_menu_of_a_thing_holds_what_panels_offer(opened: MainWindow) -> None:
    from vidbudova.ui.commands import Command
    from vidbudova.ui.viewport_menu import offer

    view, done = opened.desk.viewport, []
    _id, place = seen_building(opened)
    pick = view.navigator.pick(QPointF(place))
    assert pick is not None
    opened.desk.offers.append(lambda thing: [Command("x", f"Do with {thing.kind}", lambda: done.append(thing.id))])
    menu = offer(view, pick, view.mapToGlobal(place))
    action = next(a for a in menu.actions() if a.text() == "Do with building")
    action.trigger()
    menu.close()
    assert done == [pick.id]


def test_that_a_saved_picture_shows_the_view_with_its_scale_bar(
    opened: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    target = tmp_path / "view.png"
    opened.files.save_picture(target)
    qtbot.waitUntil(target.exists, timeout=10_000)
    qtbot.waitUntil(lambda: not opened.desk.jobs.running, timeout=10_000)
    image = QImage(str(target))
    assert (image.width(), image.height()) == opened.desk.viewport.pixels()
    assert is_a_picture(image)


@pytest.mark.parametrize(
    ("metres", "length"), [(130.0, 100.0), (99.9, 50.0), (49.0, 20.0), (2.0, 2.0), (9999.0, 5000.0)]
)
def test_that_the_scale_bar_has_a_round_length(metres: float, length: float) -> None:
    assert nice_length(metres) == pytest.approx(length)
    assert words_of(5000.0) == "5 km"
