"""What destroyed bridges, debris, works and a person's edits leave of the network."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic_flow import damage, edits, norms, topology
from traffic_flow.damage import BRIDGE, DEBRIS, WORKS, Cuts, found
from traffic_flow.debris import narrowed
from traffic_flow.edits import HAND, state
from traffic_flow.harm import grades
from traffic_flow.network import RoadNetwork, build

Row = dict[str, Any]

WORDS = np.zeros(0, object)
NONE = Cuts(np.zeros(0, int), np.zeros(0), WORDS, WORDS, WORDS)


def roads(*rows: tuple[str, list[tuple[float, float]], Row]) -> RoadNetwork:
    columns = ("class", "lanes", "width_m", "oneway", "bridge", "level")
    made: Row = {"id": [id for id, _xy, _fields in rows]}
    made |= {name: [fields.get(name) for _id, _xy, fields in rows] for name in columns}
    return build(gpd.GeoDataFrame(made, geometry=[shapely.LineString(xy) for _id, xy, _fields in rows]))


def street(**fields: Any) -> RoadNetwork:
    """A street from west to east, 400 m, four lanes on 14 m."""
    return roads(("street", [(0, 0), (400, 0)], {"class": "tertiary", "lanes": 4, "width_m": 14, **fields}))


def river() -> RoadNetwork:
    """Two towns, joined by two bridges: a wide one of two carriageways, and a narrow one far off."""
    return roads(
        ("north", [(0, 200), (30, 200), (900, 200)], {"class": "primary"}),
        ("south", [(0, 0), (30, 0), (900, 0)], {"class": "primary"}),
        ("west", [(0, 0), (0, 200)], {"class": "primary", "bridge": True, "level": 1, "oneway": "yes"}),
        ("east", [(30, 200), (30, 0)], {"class": "primary", "bridge": True, "level": 1, "oneway": "yes"}),
        ("far", [(900, 0), (900, 200)], {"class": "residential", "bridge": True, "level": 1}),
    )


def houses(*rows: Row) -> gpd.GeoDataFrame:
    """Buildings; `box` is their outline's bounds."""
    made = {
        "id": [row.get("id", f"b{i}") for i, row in enumerate(rows)],
        "height_m": np.array([row.get("height_m", np.nan) for row in rows], float),
        "levels": np.array([row.get("levels", np.nan) for row in rows], float),
        **{name: [row.get(name) for row in rows] for name in ("name", "attributes", "part_of")},
    }
    return gpd.GeoDataFrame(made, geometry=[shapely.box(*row["box"]) for row in rows])


def marked(buildings: gpd.GeoDataFrame, grade: float = 5) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": buildings["id"], "grade": float(grade)})


def seen(*rows: tuple[str, Any, str, str]) -> gpd.GeoDataFrame:
    ids, shape, site, reading = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"id": ids, "site": site, "latest_grade": reading}, geometry=list(shape))


def fallen(net: RoadNetwork, *rows: Row, reach: str = "likely") -> Cuts:
    stock = houses(*rows)
    return found(net, buildings=stock, marks=marked(stock), reach=reach)


def test_that_debris_takes_the_lanes_it_lies_on_and_no_more() -> None:
    # 20 m high: debris as far as 10 m; the wall stands 3 m off the edge, so 7 of 14 m are covered, 2 of 4 lanes left
    cuts = fallen(street(), {"box": (180, 10, 220, 30), "height_m": 20})
    assert cuts.lanes.tolist() == [1, 1]
    assert (cuts.reason.tolist(), cuts.table.tolist(), cuts.row.tolist()) == (
        [DEBRIS] * 2,
        ["buildings"] * 2,
        ["b0"] * 2,
    )


def test_that_debris_from_both_sides_adds_up_where_it_lies_side_by_side() -> None:
    one, other = {"box": (180, 10, 220, 30), "height_m": 20}, {"box": (180, -30, 220, -10), "height_m": 20}
    away = {"box": (20, -30, 60, -10), "height_m": 20}
    assert fallen(street(), one, other).lanes.tolist() == [0, 0]
    assert fallen(street(), one, away).lanes.tolist() == [1, 1]
    same_side = {"box": (225, 10, 240, 30), "height_m": 20}
    assert fallen(street(), one, same_side).lanes.tolist() == [1, 1]


def test_that_debris_that_does_not_reach_takes_nothing() -> None:
    assert len(fallen(street(), {"box": (180, 17, 220, 30), "height_m": 20})) == 0
    assert len(fallen(street(), {"box": (180, 17, 220, 30), "height_m": 20}, reach="high")) == 2


