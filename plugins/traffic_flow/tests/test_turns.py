"""Turn bans: what tags say of them, and that nobody can drive what is banned while all else stays as it was."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from traffic_flow.links import Links
from traffic_flow.network import RoadNetwork, build
from traffic_flow.osm import restrictions
from traffic_flow.turns import split

ARMS = {"way/1": (-100, 0), "way/2": (0, 100), "way/3": (100, 0), "way/4": (0, -100)}
"""West, north, east and south of a crossing."""


def crossing(bans: dict[str, str], **changes: tuple[tuple[float, float], ...]) -> RoadNetwork:
    lines = {name: (xy, (0, 0)) for name, xy in ARMS.items()} | {k.replace("_", "/"): v for k, v in changes.items()}
    attributes = [json.dumps({"restrictions": bans[name]}) if name in bans else None for name in lines]
    made: dict[str, Any] = {
        "id": list(lines),
        "class": "residential",
        "speed_km_h": 36.0,
        "source_id": list(lines),
        "attributes": attributes,
    }
    return build(gpd.GeoDataFrame(made, geometry=[shapely.LineString(xy) for xy in lines.values()]))


def seconds(links: Links) -> np.ndarray:
    """Shortest times between all nodes; links that take no time count as next to none."""
    graph = coo_array((links.free_time + 1e-6, (links.tail, links.head)), shape=(links.nodes, links.nodes))
    return np.asarray(dijkstra(_least(graph)))


def _least(graph: Any) -> Any:
    """Of parallel links the quickest, where a sparse array would add them up."""
    order = np.argsort(-graph.data, kind="stable")
    least = np.full(graph.shape, np.inf)
    least[graph.row[order], graph.col[order]] = graph.data[order]
    least[~np.isfinite(least)] = 0
    return least


def way(net: RoadNetwork, start: str, end: str) -> float:
    """Seconds from the far end of one arm to that of another."""
    far = {name: int(np.hypot(*(net.node_xy - np.array(xy)).T).argmin()) for name, xy in ARMS.items()}
    return float(seconds(net.links)[far[start], far[end]])


def test_that_a_banned_turn_cannot_be_driven_and_all_others_can() -> None:
    net = crossing({"way/1": "no_left_turn>way/2"})
    for start in ARMS:
        for end in set(ARMS) - {start}:
            # round: out into another arm, back and then the turn that is allowed
            round_about = (start, end) == ("way/1", "way/2")
            assert way(net, start, end) == pytest.approx(40 if round_about else 20, abs=1e-4)
    assert (net.topology.bans, net.topology.bans_lost) == (1, 0)


def test_that_an_only_turn_bans_all_others_and_turning_back() -> None:
    net = crossing({"way/1": "only_straight_on>way/3"})
    turns = [(net.links.tail[k], net.links.head[k]) for k in np.flatnonzero(net.turn)]
    arriving = net.links.head[net.find(["way/1:0+"])][0]
    assert [head for tail, head in turns if tail == arriving] == net.links.tail[net.find(["way/3:0-"])].tolist()


def test_that_links_keep_their_numbers_and_turns_come_after_them() -> None:
    plain, net = crossing({}), crossing({"way/1": "no_left_turn>way/2; no_right_turn>way/4"})
    many = len(plain)
    assert not plain.turn.any()
    assert net.turn.tolist() == [False] * many + [True] * (16 - 2)
    assert np.array_equal(net.key[:many], plain.key)
    assert np.array_equal(net.links.capacity[:many], plain.links.capacity)
    assert not net.links.free_time[many:].any()
    assert not net.links.b[many:].any()
    assert net.roads == plain.roads
    assert net.find(list(ARMS)).size == many
    assert net.topology.parts == 1


def test_that_zones_are_joined_to_whole_nodes_only() -> None:
    net = crossing({"way/1": "no_left_turn>way/2"})
    assert net.joinable.size == net.links.nodes == len(net.node_xy) == net.topology.part.size
    assert np.hypot(*net.node_xy[net.joinable].T).min() == pytest.approx(100)
    assert not np.hypot(*net.node_xy[~net.joinable].T).any()
    assert crossing({}).joinable.all()
    assert not net.entrances[~net.joinable].any()


@pytest.mark.parametrize(
    "ban",
    ["no_left_turn>way/77", "no_u_turn>way/1", "no_left_turn>way/9"],
)
def test_that_bans_that_cannot_be_understood_are_counted_and_do_nothing(ban: str) -> None:
    far = crossing({"way/1": ban}, way_9=((500.0, 0.0), (600.0, 0.0)))
    # a road that cannot be turned back on at one known place, one that is not there, and one that does not meet it
    assert not far.turn.any() or ban == "no_u_turn>way/1"
    assert far.topology.bans + far.topology.bans_lost == 1


def test_that_roads_that_meet_twice_leave_a_ban_that_is_not_understood() -> None:
    net = crossing({"way/1": "no_left_turn>way/2"}, way_2=((-100.0, 0.0), (-50.0, 90.0), (0.0, 0.0)))
    assert (net.topology.bans, net.topology.bans_lost) == (0, 1)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("no_left_turn>way/12; only_straight_on>way/7", [("no_left_turn", "way/12"), ("only_straight_on", "way/7")]),
        ("no_u_turn>way/1", [("no_u_turn", "way/1")]),
        ("give_way>way/3;no_left_turn;no_exit>", []),
        ("", []),
        (7, []),
    ],
)
def test_that_restrictions_are_read(told: Any, read: list[tuple[str, str]]) -> None:
    assert restrictions({"restrictions": told}) == read


NODES = 7


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.integers(1, 9)), min_size=2, max_size=24
    ),
    st.data(),
)
def test_that_ways_are_those_of_the_graph_of_turns(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    tail, head, time = (np.array(values) for values in zip(*rows, strict=True))
    ones = np.ones(len(rows))
    links = Links(tail, head, NODES, 0, 0, time * 1.0, ones * 0.15, ones, ones * 4, ones * 0)
    turns = [(a, b) for a in range(len(rows)) for b in range(len(rows)) if head[a] == tail[b]]
    banned = data.draw(st.lists(st.sampled_from(turns), max_size=6, unique=True)) if turns else []
    made, old, held = split(links, np.array(banned, int).reshape(-1, 2))
    assert np.array_equal(old[made.tail[: len(rows)]], tail)
    assert np.array_equal(old[made.head[: len(rows)]], head)
    assert np.all(held[np.isin(old, [head[a] for a, _b in banned])])
    # independent: links as nodes, allowed turns as links that cost what the next link takes
    cost = np.zeros((len(rows), len(rows)))
    for a, b in set(turns) - set(banned):
        cost[a, b] = time[b] + 1e-6
    by_turns = dijkstra(cost)
    by_nodes = seconds(made)
    for a in range(len(rows)):
        for z in range(len(rows)):
            if a != z and old[made.head[a]] != head[z]:
                least = min(by_turns[a, k] for k in range(len(rows)) if made.head[k] == made.head[z])
                found = by_nodes[made.head[a], made.head[z]]
                assert found == pytest.approx(least, abs=1e-3)
