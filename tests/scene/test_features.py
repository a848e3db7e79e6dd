"""Other features, layers left out, and colours of a layer's own: on the picture and under a click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import shapely
from scene.district import AT, district, shapes

from vidbudova.model.weaving import taken
from vidbudova.scene.camera import top
from vidbudova.scene.dressing import Dress
from vidbudova.scene.scene import Scene

SIZE = (480, 270)
RED = (255, 0, 0)


@pytest.fixture
def scene() -> Iterator[Scene]:
    city = district()
    far = AT + np.array([2000.0, 0.0])
    parts = {
        "features_points": shapes("p", [shapely.Point(*far), shapely.Point(*(far + 60))], [{}, {}]),
        "features_lines": shapes("l", [shapely.LineString([far + [-90, -60], far + [90, -60]])], [{}]),
        "features_areas": shapes("a", [shapely.box(*(far + [-90, 30]), *(far + [-30, 80]))], [{}]),
    }
    found = Scene(SIZE)
    found.set_city(replace(city, shapes={**city.shapes, **parts}))
    found.set_camera(replace(top(found.camera), focus=(float(far[0]), float(far[1]), 0.0), distance=400.0))
    yield found
    found.finalize()


def pixel(scene: Scene, x: float, y: float) -> np.ndarray:
    """The colour at a place of the ground."""
    scene.render("moving")
    while scene.incomplete:
        scene.render("moving")
    at = scene.project(np.array([[AT[0] + 2000 + x, AT[1] + y, 0.0]]))[0][0].round().astype(int)
    return scene.image()[at[1], at[0], :3].astype(int)


def picked(scene: Scene, x: float, y: float) -> tuple[str, str]:
    at = scene.project(np.array([[AT[0] + 2000 + x, AT[1] + y, 0.0]]))[0][0]
    found = scene.pick(float(at[0]), float(at[1]))
    assert found is not None
    return found.kind, found.id


def test_that_points_lines_and_areas_are_drawn_and_found_by_a_click(scene: Scene) -> None:
    bare = pixel(scene, 0, -100)
    for place in ((0, 0), (0, -60), (-60, 55)):
        assert np.abs(pixel(scene, *place) - bare).max() > 12, place
    assert picked(scene, 0, 0) == ("feature", "p0")
    assert picked(scene, 0, -60) == ("feature", "l0")
    assert picked(scene, -60, 55) == ("feature", "a0")
    assert picked(scene, 0, -100)[0] == "ground"


def test_that_a_hidden_layer_of_features_is_neither_seen_nor_found(scene: Scene) -> None:
    bare = pixel(scene, 0, -100)
    scene.set_visible("features", False)
    assert np.abs(pixel(scene, -60, 55) - bare).max() < 3
    assert picked(scene, 0, 0)[0] == "ground"


def test_that_some_features_are_left_out_and_others_wear_a_colour(scene: Scene) -> None:
    bare = pixel(scene, 0, -100)
    rgb = np.array([RED, RED], np.uint8)
    scene.set_dresses({"features_points": Dress(rgb, np.array([1.0, 0.0], np.float32))})
    red = pixel(scene, 0, 0)
    assert red[0] > 200 and red[1:].max() < 60
    assert np.abs(pixel(scene, 60, 60) - bare).max() < 3
    assert picked(scene, 60, 60)[0] == "ground"
    scene.set_theme("dark")
    assert pixel(scene, 0, 0)[0] > 200  # the colour stays through a change of theme
    scene.set_dresses({})
    assert picked(scene, 60, 60) == ("feature", "p1")


def test_that_roads_wear_their_own_colours_and_are_clear_by_a_share(scene: Scene) -> None:
    roads = scene.city.table("roads")
    ground = pixel(scene, 0, -100)
    middle = roads.xy[:2].mean(0) - AT - np.array([2000.0, 0.0])
    scene.set_camera(replace(scene.camera, focus=(*roads.xy[:2].mean(0).tolist(), 0.0), distance=300.0))
    scene.set_visible("shadows", False)
    rgb = np.tile(np.array(RED, np.uint8), (len(roads), 1))
    scene.set_dresses({"roads": Dress(rgb, None)})
    whole = pixel(scene, *middle)
    scene.set_dresses({"roads": Dress(rgb, np.full(len(roads), 0.5, np.float32))})
    half = pixel(scene, *middle)
    assert whole[0] > 180 and whole[1] < 60
    assert whole[1] + 30 < half[1] < ground[1]
    scene.set_dresses({"roads": Dress(None, np.zeros(len(roads), np.float32))})
    assert picked(scene, *middle)[0] != "road"


def test_that_taking_some_shapes_keeps_their_parts_and_holes() -> None:
    holed = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    three = shapes("s", [shapely.box(20, 0, 30, 10), holed, shapely.box(40, 0, 50, 10)], [{}, {}, {}])
    found = taken(three, np.array([False, True, True]))
    assert found.ids.tolist() == three.ids[1:].tolist()
    assert found.is_hole.tolist() == [False, True, False]
    assert np.diff(found.part_offsets).tolist() == [4, 4, 4]
    assert found.feature_offsets.tolist() == [0, 2, 3]
    assert (found.xy == three.xy[4:]).all()
