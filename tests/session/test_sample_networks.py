"""The sample city's ground, streets and networks: gentle, connected, and traced from the source to every building."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable

import numpy as np
import pytest
import shapely

from vidbudova.formats.arrays import open_arrays
from vidbudova.session.sample import make_sample
from vidbudova.session.sampling import city, ground, ruin, supply, transit, utilities
from vidbudova.session.sampling.utilities import Net, Streets
from vidbudova.store.project import Project, open_project

CASES = [(300, 2), (1000, 4), (3000, 1), (3000, 7)]
SOURCES = {"pump", "treatment", "boiler_house", "gas_station", "exchange", "grid"}
STEEPEST = 0.08


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]} buildings, seed {case[1]}")
def streets(request: pytest.FixtureRequest) -> Streets:
    made = city.lay_out(*request.param)
    assert made is not None
    return utilities.streets_of(made)


@pytest.fixture(scope="module")
def nets(streets: Streets) -> dict[str, Net]:
    return {net.name: net for net in (*utilities.nets(streets), supply.power(streets))}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Project]:
    opened = open_project(make_sample(tmp_path_factory.mktemp("nets") / "s.vbp.gpkg", 600, 3))
    yield opened
    opened.close()


def reached(net: Net) -> set[str]:
    """The nodes that the sources feed; of sewage those that drain to the treatment."""
    onward: dict[str, list[str]] = {}
    for link in net.links:
        if link.get("from_node"):
            a, b = link["from_node"], link["to_node"]
            a, b = (b, a) if net.name == "sewage" else (a, b)
            onward.setdefault(a, []).append(b)
    found = {node["code"] for node in net.nodes if node["kind"] in SOURCES}
    queue = deque(found)
    while queue:
        for code in onward.get(queue.popleft(), ()):
            if code not in found:
                found.add(code)
                queue.append(code)
    return found


def test_that_every_building_is_fed_from_a_source_of_each_network_it_is_on(
    streets: Streets, nets: dict[str, Net]
) -> None:
    use = streets.town.rows["use"]
    for net in nets.values():
        assert {code for code in net.hang.tolist() if code} <= reached(net), net.name
    assert all(nets["power"].hang)
    homes = np.isin(use, ("apartments", "house", "school", "kindergarten", "hospital", "office", "public", "retail"))
    for name in ("water", "sewage", "telecom"):
        assert all(nets[name].hang[homes]), name
    warm = [bool(h or g) for h, g in zip(nets["heating"].hang, nets["gas"].hang, strict=True)]
    assert np.array(warm)[homes].all()


def test_that_links_end_at_nodes_whose_codes_are_theirs_alone(nets: dict[str, Net]) -> None:
    for net in nets.values():
        codes = [node["code"] for node in net.nodes]
        assert len(set(codes)) == len(codes)
        assert {link[end] for link in net.links for end in ("from_node", "to_node") if link.get(end)} <= set(codes)


def test_that_pipes_narrow_away_from_the_source(nets: dict[str, Net]) -> None:
    into = {}
    for link in nets["heating"].links:
        into[link["to_node"]] = link["diameter_mm"]
    for link in nets["heating"].links:
        assert into.get(link["from_node"], 9999) >= link["diameter_mm"]


def test_that_transformers_stand_between_ten_kilovolts_and_the_buildings(
    streets: Streets, nets: dict[str, Net]
) -> None:
    net = nets["power"]
    kinds = {node["code"]: node["kind"] for node in net.nodes}
    fed_by = {link["to_node"]: link for link in net.links if link.get("voltage_v") == 400.0}
    for code in set(net.hang.tolist()):
        while kinds[code] != "transformer":
            code = fed_by[code]["from_node"]
    into = {link["to_node"] for link in net.links if link.get("voltage_v") == 10e3}
    assert {code for code, kind in kinds.items() if kind == "transformer"} <= into


def test_that_streets_are_not_steep_and_the_river_flows_downhill(streets: Streets) -> None:
    town = streets.town
    dry = town.roads.lines[~town.roads.bridge]
    xy, of = shapely.get_coordinates(dry, return_index=True)
    z = ground.height_at(town.plan, xy)
    same = np.diff(of) == 0
    run = np.hypot(*np.diff(xy, axis=0).T)[same]
    assert (np.abs(np.diff(z)[same]) / run)[run > 2].max() < STEEPEST
    u = np.arange(town.plan.us[0], town.plan.us[-1], 50.0)
    bed = ground.height(town.plan, u, np.zeros(len(u)))
    assert (np.diff(bed) < 0).all()
    below = ground.river_level(town.plan, town.plan.bend.back(xy)[:, 0])
    assert (z > below + 1).all()
    assert np.ptp(z) > 15


def test_that_the_way_back_from_the_map_to_the_plan_is_the_way_there(streets: Streets) -> None:
    plan = streets.town.plan
    u, v = np.meshgrid(plan.us, plan.vs)
    back = plan.bend.back(plan.place(u, v))
    assert np.abs(back - np.stack([u, v], axis=-1)).max() < 0.05


def test_that_every_street_can_be_driven_to_and_from_with_one_ways_kept(streets: Streets) -> None:
    graph, oneway = streets.graph, streets.town.roads.oneway[streets.graph.piece]
    assert {"yes", "reverse", "no"} == set(oneway.tolist())
    for turned in (False, True):
        forward = [
            (a, b) for a, b, o in zip(graph.a, graph.b, oneway, strict=True) if o != ("yes" if turned else "reverse")
        ]
        backward = [
            (b, a) for a, b, o in zip(graph.a, graph.b, oneway, strict=True) if o != ("reverse" if turned else "yes")
        ]
        onward: dict[int, list[int]] = {}
        for a, b in forward + backward:
            onward.setdefault(int(a), []).append(int(b))
        seen, queue = {0}, deque([0])
        while queue:
            for node in onward.get(queue.popleft(), ()):
                if node not in seen:
                    seen.add(node)
                    queue.append(node)
        assert len(seen) == len(graph.at)


def test_that_lines_of_trams_and_buses_run_on_streets_and_stop(streets: Streets) -> None:
    made = transit.transit(streets)
    assert {row["mode"] for row in made.lines} == {"tram", "bus"}
    roads = shapely.STRtree(streets.town.roads.lines)
    for row in made.lines:
        assert len(json.loads(row["stops"])) >= 2
        points = shapely.points(shapely.get_coordinates(row["geom"]))
        assert roads.query_nearest(points, return_distance=True)[1].max() < 0.01
    assert len({shapely.to_wkb(row["geom"]) for row in made.lines}) == len(made.lines)


def test_that_people_jobs_and_harm_are_as_in_a_city(streets: Streets) -> None:
    town = streets.town
    people, jobs = town.rows["people"].astype(float).sum(), town.rows["jobs"].astype(float).sum()
    assert 2 < people / len(town.shapes) < 40
    assert 0.15 < jobs / people < (0.9 if len(town.shapes) > 500 else 2)
    harm = ruin.harm(town, 1)
    assert 0.02 < (harm.harm > 0.16).mean() < 0.45
    assert (np.diff(harm.by_pass, axis=0) >= 0).all()
    assert (harm.by_pass[-1] > harm.by_pass[0] + 0.1).any()


def test_that_there_is_room_of_every_kind(streets: Streets) -> None:
    kinds = set(streets.town.plan.kinds.values())
    assert {"centre", "old", "slabs", "houses", "works", "park", "cemetery", "gardens"} <= kinds
    assert {"farmland", "meadow"} <= {cell.kind for cell in streets.town.plan.country}


def test_that_the_project_can_be_traced_and_stands_on_its_ground(project: Project) -> None:
    (row,) = project.rows("terrain").values()
    heights = open_arrays(project.layer_file(row["file"]))["heights"]
    assert float(heights.min()) == pytest.approx(row["lowest_m"], abs=0.01)
    codes = set(project.columns("utility_nodes", ["code"])["code"].tolist())
    hung = project.rows("connections")
    assert {r["building"] for r in hung.values()} == set(project.columns("buildings", ["id"])["id"].tolist())
    for name in ("power", "water", "sewage", "heating", "gas", "telecom"):
        assert {r[name] for r in hung.values() if r[name]} <= codes
    for table in ("power", "pipelines", "telecom"):
        ends = project.columns(table, ["from_node", "to_node"])
        assert {c for column in ("from_node", "to_node") for c in ends[column].tolist() if c} <= codes
    stops = project.columns("places", ["source_id", "kind"])
    kind = dict(zip(stops["source_id"].tolist(), stops["kind"].tolist(), strict=True))
    for line in project.rows("transit").values():
        assert {kind[stop] for stop in json.loads(line["stops"])} == {"stop"}
    assert {"signals", "priority"} <= set(project.columns("junctions", ["control"])["control"].tolist())
