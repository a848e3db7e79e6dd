"""Bringing in files by the panel: look first, answer what is asked, bring in, cancel."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from vidbudova.model.crs import transform
from vidbudova.session import damage
from vidbudova.ui.import_cards import ASKING, DONE, FAILED, LOOKED, WAITING, FileCard
from vidbudova.ui.import_panel import ImportPanel
from vidbudova.ui.window import MainWindow

PATIENCE_MS = 60_000


@pytest.fixture
def panel(opened: MainWindow) -> Any:
    """The panel in the real window."""
    opened.desk.enter("city")
    found = opened.desk.show_panel("import")
    assert isinstance(found, ImportPanel)
    return found


def square(x: float, y: float) -> list[list[list[float]]]:
    return [[[x, y], [x + 2e-4, y], [x + 2e-4, y + 2e-4], [x, y + 2e-4], [x, y]]]


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    """Three buildings, one of them without a geometry."""
    shapes = [{"type": "Polygon", "coordinates": square(37.6 + n / 1000, 48.76)} for n in range(2)]
    features = [
        {"type": "Feature", "id": n, "properties": {"building": "yes", "name": f"House {n}"}, "geometry": g}
        for n, g in enumerate([*shapes, None])
    ]
    path = tmp_path / "houses.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_that_a_file_is_looked_at_first_and_changes_nothing(
    panel: ImportPanel, opened: MainWindow, houses: Path, qtbot: QtBot
) -> None:
    count = opened.desk.session.count("buildings")
    panel.start([houses])
    card = panel.cards[0]
    qtbot.waitUntil(lambda: card.state in (LOOKED, FAILED, ASKING), timeout=PATIENCE_MS)
    assert card.state == LOOKED, card.words.text()
    assert "2" in card.words.text()
    assert card.problems.text()
    assert opened.desk.session.count("buildings") == count
    card.buttons["bring"].click()
    qtbot.waitUntil(lambda: card.state == DONE, timeout=PATIENCE_MS)
    assert opened.desk.session.count("buildings") == count + 2
    assert card.buttons["quarantine"].isVisible()
    assert opened.desk.session.count("quarantine") == 1
    qtbot.waitUntil(lambda: not opened.desk.jobs.running, timeout=PATIENCE_MS)


def test_that_a_missing_coordinate_system_is_asked_for(
    panel: ImportPanel, opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "points.csv"
    path.write_text("x,y,name\n398000,5402000,a\n398010,5402010,b\n")
    panel.start([path])
    card = panel.cards[0]
    qtbot.waitUntil(lambda: card.state in (LOOKED, FAILED, ASKING), timeout=PATIENCE_MS)
    assert card.state == ASKING, card.words.text()
    card.crs.setText("EPSG:32637")
    card.buttons["look"].click()
    qtbot.waitUntil(lambda: card.state == LOOKED, timeout=PATIENCE_MS)


def test_that_a_cancelled_look_leaves_the_project_and_goes_on_with_the_next(
    panel: ImportPanel, opened: MainWindow, houses: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    second = tmp_path / "again.geojson"
    second.write_bytes(houses.read_bytes())
    changes = opened.desk.session.project.count_changes()
    panel.start([houses, second])
    panel.cards[0].buttons["cancel"].click()
    assert panel.job is not None
    assert panel.cards[1].state == WAITING
    qtbot.waitUntil(lambda: panel.cards[0].state == FAILED, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: panel.cards[1].state == LOOKED, timeout=PATIENCE_MS)
    assert opened.desk.session.project.count_changes() == changes
    panel.cards[0].close_button.click()
    assert len(panel.cards) == 1


def test_that_a_file_of_no_known_format_says_so(panel: ImportPanel, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "story.gpkg"
    path.write_bytes(b"not a map at all")
    panel.start([path])
    qtbot.waitUntil(lambda: panel.cards[0].state == FAILED, timeout=PATIENCE_MS)
    assert panel.cards[0].words.text()


def bring_in(panel: ImportPanel, path: Path, qtbot: QtBot) -> FileCard:
    """Look at a file and bring it in to the end."""
    panel.start([path])
    card = panel.cards[-1]
    qtbot.waitUntil(lambda: card.state in (LOOKED, FAILED, ASKING), timeout=PATIENCE_MS)
    card.buttons["bring"].click()
    qtbot.waitUntil(lambda: card.state == DONE and panel.job is None, timeout=PATIENCE_MS)
    return card


def test_that_undo_on_a_card_takes_its_file_back(
    panel: ImportPanel, opened: MainWindow, houses: Path, qtbot: QtBot
) -> None:
    count = opened.desk.session.count("buildings")
    card = bring_in(panel, houses, qtbot)
    assert opened.desk.session.count("buildings") == count + 2
    card.buttons["undo"].click()
    assert opened.desk.session.count("buildings") == count


def test_that_undo_of_a_file_leaves_what_was_done_since(
    panel: ImportPanel, opened: MainWindow, houses: Path, qtbot: QtBot
) -> None:
    session = opened.desk.session
    card = bring_in(panel, houses, qtbot)
    id = str(session.columns("buildings", ["id"])["id"][0])
    damage.mark(session, id, grade=2)
    changes = session.project.count_changes()
    card.buttons["undo"].click()
    assert session.project.count_changes() == changes
    assert session.row("damage_marks", id)["grade"] == 2
    assert "newer" in opened.notices.notes[-1].findChildren(QLabel)[-1].text()


def test_that_a_cancel_that_comes_too_late_shows_what_came_in(
    panel: ImportPanel, houses: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vidbudova.session import importing

    real, hold = importing.import_file, threading.Event()

    def slow(*said: Any, **more: Any) -> Any:
        report = real(*said, **{**more, "cancelled": lambda: False})
        assert hold.wait(30)
        return report

    monkeypatch.setattr(importing, "import_file", slow)
    second = tmp_path / "again.geojson"
    second.write_bytes(houses.read_bytes())
    panel.start([houses, second])
    panel.cards[0].buttons["cancel"].click()
    job = panel.job
    qtbot.wait(50)
    assert panel.job is job
    hold.set()
    qtbot.waitUntil(lambda: all(card.state == LOOKED for card in panel.cards), timeout=PATIENCE_MS)


def test_that_a_new_project_never_takes_the_place_of_what_is_there(
    window: MainWindow, houses: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    old = tmp_path / "Town.vbp.gpkg"
    old.write_bytes(b"precious")
    window.files.make_new(old, [houses])
    (tmp_path / "City.media").mkdir()
    window.files.make_new(tmp_path / "City.vbp.gpkg", [houses])
    assert not window.desk.jobs.running
    assert len(window.notices.notes) == 2
    assert old.read_bytes() == b"precious"
    assert not (tmp_path / "City.vbp.gpkg").exists()


def test_that_a_new_project_is_made_from_a_file(window: MainWindow, houses: Path, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.make_new(tmp_path / "Town.vbp.gpkg", [houses])
    qtbot.waitUntil(lambda: window.desk.session is not None, timeout=PATIENCE_MS)
    panel = window.desk.show_panel("import")
    assert isinstance(panel, ImportPanel)
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].state == LOOKED, timeout=PATIENCE_MS)
    panel.cards[0].buttons["bring"].click()
    qtbot.waitUntil(lambda: panel.cards[0].state == DONE, timeout=PATIENCE_MS)
    assert window.desk.session.count("buildings") == 2
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=PATIENCE_MS)


def test_that_files_without_a_project_get_a_sentence(panel: ImportPanel, opened: MainWindow, houses: Path) -> None:
    session, panel.desk.session = panel.desk.session, None
    panel.start([houses])
    panel.desk.session = session
    assert not panel.cards
    assert len(opened.notices.notes) == 1


def test_that_the_panel_says_why_nothing_can_be_brought_in(panel: ImportPanel, opened: MainWindow) -> None:
    assert "GeoPackage" in panel.words.text()
    session, panel.desk.session = panel.desk.session, None
    panel._enable()
    assert "No project is open" in panel.words.text() and not panel.choose.isEnabled()
    panel.desk.session = session


def settled(panel: ImportPanel, path: Path, qtbot: QtBot) -> FileCard:
    """Look at a file, and wait for what is said of it."""
    panel.start([path])
    card = panel.cards[-1]
    qtbot.waitUntil(lambda: card.state in (LOOKED, FAILED, ASKING) and panel.job is None, timeout=PATIENCE_MS)
    return card


def button(card: FileCard, name: str) -> QPushButton:
    found = [one for one in card.findChildren(QPushButton, name) if not one.isHidden()]
    assert found, [one.objectName() for one in card.findChildren(QPushButton)]
    return found[-1]


@pytest.fixture
def swapped(tmp_path: Path, opened: MainWindow) -> Path:
    """Points in the middle of the city, with north first."""
    x0, y0, x1, y1 = opened.desk.session.bounds()
    lon, lat = transform(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]), opened.desk.session.crs, "EPSG:4326")[0]
    path = tmp_path / "swapped.csv"
    path.write_text(f"lon,lat,name\n{lat},{lon},a\n{lat + 1e-4},{lon},b\n")
    return path


def test_that_a_mend_is_proposed_looked_at_and_can_be_taken_back(
    panel: ImportPanel, opened: MainWindow, swapped: Path, qtbot: QtBot
) -> None:
    changes = opened.desk.session.project.count_changes()
    card = settled(panel, swapped, qtbot)
    assert "swapped" in card.problems.text() and not card.crs.isVisible()
    button(card, "mend-swap-axes").click()
    qtbot.waitUntil(lambda: card.state == LOOKED and panel.job is None, timeout=PATIENCE_MS)
    assert card.problems.text() == "" and card.options()["mends"] == ["swap-axes"]
    button(card, "finding-take-back").click()
    qtbot.waitUntil(lambda: card.state == LOOKED and panel.job is None, timeout=PATIENCE_MS)
    assert "swapped" in card.problems.text() and card.options()["mends"] == []
    assert opened.desk.session.project.count_changes() == changes


def test_that_a_file_comes_in_with_its_mend_and_goes_by_one_undo(
    panel: ImportPanel, opened: MainWindow, swapped: Path, qtbot: QtBot
) -> None:
    card = settled(panel, swapped, qtbot)
    before = opened.desk.session.bounds()
    button(card, "mend-swap-axes").click()
    qtbot.waitUntil(lambda: card.state == LOOKED and panel.job is None, timeout=PATIENCE_MS)
    card.buttons["bring"].click()
    qtbot.waitUntil(lambda: card.state == DONE and panel.job is None, timeout=PATIENCE_MS)
    assert opened.desk.session.bounds() == pytest.approx(before)
    count = opened.desk.session.count("features")
    card.buttons["undo"].click()
    assert opened.desk.session.count("features") == count - 2


def test_that_a_question_for_the_system_has_answers_to_click(
    panel: ImportPanel, opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    session = opened.desk.session
    x0, y0, _x1, _y1 = session.bounds()
    path = tmp_path / "points.csv"
    path.write_text(f"x,y,name\n{x0},{y0},a\n{x0 + 5},{y0},b\n")
    card = settled(panel, path, qtbot)
    assert card.state == ASKING and card.crs.isVisible()
    button(card, f"crs-{session.crs}").click()
    qtbot.waitUntil(lambda: card.state == LOOKED and panel.job is None, timeout=PATIENCE_MS)
    assert card.crs.text() == session.crs


def test_that_what_is_wrong_can_be_looked_at_on_the_map(
    panel: ImportPanel, opened: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened.desk.session
    x0, y0, x1, y1 = session.bounds()
    path = tmp_path / "broken.csv"
    at = [(x0 + x1) / 2, (y0 + y1) / 2]
    bow = ",".join(f"{at[0] + dx} {at[1] + dy}" for dx, dy in ((0, 0), (9, 9), (9, 0), (0, 9), (0, 0)))
    line = f"{at[0]} {at[1]},{at[0] + 5} {at[1]}"
    path.write_text(f'wkt,name\n"POLYGON(({bow}))",a\n"LINESTRING({line})",b\n')
    panel.start([path])
    card = panel.cards[-1]
    card.kind.setCurrentIndex(card.kind.findData("buildings"))
    card.crs.setText(session.crs)
    qtbot.waitUntil(lambda: card.state in (LOOKED, ASKING) and panel.job is None, timeout=PATIENCE_MS)
    card.look.emit()
    qtbot.waitUntil(lambda: card.state == LOOKED and panel.job is None, timeout=PATIENCE_MS)
    flown: list[Any] = []
    monkeypatch.setattr(opened.desk.viewport, "fly", flown.append)
    button(card, "finding-show").click()
    card.buttons["bring"].click()
    qtbot.waitUntil(lambda: card.state == DONE and panel.job is None, timeout=PATIENCE_MS)
    card.buttons["quarantine"].click()
    assert len(flown) == 2
    assert all(abs(camera.focus[0] - at[0]) < 20 and abs(camera.focus[1] - at[1]) < 20 for camera in flown)
    qtbot.waitUntil(lambda: not opened.desk.jobs.running, timeout=PATIENCE_MS)
