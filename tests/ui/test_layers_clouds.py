"""Point clouds among the layers: points in words, colours by what they say, a card for the point under the cursor."""

from __future__ import annotations

from pathlib import Path

import laspy
import numpy as np
from pytestqt.qtbot import QtBot

from vidbudova.scene.pick import Pick
from vidbudova.session.importing import import_file
from vidbudova.ui.cloud_card import legends, point_card
from vidbudova.ui.layers_panel import LayersPanel
from vidbudova.ui.window import MainWindow


def scan(path: Path, west: float, south: float) -> Path:
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = np.full(3, 0.001), np.array([west, south, 0.0])
    points = laspy.LasData(header)
    rng = np.random.default_rng(0)
    points.x, points.y, points.z = west + 80 * rng.random(900), south + 80 * rng.random(900), 50 + 9 * rng.random(900)
    points.classification = np.full(900, 6)
    points.write(path)
    return path


def test_that_a_cloud_is_listed_coloured_and_named(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    desk = opened.desk
    desk.enter("city")
    session = desk.session
    x, y = session.bounds()[:2]
    import_file(session, scan(tmp_path / "scan.las", x, y), crs=session.crs)
    qtbot.waitUntil(lambda: "clouds" in desk.viewport.scene.parts, timeout=20_000)
    panel = desk.show_panel("layers")
    assert isinstance(panel, LayersPanel)
    [source] = [s for s in panel.sources.values() if "900 points" in s.words.text()]
    assert source.zoom.isVisibleTo(source)
    part = desk.viewport.scene.parts["clouds"]
    assert part.style == "class"
    assert [line.words for line in legends(desk.viewport.scene, set())[0].lines] == ["Building"]
    panel.set_style("clouds", "height")
    qtbot.waitUntil(lambda: part.style == "height", timeout=5000)
    assert len(legends(desk.viewport.scene, set())[0].lines) == 5
    assert legends(desk.viewport.scene, {"clouds"}) == []
    [id] = session.rows("clouds")
    card = point_card(session, Pick("cloud", id, 3, (0.0, 0.0, 0.0), 1.0))
    assert card is not None and card.title == "scan" and card.lines[0] == "Building"
    before = desk.viewport.camera
    source.zoom.click()
    qtbot.waitUntil(lambda: desk.viewport.camera != before, timeout=5000)
