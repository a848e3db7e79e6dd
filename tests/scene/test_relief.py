"""Heights of the ground: between cells, beyond their edges, under rays, under water."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scene.district import AT, shapes
from scene.hills import CELL_M, NORTH, SIDE, WEST, grid, hills

from vidbudova.scene.relief import Heights, Relief, level
from vidbudova.scene.relief_patch import SIDE as PATCH_SIDE
from vidbudova.scene.relief_patch import heights_of
from vidbudova.scene.relief_tint import classes, hatched, shade, slopes
from vidbudova.scene.standing import kept_above
from vidbudova.scene.water_level import levelled


def test_that_heights_at_the_middles_of_cells_are_as_given_and_between_them_even() -> None:
    found = grid()
    relief = Relief([found])
    middle = np.array([[WEST + 7 * CELL_M, NORTH - 3 * CELL_M]])
    assert relief.height(middle)[0] == pytest.approx(float(found.values[3, 7]), abs=1e-4)
    half = relief.height(middle + [CELL_M / 2, -CELL_M / 2])[0]
    assert half == pytest.approx(float(found.values[3:5, 7:9].mean()), abs=1e-4)


def test_that_the_ground_goes_over_into_level_ground_far_outside() -> None:
    relief = hills()
    edge = np.array([[WEST, AT[1]]])
    near, far = edge - [0.5, 0.0], edge - [relief.reach_m + 10.0, 0.0]
    assert relief.height(near)[0] == pytest.approx(relief.height(edge)[0], abs=0.01)
    assert relief.height(far)[0] == pytest.approx(relief.rim_m)
    way = np.linspace(edge[0], far[0], 400)
    assert np.abs(np.diff(relief.height(way))).max() < 1.0


def test_that_a_finer_grid_takes_over_without_a_step() -> None:
    fine = Heights(np.full((101, 101), 300.0, np.float32), AT[0] - 50.0, AT[1] + 50.0, 1.0)
    relief = Relief([grid(), fine])
    assert relief.at(float(AT[0]), float(AT[1])) == pytest.approx(300.0)
    way = np.c_[np.linspace(AT[0] - 60.0, AT[0], 6001), np.full(6001, AT[1])]
    assert relief.height(way)[0] < 200.0
    # the whole way up lies within three of its cells, in small steps
    assert np.abs(np.diff(relief.height(way))).max() < 1.0


@given(
    st.floats(-900, 900), st.floats(-900, 900), st.floats(5, 900), st.floats(0, 360), st.floats(2, 89), st.booleans()
)
@settings(max_examples=60, deadline=None)
def test_that_a_ray_ends_on_the_ground_and_nowhere_before_it(
    x: float, y: float, above: float, heading: float, pitch: float, fine: bool
) -> None:
    extra = [Heights(np.full((41, 41), 140.0, np.float32), AT[0] - 100.0, AT[1] + 100.0, 5.0)] if fine else []
    relief = Relief([grid(), *extra])
    origin = np.array([AT[0] + x, AT[1] + y, 0.0])
    origin[2] = relief.at(origin[0], origin[1]) + above
    h, p = np.radians(heading), np.radians(pitch)
    direction = np.array([np.sin(h) * np.cos(p), np.cos(h) * np.cos(p), -np.sin(p)])
    length = relief.meet(origin, direction)
    assert length is not None
    place = origin + length * direction
    assert place[2] == pytest.approx(relief.at(place[0], place[1]), abs=2e-3)
    before = origin + np.linspace(0.0, max(length - 0.05, 0.0), 1500)[:, None] * direction
    assert (before[:, 2] - relief.height(before[:, :2]) > -0.02).all()


def test_that_a_ray_into_the_sky_meets_nothing() -> None:
    relief = hills()
    origin = np.array([*AT, relief.highest_m + 10.0])
    assert relief.meet(origin, np.array([0.6, 0.0, 0.8])) is None
    assert relief.meet(origin, np.array([0.0, 0.0, -1.0])) is not None


def test_that_a_camera_in_the_ground_is_lifted_out_of_it() -> None:
    from vidbudova.scene.camera import Camera

    relief = hills()
    top = relief.at(AT[0] + 520, AT[1] + 480)
    sunk = Camera((AT[0] + 520, AT[1] + 480, top - 40.0), 20.0, 0.0, 30.0)
    eye = kept_above(sunk, relief).eye()
    assert eye[2] >= relief.at(eye[0], eye[1]) + 1.5
    assert kept_above(sunk, None) is sunk


def test_that_a_melted_patch_has_the_shape_of_the_coarser_one() -> None:
    from vidbudova.scene.footing import Footing

    footing = Footing(AT, hills())
    coarse = heights_of(footing, 0.0, 0.0, 400.0)[0]
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        melted = heights_of(footing, 200.0 * x, 200.0 * y, 200.0)[1]
        half = PATCH_SIDE // 2
        own = coarse[y * half : y * half + half + 1, x * half : x * half + half + 1]
        assert melted[::2, ::2] == pytest.approx(own)
        assert melted[::2, 1::2] == pytest.approx((own[:, :-1] + own[:, 1:]) / 2)
        assert melted[1::2, ::2] == pytest.approx((own[:-1] + own[1:]) / 2)


def test_that_a_lake_lies_level_at_its_lowest_shore_and_a_river_keeps_its_fall() -> None:
    lake = shapely.Point(*(AT + [520.0, 480.0])).buffer(12.0)
    flat = Heights(np.full((SIDE, SIDE), 100.0, np.float32), WEST, NORTH, CELL_M)
    flat.values[180:220, 180:220] += np.linspace(0.0, 2.0, 40, dtype=np.float32)
    inside = shapely.box(*(AT + [-60.0, -60.0]), *(AT + [60.0, 60.0]))
    found = levelled(flat, shapes("w", [inside, lake], [{}, {}]))
    j, i = 200, np.arange(190, 210)
    assert np.ptp(found.values[j, i]) == 0.0 and found.values[j, 200] <= 101.0
    falling = grid()
    before = falling.values.copy()
    river = shapely.box(*(AT + [-900.0, -20.0]), *(AT + [900.0, 20.0]))
    found = levelled(falling, shapes("w", [river], [{}]))
    assert np.ptp(found.values[200, 30:370]) > 30.0
    assert (found.values <= before + 1e-3).all() and (found.values[150] == before[150]).all()


def test_that_slopes_are_those_of_a_plane_and_level_ground_is_neither_lit_nor_dimmed() -> None:
    rows = np.arange(50, dtype=np.float32)
    plane = Relief([Heights(np.add.outer(-0.2 * rows, 0.1 * rows).astype(np.float32), 0.0, 0.0, 1.0)])
    east, north = slopes(plane, (10.0, -40.0, 40.0, -10.0), 64)
    assert east == pytest.approx(0.1, abs=1e-4) and north == pytest.approx(0.2, abs=1e-4)
    calm = slopes(level((0.0, 0.0, 100.0, 100.0), 5.0), (10.0, 10.0, 90.0, 90.0), 16)
    assert shade(calm, (-0.64, -0.27, 0.72), (0.4, 0.4, 0.4), (0.7, 0.7, 0.7)) == pytest.approx(1.0)


def test_that_filled_cells_are_hatched_and_others_are_not() -> None:
    void = np.zeros((SIDE, SIDE), np.uint8)
    void[:, : SIDE // 2] = 1
    found = grid()
    relief = Relief([Heights(found.values, found.x0, found.y0, found.cell_m, void)])
    assert relief.has_voids and not hills().has_voids
    plain = np.full((64, 64, 3), 200, np.uint8)
    seen = hatched(plain, relief, (AT[0] - 400.0, AT[1] - 400.0, AT[0] + 400.0, AT[1] + 400.0))
    assert (seen[:, :30] < 200).any() and (seen[:, :30] == 200).any()
    assert (seen[:, 34:] == 200).all()


def test_that_the_legend_of_heights_has_a_few_round_ones_from_the_top_down() -> None:
    for low, high in ((238.0, 917.0), (0.2, 7.9), (-5.0, 3000.0), (10.0, 10.0)):
        heights = [height for height, _ in classes(low, high)]
        assert 1 <= len(heights) <= 9
        assert heights == sorted(heights, reverse=True)
        assert low <= heights[-1] and heights[0] <= max(high, low)