def test_that_a_house_on_the_corner_narrows_the_streets_that_it_stands_beside() -> None:
    net = roads(
        ("west", [(-100, 0), (0, 0)], {"width_m": 8, "lanes": 2}),
        ("east", [(0, 0), (100, 0)], {"width_m": 8, "lanes": 2}),
        ("north", [(0, 0), (0, 100)], {"width_m": 8, "lanes": 2}),
        ("south", [(0, 0), (0, -100)], {"width_m": 8, "lanes": 2}),
    )
    corner = {"box": (-40, 7, -7, 40), "height_m": 20}
    assert set(net.road_id[fallen(net, corner).link]) == {"west", "north"}
    facing = {"box": (-30, 7, 30, 40), "height_m": 20}
    street_end = roads(
        ("e", [(0, 0), (9, 0)], {"width_m": 8, "lanes": 2}), ("s", [(5, 0), (5, -99)], {"width_m": 8, "lanes": 2})
    )
    assert set(street_end.road_id[fallen(street_end, facing).link]) == {"e"}


def test_that_debris_grows_from_low_to_high() -> None:
    rule = norms.ours()
    height = np.array([5.0, 24, 40, 80, 300, np.nan])
    low, likely, high = (rule.reach_m(height, level) for level in ("low", "likely", "high"))
    assert np.all((low < likely) & (likely < high))
    # Advances in Civil Engineering 2020, 7034517, table 7: 1/2 and 2/3 of the height below 24 m, halfway 24 to 54 m
    assert likely[1] == pytest.approx(12)
    assert high[1] == pytest.approx(16, abs=1e-2)
    assert likely[2] == pytest.approx(40 * (0.5 - 0.2 * 16 / 30))
    assert likely[5] == likely[0] / 5 * rule.told["debris"]["unknown_height_m"]


def test_that_only_collapsed_buildings_leave_debris() -> None:
    stock = houses({"box": (180, 8, 220, 30), "height_m": 20})
    for grade, cut in ((4, 0), (5, 2)):
        assert len(found(street(), buildings=stock, marks=marked(stock, grade))) == cut
    assert len(found(street(), buildings=stock)) == 0


def test_that_storeys_give_a_height_where_there_is_none() -> None:
    by_storeys = fallen(street(), {"box": (180, 10, 220, 30), "levels": 7})
    assert by_storeys.lanes.tolist() == fallen(street(), {"box": (180, 10, 220, 30), "height_m": 21}).lanes.tolist()


def test_that_debris_spares_bridges() -> None:
    assert len(fallen(street(bridge=True), {"box": (180, 8, 220, 30), "height_m": 20})) == 0


def test_that_one_way_streets_lose_their_own_lanes() -> None:
    cuts = fallen(street(oneway="yes"), {"box": (180, 10, 220, 30), "height_m": 20})
    assert cuts.lanes.tolist() == [2]


def test_that_a_house_on_the_road_closes_it() -> None:
    assert fallen(street(), {"box": (180, -5, 220, 5), "height_m": 30}).lanes.tolist() == [0, 0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 380), st.floats(-40, 40), st.floats(1, 30)), min_size=1, max_size=8),
    st.integers(1, 6),
)
def test_that_more_debris_never_leaves_more(boxes: list[tuple[float, float, float]], lanes: int) -> None:
    streets, width = np.array([shapely.LineString([(0, 0), (400, 0)])], object), np.array([lanes * 3.5])
    shapes = np.array([shapely.box(x, y, x + 10, y + 10) for x, y, _reach in boxes], object)
    reach = np.array([r for _x, _y, r in boxes])

    def left(k: int, more: float) -> float:
        less = narrowed(streets, np.array([float(lanes)]), width, shapes[:k], reach[:k] * more, norms.ours())
        return float(less.lanes[0]) if less.street.size else float(lanes)

    every = [left(k, 1.0) for k in range(len(boxes) + 1)]
    assert every == sorted(every, reverse=True)
    assert all(0 <= lane <= lanes and lane == int(lane) for lane in every)
    assert left(len(boxes), 1.5) <= every[-1]


def test_that_the_nearest_observation_speaks_and_a_mark_goes_before_it() -> None:
    stock = houses(
        {"box": (0, 0, 1, 1)}, {"box": (0, 0, 1, 1)}, {"box": (0, 0, 1, 1), "part_of": "b0"}, {"box": (0, 0, 1, 1)}
    )
    told = seen(*(("o" + r, shapely.Point(0, 0), "Building", r) for r in ("2", "3", "5", "P")), ("o", None, "", "x"))
    pairs = [
        ("b0", "o5", 9.0),
        ("b0", "o2", 1.0),
        ("b0", "o3", 1.0),
        ("b1", "o5", 0.0),
        ("b3", "oP", 2.0),
        ("b3", "o", 0.0),
    ]
    building, observation, away = zip(*pairs, strict=True)
    matches = gpd.GeoDataFrame({"building": building, "observation": observation, "distance_m": away})
    marks = gpd.GeoDataFrame({"id": ["b1"], "grade": [1.0]})
    assert grades(stock, marks, matches, told).tolist() == [3, 1, 3, 0.5]
    assert np.isnan(grades(stock)).all()


