"""Picks are exact, at every size of the picture and every level that is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from scene.district import AT, district, rectangle, shapes

from vidbudova.scene.camera import Camera, project
from vidbudova.scene.city import City
from vidbudova.scene.pick import Picker, ray_triangles
from vidbudova.scene.scene import Scene
from vidbudova.scene.solids import solids_of

CAMERA = Camera((AT[0], AT[1], 0.0), 700.0, 25.0, 35.0)


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene((480, 270))
    found.set_city(district())
    yield found
    found.finalize()


def test_that_a_ray_finds_the_nearer_of_two_buildings() -> None:
    solids = solids_of(shapes("b", [rectangle(0, 0, 10, 10), rectangle(30, 0, 10, 10)], [{"height_m": 10.0}] * 2))
    hit = Picker(solids).building(np.array([*(AT + [-50, 0]), 5.0]), np.array([1.0, 0.0, 0.0]))
    assert hit is not None
    assert (hit.id, hit.index) == ("b0", 0)
    assert hit.point[0] - AT[0] == pytest.approx(-5.0, abs=1e-6)
    assert hit.distance == pytest.approx(45.0, abs=1e-6)


def test_that_a_ray_goes_over_a_low_house_and_through_a_courtyard() -> None:
    yard = rectangle(0, 0, 60, 60).difference(rectangle(0, 0, 40, 40))
    solids = solids_of(shapes("b", [yard], [{"height_m": 10.0}]))
    down = np.array([0.0, 0.0, -1.0])
    assert Picker(solids).building(np.array([*AT, 100.0]), down) is None
    assert Picker(solids).building(np.array([*(AT + [25, 0]), 100.0]), down) is not None
    over = np.array([1.0, 0.0, -0.02])
    assert Picker(solids).building(np.array([*(AT + [-100, 0]), 14.0]), over / np.linalg.norm(over)) is None


def test_that_a_part_gives_its_building_and_a_hidden_building_is_passed_through() -> None:
    rows = [{"height_m": 9.0}, {"height_m": 9.0, "part_of": "b0"}, {"height_m": 9.0}]
    solids = solids_of(shapes("b", [rectangle(0, 0, 10, 10), rectangle(0, 0, 8, 8), rectangle(20, 0, 10, 10)], rows))
    picker = Picker(solids)
    ray = np.array([*(AT + [-50, 0]), 5.0]), np.array([1.0, 0.0, 0.0])
    assert picker.building(*ray).id == "b0"  # type: ignore[union-attr]
    picker.hidden = np.array([True, True, False])
    assert picker.building(*ray).id == "b2"  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [(480, 270), (720, 405), (960, 540), (333, 777)])
def test_that_what_is_picked_is_what_is_seen(scene: Scene, size: tuple[int, int]) -> None:
    """Every building in a colour of its own: the colour under a pixel tells what was drawn there."""
    scene.resize(*size)
    scene.set_camera(CAMERA)
    count = len(scene.solids)
    rng = np.random.default_rng(5)
    picks = rng.uniform([0, 0], size, (60, 2))
    hits = [scene.pick(x, y) for x, y in picks]
    for index in {h.index for h in hits if h is not None and h.kind == "building"}:
        rgb = np.full((count, 3), 60, np.uint8)
        rgb[index] = (255, 0, 0)
        scene.set_building_colours(rgb)
        scene.render("moving")
        image = scene.image().astype(int)
        red = image[..., 0] - image[..., 1] > 60
        for (x, y), hit in zip(picks, hits, strict=True):
            patch = red[max(int(y) - 1, 0) : int(y) + 2, max(int(x) - 1, 0) : int(x) + 2]
            if hit is not None and hit.index == index:
                assert patch.any()
            elif patch.all():
                pytest.fail(f"pixel {x:.1f}, {y:.1f} shows building {index} but {hit} was picked")


def test_that_every_building_can_be_picked_from_above(scene: Scene) -> None:
    """In a batch of one mesh every building stays pickable (https://github.com/pyvista/pyvista/issues/1295)."""
    for row in range(len(scene.solids)):
        point = shapely.Polygon(
            scene.solids.shapes.xy[
                slice(*scene.solids.shapes.part_offsets[scene.solids.shapes.feature_offsets[row] + np.array([0, 1])])
            ]
        ).boundary.interpolate(1.0)
        inward = scene.solids.centre[row] - [point.x, point.y]
        place = np.array([point.x, point.y]) + inward / np.linalg.norm(inward) * 0.5
        hit = scene.picker.building(np.array([*place, 500.0]), np.array([0.0, 0.0, -1.0]))
        assert hit is not None
        assert hit.index == row


def test_that_the_pick_is_the_same_at_every_level_of_detail(scene: Scene) -> None:
    assert scene.buildings is not None
    scene.set_camera(CAMERA)
    row = 4
    pixel = project(CAMERA, np.array([[*scene.solids.centre[row], scene.solids.top_m[row]]]), scene.size)[0][0]
    found = set()
    for pace in (0.01, 0.35, 1.2):
        scene.pace = pace
        scene.render("moving")
        hit = scene.pick(*pixel)
        assert hit is not None
        found.add((hit.index, hit.point))
    assert len(found) == 1


def test_that_the_sky_is_nothing_and_the_ground_has_a_place(scene: Scene) -> None:
    scene.set_camera(Camera((AT[0], AT[1], 0.0), 900.0, 0.0, 8.0))
    assert scene.pick(240, 2) is None
    hit = scene.pick(240, 262)
    assert hit is not None
    assert scene.project(np.array([hit.point]))[0][0] == pytest.approx((240, 262), abs=1e-3)


def test_that_a_rectangle_finds_the_buildings_whose_middle_it_shows(scene: Scene) -> None:
    scene.set_camera(CAMERA)
    seen, depth = scene.project(np.c_[scene.solids.centre, (scene.solids.base_m + scene.solids.top_m) / 2])
    inside = (depth > 0) & (seen > [100, 60]).all(1) & (seen < [300, 220]).all(1)
    assert scene.in_rectangle(300, 220, 100, 60).tolist() == np.flatnonzero(inside).tolist()
    assert 3 < inside.sum() < len(inside)


def test_that_a_city_without_buildings_can_be_picked() -> None:
    scene = Scene((160, 90))
    scene.set_city(City())
    scene.set_camera(Camera((500.0, 500.0, 0.0), 100.0))
    assert scene.pick(80, 80).kind == "ground"  # type: ignore[union-attr]
    assert len(scene.in_rectangle(0, 0, 160, 90)) == 0
    scene.finalize()


def test_that_triangles_are_met_from_both_sides_and_missed_beside() -> None:
    corners = np.array([[[0, 0, 0], [4, 0, 0], [0, 4, 0]]], float)
    down, up = np.array([0, 0, -1.0]), np.array([0, 0, 1.0])
    assert ray_triangles(np.array([1, 1, 3.0]), down, corners)[0] == pytest.approx(3)
    assert ray_triangles(np.array([1, 1, -2.0]), up, corners)[0] == pytest.approx(2)
    assert np.isinf(ray_triangles(np.array([3, 3, 3.0]), down, corners)[0])
    assert np.isinf(ray_triangles(np.array([1, 1, 3.0]), up, corners)[0])


def test_that_roads_zones_and_observations_are_picked_where_they_are_drawn(scene: Scene) -> None:
    scene.set_camera(Camera((AT[0], AT[1], 0.0), 700.0, 0.0, 89.0))
    scene.set_zones(
        shapes("z", [rectangle(-100, -150, 300, 80), rectangle(-100, -150, 40, 40)], [{"kind": "green"}] * 2)
    )
    scene.set_observations(shapes("o", [shapely.Point(*(AT + [-280, -200]))], [{}]), np.full((1, 3), 90, np.uint8))

    def at(x: float, y: float, z: float = 0.0, **kinds: tuple[str, ...]) -> tuple[str, str]:
        pixel = scene.project(np.array([[AT[0] + x, AT[1] + y, z]]))[0][0]
        hit = scene.pick(*pixel, **kinds)
        assert hit is not None
        return hit.kind, hit.id

    assert at(100, 3) == ("road", "r0")
    assert at(100, 20) == ("ground", "")
    assert at(-30, -180) == ("zone", "z0")
    assert at(-110, -160) == ("zone", "z1")
    assert at(-280, -200, 3.0) == ("observation", "o0")
    assert at(-280, -200, 3.0, kinds=("building",)) == ("ground", "")
    scene.set_visible("zones", False)
    assert at(-30, -180) == ("ground", "")


def test_that_an_observation_behind_a_building_is_not_picked(scene: Scene) -> None:
    row = 0
    place = scene.solids.centre[row] + np.array([0.0, 70.0])
    scene.set_observations(shapes("o", [shapely.Point(*place)], [{}]), np.full((1, 3), 90, np.uint8))
    scene.set_camera(Camera((*place, 3.0), 200.0, 0.0, 3.0))
    hit = scene.pick(*scene.project(scene.dots)[0][0])
    assert hit is not None
    assert (hit.kind, hit.index) == ("building", row)
