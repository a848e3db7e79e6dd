"""Names near by: along their streets, never over one another, the same ones while the camera moves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPointF

from vidbudova.model.shapes import from_geometries
from vidbudova.ui.near_names import NearNames, along, around, covered, numbers_of, streets_of


def roads(*lines):
    ids = np.array([f"r{k}" for k in range(len(lines))], object)
    return from_geometries(ids, np.array([shapely.LineString(line) for line in lines], object))


def test_that_a_straight_street_has_spots_along_it_and_a_bend_has_none():
    found = list(along(np.array([[0.0, 0.0], [480.0, 0.0]])))
    assert [round(x) for x, *_rest in found] == [80, 240, 400]
    assert all(y == 0 and (dx, dy) == (1, 0) for _x, y, dx, dy, _room in found)
    assert list(along(np.array([[0.0, 0.0], [60.0, 0.0], [60.0, 60.0]]))) == []
    assert list(along(np.array([[0.0, 0.0], [10.0, 0.0]]))) == []


def test_that_greater_streets_come_first_and_nameless_ones_not_at_all():
    shapes = roads([(0, 0), (100, 0)], [(0, 50), (100, 50)], [(0, 90), (100, 90)])
    found = streets_of(shapes, ["Side", "Main", None], ["residential", "primary", "primary"])
    assert found.words == ("Main", "Side")
    assert found.rank.tolist() == [5, 1]


def test_that_only_the_cells_around_a_view_are_looked_at():
    centres = np.random.default_rng(1).uniform(0, 10_000, (5000, 2))
    found = numbers_of(centres, np.zeros(5000), [str(k) for k in range(5000)])
    near = around(found, np.array([5000.0, 5000.0]), 150.0)
    assert 0 < len(near) < 200
    away = np.abs(centres - 5000.0).max(1)
    assert {found.words[k] for k in near} >= {str(k) for k in np.flatnonzero(away < 150)}


@pytest.mark.parametrize("degrees", [0, 20, 45, 90, 135, -60])
def test_that_the_boxes_of_turned_words_cover_them(degrees):
    angle, at = math.radians(degrees), QPointF(100, 100)
    boxes = covered(at, angle, 120, 14)
    for s in np.linspace(-60, 60, 41):
        for t in (-7, 7):
            x = at.x() + s * math.cos(angle) - t * math.sin(angle)
            y = at.y() + s * math.sin(angle) + t * math.cos(angle)
            assert any(box.adjusted(-0.6, -0.6, 0.6, 0.6).contains(x, y) for box in boxes)


@pytest.fixture
def names(hands, qtbot):
    hands.desk.enter("city")
    found = hands.window.findChild(NearNames) or hands.desk.findChild(NearNames)
    x, y = hands.view.scene.solids.centre.mean(0)
    hands.look(float(x), float(y), 300, pitch=60)
    qtbot.waitUntil(lambda: bool(found._spots), timeout=10_000)
    return found


def painted(hands):
    hands.settle()
    hands.view.picture(overlay=True)


def test_that_streets_are_named_near_by_and_not_far_away(hands, names):
    painted(hands)
    assert names.shown
    x, y, _z = hands.view.camera.focus
    hands.look(x, y, 6000, pitch=60)
    painted(hands)
    assert not names.shown


def test_that_no_name_lies_on_another_or_on_the_legend(hands, names):
    painted(hands)
    boxes = [box for _words, box in names.shown] + hands.view.overlay.labels.boxes() + [hands.view.overlay.legend_box]
    for k, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[k + 1 :])


def test_that_names_stay_while_the_camera_moves_a_little(hands, names):
    painted(hands)
    before = {words for words, _box in names.shown}
    hands.view.set_camera(replace(hands.view.camera, heading_deg=hands.view.camera.heading_deg + 1.0))
    painted(hands)
    after = {words for words, _box in names.shown}
    assert before and len(before & after) >= 0.6 * len(before)
