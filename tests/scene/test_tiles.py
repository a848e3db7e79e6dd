"""Tiles, ribbons and bridges: what is left out is not seen, what is drawn has its width."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from vidbudova.scene import bridges, pace
from vidbudova.scene.camera import Camera, project
from vidbudova.scene.land import dashed
from vidbudova.scene.ribbons import ribbons
from vidbudova.scene.style import style
from vidbudova.scene.tiles import Purse, View, grid_of
from vidbudova.scene.trees import PROFILE_FAR, PROFILE_NEAR, crowns, noise

SIZE = (1280, 720)


def test_that_every_row_is_in_exactly_one_tile_and_inside_its_bounds() -> None:
    rng = np.random.default_rng(2)
    low = rng.uniform(-3000, 3000, (500, 2))
    high = low + rng.uniform(1, 60, (500, 2))
    grid = grid_of(low, high, rng.uniform(3, 40, 500), 320.0)
    assert sorted(np.concatenate([grid.rows(k) for k in range(len(grid))]).tolist()) == list(range(500))
    for tile in range(len(grid)):
        rows = grid.rows(tile)
        assert (low[rows] >= grid.bounds[tile, :2]).all()
        assert (high[rows] <= grid.bounds[tile, 2:]).all()


@given(st.floats(0, 359), st.floats(3, 90), st.floats(50, 5000))
def test_that_no_tile_with_something_in_the_picture_is_left_out(heading: float, pitch: float, distance: float) -> None:
    rng = np.random.default_rng(4)
    middle = rng.uniform(-3000, 3000, (80, 2))
    bounds, top = np.c_[middle - 100, middle + 100], np.full(80, 30.0)
    camera = Camera((0.0, 0.0, 0.0), distance, heading, pitch)
    seen = View(camera, SIZE).sees(bounds, top)
    for k in range(80):
        inside = np.c_[rng.uniform(bounds[k, :2], bounds[k, 2:], (30, 2)), rng.uniform(0, 30, 30)]
        pixels, depth = project(camera, inside, SIZE)
        if ((depth > 0) & (pixels >= 0).all(1) & (pixels <= SIZE).all(1)).any():
            assert seen[k]


def test_that_most_tiles_behind_the_eye_are_left_out() -> None:
    bounds = np.array([[-100, -5000, 100, -4800], [-100, 200, 100, 400.0]])
    assert View(Camera(distance=300.0, pitch_deg=20.0), SIZE).sees(bounds, np.full(2, 20.0)).tolist() == [False, True]


def test_that_an_empty_purse_says_that_something_was_left_out() -> None:
    purse = Purse(-1.0)
    assert not purse.has()
    assert purse.short


def test_that_a_ribbon_has_the_width_of_its_line() -> None:
    line = np.array([[0, 0], [100, 0], [160, 80], [260, 80]], float)
    points, triangles, of = ribbons(line, np.array([0, 4]), np.array([4.0]))
    drawn = shapely.union_all(shapely.polygons(points[triangles]))
    wanted = shapely.LineString(line).buffer(4.0)
    assert shapely.symmetric_difference(drawn, wanted).area < 0.02 * wanted.area
    assert (of == 0).all()


def test_that_ribbons_of_several_lines_do_not_touch_each_other() -> None:
    xy = np.array([[0, 0], [10, 0], [0, 50], [10, 50]], float)
    points, triangles, of = ribbons(xy, np.array([0, 2, 4]), np.array([1.0, 3.0]), round_ends=False)
    assert all(len(set(of[t].tolist())) == 1 for t in triangles)
    assert np.ptp(points[of == 1][:, 1]) == pytest.approx(6.0)


def test_that_dashes_lie_on_the_line_and_keep_clear_of_its_ends() -> None:
    corners = dashed(np.array([[0, 0], [100, 0]], float))
    assert len(corners) > 5
    assert np.abs(corners[..., 1]).max() < 0.2
    assert corners[..., 0].min() > 8.0
    assert corners[..., 0].max() < 92.0
    assert dashed(np.array([[0, 0], [10, 0]], float)).shape == (0, 4, 2)


@pytest.mark.parametrize("length", [20.0, 120.0, 600.0])
def test_that_a_bridge_meets_the_ground_at_both_ends_and_rises_between(length: float) -> None:
    z = bridges.profile(np.linspace(0, length, 61), 1.0)
    assert z[0] == z[-1] == 0.0
    assert 0.0 < z.max() <= bridges.LEVEL_M
    assert np.abs(np.diff(z) / (length / 60)).max() < 0.25


def test_that_a_bridge_has_piers_only_where_it_is_high() -> None:
    quads, colours, normals = bridges.span_faces(
        np.array([[0, 0], [300, 0]], float), 12.0, 1.0, style("light"), "road_major"
    )
    assert len(quads) == len(colours) == len(normals)
    legs = quads[np.ptp(quads[..., 2], axis=1) > 2.5]
    assert len(legs) >= 8
    assert legs[..., 0].min() > 20
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0)


@pytest.mark.parametrize(("profile", "sides"), [(PROFILE_NEAR, 7), (PROFILE_FAR, 4)])
def test_that_trees_stand_on_their_places_at_their_heights(
    profile: tuple[tuple[float, float], ...], sides: int
) -> None:
    place = np.array([[0.0, 0.0], [50.0, 20.0]])
    points, triangles, colour, facing = crowns(place, np.array([6.0, 12.0]), profile, sides, (0.5, 0.6, 0.5))
    half = len(points) // 2
    assert points[:half, 2].max() == pytest.approx(6.0)
    assert points[half:, 2].max() == pytest.approx(12.0)
    assert np.abs(points[half:, :2] - place[1]).max() < 6.0
    assert triangles.max() < len(points) == len(colour) == len(facing)
    normal = np.cross(
        points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]]
    )
    assert ((normal * facing[triangles[:, 0]]).sum(1) > 0).mean() > 0.9


def test_that_noise_is_the_same_for_the_same_place_and_spread_evenly() -> None:
    place = np.random.default_rng(1).uniform(0, 5000, (2000, 2))
    assert np.array_equal(noise(place), noise(place.copy()))
    assert np.histogram(noise(place), 5, (0, 1))[0].min() > 300


def test_that_slow_frames_lose_detail_down_to_a_least_and_quick_ones_win_it_back() -> None:
    detail = 1.0
    for _ in range(60):
        detail = pace.after(detail, 0.2)
    assert detail == pace.LEAST_DETAIL
    for _ in range(200):
        detail = pace.after(detail, 0.005)
    assert detail == pace.MOST_DETAIL
    assert pace.after(0.7, 0.022) == 0.7
    assert pace.at_rest(pace.LEAST_DETAIL, patient=True) == pace.STILL_DETAIL > pace.at_rest(0.5, patient=False)
