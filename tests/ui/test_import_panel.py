"""Bringing in files by the panel: look first, answer what is asked, bring in, cancel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from vidbudova.ui.import_cards import ASKING, DONE, FAILED, LOOKED
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
    assert panel.cards[0].state == FAILED
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
