"""Observations to buildings: within a visible tolerance, one-to-many kept, equal to the plain definition."""

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from vidbudova.errors import UserError
from vidbudova.model.matching import best_for_buildings, pair

SQUARES = shapely.box([0, 20, 100], [0, 0, 0], [10, 30, 110], [10, 10, 10])


def points(*xy):
    return shapely.points(np.array(xy, float).reshape(-1, 2))


def test_that_a_roof_mark_beside_its_building_is_taken_for_it_and_the_distance_is_told():
    pairs = pair(points((5, 5), (13, 5), (60, 5)), SQUARES, 12)
    assert list(zip(pairs.observation, pairs.building, pairs.distance_m, pairs.nearest, strict=True)) == [
        (0, 0, 0.0, True), (1, 0, 3.0, True), (1, 1, 7.0, False),
    ]  # fmt: skip


def test_that_the_tolerance_counts_exactly_to_its_edge():
    assert len(pair(points((15, 5)), SQUARES[:1], 5.0)) == 1
    assert len(pair(points((15, 5)), SQUARES[:1], 4.999)) == 0


def test_that_an_outline_goes_first_to_the_footprint_it_covers_most():
    outline = np.array([shapely.box(8, 0, 28, 10)])
    pairs = pair(outline, SQUARES, 1)
    assert pairs.building.tolist() == [1, 0]
    assert pairs.nearest.tolist() == [True, False]


def test_that_of_two_marks_on_one_roof_the_worse_speaks_and_a_nearer_one_beats_a_worse_one():
    pairs = pair(points((2, 5), (8, 5), (12, 5)), SQUARES[:1], 12)
    assert best_for_buildings(pairs, np.array([2, 4, 6], np.int8)).tolist() == [1]
    pairs = pair(points((11, 5), (14, 5)), SQUARES[:1], 12)
    assert best_for_buildings(pairs, np.array([0, 6], np.int8)).tolist() == [0]


def test_that_nothing_matches_where_there_is_nothing():
    nothing = np.array([None, shapely.Point()], object)
    assert len(pair(nothing, SQUARES, 12)) == len(pair(points((5, 5)), nothing, 12)) == 0
    assert len(best_for_buildings(pair(nothing, SQUARES, 12), np.zeros(0, np.int8))) == 0


@pytest.mark.parametrize("tolerance", [-1, float("nan"), 1000.5, float("inf")])
def test_that_a_senseless_tolerance_is_refused(tolerance):
    with pytest.raises(UserError, match="tolerance"):
        pair(points((0, 0)), SQUARES, tolerance)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 120), st.integers(-20, 30)), max_size=12), st.sampled_from([0, 3.5, 12, 90]))
def test_that_the_pairs_are_those_of_the_plain_definition(places, within):
    seen = points(*places) if places else np.zeros(0, object)
    pairs = pair(seen, SQUARES, within)
    plain = {(o, b) for o, p in enumerate(seen) for b, s in enumerate(SQUARES) if p.distance(s) <= within}
    assert set(zip(pairs.observation.tolist(), pairs.building.tolist(), strict=True)) == plain
    for o, p in enumerate(seen):
        near = [p.distance(s) for s in SQUARES]
        mine = pairs.building[(pairs.observation == o) & pairs.nearest]
        assert len(mine) == (min(near) <= within)
        assert all(near[b] == min(near) for b in mine)