def test_that_a_destroyed_bridge_cuts_what_runs_over_it() -> None:
    net = river()
    cuts = found(net, observations=seen(("o", shapely.Point(905, 100), "Road bridge", "5")))
    assert set(net.road_id[cuts.link]) == {"far"}
    assert cuts.link.size == 2
    assert (set(cuts.reason), set(cuts.table), set(cuts.row)) == ({BRIDGE}, {"observations"}, {"o"})
    assert not cuts.lanes.any()
    now = state(net, cuts)
    assert set(net.road_id[now.cut]) == {"far"}
    assert topology.parts(net.links, net.length_m, strong=True, open_=~now.closed)[1].size == 1


def test_that_an_outline_of_a_bridge_cuts_all_its_carriageways_and_the_towns_part() -> None:
    net = river()
    outlines = gpd.GeoDataFrame(
        {"kind": ["bridge", "crane"]}, geometry=[shapely.box(-5, 20, 35, 180), shapely.box(0, 0, 900, 300)]
    )
    both = seen(("o", shapely.Point(2, 100), "міст", "5"), ("p", shapely.Point(890, 100), "BRIDGE", "5"))
    cuts = found(net, observations=both, features=outlines)
    assert set(net.road_id[cuts.link]) == {"west", "east", "far"}
    part, _km = topology.parts(net.links, net.length_m, strong=False, open_=~state(net, cuts).closed)
    assert part.max() == 1


@pytest.mark.parametrize(
    ("site", "reading", "x"),
    [
        ("Building", "5", 900),
        ("Road bridge", "3", 900),
        ("Road bridge", "P", 900),
        ("місто", "5", 900),
        (None, "5", 900),
    ],
)
def test_that_other_observations_cut_no_bridge(site: str, reading: str, x: float) -> None:
    cuts = found(river(), observations=seen(("o", shapely.Point(x, 100), site, reading)))
    assert (len(cuts), cuts.unplaced) == (0, ())


def test_that_a_destroyed_bridge_that_is_not_in_the_network_is_told() -> None:
    told = seen(("o", shapely.Point(500, 100), "Bridge", "5"))
    assert found(river(), observations=told).unplaced == ("o",)
    assert found(street(), observations=told).unplaced == ("o",)


def test_that_a_building_that_is_a_bridge_cuts_it_and_a_house_beside_does_not() -> None:
    net = river()
    box = {"box": (890, 90, 910, 110), "height_m": 3}
    tags = json.dumps({"building": "bridge"})
    for row, ids in ((box | {"attributes": tags}, {"far"}), (box | {"name": "Старий міст"}, {"far"}), (box, set())):
        cuts = fallen(net, row)
        assert set(net.road_id[cuts.link]) == ids
        assert set(cuts.row) <= {"b0"}


def zone(
    kind: str, starts: str | None = "2024-01-01", ends: str | None = "2024-12-31", box: Any = None
) -> gpd.GeoDataFrame:
    fields = {"id": ["z"], "kind": [kind], "starts_on": [starts], "ends_on": [ends]}
    return gpd.GeoDataFrame(fields, geometry=[shapely.box(*(box or (-10, -50, 410, 50)))])


@pytest.mark.parametrize(
    ("road_class", "kind", "lanes"),
    [
        ("residential", "housing", 0),
        ("tertiary", "housing", None),
        ("tertiary", "utilities", 1),
        ("residential", "green", None),
    ],
)
def test_that_works_close_small_streets_and_halve_through_streets(
    road_class: str, kind: str, lanes: float | None
) -> None:
    net = street(**{"class": road_class})
    cuts = found(net, zones=zone(kind), on="2024-06-01")
    assert cuts.lanes.tolist() == ([] if lanes is None else [lanes] * 2)
    assert set(cuts.reason) <= {WORKS}


@pytest.mark.parametrize(
    ("starts", "ends", "on", "cut"),
    [
        ("2024-06-01", "2024-06-01", "2024-06-01", True),
        ("2024-06-02", None, "2024-06-01", False),
        ("2024-01-01", None, "2024-06-01", True),
        ("2024-01-01", "2024-05-31", "2024-06-01", False),
        (None, "2025-01-01", "2024-06-01", False),
        ("2024-01-01", None, None, False),
    ],
)
def test_that_works_last_from_their_first_to_their_last_day(
    starts: str | None, ends: str | None, on: str | None, cut: bool
) -> None:
    assert bool(len(found(street(**{"class": "residential"}), zones=zone("housing", starts, ends), on=on))) == cut


