"""Craters in streets: what they leave, where reports of them lie, and edits over them."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from traffic_flow import edits, norms
from traffic_flow.craters import known
from traffic_flow.damage import CRATER, Cuts, found
from traffic_flow.network import RoadNetwork
from traffic_flow.tests.made_roads import network, road

RULE = norms.ours().told["craters"]


def street(lanes: int = 4, width_m: float = 14, **fields: Any) -> RoadNetwork:
    """A street from west to east, 400 m."""
    return network(road((0, 0), (400, 0), id="street", lanes=lanes, width_m=width_m, **fields))


def drawn(*shapes: Any, kind: str = "crater", **tags: Any) -> gpd.GeoDataFrame:
    made = {"id": [f"c{i}" for i in range(len(shapes))], "kind": kind, "attributes": json.dumps(tags)}
    return gpd.GeoDataFrame(made, geometry=list(shapes))


def seen(x: float, y: float, raw: str, site: str | None = None, target: str = "ground") -> gpd.GeoDataFrame:
    made = {"id": ["o"], "site": [site], "target": [target], "latest_raw": [raw], "latest_grade": [None]}
    return gpd.GeoDataFrame(made, geometry=[shapely.Point(x, y)])


def left(cuts: Cuts) -> float:
    return float(cuts.lanes.sum())


def test_that_one_passes_a_crater_on_either_side_in_whole_lanes() -> None:
    # 14 m: 4.5 m are left on either side of 5 m in the middle, one lane of 3 m each
    cuts = found(street(), features=drawn(shapely.Point(200, 0)))
    assert cuts.lanes.tolist() == [1, 1]
    assert (set(cuts.reason), set(cuts.table), set(cuts.row)) == ({CRATER}, {"features"}, {"c0"})


@pytest.mark.parametrize(
    ("y", "radius", "lanes"),
    [
        (0, 1.0, 4),
        (0, 4.0, 2),
        (0, 4.1, 0),
        (0, 7.0, 0),
        (7, 2.0, 4),
        (7, 3.0, 3),
        (9, 2.1, 4),
        (-7, 6.0, 2),
        (4, 6, 1),
    ],
)
def test_that_what_is_left_goes_by_radius_and_place(y: float, radius: float, lanes: float) -> None:
    cuts = found(street(), features=drawn(shapely.Point(200, y), radius_m=radius))
    assert (left(cuts) if len(cuts) else 4) == lanes


def test_that_craters_of_both_halves_of_a_lane_street_close_it() -> None:
    assert found(street(2, 7), features=drawn(shapely.Point(200, 0))).lanes.tolist() == [0, 0]
    assert left(found(street(2, 7), features=drawn(shapely.Point(200, 3)))) == 1


def test_that_craters_beside_the_street_or_beyond_its_end_take_nothing() -> None:
    for spot in ((200, 9.6), (200, -30), (-2.6, 0), (405, 0)):
        assert not len(found(street(), features=drawn(shapely.Point(*spot))))


def test_that_an_outline_counts_as_it_is() -> None:
    assert left(found(street(), features=drawn(shapely.box(190, -7, 210, 4)))) == 1
    assert left(found(street(), features=drawn(shapely.box(190, -8, 210, 8)))) == 0


def test_that_radius_or_diameter_are_read_in_metres_and_nonsense_is_not_known() -> None:
    for tags, metres in (
        ({"radius_m": 3}, 3), ({"diameter": "9 m"}, 4.5), ({"radius": "2,5"}, 2.5), ({"radius": "wide"}, 2.5),
        ({"radius_m": -4}, 2.5), ({"radius_m": 5000}, 2.5), ({"diameter_m": "nan"}, 2.5), ({}, 2.5),
    ):  # fmt: skip
        assert known(None, drawn(shapely.Point(0, 0), **tags), RULE, "likely").radius_m.tolist() == [metres]
    sizes = [known(None, drawn(shapely.Point(0, 0)), RULE, level).radius_m[0] for level in ("low", "likely", "high")]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("kind", ["Crater", "воронка", "вирви", "bomb crater"])
def test_that_craters_are_known_by_their_kind(kind: str) -> None:
    assert len(found(street(), features=drawn(shapely.Point(200, 0), kind=kind))) == 2


@pytest.mark.parametrize("kind", ["bridge", "", "cratering_risk"])
def test_that_other_features_are_no_craters(kind: str) -> None:
    assert not len(found(street(), features=drawn(shapely.Point(200, 0), kind=kind)))


@pytest.mark.parametrize(
    ("raw", "site", "lanes"),
    [
        ("Impact Crater (Damage to Road)", "Road", 3),
        ("5", "23", 3),
        ("Impact Crater (Damage to Field)", "Field", 4),
        ("7", "27", 4),
        ("Crater", None, 4),
        ("Road Damage from Tank Passage", "Road", 4),
    ],
)
def test_that_what_is_reported_on_a_road_lies_at_the_edge_of_the_nearest_at_least(
    raw: str, site: str | None, lanes: float
) -> None:
    cuts = found(street(), observations=seen(200, 20, raw, site))
    assert (left(cuts) if len(cuts) else 4) == lanes
    assert not len(found(street(), observations=seen(200, 45, raw, site)))


def test_that_an_observation_on_the_street_counts_where_it_lies() -> None:
    cuts = found(street(), observations=seen(200, 0, "Crater"))
    assert cuts.lanes.tolist() == [1, 1]
    assert (set(cuts.table), set(cuts.row)) == ({"observations"}, {"o"})
    assert not len(found(street(), observations=seen(200, 0, "Crater", target="building")))


def test_that_craters_spare_tunnels_and_not_bridges() -> None:
    hole = drawn(shapely.Point(200, 0))
    assert not len(found(street(tunnel=True), features=hole))
    assert len(found(street(bridge=True), features=hole)) == 2


def test_that_a_crater_can_be_overruled_by_hand() -> None:
    net = street(2, 7)
    cuts = found(net, features=drawn(shapely.Point(200, 0)))
    assert edits.state(net, cuts).closed.all()
    assert edits.state(net, cuts).cause.tolist() == [CRATER] * 2
    mended = edits.state(net, cuts, {"open": ["street"]})
    assert not mended.closed.any() and mended.cause.tolist() == [edits.HAND] * 2
    assert edits.state(net, cuts, {"lanes": {"street": 1}}).lanes.tolist() == [0.5, 0.5]


def test_that_the_worst_of_several_craters_counts_and_the_rest_of_the_street_stays() -> None:
    net = network(road((0, 0), (200, 0), (400, 0), id="a", lanes=4, width_m=14), road((200, 0), (200, 90), id="b"))
    cuts = found(net, features=drawn(shapely.Point(100, 7), shapely.Point(300, 0)))
    by = {key: (lanes, row) for key, lanes, row in zip(net.key[cuts.link], cuts.lanes.tolist(), cuts.row, strict=True)}
    assert by == {"a:0+": (1.5, "c0"), "a:0-": (1.5, "c0"), "a:1+": (1, "c1"), "a:1-": (1, "c1")}


def test_that_empty_tables_and_strange_rows_make_no_cuts() -> None:
    nothing = drawn(shapely.Point(), shapely.LineString([(0, 0), (400, 0)]), None)
    assert not len(found(street(), features=nothing))
    old = gpd.GeoDataFrame({"id": ["o"], "latest_grade": ["5"], "site": ["Road"]}, geometry=[shapely.Point(200, 0)])
    assert not len(found(street(), observations=old))
    assert np.isfinite(found(network(), features=drawn(shapely.Point(0, 0))).lanes).all()
