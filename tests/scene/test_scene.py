"""The Scene: golden pictures, colours, forms, themes, and coming and going."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from scene.damaging import damaged
from scene.district import AT, district, rectangle, shapes
from scene.golden_pictures import LEAST_DB, blocks, check, likeness_db

from vidbudova.scene.camera import Camera, fit, top
from vidbudova.scene.scene import Scene
from vidbudova.scene.style import damage_palette, style
from vidbudova.scene.video import draw_frame

SIZE = (480, 270)
SLANT = Camera((AT[0] - 20, AT[1] + 20, 0.0), 620.0, 25.0, 34.0)


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene(SIZE)
    found.still_s = float("inf")
    found.set_city(district())
    found.set_camera(SLANT)
    yield found
    found.finalize()


def frame(scene: Scene, quality: str = "moving") -> np.ndarray:
    """A picture that no clock has a say in: a moving one is filmed, at the detail that `pace` says."""
    if quality == "moving":
        draw_frame(scene, scene.pace)
        return scene.image()
    scene.render("still")
    while scene.incomplete:
        scene.render("still")
    return scene.image()


def test_that_the_plain_district_looks_as_kept(scene: Scene) -> None:
    check("plain", frame(scene, "still"))


def test_that_damage_looks_as_kept(scene: Scene) -> None:
    damaged(scene)
    check("damage", frame(scene, "still"))


def test_that_the_street_looks_as_kept(scene: Scene) -> None:
    damaged(scene)
    scene.set_camera(Camera((AT[0] - 60, AT[1] + 20, 6.0), 170.0, 40.0, 12.0))
    check("street", frame(scene, "still"))


def test_that_the_dark_theme_looks_as_kept(scene: Scene) -> None:
    damaged(scene)
    scene.set_theme("dark")
    check("dark", frame(scene, "still"))


def test_that_zones_dots_and_selection_look_as_kept(scene: Scene) -> None:
    zones = [rectangle(-60, -20, 200, 200), rectangle(180, 60, 120, 160)]
    scene.set_zones(shapes("z", zones, [{"kind": "housing"}, {"kind": "green", "height_m": 20.0}]), volumes=True)
    points = shapes("o", [shapely.Point(*(AT + [60 * k - 200, 40])) for k in range(7)], [{}] * 7)
    scene.set_observations(points, damage_palette()[np.arange(7)], np.arange(7) == 3)
    scene.select([2, 5, 10])
    scene.hover(7)
    check("marks", frame(scene, "still"))


def test_that_a_golden_picture_sees_a_missing_building(scene: Scene) -> None:
    whole = frame(scene, "still")
    hidden = np.zeros(len(scene.solids), bool)
    hidden[[1, 4]] = True
    scene.set_hidden(hidden)
    assert likeness_db(whole, frame(scene, "still")) < LEAST_DB


def test_that_the_moving_picture_is_like_the_still_one(scene: Scene) -> None:
    assert likeness_db(frame(scene, "moving"), frame(scene, "still")) > 27.0


def test_that_recolouring_one_building_changes_only_where_it_stands(scene: Scene) -> None:
    before = frame(scene, "still").astype(int)
    scene.recolour([4], np.array([255, 0, 255], np.uint8))
    changed = np.abs(frame(scene, "still").astype(int) - before).max(2) > 8
    assert changed.sum() > 50
    rows, columns = np.nonzero(changed)
    pixels, _ = scene.project(np.array([[*c, z] for c in corners(scene, 4) for z in (0.0, scene.solids.top_m[4])]))
    assert columns.min() >= pixels[:, 0].min() - 2
    assert columns.max() <= pixels[:, 0].max() + 2
    assert rows.min() >= pixels[:, 1].min() - 2
    assert rows.max() <= pixels[:, 1].max() + 2


def corners(scene: Scene, row: int) -> np.ndarray:
    found = scene.solids.shapes
    first, last = found.feature_offsets[row : row + 2]
    return found.xy[found.part_offsets[first] : found.part_offsets[last]]


def test_that_breaking_a_building_makes_only_its_tile_anew(scene: Scene) -> None:
    scene.render("moving")
    assert scene.buildings is not None
    before = dict(scene.buildings.drawn.made)
    broken = np.zeros(len(scene.solids), np.int8)
    broken[0] = 4
    scene.set_building_forms(broken)
    scene.render("moving")
    after = scene.buildings.drawn.made
    own = int(scene.buildings.leaf_of[0])
    assert len({leaf for _, leaf in before}) > 2
    assert {key for key in before if after.get(key) is not before[key]} == {key for key in before if key[1] == own}


def test_that_what_is_far_is_drawn_simpler_but_stays_like_what_is_near() -> None:
    """A level of flat roofs alone thins the city; a cap must not."""
    scene = Scene(SIZE)
    scene.set_city(district())
    scene.set_camera(Camera((AT[0], AT[1], 0.0), 5000.0, 20.0, 35.0, fov_deg=6.0))
    found = []
    for pace in (0.02, 3.0):
        scene.pace = pace
        found.append(frame(scene))
    scene.finalize()
    assert not np.array_equal(found[0], found[1])
    assert likeness_db(found[0], found[1]) > 24.0


def test_that_hidden_layers_are_not_drawn_and_come_back(scene: Scene) -> None:
    whole = frame(scene)
    for layer in ("roads", "water", "landuse", "trees", "power", "rail", "buildings", "shadows"):
        scene.set_visible(layer, False)
        assert not np.array_equal(frame(scene), whole), layer
        scene.set_visible(layer, True)
        assert np.array_equal(frame(scene), whole), layer


def test_that_opacity_fades_a_layer_towards_the_ground(scene: Scene) -> None:
    scene.set_camera(top(fit(Camera(), (AT[0] - 50, AT[1] + 225, AT[0] + 50, AT[1] + 255), SIZE)))
    water = frame(scene)[20, 20].astype(int)
    scene.set_opacity("water", 0.3)
    faint = frame(scene)[20, 20].astype(int)
    ground = np.array(style("light")["ground"]) * 255
    assert np.abs(faint - ground).sum() < np.abs(water - ground).sum() * 0.5


def test_that_a_still_can_be_refined_one_frame_at_a_time(scene: Scene) -> None:
    whole = frame(scene, "still")
    scene.begin_still()
    steps = 1
    while not scene.refine():
        steps += 1
        assert scene.image().shape == whole.shape
    assert steps > 4
    assert np.array_equal(scene.image(), whole)


def test_that_a_still_goes_on_where_it_was_left_until_something_changes(scene: Scene) -> None:
    whole = frame(scene, "still")
    scene.still_s = 0.0
    scene.set_camera(top(SLANT))
    scene.render("still")
    scene.set_camera(SLANT)
    calls = 0
    while True:
        scene.render("still")
        calls += 1
        if not scene.incomplete:
            break
    assert calls > 3
    assert np.array_equal(scene.image(), whole)
    scene.recolour([2], np.array([255, 0, 255], np.uint8))
    scene.render("still")
    assert scene.incomplete
    assert not np.array_equal(scene.image(), whole)


def test_that_a_window_made_by_a_widget_can_be_drawn_into() -> None:
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetShowWindow(False)
    window.SetSize(*SIZE)
    scene = Scene(SIZE, render_window=window)
    scene.set_city(district())
    scene.set_camera(SLANT)
    frame(scene)
    moving, still = frame(scene), frame(scene, "still")
    scene.finalize()
    window.Finalize()
    assert moving.std() > 10
    assert likeness_db(moving, still) > 30.0


def test_that_changing_the_theme_keeps_colours_forms_and_marks(scene: Scene) -> None:
    damaged(scene)
    scene.set_zones(shapes("z", [rectangle(0, 0, 100, 100)], [{"kind": "housing"}]))
    scene.set_observations(shapes("o", [shapely.Point(*AT)], [{}]), np.full((1, 3), 90, np.uint8))
    scene.set_cells(shapes("c", [rectangle(-150, 60, 80, 80)], [{}]), np.full((1, 3), 120, np.uint8))
    scene.select([3, 8])
    scene.set_opacity("roads", 0.5)
    before = frame(scene)
    scene.set_theme("dark")
    dark = frame(scene)
    scene.set_theme("light")
    assert likeness_db(before, dark) < 20.0
    assert np.array_equal(frame(scene), before)


def test_that_grades_fall_in_lightness_and_selection_is_no_grade() -> None:
    """Ordered in lightness, the palette survives colour blindness, grey printing and a bad projector."""
    linear = (damage_palette() / 255.0) ** 2.2
    light = linear @ [0.2126, 0.7152, 0.0722]
    assert light[0] > 0.5
    assert (np.diff(light[1:6]) < -0.02).all()
    for kind in (deuteranope(), protanope()):
        seen = np.clip(linear @ kind.T, 0, 1) @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(seen[1:6]) < -0.015).all()
    for theme in ("light", "dark"):
        chosen = np.array(style(theme)["selection"]) * 255
        assert np.abs(damage_palette().astype(float) - chosen).sum(1).min() > 150


def deuteranope() -> np.ndarray:
    """Linear RGB as one without green cones sees it; Viénot, Brettel and Mollon 1999."""
    return np.array([[0.29275, 0.70725, -0.02234], [0.29275, 0.70725, -0.02234], [-0.02234, 0.02234, 1.0]])


def protanope() -> np.ndarray:
    """Linear RGB as one without red cones sees it; Viénot, Brettel and Mollon 1999."""
    return np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])


def test_that_fifty_scenes_open_and_close_without_growing() -> None:
    city = district()
    held = []
    for k in range(50):
        scene = Scene((160, 90))
        scene.set_city(city)
        scene.set_camera(SLANT)
        scene.render("moving")
        assert scene.image().std() > 5
        scene.finalize()
        del scene
        if k % 10 == 9:
            gc.collect()
            held.append(resident_mb())
    assert held[-1] - held[1] < 40


def resident_mb() -> float:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("memory is only measured where /proc tells it")
    return int(statm.read_text().split()[1]) * 4096 / 2**20


def test_that_a_scene_can_be_finalized_twice_and_lets_go_of_its_window() -> None:
    scene = Scene((64, 36))
    scene.render("moving")
    scene.finalize()
    scene.finalize()
    assert scene.window.render_window is None


def test_that_two_scenes_draw_side_by_side(scene: Scene) -> None:
    """A second Scene for stills must not disturb the first (traps: one renderer in two windows crashed)."""
    first = frame(scene)
    other = Scene((320, 180))
    other.set_city(district())
    other.set_camera(top(SLANT))
    other.render("still")
    other.finalize()
    assert np.array_equal(frame(scene), first)


def test_that_importing_the_scene_brings_neither_vtk_nor_qt() -> None:
    heavy = ("vtk", "vtkmodules", "pyvista", "PySide6", "pandas")
    code = f"import sys, vidbudova.scene; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_that_likeness_is_counted_on_block_means() -> None:
    a = np.zeros((16, 20, 3), np.uint8)
    a[:8, :8] = 80
    assert blocks(a).shape == (2, 2, 3)
    assert blocks(a)[0, 0, 0] == 80.0
    assert likeness_db(a, a) == 99.0
    assert likeness_db(a, np.zeros_like(a)) == pytest.approx(10 * np.log10(255**2 / (80**2 / 4)))