def test_that_a_street_that_only_touches_a_zone_stays_open() -> None:
    at_the_end = zone("housing", box=(300, -50, 500, 50))
    assert len(found(street(**{"class": "residential"}), zones=at_the_end, on="2024-06-01")) == 0


def test_that_nothing_known_cuts_nothing_and_empty_tables_do_no_harm() -> None:
    nobody = houses({"box": (0, 0, 1, 1)})[:0]
    for net in (river(), roads()):
        cuts = found(net, buildings=nobody, marks=marked(nobody), observations=seen(("o", None, "Bridge", "5"))[:0])
        now = state(net, cuts)
        assert len(cuts) == 0
        assert np.array_equal(now.capacity, net.links.capacity)
        assert not now.closed.any()
        assert not now.cause.any()


def test_that_missing_shapes_do_no_harm() -> None:
    stock = gpd.GeoDataFrame(
        {"id": ["a", "b"], "height_m": [9.0, 9.0], "levels": [1.0, 1.0]}, geometry=[None, shapely.Polygon()]
    )
    told = seen(("o", None, "Bridge", "5"), ("p", shapely.Point(), "Bridge", "5"))
    cuts = found(river(), buildings=stock, marks=marked(stock), observations=told)
    assert (len(cuts), cuts.unplaced) == (0, ("o", "p"))


def test_that_a_person_opens_what_was_cut_and_closes_what_was_not() -> None:
    net = river()
    cuts = found(net, observations=seen(("o", shapely.Point(905, 100), "Bridge", "5")))
    now = state(net, cuts, {"open": ["far"], "close": ["west", net.key[net.find(["north"])][0]]})
    assert set(net.road_id[now.cut]) == {"west", "north"}
    assert now.cut.size == 2
    assert set(now.cause[net.find(["far", "west"])]) == {HAND}
    assert now.unknown == ()


def test_that_a_person_sets_lanes_of_roads_and_of_single_links() -> None:
    net = street()
    now = state(net, NONE, {"lanes": {"street": 6}})
    assert now.lanes.tolist() == [3, 3]
    assert now.capacity.tolist() == [3 * norms.ours().of("tertiary").capacity] * 2
    assert now.narrowed(net).tolist() == [0, 1]
    key = str(net.key[1])
    assert state(net, NONE, {"lanes": {key: 1}}).lanes.tolist() == [2, 1]
    assert state(net, NONE, {"lanes": {key: 0}}).cut.tolist() == [1]


def test_that_closing_goes_before_lanes_and_lanes_before_opening() -> None:
    every = {"close": ["street"], "open": ["street"], "lanes": {"street": 2}}
    assert state(street(), NONE, every).closed.all()
    del every["close"]
    assert state(street(), NONE, every).lanes.tolist() == [1, 1]


def test_that_the_strongest_cut_counts_and_gives_the_cause() -> None:
    net = street()
    reason = np.array([WORKS, DEBRIS, WORKS], object)
    now = state(net, Cuts(np.array([0, 0, 1]), np.array([1.0, 0.0, 1.0]), reason, reason, reason))
    assert (now.lanes.tolist(), now.cause.tolist(), now.closed.tolist()) == ([0, 1], [DEBRIS, WORKS], [True, False])


def test_that_references_to_nothing_are_told() -> None:
    now = state(street(), NONE, {"close": ["nowhere", "street:9+"], "open": ["street:0+"], "lanes": {"lost": 2}})
    assert set(now.unknown) == {"nowhere", "street:9+", "lost"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"shut": []},
        {"close": "street"},
        {"open": [3]},
        {"lanes": []},
        *({"lanes": {"street": number}} for number in (-1, 31, "2", True, None, float("nan"))),
    ],
)
def test_that_nonsense_edits_are_refused(wrong: Row) -> None:
    with pytest.raises(ValueError, match="lanes|close|open"):
        state(street(), NONE, wrong)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.floats(0, 3), st.sampled_from([BRIDGE, DEBRIS, WORKS])), max_size=12))
def test_that_cuts_only_ever_take_and_every_change_has_a_cause(rows: list[tuple[int, float, str]]) -> None:
    net = river()
    link, lanes, reason = (np.array([row[k] for row in rows], kind) for k, kind in ((0, int), (1, float), (2, object)))
    now = state(net, Cuts(link, lanes, reason, reason, reason))
    assert np.all(now.lanes <= net.lanes)
    assert np.all(now.capacity <= net.links.capacity)
    assert np.array_equal(now.cause != "", now.lanes < net.lanes)
    assert np.all(now.capacity[~now.closed] > 0)


def test_that_reasons_are_words_of_their_own() -> None:
    assert len({damage.BRIDGE, damage.DEBRIS, damage.WORKS, edits.HAND}) == 4
