"""A city on its relief: what stands, what is draped, what is picked, and what a change draws anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scene.damaging import damaged
from scene.district import AT, district, rectangle, shapes
from scene.golden_pictures import check
from scene.hills import hills, hilly, sheet

from vidbudova.scene import pace
from vidbudova.scene.camera import Camera, top
from vidbudova.scene.dressing import Dress
from vidbudova.scene.grounding import grounds_of, set_ground
from vidbudova.scene.scene import Scene
from vidbudova.scene.standing import SUNK_M
from vidbudova.scene.terrain import Terrain
from vidbudova.scene.video import draw_frame
from vidbudova.scene.walking import EYE_M

SIZE = (320, 180)


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene(SIZE)
    found.still_s = 60.0
    found.set_city(hilly())
    found.set_camera(Camera((AT[0], AT[1], hills().at(*AT)), 700.0, 20.0, 28.0))
    yield found
    found.finalize()


def drawn(scene: Scene) -> np.ndarray:
    scene.render("still")
    while scene.incomplete:
        scene.render("still")
    return scene.image().astype(int)


def terrain(scene: Scene) -> Terrain:
    assert scene.terrain is not None
    return scene.terrain


def colour_at(scene: Scene, x: float, y: float) -> np.ndarray:
    """The colour of the ground at a place of the district, with the camera over it."""
    z = hills().at(AT[0] + x, AT[1] + y)
    scene.set_camera(top(replace(scene.camera, focus=(AT[0] + x, AT[1] + y, z), distance=300.0)))
    image = drawn(scene)
    return image[SIZE[1] // 2, SIZE[0] // 2]


def test_that_the_district_on_hills_looks_as_kept(scene: Scene) -> None:
    scene.resize(640, 360)
    zone = shapes("z", [rectangle(60, -60, 150, 150)], [{"kind": "green"}])
    scene.set_zones(zone)
    check("terrain", drawn(scene).astype(np.uint8))


def test_that_a_walk_between_damaged_houses_on_hills_looks_as_kept(scene: Scene) -> None:
    scene.resize(640, 360)
    damaged(scene)
    x, y = AT[0] - 130.0, AT[1] - 35.0
    eye = Camera((0.0, 0.0, 0.0), 40.0, 62.0, -3.0)
    dx, dy, dz = eye.axes()[0] * 40.0
    scene.set_camera(replace(eye, focus=(x + dx, y + dy, hills().at(x, y) + EYE_M + dz)))
    check("walk", drawn(scene).astype(np.uint8))


def test_that_level_cities_keep_to_lines_and_areas() -> None:
    scene = Scene(SIZE)
    scene.set_city(district())
    assert scene.terrain is None and ("roads", "ground") in scene.bands
    scene.set_city(hilly())
    assert scene.terrain is not None and ("roads", "ground") not in scene.bands
    scene.finalize()


def test_that_no_gap_opens_in_the_ground_from_any_height(scene: Scene) -> None:
    scene.set_city(replace(district(), shapes={}, solids=None, relief=hills()))
    scene.ground.show(False)
    scene.sky.show(False)
    for distance, pitch in ((30.0, 40.0), (300.0, 35.0), (900.0, 50.0)):
        scene.window.clear_colour((1.0, 0.0, 1.0))
        scene.set_camera(Camera((AT[0] + 300, AT[1] + 300, hills().at(*(AT + 300))), distance, 30.0, pitch))
        for coarser in (1.0, 2.0):
            terrain(scene)._coarser = coarser
            scene.render("moving")
            image = scene.image().astype(int)
            assert ((image[..., 0] - image[..., 1]) < 60).all()


def test_that_no_building_floats_and_walls_reach_into_the_ground(scene: Scene) -> None:
    relief, solids = hills(), scene.solids
    for row in range(len(solids)):
        first, last = solids.shapes.part_offsets[solids.shapes.feature_offsets[[row, row + 1]]]
        assert scene.picker.ground_m[row] <= relief.height(solids.shapes.xy[first:last]).min() + 1e-6
    draw_frame(scene, 3.0)
    assert scene.buildings is not None
    lowest = min(
        s.data.GetBounds()[4]
        for made in scene.buildings.drawn.made.values()
        for s in made
        if s.data.GetNumberOfPoints()
    )
    assert lowest == pytest.approx((scene.picker.ground_m - relief.lowest_m).min() - SUNK_M, abs=0.05)


def test_that_a_roof_is_picked_at_its_height_over_the_sea(scene: Scene) -> None:
    row = 0
    x, y = scene.solids.centre[row]
    roof = scene.picker.ground_m[row] + scene.solids.top_m[row]
    scene.set_camera(top(Camera((x, y, roof), 200.0)))
    found = scene.pick(SIZE[0] / 2, SIZE[1] / 2)
    assert found is not None and found.kind == "building" and found.index == row
    assert found.point[2] == pytest.approx(roof, abs=0.9)  # a parapet may stand there


def test_that_the_ground_under_a_pixel_is_seen_at_that_pixel(scene: Scene) -> None:
    for x, y in ((50.0, 150.0), (160.5, 100.0), (300.0, 175.0)):
        place = scene.ground_point(x, y)
        assert place is not None
        assert place[2] == pytest.approx(hills().at(place[0], place[1]), abs=1e-3)
        pixel, _ = scene.project(np.array([place]))
        assert pixel[0] == pytest.approx([x, y], abs=1e-3)


def test_that_a_hill_hides_a_building_from_clicks(scene: Scene) -> None:
    behind = replace(
        district(),
        shapes={"buildings": shapes("b", [rectangle(950, 900, 20, 20)], [{"height_m": 10.0}])},
        solids=None,
        relief=hills(),
    )
    scene.set_city(behind)
    x, y = AT + [950.0, 900.0]
    target = np.array([x, y, scene.picker.ground_m[0] + 9.0])
    for eye, seen in ((AT + [200.0, 150.0], False), (AT + [950.0, 600.0], True)):
        high = hills().at(*eye) + 6.0
        way = target - [*eye, high]
        length = float(np.linalg.norm(way))
        heading = float(np.degrees(np.arctan2(way[0], way[1]))) % 360
        pitch = float(np.degrees(np.arcsin(-way[2] / length)))
        scene.set_camera(Camera((float(target[0]), float(target[1]), float(target[2])), length, heading, pitch))
        found = scene.pick(SIZE[0] / 2, SIZE[1] / 2)
        assert (found is not None and found.kind == "building") == seen


def test_that_a_zone_lies_on_the_ground_and_only_what_it_touches_is_drawn_anew(scene: Scene) -> None:
    bare, aside = colour_at(scene, -100, -200), colour_at(scene, 200, 250)
    drawn(scene)
    scene.set_zones(shapes("z", [rectangle(-100, -200, 60, 60)], [{"kind": "clearance"}]))
    terrain(scene)._look_around()
    near, far = [], []
    for key, skin in terrain(scene).skins.items():
        x0, y0, x1, y1 = np.array(terrain(scene).square.bounds(key)) + np.tile(scene.origin, 2)
        meets = x0 < AT[0] - 70 and x1 > AT[0] - 130 and y0 < AT[1] - 170 and y1 > AT[1] - 230
        apart = max(x0 - AT[0], AT[0] - 200 - x1, y0 - AT[1] + 100, AT[1] - 300 - y1) > 0
        near += [skin.stale] if meets else []
        far += [skin.stale] if apart else []
    assert near and all(near)
    assert far and not any(far)
    assert np.abs(colour_at(scene, -100, -200) - bare).max() > 12
    assert np.abs(colour_at(scene, 200, 250) - aside).max() < 4
    scene.set_zones(None)
    assert np.abs(colour_at(scene, -100, -200) - bare).max() < 4


def test_that_roads_wear_other_colours_on_a_relief_too(scene: Scene) -> None:
    roads = scene.city.table("roads")
    before = colour_at(scene, -100, 0)
    dress = Dress(np.tile(np.array([200, 20, 20], np.uint8), (len(roads), 1)), None)
    scene.set_dresses({"roads": dress})
    red = colour_at(scene, -100, 0)
    assert red[0] > 150 and red[1] < 90
    scene.set_dresses({})
    assert np.abs(colour_at(scene, -100, 0) - before).max() < 4
    scene.set_visible("roads", False)
    assert np.abs(colour_at(scene, -100, 0) - before).max() > 12


def test_that_hiding_or_breaking_a_building_takes_its_shadow_along(scene: Scene) -> None:
    row = 0
    x, y = scene.solids.centre[row] - AT
    shaded = colour_at(scene, x + 22, y + 8)
    hidden = np.zeros(len(scene.solids), bool)
    hidden[row] = True
    scene.set_hidden(hidden)
    assert (colour_at(scene, x + 22, y + 8) > shaded + 15).all()
    scene.set_hidden(~hidden & False)
    assert np.abs(colour_at(scene, x + 22, y + 8) - shaded).max() < 4
    broken = np.zeros(len(scene.solids), np.int8)
    broken[row] = 5
    scene.set_building_forms(broken)
    assert (colour_at(scene, x + 22, y + 8) > shaded + 15).all()


def test_that_a_picture_lies_north_up_where_it_belongs(scene: Scene) -> None:
    scene.set_city(replace(district(), shapes={}, solids=None, relief=hills(), imagery=(sheet(),)))
    assert grounds_of(scene.city) == ["model", "imagery", "hillshade", "heights"]
    set_ground(scene, "imagery")
    for x, y, rgb in ((-300, 300, (200, 0, 0)), (300, 200, (0, 200, 0)), (-300, -300, (0, 0, 200))):
        assert colour_at(scene, x, y) == pytest.approx(rgb, abs=14)


def test_that_a_picture_can_lie_on_level_ground_and_be_taken_off_again() -> None:
    scene = Scene(SIZE)
    scene.still_s = 60.0
    scene.set_city(replace(district(), shapes={}, solids=None, imagery=(sheet(),)))
    assert scene.terrain is None and grounds_of(scene.city) == ["model", "imagery"]
    set_ground(scene, "imagery")
    scene.set_camera(top(Camera((AT[0] - 300, AT[1] + 300, 0.0), 300.0)))
    assert drawn(scene)[SIZE[1] // 2, SIZE[0] // 2] == pytest.approx((200, 0, 0), abs=14)
    set_ground(scene, "model")
    assert scene.terrain is None
    scene.finalize()


def test_that_hillshade_and_heights_look_different_from_the_model_and_from_each_other(scene: Scene) -> None:
    pictures = []
    for kind in ("model", "hillshade", "heights"):
        set_ground(scene, kind)
        pictures.append(drawn(scene))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(pictures[a] - pictures[b]).mean() > 2.0
    set_ground(scene, "model")
    assert np.abs(drawn(scene) - pictures[0]).mean() < 0.5


def test_that_a_moving_frame_draws_few_patches_and_at_most_one_picture(scene: Scene) -> None:
    from vidbudova.scene.terrain import MOVING_PATCHES

    for heading in range(0, 360, 60):
        before = len(terrain(scene).skins)
        scene.set_camera(replace(scene.camera, heading_deg=float(heading), distance=150.0, pitch_deg=12.0))
        scene.render("moving")
        assert len(terrain(scene).shown) <= 2 * MOVING_PATCHES
        assert len(terrain(scene).skins) <= before + 1


def test_that_a_bridge_goes_from_bank_to_bank_over_a_valley() -> None:
    from vidbudova.scene.bridges import CLEAR_M, profile

    along = np.linspace(0.0, 200.0, 41)
    valley = 50.0 - 20.0 * np.sin(np.pi * along / 200.0)
    deck = profile(along, 1.0, valley)
    assert deck[0] == pytest.approx(50.0) and deck[-1] == pytest.approx(50.0)
    assert np.abs(deck - 50.0).max() < 0.5  # deep enough: no hump
    level = profile(along, 1.0, np.full(41, 7.0))
    assert level == pytest.approx(7.0 + profile(along, 1.0))
    rough = np.full(41, 7.0)
    rough[20] = 30.0
    assert (profile(along, 1.0, rough)[5:36] >= rough[5:36] + 0.5 * CLEAR_M).all()


def test_that_themes_hours_and_opacity_reach_the_draped_pictures(scene: Scene) -> None:
    bare = colour_at(scene, -100, -200)
    scene.set_zones(shapes("z", [rectangle(-100, -200, 60, 60)], [{"kind": "clearance"}]))
    full = colour_at(scene, -100, -200)
    scene.set_opacity("zones", 0.3)
    faint = colour_at(scene, -100, -200)
    assert 0 < np.abs(faint - bare).max() < np.abs(full - bare).max()
    scene.set_theme("dark")
    assert colour_at(scene, -100, -200).mean() < bare.mean() - 80


def test_that_buildings_come_before_the_ground_only_while_nothing_of_them_blends(scene: Scene) -> None:
    usual = drawn(scene)
    window = scene.window
    assert window.body.GetLayer() == 0
    scene.window.put_first(bodies=False)
    window.draw()
    other = window.image()
    assert window.flat.GetLayer() == 0
    assert np.abs(usual - other).mean() < 2.0
    scene.set_opacity("buildings", 0.5)
    clear = drawn(scene)
    assert window.flat.GetLayer() == 0
    assert np.abs(usual - clear).mean() > 0.1
    scene.set_opacity("buildings", 1.0)
    assert np.abs(drawn(scene) - usual).mean() < 0.05


def test_that_a_frame_has_less_time_for_new_tiles_the_longer_it_draws() -> None:
    assert pace.purse_s(0.0) == pace.MOST_PURSE_S > pace.purse_s(0.02) > pace.purse_s(0.2) == pace.LEAST_PURSE_S


def test_that_no_shadows_are_made_where_the_ground_wears_them() -> None:
    shading = {}
    for name, city in (("level", district()), ("hills", hilly())):
        scene = Scene((160, 90))
        scene.set_city(city)
        scene.set_camera(Camera((AT[0], AT[1], 0.0), 700.0, 25.0, 35.0))
        draw_frame(scene, 1.5)
        assert scene.buildings is not None
        shadows = [scene.looks[look].property for look in ("shadow", "cap_shadow", "quarter_shadow", "ambient")]
        worn = [s.actor.GetShaderProperty() for made in scene.buildings.drawn.made.values() for s in made]
        shading[name] = len(worn), sum(look in shadows for look in worn)
        scene.finalize()
    assert shading["hills"][0] > 0 == shading["hills"][1] < shading["level"][1]
