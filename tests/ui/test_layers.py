"""Layers: order, visibility and opacity remembered, colours by attribute, taking one out with undo."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from vidbudova.ui.layers_panel import LayersPanel
from vidbudova.ui.layers_state import SHOWN, STATE, LayerState
from vidbudova.ui.window import MainWindow


@pytest.fixture
def layers(opened: MainWindow) -> Any:
    """The panel in the real window."""
    opened.desk.enter("city")
    panel = opened.desk.show_panel("layers")
    assert isinstance(panel, LayersPanel)
    return panel


def test_that_every_layer_is_listed_with_its_attribution(layers: LayersPanel) -> None:
    assert {"buildings", "roads", "water", "trees", "observations", "zones"} <= set(layers.rows)
    assert len(layers.sources) >= 11
    from PySide6.QtWidgets import QLabel

    words = [label.text() for source in layers.sources.values() for label in source.findChildren(QLabel)]
    assert all("CC0-1.0" in text for text in words)


def test_that_the_eye_hides_a_layer_and_the_project_remembers(
    layers: LayersPanel, opened: MainWindow, qtbot: QtBot
) -> None:
    scene = opened.desk.viewport.scene
    layers.rows["trees"].eye.setChecked(False)
    layers.rows["zones"].solid.setValue(40)
    assert scene.visible["trees"] is False
    assert scene.opacity["zones"] == pytest.approx(0.4)
    qtbot.waitUntil(lambda: bool(opened.desk.session.view_state(STATE)), timeout=3000)
    kept = LayerState(opened.desk.session.view_state(STATE))
    assert kept.hidden == {"trees"}
    assert kept.opacity["zones"] == pytest.approx(0.4)


def test_that_a_dragged_layer_lies_above_the_others(layers: LayersPanel, opened: MainWindow, qtbot: QtBot) -> None:
    assert layers.state.order[:2] == ["zones", "observations"]
    item = layers.list.takeItem(1)
    layers.list.insertItem(0, item)
    layers._moved()
    assert layers.state.order[:2] == ["observations", "zones"]
    assert opened.desk.viewport.scene.marks.order[-1] == "observations"
    assert sorted(layers.state.order) == sorted(SHOWN)


def test_that_a_layer_taken_out_comes_back_with_undo(layers: LayersPanel, opened: MainWindow, qtbot: QtBot) -> None:
    session = opened.desk.session
    id = next(i for i, row in session.rows("layers").items() if row["kind"] == "trees")
    count = session.count("trees")
    layers.sources[id].remove.click()
    assert session.count("trees") == 0
    opened.desk.undo()
    assert session.count("trees") == count
    qtbot.waitUntil(lambda: not opened.desk.jobs.running, timeout=60_000)


def test_that_buildings_are_coloured_by_an_attribute_with_its_legend(layers: LayersPanel, opened: MainWindow) -> None:
    layers.legend.mode_chosen.emit("levels")
    assert opened.desk.painting.mode == "levels"
    assert len(layers.legend.lines) > 2
    layers.legend.mode_chosen.emit("damage")
    assert opened.desk.painting.mode == "damage"


def test_that_odd_remembered_states_are_taken_as_far_as_they_make_sense() -> None:
    state = LayerState({"order": ["roads", "no such"], "hidden": ["gone", "trees"], "opacity": {"zones": 7, "x": 1}})
    assert state.order[0] == "roads"
    assert sorted(state.order) == sorted(SHOWN)
    assert state.hidden == {"trees"}
    assert state.opacity == {"zones": 1.0}
