"""The nearest line by squares against shapely, which looks at all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from traffic_flow.nearest_line import squares


def bent(seed: int, lines: int, reach_m: float) -> NDArray[Any]:
    """Lines of a few bends at coordinates such as a city has."""
    chance = np.random.default_rng(seed)
    steps = chance.normal(0, reach_m, (lines, 5, 2))
    steps[:, 0] = chance.uniform(0, 3000, (lines, 2)) + (400_000, 5_400_000)
    shapes = shapely.linestrings(steps.cumsum(axis=1))
    return np.array([shapely.LineString(line.coords[: 2 + k % 4]) for k, line in enumerate(shapes)], object)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("lines", "reach_m"), [(1, 50.0), (60, 5.0), (60, 900.0)])
def test_that_the_nearest_line_and_place_are_those_of_shapely(seed: int, lines: int, reach_m: float) -> None:
    shapes = bent(seed, lines, reach_m)
    # also far outside of all lines
    xy = np.random.default_rng(seed + 9).uniform(-4000, 7000, (200, 2)) + (400_000, 5_400_000)
    line, share, away = squares(shapes).nearest(xy)
    points = shapely.points(xy)
    assert away == pytest.approx(shapely.distance(shapes[None], points[:, None]).min(axis=1), abs=1e-6)
    assert shapely.distance(shapes[line], points) == pytest.approx(away, abs=1e-6)
    there = shapely.line_interpolate_point(shapes[line], share, normalized=True)
    assert shapely.distance(there, points) == pytest.approx(away, abs=1e-6)


def test_that_of_lines_equally_far_it_is_the_first() -> None:
    ends = [[(0, 0), (500, 0)], [(0, 100), (500, 100)], [(0, 100), (0, 200)]]
    shapes = shapely.linestrings(np.array(ends, float))
    line, share, away = squares(shapes).nearest(np.array([[250.0, 50.0], [0.0, 99.0], [250.0, 51.0]]))
    assert line.tolist() == [0, 1, 1]
    assert share.tolist() == [0.5, 0.0, 0.5]
    assert away.tolist() == [50.0, 1.0, 49.0]


def test_that_without_lines_nothing_is_near_and_repeated_points_do_no_harm() -> None:
    line, _share, away = squares(np.zeros(0, object)).nearest(np.zeros((2, 2)))
    assert line.tolist() == [-1, -1]
    assert np.isinf(away).all()
    still = shapely.linestrings([[(5, 5), (5, 5), (5, 9), (5, 9)]])
    line, share, away = squares(still).nearest(np.array([[6.0, 8.0]]))
    assert (line.tolist(), share.tolist(), away.tolist()) == ([0], [0.75], [1.0])
