"""The whole plugin on small cities: numbers that hold, questions that are answered, and sentences for nonsense."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import h5py
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box
from traffic_flow import explore, model, results, run
from traffic_flow.certificate import certify

from vidbudova.plugin import PluginError, Result, manifest, parameters

CRS = "EPSG:32637"
FOLDER = Path(__file__).parents[1]


class Town:
    """A city made of tables, as a plugin sees it."""

    crs, scenario, language, name = CRS, "now", "en", "Town"
    folder = Path()

    def __init__(self, **tables: Any) -> None:
        self.tables = tables

    def has(self, name: str) -> bool:
        return self.count(name) > 0

    def count(self, name: str) -> int:
        return len(self.tables.get(name, ()))

    def table(self, name: str, columns: Any = ()) -> Any:
        return self.tables[name]


def town(people: float = 100.0, language: str = "en") -> Town:
    """Two banks of a river with a street each, a bridge and a long way round; houses in the west, work in the east."""
    lines = {
        "west": ([(0, 0), (0, 400), (0, 800)], "secondary", False),
        "east": ([(600, 0), (600, 400), (600, 800)], "secondary", False),
        "bridge": ([(0, 400), (600, 400)], "primary", True),
        "round": ([(0, 800), (0, 2500), (600, 2500), (600, 800)], "tertiary", False),
        "island": ([(5000, 5000), (5200, 5000)], "residential", False),
    }
    nothing = [None] * len(lines)
    roads = gpd.GeoDataFrame(
        {
            "id": list(lines), "name": [name.title() for name in lines],
            "class": [kind for _xy, kind, _b in lines.values()],
            "lanes": [2.0] * len(lines), "speed_km_h": [50.0] * len(lines), "oneway": nothing,
            "bridge": [over for _xy, _kind, over in lines.values()], "tunnel": [False] * len(lines), "level": nothing,
            "width_m": [np.nan] * len(lines), "source_id": nothing, "attributes": nothing,
        },
        geometry=[LineString(xy) for xy, _kind, _b in lines.values()], crs=CRS,
    )  # fmt: skip
    spots = [(-30, y) for y in range(0, 800, 100)] + [(630, y) for y in range(0, 800, 100)]
    home = [x < 0 for x, _y in spots]
    buildings = gpd.GeoDataFrame(
        {
            "id": [f"b{i}" for i in range(len(spots))], "name": None,
            "use": ["apartments" if h else "office" for h in home],
            "levels": 5.0, "height_m": 15.0, "people": [people if h else 0.0 for h in home],
            "jobs": [0.0 if h else people for h in home], "part_of": None,
        },
        geometry=[box(x - 8, y - 8, x + 8, y + 8) for x, y in spots], crs=CRS,
    )  # fmt: skip
    places = gpd.GeoDataFrame({"id": ["h"], "kind": ["hospital"]}, geometry=[Point(620, 410)], crs=CRS)
    made = Town(roads=roads, buildings=buildings, places=places)
    made.language = language  # type: ignore[misc]
    return made


def given(**values: Any) -> dict[str, Any]:
    said = manifest.read(FOLDER).parameters
    return parameters.checked(said, {"zone_width_m": 200.0, "gap": 1e-8} | values)


def ran(city: Town, **values: Any) -> Result:
    return run(city, given(**values), lambda share, what="": None)


def table(result: Result, name: str) -> Any:
    return next(one.frame for one in result.tables if one.name == name)


def test_that_all_trips_are_driven_and_none_is_lost() -> None:
    result = ran(town())
    demand = result.summary["trips_veh_h"]
    zones = table(result, "zones")
    assert zones.people.sum() == pytest.approx(800) and zones.jobs.sum() == pytest.approx(800)
    assert zones.out_veh_h.sum() == pytest.approx(demand, rel=1e-9) == zones.into_veh_h.sum()
    assert result.summary["unserved_trips_veh_h"] == 0 and result.summary["relative_gap"] <= 1e-8
    assert table(result, "links").flow_veh_h.is_monotonic_decreasing
    over = table(result, "links").query("id == 'bridge'")
    assert over.flow_veh_h.sum() == pytest.approx(demand, rel=0.2), "work lies across the river"
    assert result.summary["max_node_imbalance_veh"] <= 1e-6


@pytest.mark.parametrize("close", [[], ["bridge"]])
def test_that_the_gap_that_is_told_was_found_by_another_search(close: list[str]) -> None:
    city, said = town(people=4000.0), given(close=close, gap=1e-3)
    found = model.traffic(city, said, lambda *_: None)
    told = {figure.name: figure.value for figure in results.whole(city, found, None, None).figures}
    independent = certify(found.links, found.demand.trips, found.now.flows, closed=found.engine.closed)
    assert told["relative_gap"] == pytest.approx(independent.relative_gap, rel=1e-6, abs=1e-12)
    assert told["relative_gap"] == pytest.approx(found.now.gap, rel=1e-6, abs=1e-12)
    worse = replace(found.now, spent=found.now.spent * 1.01)
    found.now = worse
    told = {figure.name: figure.value for figure in results.whole(city, found, None, None).figures}
    assert told["relative_gap"] > 0.005


def test_that_the_same_city_gives_the_same_numbers() -> None:
    one, other = ran(town()), ran(town())
    assert one.summary == other.summary
    assert np.array_equal(table(one, "links").flow_veh_h, table(other, "links").flow_veh_h)


def test_that_a_closed_bridge_sends_people_round_and_opening_it_brings_them_back() -> None:
    city = town()
    with_bridge = explore(city, given(), lambda share, what="": None)
    without = with_bridge.ask({"close": ["bridge"]}, lambda share, what="": None)
    assert without.summary["loss_veh_h"] > 0 and without.summary["unserved_trips_veh_h"] == 0
    change = table(without, "difference").groupby("id").difference_veh_h.sum()
    assert change["bridge"] == pytest.approx(-change["round"], rel=0.3) and change["round"] > 0
    assert table(without, "cuts").cause.tolist() == ["By hand", "By hand"]
    assert table(without, "relations").longer_min.max() > 1
    again = with_bridge.ask({}, lambda share, what="": None)
    assert again.summary["loss_veh_h"] == pytest.approx(0, abs=1e-6)
    assert len(table(again, "difference")) == 0
    fresh = ran(city, close=["bridge"])
    assert without.summary["time_veh_h"] == pytest.approx(fresh.summary["time_veh_h"], rel=1e-6)


def test_that_trips_to_a_bank_that_nothing_leads_to_any_more_are_unserved_and_told() -> None:
    result = ran(town(), close=["bridge", "round"])
    assert float(result.summary["unserved_trips_veh_h"]) > 0.8 * float(result.summary["trips_veh_h"])
    served = float(result.summary["trips_veh_h"]) - float(result.summary["unserved_trips_veh_h"])
    assert served > 0 and table(result, "relations").no_way.iloc[0]
    assert np.isnan(table(result, "relations").after_min.iloc[0])


def test_that_a_destroyed_bridge_is_cut_by_the_damage_and_can_be_opened_by_hand() -> None:
    city = town()
    city.tables["observations"] = gpd.GeoDataFrame(
        {"id": ["o1"], "site": ["Bridge"], "latest_grade": ["5"]}, geometry=[Point(300, 405)], crs=CRS
    )
    cut = ran(city)
    assert cut.summary["closed_links_count"] == 2 and set(table(cut, "cuts").because_of) == {"o1"}
    assert ran(city, damage=False).summary["closed_links_count"] == 0
    assert ran(city, open=["bridge"]).summary["closed_links_count"] == 0


def test_that_minutes_to_the_hospital_are_those_of_the_way_that_is_open() -> None:
    before, after = ran(town()), ran(town(), close=["bridge"])
    west = [f"b{i}" for i in range(8)]
    near, far = (table(r, "access").set_index("id").hospital_min for r in (before, after))
    assert (far[west] > near[west] + 2).all()
    within = table(before, "within").iloc[0]
    assert within.within_30_min == 800 and within.no_way == 0
    assert any("shelter" in told.lower() for told in before.warnings)


def test_that_areas_by_minutes_are_drawn_when_asked_for() -> None:
    areas = table(ran(town(), isochrones="hospital"), "isochrones")
    assert len(areas) >= 1 and areas.geometry.is_valid.all() and areas.geometry.area.min() > 0


def test_that_works_are_ordered_and_compared() -> None:
    result = ran(town(), close=["bridge", "west"], repair=True)
    order = table(result, "repair")
    assert sorted(order.place) == list(range(1, len(order) + 1)) and len(order) == 2
    chart = next(one for one in result.charts if one.name == "repair")
    assert len(chart.series) >= 3 and chart.series[0].y[-1] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("language", ["en", "uk", "ko"])
def test_that_words_come_in_three_languages(language: str) -> None:
    result = ran(town(language=language), close=["bridge"])
    titles = {"en": "Traffic", "uk": "Рух", "ko": "교통량"}
    assert result.tables[0].title == titles[language] and "{" not in result.report
    written = [words for f in result.figures for words in (f.title, f.formula, f.inputs, f.source)]
    assert all(written) and len(result.figures) == 8
    if language == "uk":  # what has a name keeps it
        names = r"capacity\.toml|rates\.toml|Bureau of Public Roads|NCHRP Report|Wardrop|Dijkstra|Dial"
        assert re.findall(r"[A-Za-z]{4,}", re.sub(names, "", " ".join(written))) == []


def test_that_a_city_without_people_has_roads_and_no_traffic() -> None:
    city = town()
    del city.tables["buildings"], city.tables["places"]
    result = ran(city)
    assert result.summary["trips_veh_h"] == 0 and len(table(result, "links")) == 0
    assert any("no trips" in told for told in result.warnings)


def test_that_people_are_estimated_where_nobody_knows_them() -> None:
    city = town()
    city.tables["buildings"]["people"] = np.nan
    city.tables["buildings"]["jobs"] = np.nan
    result = ran(city)
    assert float(result.summary["trips_veh_h"]) > 0 and any("estimated" in told for told in result.warnings)


def matrix(path: Path, rows: list[tuple[str, str, object]], head: str = "origin,destination,trips") -> str:
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")
    return str(path)


def test_that_a_matrix_takes_the_place_of_the_model(tmp_path: Path) -> None:
    names = table(ran(town()), "zones").zone.tolist()
    rows: list[tuple[str, str, object]] = [
        (names[0], names[-1], 12.5),
        (names[-1], names[0], 2),
        ("nowhere", names[0], 3),
    ]
    result = ran(town(), demand_matrix=matrix(tmp_path / "t.csv", rows))
    assert result.summary["trips_veh_h"] == pytest.approx(14.5, abs=1e-12)
    assert any("3" in told and "left out" in told for told in result.warnings)
    trips_figure = next(figure for figure in result.figures if figure.name == "trips_veh_h")
    assert "t.csv" in trips_figure.source and "exp" not in trips_figure.formula, "no model made these trips"
    with h5py.File(tmp_path / "t.omx", "w") as file:
        trips = np.zeros((len(names), len(names)))
        trips[0, -1] = 7.25
        file["data/car"] = trips
        file["lookup/zone"] = np.array([name.encode() for name in names])
    assert ran(town(), demand_matrix=str(tmp_path / "t.omx")).summary["trips_veh_h"] == pytest.approx(7.25)


def test_that_districts_are_zones_and_nobody_outside_is_lost() -> None:
    city = town()
    west, rest = box(-100, -100, 100, 450), box(-100, 450, 100, 900)
    city.tables["zones"] = gpd.GeoDataFrame(
        {"id": ["z1", "z2"], "name": ["Old town", None], "kind": None, "starts_on": None, "ends_on": None},
        geometry=[west, rest], crs=CRS,
    )  # fmt: skip
    result = ran(city, zones_from="zones")
    told = table(result, "zones").set_index("zone")
    assert told.people["z1"] == 500 and told.people["z2"] == 300 and told.people.sum() == 800
    assert len(told) > 2 and told.jobs.sum() == pytest.approx(800), "work lies outside both"
    assert ran(town(), zones_from="features").summary["zones_count"] > 2, "hexagons where there are none"


def broken_omx(path: Path) -> str:
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"x" * 100)
    return str(path)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda p: matrix(p / "a.csv", [("x", "y", 1)]), "x"),
        (lambda p: matrix(p / "a.csv", [("x", "y", -1)]), "Line 2"),
        (lambda p: matrix(p / "a.csv", [("x", "y", "many")]), "Line 2"),
        (lambda p: matrix(p / "a.csv", [("x", "y", "nan")]), "Line 2"),
        (lambda p: matrix(p / "a.csv", [("x", "y", 1)], "a,b,c"), "origin"),
        (lambda p: broken_omx(p / "a.omx"), "OMX"),
    ],
)
def test_that_a_matrix_that_cannot_be_used_is_a_sentence(
    tmp_path: Path, make: Callable[[Path], str], word: str
) -> None:
    with pytest.raises(PluginError, match=word):
        ran(town(), demand_matrix=make(tmp_path))


@pytest.mark.parametrize(
    "question",
    [
        {"shut": ["bridge"]},
        {"close": "bridge"},
        {"lanes": {"bridge": -1}},
        {"lanes": {"bridge": "two"}},
        {"close": [5]},
    ],
)
def test_that_a_question_that_makes_no_sense_is_a_sentence_and_changes_nothing(question: Mapping[str, Any]) -> None:
    open_ = explore(town(), given(), lambda share, what="": None)
    with pytest.raises(PluginError):
        open_.ask(question, lambda share, what="": None)
    assert open_.ask({}, lambda share, what="": None).summary["loss_veh_h"] == pytest.approx(0, abs=1e-9)


def test_that_more_lanes_make_it_no_slower_and_a_name_that_is_none_is_told() -> None:
    open_ = explore(town(people=5000.0), given(), lambda share, what="": None)
    wider = open_.ask({"lanes": {"bridge": 6}}, lambda share, what="": None)
    assert wider.summary["delay_veh_h"] < open_.result.summary["delay_veh_h"]
    lost = open_.ask({"close": ["no such road"]}, lambda share, what="": None)
    assert any("no such road" in told for told in lost.warnings)


def test_that_no_roads_and_no_day_are_sentences() -> None:
    empty = town()
    empty.tables["roads"] = empty.tables["roads"].iloc[:0]
    with pytest.raises(PluginError, match="roads"):
        ran(empty)
    with pytest.raises(PluginError, match="tomorrow"):
        ran(town(), works_on="tomorrow")


def test_that_what_progress_raises_ends_the_run() -> None:
    class Stop(Exception):
        pass

    def stop(share: float, what: str = "") -> None:
        if share > 0.5:
            raise Stop

    with pytest.raises(Stop):
        run(town(), given(), stop)


def test_that_a_run_can_be_ended_at_every_word_and_leaves_no_thread() -> None:
    class Stop(Exception):
        pass

    def ended_at(last: float) -> list[float]:
        told: list[float] = []

        def stop(share: float, what: str = "") -> None:
            told.append(share)
            if share >= last:
                raise Stop

        with pytest.raises(Stop):
            run(town(), given(), stop)
        return told

    whole = ended_at(1.0)
    assert whole == sorted(whole)
    before = set(threading.enumerate())
    for share in sorted(set(whole)):
        assert ended_at(share)[-1] >= share
        assert not set(threading.enumerate()) - before


def test_that_whoever_waits_for_a_task_is_told_and_gets_its_error() -> None:
    gone, told = threading.Event(), list[int]()

    def task() -> None:
        gone.wait(30)
        raise LookupError

    def word() -> None:
        told.append(1)
        gone.set()

    with ThreadPoolExecutor(1) as beside, pytest.raises(LookupError):
        model._awaited(beside.submit(task), word)
    assert told


def test_that_every_table_says_what_its_columns_are() -> None:
    result = ran(town(), close=["bridge"], isochrones="hospital", repair=True)
    for one in result.tables:
        assert isinstance(one.frame, pd.DataFrame)
        assert set(one.units) <= set(one.frame.columns) and set(one.titles) <= set(one.frame.columns)
