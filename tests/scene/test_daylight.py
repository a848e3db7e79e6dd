"""The light of a day on a city: from where, how firm its shadows are, and that nobody gets it unasked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from scene.district import AT, district
from scene.golden_pictures import check

from vidbudova.scene.camera import Camera, top
from vidbudova.scene.daylight import TO_SUN, Daylight, daylight_over, sun_over, uniforms
from vidbudova.scene.scene import Scene
from vidbudova.scene.section import at_height
from vidbudova.scene.style import damage_palette, style

SLANT = Camera((AT[0] - 20, AT[1] + 20, 0.0), 620.0, 25.0, 34.0)
MARIUPOL = (390_000.0, 5_217_000.0)


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


def test_that_the_evening_sun_looks_as_kept(scene: Scene) -> None:
    grade = np.arange(len(scene.solids)) % 8
    grade[grade == 6] = 7
    broken = np.where((grade == 4) | (grade == 5), grade, 0).astype(np.int8)
    scene.set_building_colours(damage_palette()[grade], grade == 2, broken)
    scene.set_daylight(Daylight(9.0, 285.0))
    check("evening", drawn(scene))


def test_that_the_architects_light_comes_back_exactly(scene: Scene) -> None:
    before = drawn(scene)
    scene.set_daylight(Daylight(3.0, 280.0))
    assert (drawn(scene) != before).any()
    scene.set_daylight(None)
    assert (drawn(scene) == before).all()


def test_that_another_theme_keeps_the_sun(scene: Scene) -> None:
    scene.set_daylight(Daylight(20.0, 100.0))
    scene.set_theme("dark")
    evening = drawn(scene)
    scene.set_theme("light")
    scene.set_daylight(None)
    scene.set_theme("dark")
    assert np.abs(drawn(scene).astype(int) - evening).max() > 20


def test_that_shadows_fall_away_from_the_sun(scene: Scene) -> None:
    """The dome of 24 m stands free at (250, 80): its shadow lies west of it in the morning and east in the evening."""
    scene.set_camera(top(Camera((AT[0] + 250, AT[1] + 80, 0.0), 300.0)))
    seen = {}
    for name, bearing in (("morning", 90.0), ("evening", 270.0)):
        scene.set_daylight(Daylight(40.0, bearing))
        image = drawn(scene).astype(int)
        pixels, _ = scene.project(np.array([[*(AT + [250 + x, 80]), 0.0] for x in (-22, 22)]))
        seen[name] = [image[round(y), round(x)].sum() for x, y in pixels]
    assert seen["morning"][0] < seen["morning"][1] - 40
    assert seen["evening"][1] < seen["evening"][0] - 40


def test_that_there_are_no_shadows_once_the_sun_is_down() -> None:
    assert Daylight(0.5, 300.0).shadow_share == 0.0
    assert Daylight(2.5, 300.0).shadow_share == pytest.approx(0.5)
    assert Daylight(-30.0, 0.0).towards() == TO_SUN


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_grades_can_still_be_told_apart_at_night(theme: str) -> None:
    light = uniforms(Daylight(-30.0, 0.0), style(theme))
    roof = np.array(light["sunlight"]) * TO_SUN[2] + np.array(light["skylight"])
    shown = damage_palette()[:6] / 255.0 * roof
    steps = np.linalg.norm(np.diff(shown, axis=0), axis=1)
    assert (steps > 0.04).all()
    assert shown.sum(1).min() > 0.2


def test_that_the_bearing_is_of_the_projects_grid_not_of_true_north() -> None:
    at = datetime(2026, 6, 21, 15, tzinfo=UTC)
    grid, true = daylight_over(MARIUPOL, "EPSG:32637", at), sun_over(MARIUPOL, "EPSG:32637", at)
    assert grid.elevation_deg == true.elevation_deg
    # convergence of UTM is the sine of the latitude times how far the place is from the zone's meridian
    lon = 37.55
    assert true.azimuth_deg - grid.bearing_deg == pytest.approx((lon - 39.0) * np.sin(np.radians(47.1)), abs=0.1)


def test_that_the_light_does_not_jump_while_the_sun_goes_down() -> None:
    heights = np.arange(60.0, -25.0, -0.1)
    found = [uniforms(Daylight(h, 270.0), style("light")) for h in heights]
    for name in ("sunlight", "skylight", "flatLight", "skyLow", "skyHigh"):
        values = np.array([light[name] for light in found])
        assert np.abs(np.diff(values, axis=0)).max() < 0.03, name


def on_the_wall(scene: Scene) -> tuple[float, float]:
    """Brightness low and high on the east wall of the westernmost slab; a fine mean, for its windows."""
    image = drawn(scene).astype(float).mean(2)
    wall = [(AT[0] - 200 + 7.3, AT[1] - 80 + y, z) for z in (9.6, 22.0) for y in np.linspace(-12, 12, 25)]
    pixels, _ = scene.project(np.array(wall))
    seen = [image[round(y), round(x)] for x, y in pixels]
    return float(np.mean(seen[:25])), float(np.mean(seen[25:]))


def test_that_a_house_throws_its_shadow_on_the_wall_of_its_neighbour_at_rest(scene: Scene) -> None:
    """70 m further east stands a slab of 27 m: with the sun 12 degrees high its shadow reaches 12 m up this wall."""
    scene.set_camera(Camera((AT[0] - 195, AT[1] - 80, 14.0), 60.0, 282.0, 12.0))
    scene.set_daylight(Daylight(12.0, 96.0))
    low, high = on_the_wall(scene)
    assert high - low > 25
    scene.set_visible("shadows", False)
    low, high = on_the_wall(scene)
    assert abs(high - low) < 12


def test_that_shadows_on_walls_and_a_section_get_on_with_each_other(scene: Scene) -> None:
    scene.set_daylight(Daylight(12.0, 96.0))
    sunny = drawn(scene)
    scene.section.cut(at_height(9.0))
    cut = drawn(scene)
    assert (cut != sunny).any()
    scene.set_daylight(None)
    plain = drawn(scene)
    scene.set_daylight(Daylight(12.0, 96.0))
    assert np.abs(drawn(scene).astype(int) - cut).mean() < 0.5
    assert np.abs(plain.astype(int) - cut).mean() > 3
    scene.section.cut(None)
    assert np.abs(drawn(scene).astype(int) - sunny).mean() < 0.5
