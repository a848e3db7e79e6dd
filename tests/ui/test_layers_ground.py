"""What lies under everything, chosen in the Layers panel."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from pytestqt.qtbot import QtBot

from vidbudova.scene.city import City
from vidbudova.scene.relief import Heights, Relief
from vidbudova.ui.layers_ground import GroundChoice, ground_legend
from vidbudova.ui.layers_state import LayerState


def city() -> City:
    heights = np.linspace(100.0, 180.0, 100, dtype=np.float32).reshape(10, 10)
    void = np.zeros((10, 10), np.uint8)
    void[0, 0] = 1
    return City(relief=Relief([Heights(heights, 0.0, 1000.0, 100.0, void)]))


def test_that_a_ground_is_offered_only_where_there_is_a_choice(qtbot: QtBot) -> None:
    choice = GroundChoice()
    qtbot.addWidget(choice)
    choice.offer(City(), "model")
    assert choice.isHidden()
    choice.offer(city(), "heights")
    assert not choice.isHidden() and choice.kinds.currentData() == "heights"
    assert [choice.kinds.itemData(k) for k in range(choice.kinds.count())] == ["model", "hillshade", "heights"]
    with qtbot.waitSignal(choice.chosen) as said:
        choice.kinds.activated.emit(0)
    assert said.args == ["heights"]


def test_that_the_legend_says_heights_and_which_were_filled() -> None:
    scene: Any = SimpleNamespace(city=city(), ground_kind="heights")
    desk: Any = SimpleNamespace(viewport=SimpleNamespace(scene=scene))
    legend = ground_legend(desk)
    assert legend is not None
    assert [line.words for line in legend.lines[:2]] == ["180 m", "160 m"] and legend.lines[-1].hatched
    scene.ground_kind = "model"
    assert ground_legend(desk) is None
    scene.city, scene.ground_kind = replace(city(), relief=None), "heights"
    assert ground_legend(desk) is None


def test_that_the_ground_is_remembered_with_the_project() -> None:
    assert LayerState().ground == "model"
    kept = LayerState()
    kept.ground = "hillshade"
    assert LayerState(kept.as_json()).ground == "hillshade"
