"""The network made of roads: where they meet, which way, how fast, on how many lanes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from traffic_flow import norms, topology
from traffic_flow.tests.made_roads import Row, near, network, road, tags


def test_that_streets_that_share_a_point_cross_there() -> None:
    net = network(road((-100, 0), (0, 0), (100, 0)), road((0, -100), (0, 0), (0, 100)))
    assert (net.links.nodes, len(net), net.topology.parts) == (5, 8, 1)
    assert sorted(net.length_m) == pytest.approx([100] * 8)
    (middle,) = near(net, 0, 0)
    assert np.bincount(net.links.head)[middle] == 4


def test_that_a_bridge_over_a_street_is_no_junction_even_with_a_shared_point() -> None:
    ground = road((-100, 0), (0, 0), (100, 0))
    net = network(ground, road((0, -100), (0, 0), (0, 100), bridge=True))
    assert (net.links.nodes, len(net), net.topology.parts) == (4, 4, 2)
    assert net.topology.passing.tolist() == [[0, 0]]
    assert sorted(set(net.level.tolist())) == [0, 1]


def test_that_streets_that_cross_without_a_point_do_not_meet() -> None:
    net = network(road((-100, 0), (100, 0)), road((0, -100), (0, 100)), road((50, -100), (50, 100), bridge=True))
    assert (net.links.nodes, net.topology.parts) == (6, 3)
    assert net.topology.crossing.tolist() == [[0, 0]]


def test_that_a_bridge_meets_the_street_at_its_foot() -> None:
    net = network(
        road((0, 0), (100, 0)),
        road((100, 0), (200, 0), bridge=True, level=1),
        road((200, -50), (200, 0), (200, 50)),
    )
    assert net.topology.parts == 1
    assert np.bincount(net.links.head)[near(net, 200, 0)[0]] == 3


def test_that_a_bridge_above_a_crossing_does_not_meet_it_where_another_street_ends() -> None:
    net = network(
        road((-100, 0), (0, 0), (100, 0), bridge=True, level=1),
        road((0, -100), (0, 0), (0, 100)),
        road((50, 50), (0, 0)),
    )
    assert net.topology.parts == 2
    assert len(near(net, 0, 0)) == 1


@pytest.mark.parametrize(
    ("word", "there"), [("yes", [True]), ("reverse", [False]), ("no", [True, False]), (None, [True, False])]
)
def test_that_one_way_streets_run_one_way(word: str | None, there: list[bool]) -> None:
    net = network(road((0, 0), (100, 0), oneway=word))
    assert net.forward.tolist() == there
    for k, forward in enumerate(net.forward):
        start, end = (0, 100) if forward else (100, 0)
        assert net.node_xy[net.links.tail[k]][0] == start
        assert net.geometry[k].coords[-1][0] == end


def test_that_roundabouts_and_motorways_of_openstreetmap_are_one_way() -> None:
    ring = [(100 * np.cos(a), 100 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 13)]
    ring[-1] = ring[0]
    net = network(road(*ring, attributes=tags(highway="residential", junction="roundabout")))
    assert net.forward.tolist() == [True]
    assert net.links.tail.tolist() == net.links.head.tolist() == [0]
    net = network(road((0, 0), (1, 0), **{"class": "motorway"}, attributes=tags(highway="motorway")))
    assert net.forward.tolist() == [True]


def test_that_a_direction_that_changes_by_the_clock_has_half_a_road() -> None:
    net = network(road((0, 0), (1, 0), lanes=2, attributes=tags(oneway="reversible")))
    assert net.lanes.tolist() == [0.5, 0.5]
    assert net.topology.by_turns == 1


def test_that_lanes_of_both_directions_are_shared_out() -> None:
    net = network(road((0, 0), (1, 0), lanes=3, attributes=tags(lanes__forward="2")))
    assert net.lanes.tolist() == [2, 1]
    assert network(road((0, 0), (1, 0), lanes=4)).lanes.tolist() == [2, 2]
    assert network(road((0, 0), (1, 0), lanes=1)).lanes.tolist() == [0.5, 0.5]
    assert network(road((0, 0), (1, 0), lanes=3, oneway="yes")).lanes.tolist() == [3]


def test_that_what_is_not_known_comes_of_the_norms_and_zero_is_not_known() -> None:
    norm = norms.ours().of("primary")
    for fields in ({}, {"lanes": 0, "speed_km_h": 0}):
        net = network(road((0, 0), (1000, 0), **{"class": "primary"}, **fields))
        assert net.lanes.tolist() == [norm.lanes] * 2
        assert net.links.capacity.tolist() == [norm.lanes * norm.capacity] * 2
        assert net.links.free_time == pytest.approx(3600 / norm.speed)
        assert (net.links.b.tolist(), net.links.power.tolist()) == ([0.15] * 2, [4.0] * 2)


@pytest.mark.parametrize(
    ("words", "km_h"),
    [
        ({"maxspeed": "30 mph"}, 48.28032),
        ({"maxspeed": "60"}, 60),
        ({"maxspeed": "UA:urban"}, 50),
        ({"maxspeed": "ua:rural"}, 90),
        ({"source__maxspeed": "DE:zone30"}, 30),
        ({"maxspeed": "DE:zone:30"}, 30),
        ({"maxspeed": "signals", "maxspeed__type": "AT:rural"}, 100),
        ({"maxspeed": "walk"}, 7),
        ({"maxspeed": "10 knots"}, 18.52),
        ({"maxspeed": "none"}, None),
        ({"maxspeed": "fast"}, None),
        ({"maxspeed": "XX:urban"}, 50),
    ],
)
def test_that_limits_are_read_with_units_and_rules(words: Row, km_h: float | None) -> None:
    net = network(road((0, 0), (1, 0), attributes=tags(**words)))
    assert net.speed_km_h == pytest.approx(km_h or norms.ours().of("residential").speed)


def test_that_directions_may_have_limits_of_their_own() -> None:
    net = network(road((0, 0), (1, 0), attributes=tags(maxspeed="60", maxspeed__backward="40"), speed_km_h=60))
    assert net.speed_km_h.tolist() == [60, 40]


def test_that_a_corrected_speed_goes_before_the_tags() -> None:
    assert network(road((0, 0), (1, 0), attributes=tags(maxspeed="60"), speed_km_h=20)).speed_km_h.tolist() == [20, 20]


def test_that_ramps_have_norms_of_their_own_and_keep_their_class() -> None:
    net = network(road((0, 0), (1, 0), **{"class": "trunk"}, attributes=tags(highway="trunk_link", oneway="yes")))
    assert net.lane_capacity.tolist() == [norms.ours().of("trunk_link").capacity]
    assert net.road_class.tolist() == ["trunk"]


def test_that_what_cars_may_not_use_is_left_out_and_counted() -> None:
    net = network(
        road((0, 0), (1, 0)),
        road((0, 1), (1, 1), **{"class": "footway"}),
        road((0, 2), (1, 2), attributes=tags(access="no")),
        road((0, 3), (1, 3), attributes=tags(access="no", motor_vehicle="yes")),
        road((0, 4), (1, 4), attributes=tags(vehicle="forestry", access="yes")),
        road((5, 5), (5, 5)),
        {"geometry": None, "class": "residential"},
        {"geometry": shapely.Point(1, 1), "class": "residential"},
        {"geometry": shapely.MultiLineString(), "class": "residential"},
        {"geometry": shapely.LineString([(0, 0), (np.nan, 1)]), "class": "residential"},
    )
    assert sorted(set(net.road_id)) == ["r0", "r3"]
    assert net.topology.left_out == {"cars": 1, "access": 2, "geometry": 4, "length": 1, "doubled": 0}


def test_that_a_road_without_a_class_is_a_street() -> None:
    net = network(road((0, 0), (1, 0), **{"class": None}))
    assert net.road_class.tolist() == ["unknown"] * 2


def test_that_no_roads_make_a_network_of_nothing() -> None:
    net = network()
    assert (len(net), net.links.nodes, net.topology.parts, net.topology.strong_parts) == (0, 0, 0, 0)
    assert net.key.size == net.find(["a"]).size == 0


def test_that_a_loop_is_a_network_of_one_node() -> None:
    net = network(road((0, 0), (100, 0), (100, 100), (0, 0)))
    assert (net.links.nodes, len(net)) == (1, 2)
    assert net.links.tail.tolist() == net.links.head.tolist() == [0, 0]
    assert net.topology.strong_parts == 1


def test_that_a_road_that_meets_itself_is_cut_there() -> None:
    net = network(road((0, 0), (100, 0), (200, 50), (200, -50), (100, 0)))
    assert sorted(net.length_m.round()) == sorted([100, 100, *[round(100 + 2 * np.hypot(100, 50))] * 2])


def test_that_parallel_roads_stay_two() -> None:
    net = network(road((0, 0), (100, 0)), road((0, 0), (50, 30), (100, 0)))
    assert (net.links.nodes, len(net)) == (2, 4)
    assert len(set(net.key)) == 4


def test_that_a_street_that_was_brought_in_twice_is_one() -> None:
    bent = ((0, 0), (50, 40), (100, 0))
    net = network(road((0, 0), (100, 0)), road((100, 0), (0, 0)), road(*bent), road(*bent, lanes=4))
    assert sorted(set(net.road_id)) == ["r0", "r2"]
    assert (len(net), net.topology.left_out["doubled"]) == (6, 2)


def test_that_two_one_way_roads_on_one_line_stay_two() -> None:
    net = network(road((0, 0), (100, 0), oneway="yes"), road((100, 0), (0, 0), oneway="yes"))
    assert (len(net), net.topology.left_out["doubled"]) == (2, 0)


def test_that_a_road_above_another_stays() -> None:
    net = network(road((0, 0), (100, 0)), road((0, 0), (100, 0), level=1))
    assert (len(net), net.topology.left_out["doubled"]) == (4, 0)


def test_that_parts_of_one_road_are_links_of_it_and_can_be_found() -> None:
    net = network(
        {"geometry": shapely.MultiLineString([[(0, 0), (1, 0)], [(5, 0), (6, 0)]]), "class": "residential", "id": "a"},
        road((0, 0), (0, 9), id="b"),
    )
    assert net.find(["a"]).size == 4
    assert set(net.key) == {"a:0+", "a:0-", "a:1+", "a:1-", "b:0+", "b:0-"}
    assert net.road_id[net.find(["b:0-", "a:1+", "nothing", "b:7+"])].tolist() == ["a", "b"]
    assert not net.forward[net.find(["b:0-"])][0]


@pytest.mark.parametrize(("gap", "mended"), [(0.4, 1), (0.6, 0)])
def test_that_ends_that_all_but_meet_are_joined(gap: float, mended: int) -> None:
    side = network(road((-100, 0), (100, 0)), road((0, gap), (0, 100)))
    assert (len(side.topology.mended), side.topology.parts) == (mended, 2 - mended)
    assert side.links.nodes == 4
    ends = network(road((-100, 0), (0, 0)), road((gap, 0), (100, 0)))
    assert ends.topology.parts == 2 - mended
    assert ends.links.nodes == 4 - mended


def test_that_ends_are_never_joined_to_another_level() -> None:
    net = network(road((-100, 0), (100, 0)), road((0, 0.1), (0, 100), bridge=True, level=1))
    assert (len(net.topology.mended), net.topology.parts) == (0, 2)


def test_that_ends_on_both_sides_of_a_street_join_at_one_node() -> None:
    net = network(road((-100, 0), (100, 0)), road((0, 0.2), (0, 100)), road((0.1, -0.2), (0, -100)))
    assert (net.links.nodes, net.topology.parts) == (5, 1)
    assert np.bincount(net.links.head).max() == 4


def test_that_dead_ends_are_told_from_the_edge_of_a_clipped_city() -> None:
    rows = [road((0, k * 500.0), *((j * 500.0, k * 500.0) for j in range(1, 5))) for k in range(5)]
    rows += [road((k * 500.0, 0), *((k * 500.0, j * 500.0) for j in range(1, 5))) for k in range(5)]
    net = network(*rows, road((1000, 1000), (1200, 1200)), road((1000, 2000), (1000, 2010)))
    found = net.topology
    assert net.node_xy[found.dead_ends].tolist() == [[1200, 1200]]
    assert net.node_xy[found.edge].tolist() == [[1000, 2010]]


def test_that_parts_are_told_with_and_without_directions() -> None:
    net = network(road((0, 0), (100, 0)), road((100, 0), (200, 0), oneway="yes"), road((0, 900), (50, 900)))
    found = net.topology
    assert (found.parts, found.strong_parts) == (2, 3)
    assert found.part_km == pytest.approx([0.3, 0.1])
    assert found.main[near(net, 0, 0)[0]]
    assert not found.main[near(net, 200, 0)[0]]


def test_that_zones_are_joined_to_streets_of_the_main_part_where_one_may_stop() -> None:
    net = network(
        road((0, 0), (100, 0), **{"class": "trunk"}),
        road((100, 0), (200, 0)),
        road((200, 0), (300, 0), bridge=True),
        road((0, 900), (50, 900)),
        road((200, 0), (200, 50), oneway="yes"),
    )
    assert sorted(net.node_xy[net.entrances].tolist()) == [[100, 0], [200, 0]]
    assert net.road_class[~net.doors].tolist() == ["trunk"] * 2 + ["residential"] * 2


def test_that_closed_links_part_the_network() -> None:
    net = network(road((0, 0), (100, 0)), road((100, 0), (200, 0), id="cut"), road((200, 0), (300, 0)))
    open_ = np.ones(len(net), bool)
    open_[net.find(["cut"])] = False
    part, km = topology.parts(net.links, net.length_m, strong=False, open_=open_)
    assert km == pytest.approx([0.2, 0.2])
    assert part[near(net, 0, 0)[0]] != part[near(net, 300, 0)[0]]
