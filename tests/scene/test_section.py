"""A section: what is beyond the plane is gone, also for picks, what is cut is filled; without one all is whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from scene.district import AT, district
from scene.golden_pictures import check

from vidbudova.scene.camera import Camera, project, top
from vidbudova.scene.scene import Scene
from vidbudova.scene.section import Plane, aimed, along, at_height, entering, filling
from vidbudova.scene.style import damage_palette, style

SLANT = Camera((AT[0] - 20, AT[1] + 20, 0.0), 620.0, 25.0, 34.0)
WEST_EAST = along((AT[0] - 400, AT[1] - 80), (AT[0] + 400, AT[1] - 80))
"""Through the slabs of nine storeys; what lies south of it goes."""


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene((480, 270))
    found.still_s = float("inf")
    found.set_city(district())
    found.set_camera(SLANT)
    yield found
    found.finalize()


def drawn(scene: Scene) -> np.ndarray:
    scene.render("still")
    return scene.image()


def test_that_a_section_looks_as_kept(scene: Scene) -> None:
    grade = np.arange(len(scene.solids)) % 6
    scene.set_building_colours(damage_palette()[grade], None, np.where(grade == 4, 4, 0).astype(np.int8))
    scene.section.cut(WEST_EAST)
    check("section", drawn(scene))


def test_that_the_whole_city_comes_back_exactly(scene: Scene) -> None:
    before = drawn(scene)
    scene.section.cut(at_height(8.0))
    assert (drawn(scene) != before).any()
    scene.section.cut(None)
    assert (drawn(scene) == before).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_what_is_cut_is_filled_with_the_colour_of_sections(scene: Scene, theme: str) -> None:
    scene.set_theme(theme)  # type: ignore[arg-type]
    scene.section.cut(at_height(8.0))
    scene.set_camera(top(Camera((AT[0], AT[1], 0.0), 900.0)))
    image = drawn(scene) / 255.0
    middle = np.array([[*(AT + [-200, -80]), 8.0], [*(AT + [-110, 40]), 8.0]])
    for x, y in scene.project(middle)[0]:
        assert np.abs(image[round(y), round(x)] - np.array(style(theme)["section"])).max() < 0.06


def test_that_a_cut_building_cannot_be_picked_where_it_is_gone(scene: Scene) -> None:
    roof = np.array([[*(AT + [-200, -80]), 27.0]])
    x, y = scene.project(roof)[0][0]
    hit = scene.pick(x, y)
    assert hit is not None and hit.kind == "building"
    scene.section.cut(at_height(3.0))
    low = scene.pick(x, y)
    assert low is not None
    assert low.point[2] <= 3.001
    assert low.distance > hit.distance + 20


def test_that_the_plane_is_met_where_it_lies() -> None:
    down = np.array([0.0, 0.0, -1.0])
    assert entering(at_height(8.0), np.array([0.0, 0.0, 108.0]), down) == pytest.approx(100.0)
    assert entering(at_height(8.0), np.array([0.0, 0.0, 2.0]), down) == 0.0
    assert entering(at_height(8.0), np.array([0.0, 0.0, 108.0]), -down) == np.inf


@pytest.mark.parametrize("plane", [at_height(12.0), WEST_EAST, along((AT[0], AT[1] - 9), (AT[0] + 40, AT[1] + 300))])
def test_that_the_shaders_measure_the_side_of_the_plane_that_a_place_lies_on(plane: Plane) -> None:
    size, places = (1280, 720), np.random.default_rng(1).uniform(-300, 300, (200, 3)) + [*AT, 0.0]
    pixels, depth = project(SLANT, places, size)
    clip = np.c_[(2 * pixels / size - 1) * [1, -1] * depth[:, None], depth]
    found = aimed(plane, SLANT, size)
    measured = clip @ np.array(found["cutEye"]) + found["cutOff"]
    assert measured == pytest.approx(plane.offset - places @ np.array(plane.normal), abs=1e-6 * abs(plane.offset))


def test_that_faces_fill_a_slab_from_the_ground_to_its_roof(scene: Scene) -> None:
    scene.section.cut(WEST_EAST)
    mesh = filling(scene, scene.section.local(), np.zeros(2))
    low, high = mesh.points.min(0), mesh.points.max(0)
    assert (low[2], high[2]) == (0.0, 27.0)
    assert np.ptp(mesh.points[:, 1]) < 0.01
    a, b, c = (mesh.points[mesh.triangles[:, k]].astype(float) for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    # five slabs turned by 0.1 rad, 14 m wide and 27 m high, and the block with the courtyard, 13 m twice and 12 m high
    slabs, block = 5 * 14 / np.cos(0.1) * 27, 2 * 13 * 12
    assert area == pytest.approx(slabs + block, rel=0.01)
