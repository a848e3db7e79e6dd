"""The network's figures and their sources, and networks of strange roads."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic_flow import norms, osm
from traffic_flow.joints import cut
from traffic_flow.network import RoadNetwork
from traffic_flow.tests.made_roads import Row, near, network, road


def test_that_links_into_signals_wait_half_the_cycle_times_the_square_of_red() -> None:
    lights = gpd.GeoDataFrame(
        {"control": ["signals", "priority", "signals"], "cycle_s": [90.0, np.nan, 60.0]},
        geometry=shapely.points([[101, 0], [0, 0], [5000, 0]]),
    )
    net = network(road((0, 0), (100, 0)), road((100, 0), (200, 0)), junctions=lights)
    at = near(net, 100, 0)[0]
    assert net.links.fixed[net.links.head == at] == pytest.approx(0.5 * 90 * 0.55**2)
    assert not net.links.fixed[net.links.head != at].any()


def test_that_one_waits_once_at_a_junction_of_several_crossings() -> None:
    avenue = [road((0, y), (100, y), (200, y), oneway="yes") for y in (0, 20)]
    cross = [road((100, -90), (100, 0)), road((100, 0), (100, 20)), road((100, 20), (100, 110))]
    side = road((190, -50), (190, 50))
    lights = gpd.GeoDataFrame(
        {"control": ["signals"], "cycle_s": [np.nan], "attributes": ['{"reach_m": "10.0"}']},
        geometry=shapely.points([[100, 10]]),
    )
    net = network(*avenue, *cross, side, junctions=lights)
    one, other = near(net, 100, 0)[0], near(net, 100, 20)[0]
    into = np.isin(net.links.head, (one, other))
    inside = into & np.isin(net.links.tail, (one, other))
    assert (int(into.sum()), int(inside.sum())) == (6, 2)
    assert net.links.fixed[into & ~inside] == pytest.approx(0.5 * 80 * 0.55**2)
    assert not net.links.fixed[~into | inside].any()


@pytest.mark.parametrize("told", ['{"reach_m": "wide"}', '{"reach_m": "nan"}', '{"reach_m": "-5"}', "[", None])
def test_that_a_junction_whose_reach_cannot_be_read_has_its_nearest_crossing(told: str | None) -> None:
    lights = gpd.GeoDataFrame(
        {"control": ["signals"], "cycle_s": [90.0], "attributes": [told]}, geometry=shapely.points([[101, 0]])
    )
    net = network(road((0, 0), (100, 0)), road((100, 0), (105, 0)), junctions=lights)
    assert np.flatnonzero(net.links.fixed).tolist() == np.flatnonzero(net.links.head == near(net, 100, 0)[0]).tolist()


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
        # to the line, along it to the joint that another end has made, and that end's own way to the line
        assert shapely.distance(there, shapely.points(pieces.node_xy[nodes])).max(initial=0) <= 3 * snap_m + 1e-9
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


def test_that_loose_ends_in_a_row_are_not_all_joined_in_one_place() -> None:
    wall = [(0.0, 0.0), (10.0, 0.0)]
    ends = [[(1 + 0.4 * k, 0.3), (1 + 0.4 * k, 5.0 + k)] for k in range(15)]
    pieces = cut(np.array([shapely.LineString(xy) for xy in [wall, *ends]], object), np.zeros(16, np.int64), 0.5)
    feet = pieces.node_xy[np.concatenate([pieces.tail, pieces.head])]
    feet = np.unique(feet[np.abs(feet[:, 1]) < 1].round(3), axis=0)
    assert len(feet) == 2 + 8
    assert np.diff(np.sort(feet[:, 0])).max() < 4.0
