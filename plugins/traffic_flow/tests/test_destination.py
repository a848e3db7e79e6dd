"""Streets that one may use only to reach something on them."""

from __future__ import annotations

import heapq
import json
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from traffic_flow import damage, edits, osm
from traffic_flow.access import ERRANDS, nearest
from traffic_flow.assignment import Equilibrium
from traffic_flow.destination import held, split
from traffic_flow.links import Links
from traffic_flow.model import impose
from traffic_flow.network import RoadNetwork
from traffic_flow.quickest import between, of_links
from traffic_flow.streets import doors, for_engines, streets_of
from traffic_flow.tests.made_roads import near, network, road, tags
from traffic_flow.zones import Connectors, attach

DESTINATION = {"attributes": json.dumps({"highway": "residential", "access": "destination"})}


def _town(**short: Any) -> RoadNetwork:
    """A short cut of 200 m with a yard in its middle between two ends of a road that goes round by 600 m."""
    return network(
        road((-100, 0), (0, 0)),
        road((0, 0), (0, 200), (200, 200), (200, 0), id="round"),
        road((200, 0), (300, 0)),
        road((0, 0), (100, 0), id="in", **short),
        road((100, 0), (200, 0), id="out", **short),
        road((100, 0), (100, -50), id="yard", **short),
    )


def _solved(net: RoadNetwork, *trips: tuple[tuple[float, float], tuple[float, float], float]) -> tuple[Any, Any]:
    """Trips between places: the flows by road, and the solution."""
    spots = sorted({spot for trip in trips for spot in trip[:2]})
    nodes = np.array([near(net, *spot)[0] for spot in spots], np.int32)
    count = len(spots)
    joined = Connectors(np.arange(count, dtype=np.int32), nodes, np.zeros(count), np.ones(count))
    demand = np.zeros((count, count))
    for start, end, many in trips:
        demand[spots.index(start), spots.index(end)] = many
    links = attach(net.links, count, joined, net.twins.entry if net.twins else None)
    engine = Equilibrium(links, demand)
    found = engine.solve(1e-9, 50)
    flows = net.twins.moved(found.flows) if net.twins else found.flows
    return {road: flows[: len(net)][net.road_id == road] for road in net.roads}, (engine, found)


def test_that_nobody_drives_through_a_street_for_residents() -> None:
    through = (-100.0, 0.0), (300.0, 0.0), 10.0
    flows, _ = _solved(_town(), through)
    assert flows["in"].sum() == pytest.approx(10) and not flows["round"].any()
    flows, (_, found) = _solved(_town(**DESTINATION), through)
    assert not flows["in"].any() and not flows["out"].any()
    assert flows["round"].sum() == pytest.approx(10)
    assert found.unserved_trips == 0


def test_that_residents_leave_by_their_street_and_come_home_by_it_on_either_side() -> None:
    yard = (100.0, -50.0)
    flows, (_, found) = _solved(
        _town(**DESTINATION), (yard, (-100.0, 0.0), 3.0), (yard, (300.0, 0.0), 5.0), ((-100.0, 0.0), yard, 7.0)
    )
    assert sorted(flows["in"].tolist()) == pytest.approx([3, 7])
    assert sorted(flows["out"].tolist()) == pytest.approx([0, 5])
    assert sorted(flows["yard"].tolist()) == pytest.approx([7, 8])
    assert not flows["round"].any() and found.unserved_trips == 0


def test_that_neighbours_visit_each_other_inside() -> None:
    flows, _ = _solved(_town(**DESTINATION), ((100.0, -50.0), (100.0, 0.0), 2.0))
    assert sorted(flows["yard"].tolist()) == pytest.approx([0, 2])


def test_that_a_street_without_anything_on_it_between_two_crossings_is_no_way_either() -> None:
    net = network(
        road((-100, 0), (0, 0)), road((0, 0), (0, 200), (200, 200), (200, 0), id="round"), road((200, 0), (300, 0)),
        road((0, 0), (200, 0), id="short", **DESTINATION),
    )  # fmt: skip
    flows, _ = _solved(net, ((-100.0, 0.0), (300.0, 0.0), 10.0))
    assert not flows["short"].any() and flows["round"].sum() == pytest.approx(10)


def test_that_a_blind_alley_for_residents_stays_as_it_is() -> None:
    net = network(road((0, 0), (100, 0), (200, 0)), road((100, 0), (100, 90), **DESTINATION))
    assert net.twins is not None and not net.twins.twin.size
    assert len(net) == 6 and net.links.nodes == 4


def test_that_what_is_closed_is_closed_on_the_way_in_and_out_and_opens_again() -> None:
    net = _town(**DESTINATION)
    yard, west = (100.0, -50.0), (-100.0, 0.0)
    _, (engine, found) = _solved(net, (yard, west, 3.0), (west, yard, 4.0))
    assert found.unserved_trips == 0
    none = damage.found(net)
    whole, shut = edits.state(net, none), edits.state(net, none, {"close": ["yard"]})
    impose(engine, whole, shut, net.twins)
    assert engine.solve(1e-9, 50).unserved_trips == pytest.approx(7)
    assert shut.closed.sum() == 2, "a street is not counted twice"
    impose(engine, shut, whole, net.twins)
    assert engine.solve(1e-9, 50).unserved_trips == 0


