"""Legends and marks while buildings wear a result: nothing false beside it, nothing lost under it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vidbudova.model import damage
from vidbudova.plugin import Figure, Result, ResultTable, Style
from vidbudova.ui.analysis_result import ResultView

LONG_MS = 60_000


@pytest.fixture
def view(hands):
    """A result that colours buildings, and one that does not, in a panel."""
    ids = hands.desk.city.table("buildings").ids.astype(str)
    frame = pd.DataFrame({"id": ids, "minutes": np.arange(len(ids)) % 9.0})
    minutes = ResultTable(
        "minutes", "Minutes", frame, {"minutes": "min"}, {"minutes": "To a hospital"}, "buildings",
        Style("graduated", "minutes", "min", (3.0, 6.0, 9.0)),
    )  # fmt: skip
    roads = hands.desk.city.table("roads").ids.astype(str)
    flows = ResultTable(
        "flows", "Flows", pd.DataFrame({"id": roads, "flow": 5.0}), {}, {"flow": "Cars"}, "roads", Style("flow", "flow")
    )
    made = ResultView(hands.desk, Result({}, (Figure("a", "A", 1),), (minutes, flows)), kept="r1")
    hands.qtbot.addWidget(made)
    yield made
    made.take_off()
    hands.desk.viewport.scene.render("moving")


def put(hands, view, name):
    view.layers.setCurrentIndex(view.layers.findData(name))
    hands.qtbot.waitUntil(lambda: getattr(hands.view.scene.results.table, "name", None) == name, timeout=LONG_MS)
    hands.view.scene.render("moving")


def titles(hands):
    overlay = hands.view.overlay
    return [one.title if one is not None else None for one in (overlay.result_legend(), overlay.legend())]


def marked(hands, house, grade):
    row = hands.session.row("damage_marks", house)
    return damage.mark(house, row, grade=grade, evidence="walk_round", inspector="Olena")


def test_that_the_legend_of_damage_gives_way_to_a_result_that_buildings_wear(hands, view):
    damage_panel = hands.panel("damage")
    assert titles(hands) == [None, "Damage"] and not damage_panel.covered.isVisibleTo(damage_panel.legend)
    put(hands, view, "minutes")
    assert titles(hands) == ["To a hospital, min", None]
    assert sum(int(line.count) for line in hands.view.overlay.result_legend().lines) == len(hands.desk.painting.ids)
    assert "Minutes" in damage_panel.covered.words.text() and damage_panel.covered.isVisibleTo(damage_panel.legend)
    put(hands, view, "flows")
    assert titles(hands) == ["Cars", "Damage"] and not damage_panel.covered.isVisibleTo(damage_panel.legend)
    put(hands, view, "minutes")
    damage_panel.covered.hide_it.click()
    assert titles(hands) == [None, "Damage"] and view.layers.currentData() is None
    assert hands.view.scene.results.drawing is None


def test_that_a_mark_made_under_a_result_is_said_and_seen_once_it_is_hidden(hands, view):
    put(hands, view, "minutes")
    scene = hands.view.scene
    house = str(hands.desk.painting.ids[7])
    worn = scene.colours.texels[: scene.colours.count, :3].copy()
    for grade in (5, 4):
        hands.desk.do("Mark damage", marked(hands, house, grade))
    assert (scene.colours.texels[: scene.colours.count, :3] == worn).all(), "the result is not painted over"
    told = [(words, press) for words, press, button in hands.said if "Minutes" in words and button]
    assert len(told) == 1, "said once"
    told[0][1]()
    row = hands.desk.painting.rows([house])[0]
    colours = dict(zip([e.key for e in hands.desk.painting.colouring.entries],
                       [e.rgb for e in hands.desk.painting.colouring.entries], strict=True))  # fmt: skip
    assert tuple(scene.colours.texels[row, :3]) == colours["4"] and titles(hands) == [None, "Damage"]
