"""Corners of a drawn area, one by one."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from vidbudova.model import vertices
from vidbudova.model.vertices import Handle

HOLED = shapely.Polygon([(0, 0), (100, 0), (100, 80), (0, 80)], [[(10, 10), (10, 20), (20, 20)]])
TWO = shapely.MultiPolygon([HOLED, shapely.box(200, 0, 220, 20)])


def test_that_taking_apart_and_putting_together_gives_the_same_area():
    assert shapely.equals(vertices.area_of(vertices.rings_of(TWO)), TWO)


def test_that_the_nearest_corner_is_found_in_holes_and_other_parts_too():
    rings = vertices.rings_of(TWO)
    hole = vertices.handle_near(rings, (11.0, 9.5), 3)
    assert hole is not None and hole.ring == 1 and vertices.at(rings, hole) == (10, 10)
    far = vertices.handle_near(rings, (219.0, 21.0), 3)
    assert far is not None and far.part == 1
    assert vertices.handle_near(rings, (50.0, 40.0), 3) is None


def test_that_moving_a_corner_moves_only_that_corner():
    rings = vertices.rings_of(HOLED)
    handle = vertices.handle_near(rings, (100.0, 80.0), 1)
    moved = vertices.move(rings, handle, (120.0, 80.0))
    assert vertices.area_of(moved).area == pytest.approx(HOLED.area + 800)
    assert vertices.area_of(rings).equals(shapely.MultiPolygon([HOLED]))


def test_that_a_corner_added_on_a_side_changes_nothing_until_it_is_moved():
    rings = vertices.rings_of(HOLED)
    handle, place = vertices.side_near(rings, (50.0, 1.0), 3)
    added = vertices.insert(rings, handle, place)
    assert vertices.area_of(added).area == pytest.approx(HOLED.area)
    assert vertices.at(added, handle) == (50, 0)
    assert set(vertices.neighbours(added, handle)) == {(0, 0), (100, 0)}


def test_that_the_side_from_the_last_corner_to_the_first_takes_a_corner_too():
    rings = vertices.rings_of(HOLED)
    handle, place = vertices.side_near(rings, (0.5, 40.0), 3)
    assert vertices.area_of(vertices.insert(rings, handle, place)).area == pytest.approx(HOLED.area)


def test_that_a_hole_of_three_goes_with_its_corner_and_an_outer_ring_of_three_stays():
    rings = vertices.rings_of(HOLED)
    gone = vertices.remove(rings, Handle(0, 1, 0))
    assert gone is not None and vertices.area_of(gone).area == 8000
    triangle = vertices.remove(gone, Handle(0, 0, 0))
    assert triangle is not None and vertices.remove(triangle, Handle(0, 0, 0)) is None


def test_that_a_neighbour_s_corner_is_shared_only_within_a_millimetre():
    rings = vertices.rings_of(HOLED)
    assert vertices.same_corner(rings, (100.0004, 80.0)) is not None
    assert vertices.same_corner(rings, (100.1, 80.0)) is None


@given(st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_that_a_shifted_area_is_as_large_as_before(dx, dy):
    shifted = vertices.area_of(vertices.shift(vertices.rings_of(TWO), dx, dy))
    assert shifted.area == pytest.approx(TWO.area)


@given(st.integers(0, 3), st.floats(-50, 50), st.floats(-50, 50))
def test_that_moving_a_corner_there_and_back_is_nothing(corner, dx, dy):
    rings = vertices.rings_of(HOLED)
    handle = Handle(0, 0, corner)
    home = vertices.at(rings, handle)
    back = vertices.move(vertices.move(rings, handle, (home[0] + dx, home[1] + dy)), handle, home)
    assert vertices.area_of(back).equals_exact(vertices.area_of(rings), 0)