@pytest.mark.parametrize(
    ("said", "cars", "residents"),
    [
        ({"access": "destination"}, True, True),
        ({"access": "no", "motor_vehicle": "destination"}, True, True),
        ({"access": "destination", "motorcar": "yes"}, True, False),
        ({"vehicle": "destination;delivery"}, True, True),
        ({"motor_vehicle": "customers"}, True, True),
        ({"access": "destination;permissive"}, True, False),
        ({"access": "permissive"}, True, False),
        ({"access": "private"}, False, False),
        ({"vehicle": "no"}, False, False),
        ({"motor_vehicle": "agricultural;forestry"}, False, False),
        ({"motor_vehicle": "agricultural; destination"}, True, True),
        ({"access": "yes", "motor_vehicle": "private"}, False, False),
        ({"access": ""}, True, False),
    ],
)
def test_that_the_most_special_tag_says_who_may_drive(said: dict[str, str], cars: bool, residents: bool) -> None:
    assert (not osm.closed(said), osm.for_residents(said)) == (cars, residents)


def test_that_minutes_end_in_streets_for_residents_and_do_not_lead_through_them() -> None:
    net = _town(**DESTINATION)
    roads = streets_of(net, net.links.free_time)
    speed = net.speed_km_h[0] / 3.6
    spots = {"west": (-50.0, 0.0), "east": (250.0, 0.0), "home": (50.0, 0.0), "yard": (100.0, -25.0)}

    def minutes(start: str, end: str, errand: str) -> float:
        home, place = (doors(roads, np.array([spots[name]])) for name in (start, end))
        return float(nearest(roads, home, place, ERRANDS[errand]).minutes[0] * 60 * speed)

    for errand in ("hospital", "fire_station"):
        assert minutes("west", "east", errand) == pytest.approx(50 + 600 + 50)
        assert minutes("home", "west", errand) == minutes("west", "home", errand) == pytest.approx(100)
        assert minutes("home", "east", errand) == minutes("east", "home", errand) == pytest.approx(200)
        assert minutes("yard", "home", errand) == pytest.approx(75)


def test_that_fire_engines_pass_where_others_may_not() -> None:
    net = _town(**DESTINATION)
    roads = for_engines(streets_of(net, net.links.free_time))
    speed = net.speed_km_h[0] / 3.6
    home, station = (doors(roads, np.array([spot])) for spot in ((-50.0, 0.0), (250.0, 0.0)))
    minutes = nearest(roads, home, station, ERRANDS["fire_station"]).minutes
    assert minutes * 60 * speed == pytest.approx(50 + 200 + 50)
    plain = streets_of(_town(), _town().links.free_time)
    assert for_engines(plain) is plain


def _quickest(links: Links, shut: NDArray[np.bool_], inner: NDArray[np.bool_], start: int) -> NDArray[np.float64]:
    """By the rule itself: first inside the part that one is in, then outside, then inside the part one goes to."""
    best = np.full((3, links.nodes), np.inf)
    queue = [(0.0, 0 if inner[start] else 1, start)]
    while queue:
        cost, phase, node = heapq.heappop(queue)
        if cost >= best[phase, node]:
            continue
        best[phase, node] = cost
        for link in np.flatnonzero(links.tail == node).tolist():
            to, more = int(links.head[link]), cost + links.free_time[link]
            if not shut[link]:
                if phase < 2:
                    heapq.heappush(queue, (more, 1, to))
                continue
            if phase == 0:
                heapq.heappush(queue, (more, 0 if inner[to] else 1, to))
            if inner[to] and (inner[node] or phase == 1):
                heapq.heappush(queue, (more, 2, to))
    return np.asarray(best.min(axis=0))


@pytest.mark.parametrize("seed", range(25))
def test_that_ways_in_the_doubled_network_are_those_that_the_rule_allows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes, many = 12, 34
    tail, head = rng.integers(0, nodes, many), rng.integers(0, nodes, many)
    tail, head = tail[tail != head], head[tail != head]
    ones = np.ones(tail.size)
    links = Links(tail, head, nodes, 0, 0, rng.uniform(1, 9, tail.size), 0 * ones, ones, ones, 0 * ones)
    only = rng.random(tail.size) < 0.5
    shut, inner = held(links, only, np.arange(nodes))
    assert not (shut & ~only).any()
    made, _old, twins = split(links, shut, inner)
    found = between(of_links(made), np.arange(nodes, dtype=np.int32), twins.entry[:nodes].astype(np.int32))
    wanted = np.array([_quickest(links, shut, inner, start) for start in range(nodes)])
    assert found == pytest.approx(wanted)


def test_that_turn_bans_hold_beside_and_inside_streets_for_residents() -> None:
    ban = tags(highway="residential", access="destination", restrictions="no_left_turn>w")
    net = network(
        road((-100, 0), (0, 0)), road((0, 0), (0, 200), (200, 200), (200, 0)), road((200, 0), (300, 0)),
        road((0, 0), (100, 0), attributes=ban), road((100, 0), (200, 0), **DESTINATION),
        road((100, 0), (100, -50), source_id="w", **DESTINATION), road((100, 0), (100, 50), id="up", **DESTINATION),
    )  # fmt: skip
    assert net.topology.bans == 1 and net.twins is not None
    assert (net.links.nodes, len(net)) == (net.joinable.size, net.turn.size)
    flows, (_, found) = _solved(net, ((-100.0, 0.0), (100.0, -50.0), 2.0), ((-100.0, 0.0), (100.0, 50.0), 1.0))
    assert found.unserved_trips == 0
    # the two who must not turn left into the yard go on and turn round where the other street ends
    assert sorted(flows["up"].tolist()) == pytest.approx([2, 3])


def test_that_lines_of_twins_are_those_of_their_streets() -> None:
    net = _town(**DESTINATION)
    assert net.twins is not None
    assert net.share[~net.turn] == pytest.approx(0.5)
    assert net.length_m.sum() == pytest.approx(2 * 1050)
    assert shapely.equals(net.geometry[net.twins.twin], net.geometry[net.twins.real]).all()
    assert net.entrances[near(net, 100, 0)[0]]
