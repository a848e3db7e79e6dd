"""Point clouds in the scene: which points a view shows, in what colours, and what is under the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vidbudova.formats import arrays
from vidbudova.scene import cloud_colours
from vidbudova.scene.camera import Camera, project
from vidbudova.scene.city import City
from vidbudova.scene.cloud import Cloud, opened
from vidbudova.scene.cloud_choice import choose, needs
from vidbudova.scene.relief import level
from vidbudova.scene.scene import Scene
from vidbudova.scene.tiles import View
from vidbudova.scene.video import draw_frame

SIZE = (320, 180)
BOUNDS = (5000.0, 7000.0, 5100.0, 7100.0)
ORIGIN = [5050.0, 7050.0, 200.0]
VIEW = Camera((5050.0, 7050.0, 0.0), 220.0, 15.0, 45.0)


def sheet(path: Path, **meta: object) -> Path:
    """A level sheet of points 200 m above the datum: a coarse node, and four finer ones that add to it."""
    rng = np.random.default_rng(1)
    xy = rng.uniform(-50, 50, (5000, 2))
    quarter = (xy[:, 0] > 0) + 2 * (xy[:, 1] > 0)
    node = np.where(np.arange(5000) < 1000, 0, 1 + quarter)
    order = np.argsort(node, kind="stable")
    xyz = np.c_[xy, np.zeros(5000)][order].astype(np.float32)
    node = node[order]
    first = np.searchsorted(node, np.arange(5))
    count = np.bincount(node)
    boxes = [np.r_[xyz[node == k].min(0), xyz[node == k].max(0)] for k in range(5)]
    red = np.tile(np.array([[230, 20, 30]], np.uint8), (5000, 1))
    arrays.write(
        path,
        {
            "xyz": xyz, "rgb": red, "class": np.full(5000, 2, np.uint8), "intensity": np.zeros(5000, np.uint8),
            "nodes": np.c_[first, count].astype(np.int64), "node_box": np.array(boxes, np.float32),
            "node_level": np.array([0, 1, 1, 1, 1], np.int32), "node_parent": np.array([-1, 0, 0, 0, 0], np.int32),
        },
        {"origin": ORIGIN, "spacing_m": 3.0, "has_rgb": True, "has_class": True, **meta},
    )  # fmt: skip
    return path


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return opened("cloud", "Sheet", "layer", arrays.open_arrays(sheet(tmp_path / "sheet.arrays")))


@pytest.fixture
def scene(cloud: Cloud) -> Iterator[Scene]:
    found = Scene(SIZE)
    found.set_city(City(bounds=BOUNDS, clouds=(cloud,)))
    found.set_camera(VIEW)
    yield found
    found.finalize()


def reds(scene: Scene) -> int:
    draw_frame(scene, 1.0)
    image = scene.image().astype(int)
    return int(((image[..., 0] > 150) & (image[..., 1] < 90)).sum())


def test_that_points_are_drawn_in_their_own_colours_and_hidden_with_their_layer(scene):
    assert reds(scene) > 2000
    scene.set_visible("clouds", False)
    assert reds(scene) == 0
    scene.set_visible("clouds", True)
    scene.parts["clouds"].leave_out({"layer"})
    assert reds(scene) == 0


def test_that_another_colouring_changes_what_is_drawn_already(scene):
    assert reds(scene) > 2000
    before = scene.parts["clouds"].changes
    scene.parts["clouds"].colour_by("class")
    assert reds(scene) == 0 and scene.parts["clouds"].changes > before
    assert [words for words, _rgb in scene.parts["clouds"].legend()] == ["Ground"]
    scene.parts["clouds"].colour_by(None)
    assert reds(scene) > 2000


def test_that_colours_and_what_is_left_out_stay_with_another_theme(scene):
    scene.parts["clouds"].colour_by("class")
    scene.set_theme("dark")
    assert scene.parts["clouds"].style == "class" and reds(scene) == 0
    scene.parts["clouds"].leave_out({"layer"})
    scene.set_theme("light")
    scene.render("moving")
    assert not scene.parts["clouds"].shown


def test_that_without_a_terrain_a_cloud_stands_on_the_level_ground(scene):
    reds(scene)
    part = scene.parts["clouds"]
    assert max(np.abs(part.placed(key)[:, 2]).max() for key in part.shown) < 0.01


def test_that_over_a_terrain_a_cloud_keeps_its_height(cloud):
    scene = Scene(SIZE)
    scene.set_city(City(bounds=BOUNDS, clouds=(cloud,), relief=level(BOUNDS, 190.0)))
    part = scene.parts["clouds"]
    assert part.placed((0, 0))[:, 2] == pytest.approx(200.0, abs=1e-3)
    assert part.highest_m + scene.footing.level_m == pytest.approx(200.0, abs=1e-3)
    scene.finalize()


def test_that_a_pick_gives_the_very_point_under_the_cursor(scene, cloud):
    reds(scene)
    places = np.asarray(cloud.file["xyz"], float) + [*ORIGIN[:2], 0.0]
    pixels, _depth = project(VIEW, places, SIZE)
    row = int(np.argmin(np.abs(pixels - (160, 90)).max(1)))
    hit = scene.pick(*pixels[row])
    assert hit is not None and hit.kind == "cloud" and hit.id == "cloud"
    assert np.abs(np.array(hit.point) - places[hit.index]).max() < 1e-3
    assert np.abs(project(VIEW, np.array([hit.point]), SIZE)[0][0] - pixels[row]).max() < 9
    assert scene.pick(160, 2) is None or scene.pick(160, 2).kind == "ground"
    scene.set_visible("clouds", False)
    scene.render("moving")
    assert scene.pick(*pixels[row]).kind == "ground"


def test_that_no_node_is_shown_without_those_above_it_and_none_too_many(cloud):
    camera = Camera((0.0, 0.0, 0.0), 120.0, 15.0, 45.0)
    need, distance = needs(cloud, np.zeros(3), View(camera, SIZE), 0.0)
    assert (distance >= 1).all()
    counts = cloud.nodes[:, 1]
    every = choose(counts, need, 10**6, 0.0)
    assert every[0] == 0 and set(every.tolist()) == {0, 1, 2, 3, 4}
    few = choose(counts, need, 2100, 0.0)
    assert 0 in few and counts[few].sum() <= 2100
    assert not len(choose(counts, need, 500, 0.0))
    assert 0 < len(choose(counts, need, 10**6, float(need[1:].max()))) < 5


def test_that_nodes_behind_the_eye_are_not_needed(cloud):
    away = Camera((0.0, 400.0, 0.0), 120.0, 0.0, 20.0)
    need, _distance = needs(cloud, np.zeros(3), View(away, SIZE), 0.0)
    assert (need == 0).all()


@pytest.mark.parametrize("style", ["class", "height", "intensity"])
def test_that_every_style_gives_each_point_a_colour(cloud, style):
    found = cloud_colours.colours(cloud, 1, style, (190.0, 210.0))
    assert found.shape == (cloud.nodes[1, 1], 3) and found.dtype == np.uint8


def test_that_heights_are_coloured_from_low_to_high():
    low, high = cloud_colours.ramp(np.array([-1.0, 2.0]))
    assert np.array_equal([low, high], cloud_colours.RAMP[[0, -1]])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nodes", np.array([[0, 9000]], np.int64)),
        ("nodes", np.array([[-5, 10]], np.int64)),
        ("node_parent", np.array([9, 0, 0, 0, 0], np.int32)),
        ("node_parent", np.array([-1, 2, 1, 0, 0], np.int32)),
        ("rgb", np.zeros((3, 3), np.uint8)),
        ("node_box", np.full((5, 6), np.nan, np.float32)),
    ],
)
def test_that_arrays_that_do_not_fit_each_other_are_refused(tmp_path, name, value):
    file = arrays.open_arrays(sheet(tmp_path / "whole.arrays"))
    broken = {one: np.asarray(file[one]) for one in file} | {name: value}
    arrays.write(tmp_path / "broken.arrays", broken, file.meta)
    with pytest.raises(ValueError):
        opened("cloud", "Sheet", "layer", arrays.open_arrays(tmp_path / "broken.arrays"))
