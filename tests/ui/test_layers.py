"""Layers: order, visibility and opacity remembered, colours by attribute, taking one out with undo."""

from __future__ import annotations

from typing import Any

import numpy as np
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


def test_that_roads_are_coloured_by_an_attribute_and_go_back_to_the_model(
    layers: LayersPanel, opened: MainWindow, qtbot: QtBot
) -> None:
    view, scene = layers.view, opened.desk.viewport.scene
    layers.rows["roads"].style_chosen.emit("class")
    qtbot.waitUntil(lambda: bool(view.legends()), timeout=20_000)
    [legend] = view.legends()
    assert len(legend.lines) > 1
    assert np.isfinite(scene.drawn.table("roads").columns["tint"]).all()
    qtbot.waitUntil(lambda: (opened.desk.session.view_state(STATE) or {}).get("style") == {"roads": "class"})
    layers.rows["roads"].style_chosen.emit("")
    qtbot.waitUntil(lambda: not view.legends(), timeout=20_000)
    assert "tint" not in scene.drawn.table("roads").columns


def test_that_numbers_have_quantiles_or_equal_steps_and_the_legend_says_which(
    layers: LayersPanel, qtbot: QtBot
) -> None:
    layers.rows["roads"].style_chosen.emit("width_m")
    layers.rows["roads"].style_chosen.emit("lanes")
    qtbot.waitUntil(lambda: bool(layers.view.legends()), timeout=20_000)
    before = layers.view.legends()[0].title
    layers.rows["roads"].steps_chosen.emit(True)
    qtbot.waitUntil(lambda: layers.view.legends()[0].title != before, timeout=20_000)


def test_that_observations_and_zones_wear_the_colours_of_an_attribute(
    layers: LayersPanel, opened: MainWindow, qtbot: QtBot
) -> None:
    layers.rows["observations"].style_chosen.emit("site")
    layers.rows["zones"].style_chosen.emit("phase")
    qtbot.waitUntil(lambda: len(layers.view.legends()) == 2, timeout=20_000)
    scene = opened.desk.viewport.scene
    expected = layers.view.looks.of("zones", scene.zones.ids).rgb
    assert scene.zones.columns["colour"].tolist() == [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in expected.tolist()]


def test_that_one_file_of_buildings_is_left_out_of_the_view_and_of_clicks(
    layers: LayersPanel, opened: MainWindow, qtbot: QtBot
) -> None:
    session, scene = opened.desk.session, opened.desk.viewport.scene
    columns = session.columns("buildings", ["id", "layer"])
    id = columns["layer"].tolist()[0]
    mine = set(columns["id"][columns["layer"] == id].tolist())
    layers.sources[id].eye.setChecked(False)
    qtbot.waitUntil(lambda: bool(scene.picker.hidden.any()), timeout=20_000)
    hidden = {i for i, out in zip(scene.solids.shapes.ids.tolist(), scene.picker.hidden.tolist(), strict=True) if out}
    assert hidden == mine
    qtbot.waitUntil(lambda: (session.view_state(STATE) or {}).get("off") == [id], timeout=3000)
    layers.sources[id].eye.setChecked(True)
    qtbot.waitUntil(lambda: not scene.picker.hidden.any(), timeout=20_000)


def test_that_one_file_of_roads_is_left_out(layers: LayersPanel, opened: MainWindow, qtbot: QtBot) -> None:
    session, scene = opened.desk.session, opened.desk.viewport.scene
    id = session.columns("roads", ["id", "layer"])["layer"].tolist()[0]
    layers.set_source_opacity(id, 0.5)
    qtbot.waitUntil(lambda: "tint" in scene.drawn.table("roads").columns, timeout=20_000)
    assert scene.drawn.table("roads").columns["tint"][:, 3].min() == pytest.approx(0.5)
    layers.set_source_shown(id, False)
    qtbot.waitUntil(lambda: len(scene.drawn.table("roads")) < session.count("roads"), timeout=20_000)
