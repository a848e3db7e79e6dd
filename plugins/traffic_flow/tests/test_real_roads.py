"""Networks of real extracts of OpenStreetMap and of the sample city, imported as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from traffic_flow import norms, topology
from traffic_flow.damage import BRIDGE, CRATER, DEBRIS, found
from traffic_flow.edits import state
from traffic_flow.network import COLUMNS, RoadNetwork, build

import vidbudova
from vidbudova.plugin.tables import ProjectCity
from vidbudova.plugin.testing import sample_city
from vidbudova.store.project import open_project

OSM = Path(__file__).resolve().parents[4] / "shared" / "data" / "osm"
READS = ("roads", "junctions", "buildings", "damage_marks", "matches", "observations", "zones")


def vidbudova_does(*words: str | Path) -> None:
    source = str(Path(vidbudova.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "vidbudova", *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", timeout=120, env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@cache
def roads_of(name: str, crs: str) -> Any:
    if not (OSM / name).exists():
        pytest.skip(f"no ../shared/data/osm/{name}")
    with tempfile.TemporaryDirectory(prefix="vidbudova-roads-") as place:
        path = Path(place) / "real.vbp.gpkg"
        vidbudova_does("new", path, "--crs", crs)
        vidbudova_does("import", path, OSM / name, "--as", "roads")
        with reading(path) as city:
            return city.table("roads", COLUMNS)


@contextmanager
def reading(path: Path) -> Iterator[ProjectCity]:
    project = open_project(path, read_only=True)
    try:
        yield ProjectCity(project, READS, "now", "en", path.parent, "real")
    finally:
        project.close()


def krems() -> Any:
    return roads_of("krems.osm.gz", "EPSG:32633")


def ids(roads: Any, *sources: str) -> list[str]:
    found_ids: list[str] = roads["id"][roads["source_id"].isin(sources)].tolist()
    assert len(found_ids) == len(sources)
    return found_ids


def whole(net: RoadNetwork) -> None:
    """What holds of every network of a city."""
    links, report = net.links, net.topology
    assert np.all(np.isfinite(links.free_time))
    assert np.all(links.capacity > 0)
    assert np.all(links.free_time[~net.turn] >= 0)
    start, end = (shapely.get_point(net.geometry, at) for at in (0, -1))
    for nodes, point in ((links.tail, start), (links.head, end)):
        assert shapely.distance(shapely.points(net.node_xy[nodes]), point).max() < 0.5
    assert net.length_m[~net.turn] == pytest.approx(shapely.length(net.geometry[~net.turn]))
    assert len(set(net.key[~net.turn])) == int((~net.turn).sum())
    assert 0 < report.part_km[0] <= report.part_km.sum() <= net.length_m.sum() / 1000 + 1e-6


@pytest.mark.parametrize(
    ("name", "crs", "links", "km", "main", "bans"),
    [
        ("krems.osm.gz", "EPSG:32633", (1600, 1800), (170, 190), 0.80, 8),
        ("north-bayreuth.osm.gz", "EPSG:32632", (2400, 2800), (380, 420), 0.90, 30),
        ("Helsinki.osm.pbf", "EPSG:32635", (1500, 1800), (38, 46), 0.80, 30),
    ],
)
def test_that_clipped_extracts_make_plausible_networks(
    name: str, crs: str, links: tuple[int, int], km: tuple[int, int], main: float, bans: int
) -> None:
    net = build(roads_of(name, crs))
    whole(net)
    report = net.topology
    assert links[0] <= len(net) <= links[1]
    assert km[0] <= net.length_m.sum() / 1000 <= km[1]
    assert report.strong_km[0] / (net.length_m.sum() / 1000) > main
    assert report.edge.size > 5
    assert report.bans >= bans
    assert (report.passing.size, report.crossing.size) == (0, 0)
    assert report.left_out["cars"] > 100


def test_that_nobody_drives_through_the_streets_for_residents_of_krems() -> None:
    roads = krems()
    net = build(roads)
    assert net.twins is not None and 10 <= net.for_residents.sum() <= 60
    told = roads.set_index("id")["attributes"][net.road_id[net.for_residents]]
    assert all('"destination"' in tags or '"customers"' in tags for tags in told)
    joined = topology.parts(net.links, net.length_m, strong=False)[1]
    assert joined[0] == pytest.approx(net.topology.part_km[0], rel=0.01)


def test_that_motorways_of_bayreuth_run_one_way_each_and_are_fast() -> None:
    net = build(roads_of("north-bayreuth.osm.gz", "EPSG:32632"))
    fast = net.lane_capacity == norms.ours().of("motorway").capacity
    assert fast.sum() > 60
    assert set(net.road_class[fast]) == {"motorway"}
    assert net.forward[fast].all()
    assert net.speed_km_h[fast].max() >= 120


def test_that_closing_the_bridge_of_krems_cuts_the_danube() -> None:
    roads = krems()
    net = build(roads)
    east, west = (net.find([id]) for id in ids(roads, "way/25150846", "way/59543413"))
    assert net.bridge[[*east, *west]].all()
    assert net.length_m[[*east, *west]].sum() > 1700
    north = net.node_xy[net.links.tail[np.concatenate([east, west])]][:, 1].max()
    south = net.node_xy[net.links.tail[np.concatenate([east, west])]][:, 1].min()
    assert north - south > 500

    def parts(close: list[str]) -> np.ndarray:
        now = state(net, found(net), {"close": close})
        return topology.parts(net.links, net.length_m, strong=False, open_=~now.closed)[0]

    both = ids(roads, "way/25150846", "way/59543413")
    sides = [net.links.tail[east[0]], net.links.head[east[0]]]
    for close, joined in (([], True), (both[:1], True), (both, False)):
        part = parts(close)
        assert (part[sides[0]] == part[sides[1]]) == joined
    lost = net.node_xy[(parts([]) == 0) & (parts(both) != 0)]
    assert len(lost) >= 10
    assert lost[:, 1].max() < (south + north) / 2


def test_that_a_destroyed_bridge_seen_in_krems_cuts_its_carriageway_alone() -> None:
    import geopandas as gpd

    roads = krems()
    net = build(roads)
    (id,) = ids(roads, "way/25150846")
    middle = net.geometry[net.find([id])[0]].interpolate(0.5, normalized=True)
    seen = gpd.GeoDataFrame({"id": ["o"], "site": ["Bridge"], "latest_grade": ["5"]}, geometry=[middle])
    cuts = found(net, observations=seen)
    assert set(net.road_id[cuts.link]) == {id}
    assert (cuts.reason[0], cuts.row[0]) == (BRIDGE, "o")


def test_that_the_sample_city_hangs_together_over_its_bridges_and_debris_lies_in_its_streets() -> None:
    with sample_city(READS, buildings=3000) as city:
        signals = city.table("junctions", ("geometry", "control", "cycle_s"))
        net = build(city.table("roads", COLUMNS), signals)
        tables = {
            "buildings": city.table("buildings"),
            "marks": city.table("damage_marks"),
            "matches": city.table("matches"),
            "observations": city.table("observations"),
            "zones": city.table("zones"),
        }
    whole(net)
    assert (net.topology.parts, net.topology.strong_parts, net.topology.crossing.size) == (1, 1, 0)
    waits = np.unique(net.links.fixed)
    assert waits.size > 1
    assert 5 < waits.max() < 60
    bridges = sorted(set(net.road_id[net.bridge]))
    cut = state(net, found(net), {"close": bridges})
    assert topology.parts(net.links, net.length_m, strong=False, open_=~cut.closed)[1].size >= 2
    lost = [int(state(net, found(net, **tables, reach=reach)).closed.sum()) for reach in ("low", "likely", "high")]
    assert lost == sorted(lost)
    assert lost[2] > 0
    cuts = found(net, **tables)
    assert set(cuts.reason) == {DEBRIS, CRATER}
    assert set(cuts.row[cuts.reason == DEBRIS]) <= set(tables["buildings"]["id"])
    seen = tables["observations"].set_index("id")["latest_raw"][cuts.row[cuts.reason == CRATER]]
    assert set(seen) == {"Crater"}
