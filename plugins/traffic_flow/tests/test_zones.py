"""Zones, connectors, times between zones, and the demand that comes of them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, csr_matrix
from scipy.sparse.csgraph import dijkstra
from traffic_flow.demand import modelled, of_matrix, people_and_jobs, skim
from traffic_flow.links import Links
from traffic_flow.quickest import NOBODY, between, of_links, reach, star
from traffic_flow.rates import LEVELS, PERIODS, rates, table
from traffic_flow.zones import OUTSIDE, Zones, attach, connectors, districts, hexagons, main_part

DRAW = np.random.default_rng(7)
XY = DRAW.random((400, 2)) * 5000
PEOPLE = DRAW.integers(0, 50, 400).astype(float)
JOBS = DRAW.integers(0, 20, 400).astype(float)


def grid(side: int = 11, step_m: float = 500.0) -> tuple[Links, np.ndarray]:
    """Streets of a chessboard, both directions, 36 km/h."""
    number = np.arange(side * side).reshape(side, side)
    before = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    after = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    tail, head = (np.concatenate(ends).astype(np.int32) for ends in ((before, after), (after, before)))
    ones = np.ones(len(tail))
    xy = np.column_stack([number.ravel() % side, number.ravel() // side]) * step_m
    links = Links(tail, head, side * side, 0, 0, ones * step_m / 10, ones * 0.15, ones * 900, ones * 4, ones * 0)
    return links, xy


def city(width_m: float = 1000.0) -> tuple[Zones, Links]:
    roads, node_xy = grid()
    zones = hexagons(XY, PEOPLE, JOBS, width_m)
    joined = connectors(zones, XY, PEOPLE + JOBS, node_xy, main_part(roads))
    return zones, attach(roads, len(zones), joined)


@settings(max_examples=40, deadline=None)
@given(st.floats(50, 5000), st.integers(0, 2**32 - 1))
def test_that_hexagons_hold_their_buildings_and_lose_nobody(width: float, seed: int) -> None:
    xy = np.random.default_rng(seed).random((60, 2)) * 8000 - 4000
    zones = hexagons(xy, PEOPLE[:60], JOBS[:60], width)
    assert zones.people.sum() == pytest.approx(PEOPLE[:60].sum())
    assert zones.jobs.sum() == pytest.approx(JOBS[:60].sum())
    inside = zones.of >= 0
    assert np.all((PEOPLE[:60] + JOBS[:60])[~inside] == 0)
    away = shapely.distance(zones.outline[zones.of[inside]], shapely.points(xy[inside]))
    assert away.max() <= 1e-6 * width
    assert shapely.area(zones.outline) == pytest.approx(np.sqrt(3) / 2 * width**2)


def test_that_hexagons_tile_the_plane_without_gap_or_overlap() -> None:
    everywhere = np.stack(np.meshgrid(np.arange(0, 4000, 40.0), np.arange(0, 4000, 40.0)), -1).reshape(-1, 2)
    zones = hexagons(everywhere, np.ones(len(everywhere)), np.zeros(len(everywhere)), 500)
    assert shapely.union_all(zones.outline, grid_size=1e-6).area == pytest.approx(shapely.area(zones.outline).sum())


def test_that_a_zone_without_people_and_jobs_is_left_out_and_its_middle_is_weighted() -> None:
    xy = np.array([[0.0, 0], [100, 0], [5000, 5000]])
    zones = hexagons(xy, np.array([30.0, np.nan, 0]), np.array([0.0, 10, 0]), 1000)
    assert len(zones) == 1
    assert zones.of.tolist() == [0, 0, OUTSIDE]
    assert zones.xy[0] == pytest.approx([25, 0])


def test_that_districts_take_their_buildings_and_hexagons_the_rest() -> None:
    outlines = np.array(
        [shapely.box(0, 0, 2500, 5000), shapely.box(2000, 0, 4000, 5000), shapely.box(9000, 0, 9100, 10)]
    )
    zones = districts(XY, PEOPLE, JOBS, ["west", "east", "void"], ["West", "East", "Void"], outlines, 1000)
    assert zones.id[:2] == ("west", "east")
    assert "void" not in zones.id
    assert np.all((zones.of == 0) == ((XY[:, 0] <= 2500) & (PEOPLE + JOBS >= 0)))
    assert zones.people.sum() == PEOPLE.sum()


def test_that_connectors_reach_the_main_part_on_several_sides_and_weigh_one() -> None:
    roads, node_xy = grid()
    zones = hexagons(XY, PEOPLE, JOBS, 1500)
    usable = main_part(roads)
    usable[::2] = False
    joined = connectors(zones, XY, PEOPLE + JOBS, node_xy, usable)
    assert np.bincount(joined.zone, joined.weight, len(zones)) == pytest.approx(1)
    assert usable[joined.node].all()
    assert np.bincount(joined.zone).max() > 2
    assert np.all(joined.seconds >= 0)


def test_that_the_main_part_is_the_largest_where_every_way_leads_back() -> None:
    ones = np.ones(6)
    links = Links(
        np.array([0, 1, 2, 2, 4, 5]), np.array([1, 2, 0, 3, 5, 4]), 6, 0, 0, ones, ones * 0, ones, ones, ones * 0
    )
    assert main_part(links).tolist() == [True, True, True, False, False, False]


def test_that_nobody_passes_through_a_zone() -> None:
    # Zone 1 hangs on both ends of a missing street: the way from 0 to 2 would be open only through it.
    tail, head = np.array([0, 3, 3, 1, 1, 4, 4, 2]), np.array([3, 0, 1, 3, 4, 1, 2, 4])
    ones = np.ones(8)
    links = Links(tail, head, 5, 3, 3, ones, ones * 0, ones, ones, ones * 0)
    times = between(of_links(links), np.arange(3, dtype=np.int32), np.arange(3, dtype=np.int32))
    assert times[0, 1] == times[2, 1] == times[1, 2] == 2
    assert np.isinf(times[0, 2])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(0, 90), st.integers(0, 2**32 - 1))
def test_that_quickest_ways_agree_with_an_independent_program(nodes: int, many: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    tail, head = draw.integers(0, nodes, (2, many)).astype(np.int32)
    cost = draw.random(many) + 0.01
    table_ = np.full((nodes, nodes), np.inf)
    np.minimum.at(table_, (tail, head), cost)
    there = np.isfinite(table_)
    graph = csr_matrix((table_[there], np.nonzero(there)), shape=(nodes, nodes))
    seeds = draw.integers(0, nodes, 3).astype(np.int32)
    starts = draw.random(3)
    found, owner = reach(star(tail, head, cost, nodes), seeds, starts)
    other = dijkstra(graph, indices=seeds) + starts[:, None]
    assert found == pytest.approx(other.min(axis=0))
    reached = np.flatnonzero(owner != NOBODY)
    assert np.array_equal(reached, np.flatnonzero(np.isfinite(found)))
    assert found[reached] == pytest.approx(other[owner[reached], reached])


def test_that_links_of_no_cost_loops_and_shut_links_are_understood() -> None:
    tail, head = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 1, 2, 2, 3], np.int32)
    times, _owner = reach(star(tail, head, np.array([0, 0, 5.0, 0, np.inf]), 4), np.array([0], np.int32))
    assert times.tolist() == [0, 0, 0, np.inf]


def test_that_times_between_zones_follow_the_streets_and_a_cut_shortens_none() -> None:
    zones, network = city()
    minutes, joined = skim(network, zones)
    assert joined.all()
    assert minutes.min() > 0
    straight = np.linalg.norm(zones.xy[:, None] - zones.xy[None], axis=2) / 10 / 60
    apart = ~np.eye(len(zones), dtype=bool)
    assert np.all(minutes[apart] >= straight[apart] - 1e-9)
    roads = np.flatnonzero(network.b > 0)
    slower = network.free_time.copy()
    slower[roads[::3]] = np.inf
    every = np.arange(len(zones), dtype=np.int32)
    cut = between(of_links(network, slower), every, every)
    assert np.all(cut >= between(of_links(network), every, every))


@pytest.mark.parametrize("period", PERIODS)
def test_that_demand_keeps_what_homes_make_and_jobs_draw(period: str) -> None:
    zones, network = city()
    minutes, joined = skim(network, zones)
    totals = []
    for level in LEVELS:
        chosen = rates(period, level)
        demand = modelled(zones, minutes, joined, chosen)
        made = zones.people * chosen.cars_per_person
        drawn = zones.jobs + chosen.attraction_person * zones.people
        drawn *= made.sum() / drawn.sum()
        assert demand.out == pytest.approx(chosen.from_home * made + (1 - chosen.from_home) * drawn, rel=1e-9)
        assert demand.into == pytest.approx(chosen.from_home * drawn + (1 - chosen.from_home) * made, rel=1e-9)
        assert demand.trips.min() >= 0
        totals.append(demand.total)
    assert totals == sorted(totals)


def test_that_a_mean_time_that_was_asked_for_is_met() -> None:
    zones, network = city()
    minutes, joined = skim(network, zones)
    demand = modelled(zones, minutes, joined, rates(), mean_minutes=4.0)
    assert demand.mean_reached
    assert demand.mean_minutes == pytest.approx(4.0, rel=1e-3)


def test_that_trips_to_a_zone_without_a_way_stay_in_the_demand() -> None:
    zones, network = city()
    lonely = network.copy()
    at_zone = (lonely.tail == 0) | (lonely.head == 0)
    lonely.head[at_zone] = lonely.tail[at_zone]
    minutes, joined = skim(lonely, zones)
    assert not joined[0, 1:].any()
    demand = modelled(zones, minutes, joined, rates())
    assert demand.total == pytest.approx(zones.people.sum() * rates().cars_per_person)
    assert 0 < demand.without_way < demand.total


def test_that_a_city_without_people_or_a_single_zone_gives_a_demand() -> None:
    zones = hexagons(XY, np.zeros(400), JOBS, 1000)
    none = np.zeros((len(zones), len(zones)))
    assert modelled(zones, none, none == 0, rates()).total == 0
    one = hexagons(XY[:1], np.ones(1), np.ones(1), 1000)
    demand = modelled(one, np.ones((1, 1)), np.ones((1, 1), bool), rates())
    assert demand.total == demand.inside == pytest.approx(rates().cars_per_person)
    assert of_matrix(csr_array((0, 0)), np.zeros((0, 0)), np.zeros((0, 0), bool)).total == 0


def test_that_people_and_jobs_are_the_data_s_and_estimated_only_where_there_are_none() -> None:
    use, area = np.array(["apartments", "office", None], object), np.array([3000.0, 1500, 100])
    known = people_and_jobs(np.array([5.0, np.nan, np.nan]), np.array([np.nan, 9, np.nan]), use, area, rates())
    assert [a.tolist() for a in known] == [[5, 0, 0], [0, 9, 0], [False] * 3]
    nothing = np.full(3, np.nan)
    people, jobs, guessed = people_and_jobs(nothing, nothing, use, area, rates())
    assert people.tolist() == pytest.approx([100, 0, 10 / 3])  # of unknown use: a home
    assert jobs.tolist() == [0, 100, 0]
    assert guessed.tolist() == [True, True, True]


def test_that_every_rate_names_its_source_and_grows_from_low_to_high() -> None:
    for name, entry in table().items():
        assert entry["source"], name
        assert entry["date"], name
    for period in PERIODS:
        cars = [rates(period, level).cars_per_person for level in LEVELS]
        assert cars == sorted(cars)
    with pytest.raises(ValueError, match="no rates"):
        rates("night")
