"""What a zone holds, counted by the stated rule; guesses are kept apart from data."""

import numpy as np
import pytest
import shapely

from vidbudova.model.zone_statistics import Assumptions, Stock, inside, statistics

NAN = np.nan
STOCK = Stock(
    xy=np.array([[5.0, 5.0], [9.0, 9.0], [10.0, 5.0], [50.0, 5.0], [2.0, 2.0]]),
    footprint_m2=np.array([100.0, 50.0, 80.0, 70.0, 40.0]),
    levels=np.array([5.0, NAN, 2.0, 3.0, NAN]),
    height_m=np.array([15.0, 8.0, 6.0, 9.0, NAN]),
    people=np.array([NAN, 12.0, NAN, NAN, NAN]),
    home=np.array([True, True, True, True, False]),
    grade=np.array([4, -1, 2, 1, -1], np.int8),
    reading=np.array([5, 6, -1, -1, -1], np.int8),
)
ZONE = shapely.box(0, 0, 10, 10)


def test_that_a_building_is_inside_by_its_point_and_a_point_on_the_edge_is_not():
    assert inside(ZONE, STOCK.xy).tolist() == [0, 1, 4]


def test_that_buildings_are_counted_once_by_grade_else_by_reading_else_as_unassessed():
    found = statistics(ZONE, STOCK)
    assert (found.buildings, found.unassessed) == (3, 1)
    assert found.by_grade["4"] == 1 and sum(found.by_grade.values()) == 1
    assert found.by_reading["P"] == 1 and sum(found.by_reading.values()) == 1, "the marked one keeps its mark"


def test_that_gross_floor_area_is_footprint_times_storeys_and_guessed_storeys_are_told():
    found = statistics(ZONE, STOCK, Assumptions(storey_height_m=3.0))
    assert found.footprint_m2 == 190
    assert found.gross_floor_m2 == 100 * 5 + 50 * 3 + 40 * 1
    assert found.levels_assumed == 2


def test_that_people_come_from_the_data_and_the_rest_from_a_stated_assumption_for_homes_only():
    found = statistics(ZONE, STOCK, Assumptions(floor_area_per_person_m2=25.0))
    assert (found.people_known, found.people_assumed) == (12, pytest.approx(500 / 25))
    assert found.people == found.people_known + found.people_assumed
    assert "25 m²" in found.assumption


def test_that_nothing_is_assumed_where_nothing_had_to_be():
    assert statistics(shapely.box(8, 8, 9.5, 9.5), STOCK).assumption == ""


def test_that_a_zone_without_buildings_and_a_city_without_buildings_give_zeros():
    assert statistics(shapely.box(80, 80, 90, 90), STOCK).buildings == 0
    empty = Stock(**{name: getattr(STOCK, name)[:0] for name in Stock.__slots__})
    assert statistics(ZONE, empty).people == 0


def test_that_zones_side_by_side_count_every_building_once():
    left, right = shapely.box(0, 0, 6, 10), shapely.box(6, 0, 60, 10)
    both = statistics(shapely.box(0, 0, 60, 10), STOCK)
    assert statistics(left, STOCK).buildings + statistics(right, STOCK).buildings == both.buildings == 5


def test_that_a_hole_holds_nothing_of_its_zone():
    ring = shapely.box(0, 0, 12, 12).difference(shapely.box(4, 4, 6, 6))
    assert 0 not in inside(ring, STOCK.xy)
    assert statistics(ring, STOCK).area_m2 == 140


def test_that_of_a_million_buildings_only_those_near_a_zone_are_looked_at(monkeypatch):
    """Live numbers while drawing; https://github.com/qgis/QGIS/issues/63123 tells of tools that choke on this."""
    import time

    asked = []
    contains = shapely.contains_xy
    monkeypatch.setattr(shapely, "contains_xy", lambda area, xy: asked.append(len(xy)) or contains(area, xy))
    n = 1_000_000
    rng = np.random.default_rng(1)
    many = Stock(
        rng.uniform(0, 20_000, (n, 2)), np.full(n, 100.0), np.full(n, 5.0), np.full(n, 15.0), np.full(n, NAN),
        np.ones(n, bool), np.full(n, -1, np.int8), np.full(n, 3, np.int8),
    )  # fmt: skip
    start = time.process_time()
    found = statistics(shapely.Point(10_000, 10_000).buffer(500), many)
    assert time.process_time() - start < 0.5
    assert found.buildings <= sum(asked) < 1.5 * found.buildings
    assert found.by_reading["3"] == found.buildings > 1000
