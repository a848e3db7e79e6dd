"""Minutes on foot over streets, footways, paths and steps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point
from traffic_flow.access import ERRANDS, nearest
from traffic_flow.drivable import column
from traffic_flow.modes import tasks
from traffic_flow.streets import WALK_M_S, Streets, doors
from traffic_flow.tests.made_roads import Row, road, table, tags
from traffic_flow.tests.test_run import Town, ran, town
from traffic_flow.tests.test_run import table as result_table
from traffic_flow.walking import STEPS_SHARE, footways, walkable

from vidbudova.plugin import Result


def minutes(ways: Streets, start: tuple[float, float], end: tuple[float, float]) -> float:
    home, place = (doors(ways, np.array([spot], float)) for spot in (start, end))
    return float(nearest(ways, home, place, ERRANDS["school"]).minutes[0])


def block(kind: str = "footway", **fields: object) -> list[Row]:
    """A street round three sides of a block, 700 m, and a way through its yard, 100 m."""
    return [
        road((0, 0), (0, 300), (100, 300), (100, 0), id="street"),
        road((0, 0), (100, 0), **{"class": kind}, **fields),
    ]


def test_that_a_footway_is_shorter_than_the_street_round_the_block() -> None:
    ways = footways(table(*block()))
    assert minutes(ways, (0, 10), (100, 10)) == pytest.approx(120 / WALK_M_S / 60)
    round_it = footways(table(block()[0]))
    assert minutes(round_it, (0, 10), (100, 10)) == pytest.approx(680 / WALK_M_S / 60)


def test_that_steps_take_longer_and_have_no_doors() -> None:
    ways = footways(table(*block("steps")))
    assert minutes(ways, (0, 10), (100, 10)) == pytest.approx((20 + 100 / STEPS_SHARE) / WALK_M_S / 60)
    assert ways.doors.tolist() == [kind != 100 for kind in np.rint(ways.length_m)]


def test_that_one_way_streets_are_walked_both_ways() -> None:
    ways = footways(table(road((0, 0), (100, 0), oneway="yes")))
    assert minutes(ways, (90, 0), (10, 0)) == minutes(ways, (10, 0), (90, 0)) == pytest.approx(80 / WALK_M_S / 60)


@pytest.mark.parametrize(
    ("kind", "said", "may"),
    [
        ("footway", {}, True),
        ("pedestrian", {}, True),
        ("path", {}, True),
        ("track", {}, True),
        ("motorway", {}, False),
        ("motorway", {"foot": "yes"}, False),
        ("cycleway", {}, False),
        ("cycleway", {"foot": "designated"}, True),
        ("residential", {"access": "private"}, False),
        ("residential", {"access": "private", "foot": "yes"}, True),
        ("residential", {"access": "destination"}, True),
        ("residential", {"motor_vehicle": "no"}, True),
        ("path", {"foot": "no"}, False),
        ("trunk", {"foot": "use_sidepath"}, False),
    ],
)
def test_that_the_data_say_where_one_may_walk(kind: str, said: dict[str, str], may: bool) -> None:
    roads = table(road((0, 0), (1, 0), **{"class": kind}, attributes=tags(**said)))
    assert walkable(roads).tolist() == [may]
    assert len(footways(roads).lines) == may


def test_that_nobody_walks_over_a_fallen_bridge_and_a_footbridge_beside_it_stays() -> None:
    towns = [road((-100, 0), (0, 0)), road((90, 0), (200, 0)), road((0, 0), (0, 50)), road((90, 0), (90, 50))]
    bridge = road((0, 0), (90, 0), id="bridge", bridge=True, level=1)
    foot = road((0, 50), (90, 50), id="foot", bridge=True, level=1, **{"class": "footway"})
    both = table(*towns, bridge, foot)
    assert minutes(footways(both), (-50, 0), (150, 0)) == pytest.approx(200 / WALK_M_S / 60)
    assert minutes(footways(both, ["bridge"]), (-50, 0), (150, 0)) == pytest.approx(300 / WALK_M_S / 60)
    assert np.isinf(minutes(footways(both, ["bridge", "foot"]), (-50, 0), (150, 0)))


def test_that_a_footbridge_over_a_street_does_not_meet_it() -> None:
    over = road((50, -50), (50, 0), (50, 50), bridge=True, level=1, **{"class": "footway"})
    ways = footways(table(road((0, 0), (50, 0), (100, 0)), over))
    assert (len(ways.lines), ways.nodes) == (2, 4)


def test_that_nobody_begins_on_a_platform_that_joins_nothing() -> None:
    town = [road((0, 0), (900, 0)), road((0, 0), (0, 900)), road((30, 20), (90, 20), **{"class": "footway"})]
    ways = footways(table(*town))
    assert minutes(ways, (50, 19), (500, 0)) == pytest.approx((450 + 19) / WALK_M_S / 60)
    assert footways(table(town[2])).doors.all()


def test_that_an_empty_table_has_no_ways() -> None:
    ways = footways(table())
    assert (len(ways.lines), ways.nodes) == (0, 0)
    assert column(table(), "class").size == 0


def crossing(mode: str, **values: object) -> tuple[Town, Result]:
    """The town of two banks with a footbridge in the south, a school and a shelter in the east."""
    city = town()
    foot = gpd.GeoDataFrame(
        city.table("roads").iloc[:1].assign(id="foot", name="Foot", bridge=True, **{"class": "footway"}),
        geometry=[LineString([(0, 0), (600, 0)])], crs=city.crs,
    )  # fmt: skip
    city.tables["roads"] = pd.concat([city.table("roads"), foot], ignore_index=True)
    kinds = ["hospital", "school", "shelter"]
    spots = [Point(620, 410), Point(630, 0), Point(630, 0)]
    city.tables["places"] = gpd.GeoDataFrame({"id": kinds, "kind": kinds}, geometry=spots, crs=city.crs)
    return city, ran(city, mode=mode, **values)


def test_that_one_walks_over_the_footbridge_only_where_walking_is_asked_for() -> None:
    told = {mode: result_table(crossing(mode)[1], "access").iloc[0] for mode in ("usual", "car", "foot")}
    over = (30 + 600 + 30) / WALK_M_S / 60
    assert told["foot"].school_min == told["foot"].shelter_min == pytest.approx(over, abs=0.01)
    assert told["usual"].school_min == pytest.approx(over + 800 / WALK_M_S / 60, abs=0.01), "over the bridge of cars"
    assert told["car"].school_car_min == told["foot"].school_car_min < over
    assert told["car"].hospital_min == told["usual"].hospital_min == told["foot"].hospital_min
    assert told["foot"].hospital_foot_min > told["foot"].hospital_min
    assert list(told["car"].index) == ["id", "people", "hospital_min", "shelter_car_min", "school_car_min"]


def test_that_areas_are_drawn_for_the_way_that_is_asked_for() -> None:
    near = {
        mode: result_table(crossing(mode, isochrones="school")[1], "isochrones").set_index("minutes").area
        for mode in ("usual", "foot", "car")
    }
    assert near["foot"].drop(30, errors="ignore").sum() > near["usual"].drop(30, errors="ignore").sum() > 0
    assert near["car"].iloc[0] > near["foot"].iloc[0]


def test_that_a_fallen_bridge_of_cars_leaves_the_footbridge() -> None:
    _city, result = crossing("foot", close=["bridge"])
    assert result_table(result, "access").school_min.max() < 60
    _city, result = crossing("usual", close=["bridge"])
    assert result_table(result, "access").school_min.max() > 60


@pytest.mark.parametrize("mode", ["usual", "car", "foot"])
def test_that_fire_engines_drive_and_every_task_has_its_word(mode: str) -> None:
    from traffic_flow.words import Say

    for task in tasks(mode):
        assert not (task.facility == "fire_station" and task.errand.on_foot)
        assert Say("uk")(task.name) != task.name
    assert len({task.name for task in tasks(mode)}) == len(tasks(mode))
