"""Boxes by place: the lattice finds exactly what a look at every box finds."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from vidbudova.scene.lattice import CELL_M, Lattice


def boxes(count: int, side: float, reach: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(count)
    middle, half = rng.uniform(0, side, (count, 2)) + [500_000, 5_200_000], rng.uniform(0.5, reach, (count, 2))
    return middle - half, middle + half


@pytest.mark.parametrize(("count", "side", "reach"), [(1, 10, 5), (300, 900, 3 * CELL_M), (5000, 3000, 15)])
def test_that_lines_rectangles_and_places_find_the_boxes_that_they_meet(count: int, side: float, reach: float) -> None:
    low, high = boxes(count, side, reach)
    lattice, rng = Lattice(low, high), np.random.default_rng(1)
    every = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    for k in range(40):
        a, b = rng.uniform(-0.3 * side, 1.3 * side, (2, 2)) + [500_000, 5_200_000]
        b = (b, np.array([a[0], b[1]]), np.array([b[0], a[1]]))[k % 3]
        met = np.flatnonzero(shapely.intersects(every, shapely.LineString([a, b])))
        assert sorted(lattice.along(a, b).tolist()) == met.tolist()
        met = np.flatnonzero(shapely.intersects(every, shapely.box(a[0], a[1], a[0] + 70, a[1] + 150)))
        assert sorted(lattice.within(a[0], a[1], a[0] + 70, a[1] + 150).tolist()) == met.tolist()
    places = rng.uniform(-20, side + 20, (200, 2)) + [500_000, 5_200_000]
    pairs = {(p, k) for p in range(200) for k in np.flatnonzero(shapely.intersects_xy(every, *places[p])).tolist()}
    assert set(zip(*(found.tolist() for found in lattice.at(places)), strict=True)) == pairs


def test_that_a_line_of_no_length_is_a_place_and_no_boxes_give_none() -> None:
    lattice = Lattice(np.array([[0.0, 0.0], [10.0, 10.0]]), np.array([[5.0, 5.0], [20.0, 20.0]]))
    assert lattice.along(np.array([1.0, 1.0]), np.array([1.0, 1.0])).tolist() == [0]
    assert not len(Lattice(np.zeros((0, 2)), np.zeros((0, 2))).along(np.zeros(2), np.ones(2)))
