"""Named views, camera paths, the player, videos, and steps on foot and by drone, in the real window."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from ui.tools_window import Hands

from vidbudova.errors import UserError
from vidbudova.scene.camera import Camera
from vidbudova.session import views
from vidbudova.ui.film import film
from vidbudova.ui.views_panel import ViewsPanel
from vidbudova.ui.window import MainWindow


def middle(window: MainWindow) -> tuple[float, float]:
    assert window.desk.city is not None
    x0, y0, x1, y1 = window.desk.city.bounds
    return (x0 + x1) / 2, (y0 + y1) / 2


def panel_of(window: MainWindow) -> ViewsPanel:
    panel = window.desk.show_panel("views")
    assert isinstance(panel, ViewsPanel)
    return panel


def look(window: MainWindow, *, dx: float = 0.0, distance: float = 300.0, heading: float = 10.0) -> Camera:
    x, y = middle(window)
    camera = Camera((x + dx, y, 0.0), distance, heading, 30.0)
    window.desk.viewport.motion.stop()
    window.desk.viewport.set_camera(camera)
    return camera


def keep(window: MainWindow, panel: ViewsPanel, name: str, **where: float) -> str:
    look(window, **where)
    panel.keep_view()
    panel.list.closePersistentEditor(panel.list.currentIndex())
    panel.lines.said.emit(panel.chosen(), 0, name)
    return panel.chosen()


def test_that_a_view_is_kept_renamed_corrected_and_flown_to(opened: MainWindow, qtbot: QtBot) -> None:
    panel, session = panel_of(opened), opened.desk.session
    assert session is not None and panel.list.isHidden()
    id = keep(opened, panel, "Station")
    assert not panel.list.isHidden() and session.row("views", id)["name"] == "Station"  # type: ignore[index]
    panel.numbers["pitch_deg"].said.emit(60.0)
    row = session.row("views", id)
    assert row is not None and row["pitch_deg"] == 60.0
    look(opened, dx=400.0)
    panel.fly()
    view = opened.desk.viewport
    qtbot.waitUntil(lambda: not view.motion.flying, timeout=5_000)
    assert view.camera.pitch_deg == pytest.approx(60.0) and view.camera.focus[0] == pytest.approx(middle(opened)[0])


def test_that_a_wrong_number_is_refused_with_a_sentence_and_the_view_stays(opened: MainWindow) -> None:
    panel, session = panel_of(opened), opened.desk.session
    assert session is not None
    id = keep(opened, panel, "Station")
    panel._describe("fov_deg", 500.0)
    assert session.row("views", id)["fov_deg"] == pytest.approx(35.0)  # type: ignore[index]


def test_that_a_path_is_made_of_views_played_and_taken_over_by_a_hand(opened: MainWindow, qtbot: QtBot) -> None:
    panel, session, view = panel_of(opened), opened.desk.session, opened.desk.viewport
    assert session is not None
    for name, dx in (("A", 0.0), ("B", 60.0)):
        keep(opened, panel, name, dx=dx)
        panel.add_to_path()
    path = panel.path.path()
    (a, b) = views.paths(session)[path]
    assert a.view != b.view and b.seconds >= 2.0
    panel.path._retime("1", 1, "0,5")
    panel.path._retime("1", 1, "soon")
    assert views.paths(session)[path][1].seconds == 0.5
    player = panel.path.player
    panel.path.toggle()
    assert player.playing
    qtbot.waitUntil(lambda: not player.playing, timeout=10_000)
    assert view.camera.focus[0] == pytest.approx(middle(opened)[0] + 60.0)
    player.go(0.0)
    assert view.camera.focus[0] == pytest.approx(middle(opened)[0])
    panel.path.toggle()
    look(opened, dx=-100.0)
    assert not player.playing


def test_that_stops_are_moved_taken_out_and_the_path_loops(opened: MainWindow) -> None:
    panel, session = panel_of(opened), opened.desk.session
    assert session is not None
    ids = []
    for name, dx in (("A", 0.0), ("B", 60.0), ("C", 120.0)):
        ids.append(keep(opened, panel, name, dx=dx))
        panel.add_to_path()
    path = panel.path.path()

    def order() -> list[str]:
        return [ids_names[stop.view] for stop in views.paths(session)[path]]

    ids_names = dict(zip(ids, "ABC", strict=True))
    panel.path.list.setCurrentIndex(panel.path.lines.index(2, 0))
    panel.path._move(-1)
    assert order() == ["A", "C", "B"]
    panel.path.list.setCurrentIndex(panel.path.lines.index(0, 0))
    panel.path._drop()
    assert order() == ["C", "B"]
    panel.path.loop.click()
    assert session.row("camera_paths", path)["loop"] is True  # type: ignore[index]
    panel.path.name.setText("Along the river")
    panel.path.name.editingFinished.emit()
    assert session.row("camera_paths", path)["name"] == "Along the river"  # type: ignore[index]
    panel.path._set_through(False)
    assert {stop.easing for stop in views.paths(session)[path]} == {"stop"}


def test_that_removing_a_view_offers_undo_and_empties_the_panel(opened: MainWindow, qtbot: QtBot) -> None:
    hands = Hands(opened, qtbot)
    panel = panel_of(opened)
    keep(opened, panel, "A")
    panel.remove()
    assert panel.list.isHidden() and hands.said[-1][2] == "Undo"
    hands.said[-1][1]()
    assert not panel.list.isHidden()


def test_that_a_video_is_written_by_a_child_and_cancelling_leaves_no_file(opened: MainWindow, tmp_path: Path) -> None:
    panel, session = panel_of(opened), opened.desk.session
    assert session is not None
    for name, dx in (("A", 0.0), ("B", 60.0)):
        keep(opened, panel, name, dx=dx)
        panel.add_to_path()
    panel.path._retime("1", 1, "0.2")
    project = str(session.project.path)
    words = ["video", project, panel.path.path(), "--out", str(tmp_path / "a.mp4"), "--size", "160x90"]
    told: list[float] = []
    body = film(words, tmp_path / "a.mp4", lambda share, what="": told.append(share), lambda: False)
    assert body["frames"] == 7 and (tmp_path / "a.mp4").stat().st_size == body["bytes"] and told[-1] == 1.0
    words[4] = str(tmp_path / "b.mp4")
    with pytest.raises(UserError) as stopped:
        film(words, tmp_path / "b.mp4", lambda share, what="": None, lambda: True)
    assert stopped.value.key == "export-cancelled" and not list(tmp_path.glob("b*"))
    words[4] = str(tmp_path / "c.mp4")
    (tmp_path / "c.mp4").write_bytes(b"of yesterday")

    def too_late() -> bool:
        while not (tmp_path / "c.unfinished.mp4").exists():
            time.sleep(0.01)
        return True

    with pytest.raises(UserError):
        film(words, tmp_path / "c.mp4", lambda share, what="": None, too_late)
    assert [path.read_bytes() for path in tmp_path.glob("c*")] == [b"of yesterday"]
    nowhere = tmp_path / "a.mp4" / "d.mp4"
    with pytest.raises(UserError) as refused:
        film([*words[:4], str(nowhere), *words[5:]], nowhere, lambda share, what="": None, lambda: False)
    assert refused.value.key == "export-failed"
    with pytest.raises(UserError) as wrong:
        film(["video", project, "none", "--out", "x.mp4"], Path("x.mp4"), lambda *_: None, lambda: False)
    assert "none" in str(wrong.value)


def test_that_shift_f_flies_as_a_drone_and_the_wheel_sets_its_pace(opened: MainWindow, qtbot: QtBot) -> None:
    view = opened.desk.viewport
    look(opened, distance=500.0)
    start = view.camera.eye()
    QTest.keyClick(view, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    steps = view.navigator.steps
    assert steps.mode == "drone" and view.camera.eye() == pytest.approx(start)
    QTest.keyPress(view, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: view.camera.eye()[2] > start[2] + 5, timeout=5_000)
    QTest.keyRelease(view, Qt.Key.Key_E)
    steps.faster(3)
    assert steps.pace > 1.5
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert steps.mode == ""


def test_that_steps_follow_time_not_frames(opened: MainWindow) -> None:
    view = opened.desk.viewport
    look(opened)
    steps = view.navigator.steps
    steps.mode = "walk"
    camera = steps.walker().stand(view.camera)
    steps._keys = {int(Qt.Key.Key_W)}
    once, often = steps.moved(camera, 0.08), camera
    for _ in range(8):
        often = steps.moved(often, 0.01)
    assert np.allclose(once.eye(), often.eye(), atol=0.05)
    steps.mode = ""


def test_that_present_leads_from_view_to_view_by_the_keys_of_a_remote_and_hides_its_bar(
    opened: MainWindow, qtbot: QtBot
) -> None:
    panel, view = panel_of(opened), opened.desk.viewport
    for name, dx in (("A", 0.0), ("B", 90.0)):
        keep(opened, panel, name, dx=dx)
        panel.add_to_path()
    panel.path._retime("1", 1, "0.3")
    opened.desk.enter("present")
    bar = opened.present_bar
    assert bar.isVisible()
    for name, dx in (("A", 0.0), ("B", 90.0), ("A", 0.0)):
        QTest.keyClick(view, Qt.Key.Key_PageDown)
        qtbot.waitUntil(lambda: not view.motion.flying, timeout=5_000)
        assert bar.name.text() == name and view.camera.focus[0] == pytest.approx(middle(opened)[0] + dx)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert bar.player.playing
    qtbot.waitUntil(lambda: not bar.player.playing, timeout=10_000)
    assert view.camera.focus[0] == pytest.approx(middle(opened)[0] + 90.0)
    bar._sleep()
    assert not bar.isVisible() and view.cursor().shape() == Qt.CursorShape.BlankCursor
    QTest.mouseMove(view, view.rect().center())
    qtbot.waitUntil(bar.isVisible, timeout=5_000)
    opened.leave_present()
    assert not bar.isVisible() and view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_that_present_without_views_has_no_bar(opened: MainWindow) -> None:
    opened.desk.enter("present")
    assert not opened.present_bar.isVisible()
    opened.leave_present()


def test_that_a_large_picture_of_the_view_is_drawn_by_a_child(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    look(opened)
    opened.files.save_large_picture(tmp_path / "large", "320x180")
    qtbot.waitUntil(lambda: (tmp_path / "large.png").exists() and not opened.desk.jobs.running, timeout=60_000)
    found = QImage(str(tmp_path / "large.png"))
    assert (found.width(), found.height()) == (320, 180)
