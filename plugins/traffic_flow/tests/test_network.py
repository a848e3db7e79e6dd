"""The network made of roads: where they meet, which way, how fast, on how many lanes."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic_flow import norms, osm, topology
from traffic_flow.joints import cut
from traffic_flow.network import RoadNetwork, build

Row = dict[str, Any]


def road(*xy: tuple[float, float], **fields: Any) -> Row:
    return {"geometry": shapely.MultiLineString([xy]), "class": "residential", **fields}


def table(*rows: Row) -> gpd.GeoDataFrame:
    """Roads as the program gives them: every column there, numbers as floats."""
    names = ("name", "class", "oneway", "source_id", "attributes")
    made: Row = {"id": [row.get("id", f"r{i}") for i, row in enumerate(rows)]}
    made |= {name: np.array([row.get(name) for row in rows] + [None], object)[:-1] for name in names}
    made |= {
        name: np.array([row.get(name, np.nan) for row in rows], float)
        for name in ("lanes", "speed_km_h", "level", "width_m")
    }
    made |= {name: np.array([row.get(name, False) for row in rows], bool) for name in ("bridge", "tunnel")}
    return gpd.GeoDataFrame(made, geometry=np.array([row["geometry"] for row in rows] + [None], object)[:-1])


def network(*rows: Row, **options: Any) -> RoadNetwork:
    return build(table(*rows), **options)


def tags(**words: str) -> str:
    return json.dumps({key.replace("__", ":"): word for key, word in words.items()})


def near(net: RoadNetwork, x: float, y: float) -> list[int]:
    return np.flatnonzero(np.hypot(*(net.node_xy - (x, y)).T) < 1e-6).tolist()


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


def test_that_links_into_signals_wait_half_the_cycle_times_the_square_of_red() -> None:
    lights = gpd.GeoDataFrame(
        {"control": ["signals", "priority", "signals"], "cycle_s": [90.0, np.nan, 60.0]},
        geometry=shapely.points([[101, 0], [0, 0], [5000, 0]]),
    )
    net = network(road((0, 0), (100, 0)), road((100, 0), (200, 0)), junctions=lights)
    at = near(net, 100, 0)[0]
    assert net.links.fixed[net.links.head == at] == pytest.approx(0.5 * 90 * 0.55**2)
    assert not net.links.fixed[net.links.head != at].any()


def test_that_every_figure_of_the_table_names_its_source() -> None:
    told = norms.ours().told
    sections = [*told["classes"].values(), *told["implicit"].values()]
    sections += [part for name, part in told.items() if name not in ("classes", "implicit")]
    assert all(len(section["source"]) > 10 for section in sections)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[signals]", "[lights]", "signals"),
        ("capacity = 2000", "capacity = -3", "motorway"),
        ("capacity = 2000", 'capacity = "many"', "motorway"),
        ("[classes.unknown]", "[classes.known]", "unknown"),
        ("[formula]", "[formula", "line"),
    ],
)
def test_that_a_broken_table_is_refused_with_the_place(tmp_path: Any, old: str, new: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(norms.OURS.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ValueError, match=said):
        norms.read(file)


def test_that_an_edited_table_changes_capacities(tmp_path: Any) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(norms.OURS.read_text("utf-8").replace("capacity = 600", "capacity = 555"), "utf-8")
    assert network(road((0, 0), (1, 0)), table=norms.read(file)).links.capacity.tolist() == [555, 555]


def test_that_strange_tags_break_nothing() -> None:
    said = osm.read(
        [
            "[1, 2]",
            "{",
            '"text"',
            '{"junction": [], "oneway": {}}',
            '{"oneway": 3, "maxspeed": {"a": 1}, "lanes:forward": "2;3"}',
            None,
            {},
        ],
        norms.ours(),
    )
    assert said.oneway == [""] * 7
    assert np.isnan(said.speed).all()
    assert np.isnan(said.lanes).all()


STRANGE = st.none() | st.floats() | st.integers(-5, 99) | st.text(max_size=4) | st.lists(st.integers(), max_size=2)
TAGS = ("highway", "oneway", "junction", "maxspeed", "lanes:forward", "access", "restrictions", "maxspeed:backward")
WORDS = st.sampled_from(["yes", "-1", "roundabout", "motorway", "trunk_link", "UA:urban", "no_u_turn>x", "2", "no"])


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {name: st.none() | st.floats() for name in ("lanes", "speed_km_h", "level", "width_m")}
            | {"class": STRANGE | st.sampled_from(["motorway", "trunk", "service"]), "oneway": STRANGE | WORDS}
            | {"attributes": st.dictionaries(st.sampled_from(TAGS), STRANGE | WORDS).map(json.dumps)}
            | {"bridge": st.booleans(), "tunnel": st.booleans()}
        ),
        max_size=5,
    )
)
def test_that_strange_values_make_a_network_that_can_be_driven(rows: list[Row]) -> None:
    numbers = ("lanes", "speed_km_h", "level", "width_m")
    rows = [{k: np.nan if k in numbers and v is None else v for k, v in row.items()} for row in rows]
    net = network(*(road((0, 9.0 * i), (50, 9.0 * i), (50, 0)) | row for i, row in enumerate(rows)))
    assert np.all(net.links.capacity > 0)
    assert np.all((net.links.free_time >= 0) & np.isfinite(net.links.free_time))
    assert np.all((net.lanes > 0) & (net.lanes <= 30))
    assert sum(net.topology.left_out.values()) + len(net.roads) >= len(rows)


POINTS = st.tuples(st.integers(0, 6), st.integers(0, 6))
LINES = st.lists(st.lists(POINTS, min_size=2, max_size=6), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(LINES, st.lists(st.integers(-1, 1), min_size=12, max_size=12), st.sampled_from([0.0, 0.5]))
def test_that_cutting_keeps_every_metre_and_joins_what_touches(
    lines: list[list[tuple[int, int]]], level: list[int], snap_m: float
) -> None:
    shapes = np.array([*(shapely.LineString(xy) for xy in lines), None], object)[:-1]
    pieces = cut(shapes, np.array(level[: len(lines)]), snap_m)
    assert shapely.length(pieces.geometry).sum() == pytest.approx(shapely.length(shapes).sum())
    assert np.bincount(pieces.line, minlength=len(lines))[pieces.short].sum() == 0
    for nodes, at in ((pieces.tail, 0), (pieces.head, -1)):
        there = shapely.get_point(pieces.geometry, at)
        assert shapely.distance(there, shapely.points(pieces.node_xy[nodes])).max(initial=0) <= snap_m
    ends = np.concatenate([shapely.get_point(pieces.geometry, at) for at in (0, -1)])
    xy = np.rint(shapely.get_coordinates(ends)).astype(int)
    flat = np.tile(np.array(level)[pieces.line], 2)
    node = np.concatenate([pieces.tail, pieces.head])
    if snap_m == 0:
        first: dict[tuple[int, ...], int] = {}
        for place, high, number in zip(xy.tolist(), flat.tolist(), node.tolist(), strict=True):
            assert first.setdefault((*place, high), number) == number


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-1e6, 1e7), st.floats(-1e6, 1e7))
def test_that_networks_do_not_depend_on_where_they_lie(seed: int, east: float, north: float) -> None:
    draw = np.random.default_rng(seed)
    ways = ("yes", "no", "reverse")
    rows = [(draw.integers(0, 5, (3, 2)) * 20.0, ways[draw.integers(3)]) for _ in range(8)]

    def made(dx: float, dy: float) -> RoadNetwork:
        return network(*(road(*(xy + (round(dx, 1), round(dy, 1))).tolist(), oneway=way) for xy, way in rows))

    here, there = made(0, 0), made(east, north)
    assert here.length_m == pytest.approx(there.length_m, abs=1e-3)
    assert here.key.tolist() == there.key.tolist()
    assert (here.topology.parts, here.topology.strong_parts) == (there.topology.parts, there.topology.strong_parts)
