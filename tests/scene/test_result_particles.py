"""Frames while particles move: those alone are drawn again, and the picture is that of a whole frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scene.district import district, rectangle, shapes
from scene.test_results import ABOVE, SIZE, links

from vidbudova.scene.result_particles import FEWEST_AVERAGED
from vidbudova.scene.scene import Scene
from vidbudova.scene.video import draw_frame


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A street with traffic, seen at an angle, under a translucent zone."""
    found = Scene(SIZE)
    found.still_s = float("inf")
    found.set_city(district())
    found.set_zones(shapes("z", [rectangle(-60, -20, 200, 200)], [{"kind": "housing"}]))
    found.set_camera(replace(ABOVE, pitch_deg=50.0, heading_deg=20.0))
    found.results.show(links())
    found.render("still")
    yield found
    found.finalize()


def rested(scene: Scene) -> np.ndarray:
    scene.results.play(False)
    scene.render("still")
    return scene.image().astype(int)


def playing(scene: Scene, clock_s: float) -> np.ndarray:
    scene.results.play(True)
    scene.results.at(clock_s)
    scene.render("playing")
    return scene.image().astype(int)


def differ(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one - other).max(2) > 8


def whole_frames(scene: Scene, clock_s: float) -> np.ndarray:
    """Where particles are in frames that are drawn whole."""
    scene.results.at(clock_s)
    scene.results.play(False)
    draw_frame(scene, 1.0)
    without = scene.image().astype(int)
    scene.results.play(True)
    draw_frame(scene, 1.0)
    return differ(scene.image().astype(int), without)


def test_that_nothing_but_particles_differs_from_the_picture_at_rest(scene: Scene) -> None:
    still = rested(scene)
    first, second = playing(scene, 1.0), playing(scene, 2.0)
    assert differ(first, second).sum() > 20
    for clock_s, frame in ((1.0, first), (2.0, second)):
        lit, expected = differ(frame, still), whole_frames(scene, clock_s)
        near = np.zeros_like(lit)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                near |= np.roll(expected, (dy, dx), (0, 1))
        assert lit.any() and not (lit & ~near).any()
        assert (lit & expected).sum() > 0.6 * expected.sum()


def test_that_frames_draw_no_city_once_it_rests(scene: Scene) -> None:
    drawn = []
    for k in range(FEWEST_AVERAGED + 5):
        playing(scene, float(k))
        drawn.append(scene.window.drawn)
    assert drawn[-1] == drawn[1], "it was smooth already"
    scene.set_camera(replace(scene.camera, heading_deg=21.0))
    for k in range(FEWEST_AVERAGED + 5):
        playing(scene, float(k))
        drawn.append(scene.window.drawn)
    assert drawn[-1] == drawn[-4] > drawn[1]


def test_that_a_view_grows_smooth_while_particles_move(scene: Scene) -> None:
    scene.set_camera(replace(scene.camera, heading_deg=21.0))
    frames = [playing(scene, 1.0) for _ in range(FEWEST_AVERAGED + 2)]
    still = rested(scene)
    rough, smooth = (np.abs(frame - still)[~differ(frame, frames[0])].mean() for frame in (frames[0], frames[-1]))
    assert differ(frames[0], still).sum() > differ(frames[-1], still).sum()
    assert smooth <= rough


@pytest.mark.parametrize("change", ["camera", "colour", "theme", "selection", "result"])
def test_that_what_changes_is_in_the_next_frame(scene: Scene, change: str) -> None:
    before = playing(scene, 1.0)
    if change == "camera":
        scene.set_camera(replace(scene.camera, distance=300.0))
    elif change == "colour":
        scene.recolour(np.arange(len(scene.solids)), np.full((len(scene.solids), 3), 10, np.uint8))
    elif change == "theme":
        scene.set_theme("dark")
    elif change == "selection":
        scene.select([0, 1, 2])
    else:
        scene.results.show(links((4000.0, 4000.0)))
    frame = playing(scene, 1.0)
    assert differ(frame, before).sum() > 30
    for _ in range(FEWEST_AVERAGED):
        frame = playing(scene, 1.0)
    expected = whole_frames(scene, 1.0)
    assert (np.abs(frame - rested(scene)).max(2) > 30)[~expected].mean() < 0.01


def test_that_the_picture_at_rest_is_the_same_after_playing(scene: Scene) -> None:
    before = rested(scene)
    for k in range(4):
        playing(scene, float(k))
    assert np.abs(rested(scene) - before).max() <= 1


def test_that_zones_do_not_grow_darker_with_every_frame(scene: Scene) -> None:
    frames = [playing(scene, 1.0) for _ in range(12)]
    assert np.array_equal(frames[-1], frames[FEWEST_AVERAGED + 1])


def test_that_a_window_of_somebody_else_draws_whole_frames(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.window, "owned", False)
    drawn = scene.window.drawn
    playing(scene, 1.0)
    playing(scene, 2.0)
    assert scene.window.drawn == drawn + 2
