"""The sample city: the same for the same seed, planar, and free of collisions."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.model.schema import TABLES
from vidbudova.session.sample import make_sample
from vidbudova.session.sampling import city, ruin
from vidbudova.session.sampling.city import Town
from vidbudova.store import media
from vidbudova.store.project import Project, open_project


@pytest.fixture(scope="module", params=[(3000, 1), (1000, 4), (1700, 9)])
def town(request: pytest.FixtureRequest) -> Town:
    buildings, seed = request.param
    made = city.lay_out(buildings, seed)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    path = make_sample(tmp_path_factory.mktemp("sample") / "s.vbp.gpkg", 1000, 1)
    opened = open_project(path)
    yield opened
    opened.close()


def contents(path: Path) -> dict[str, str]:
    """What a project holds, table by table, without what belongs to the copy on this computer."""
    opened = open_project(path)
    try:
        found = {}
        for name in TABLES:
            rows = sorted((id, repr(sorted(row.items(), key=str))) for id, row in opened.rows(name).items())
            found[name] = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
        found["log"] = repr([(c.time, c.author, c.title, dict(c.title_values)) for c in opened.changes()])
        return found
    finally:
        opened.close()


def test_that_the_same_seed_gives_the_same_city_and_another_seed_another(tmp_path: Path) -> None:
    a, b, c = (make_sample(tmp_path / f"{n}.vbp.gpkg", 600, seed) for n, seed in enumerate((5, 5, 6)))
    assert contents(a) == contents(b)
    assert contents(a)["buildings"] != contents(c)["buildings"]


def test_that_there_are_exactly_as_many_buildings_as_asked_for(town: Town) -> None:
    assert len(town.shapes) in (3000, 1000, 1700)
    assert shapely.is_valid(town.shapes).all()


def test_that_no_building_stands_on_another(town: Town) -> None:
    a, b = shapely.STRtree(town.shapes).query(town.shapes, predicate="intersects")
    assert (a == b).all()


def test_that_no_building_stands_on_a_road_or_in_the_river(town: Town) -> None:
    tarmac = shapely.buffer(town.roads.lines, town.roads.width() / 2, cap_style="flat")
    assert not shapely.STRtree(town.shapes).query(tarmac, predicate="intersects").size
    assert not shapely.intersects(town.shapes, town.water).any()


def test_that_roads_meet_only_at_their_ends(town: Town) -> None:
    lines = town.roads.lines
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    a, b = a[a < b], b[a < b]
    meeting = shapely.intersection(lines[a], lines[b])
    assert set(shapely.get_type_id(meeting).tolist()) <= {0, 4}
    points, pair = shapely.get_parts(meeting, return_index=True)
    for line in (lines[a[pair]], lines[b[pair]]):
        ends = np.minimum(
            shapely.distance(shapely.get_point(line, 0), points), shapely.distance(shapely.get_point(line, -1), points)
        )
        assert ends.max() < 1e-6


def test_that_one_can_drive_from_every_street_to_every_other(town: Town) -> None:
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(town.roads.lines, k)) for k in (0, -1)])
    _nodes, node = np.unique(ends, axis=0, return_inverse=True)
    parent = list(range(len(_nodes)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    half = len(node) // 2
    for a, b in zip(node[:half].tolist(), node[half:].tolist(), strict=True):
        parent[root(a)] = root(b)
    assert len({root(n) for n in range(len(parent))}) == 1


def test_that_bridges_cross_the_river_and_nothing_else_does(town: Town) -> None:
    over = shapely.crosses(town.roads.lines, town.water)
    assert over.sum() == len(town.plan.bridges) >= 2
    assert town.roads.bridge[over].all()


def test_that_it_has_what_a_district_has(project: Project) -> None:
    uses = project.columns("buildings", ["use", "levels", "roof_shape"])
    assert {"apartments", "house", "school", "kindergarten", "hospital", "industrial", "religious"} <= set(
        uses["use"].tolist()
    )
    assert {5.0, 9.0, 16.0} <= set(uses["levels"].tolist())
    assert {"flat", "gabled", "hipped", "dome"} <= set(uses["roof_shape"].tolist())
    _ids, shapes = project.geometries("buildings")
    assert (shapely.get_num_interior_rings(shapely.get_geometry(shapes, 0)) > 0).any()
    kinds = set(project.columns("places", ["kind"])["kind"].tolist())
    assert {"hospital", "school", "kindergarten", "shelter", "fire_station", "stop"} <= kinds
    assert {"rail", "tram"} == set(project.columns("rail", ["kind"])["kind"].tolist())
    assert {"line", "tower", "substation", "mast"} <= set(project.columns("power", ["kind"])["kind"].tolist())


def test_that_every_building_has_an_address_of_its_own(project: Project) -> None:
    columns = project.columns("buildings", ["street", "house_number"])
    addresses = list(zip(columns["street"].tolist(), columns["house_number"].tolist(), strict=True))
    assert all(street and number for street, number in addresses)
    assert len(set(addresses)) == len(addresses)


def test_that_every_value_is_one_the_schema_allows(project: Project) -> None:
    for table in TABLES.values():
        columns = project.columns(table.name, [f.name for f in table.fields if f.choices])
        for field in (f for f in table.fields if f.choices and f.kind != "set"):
            assert {v for v in columns[field.name].tolist() if v} <= set(field.choices), (table.name, field.name)


def test_that_observations_are_of_two_dates_and_off_their_buildings(project: Project) -> None:
    dates = set(project.columns("sightings", ["observed_on"])["observed_on"].tolist())
    assert dates == set(ruin.DATES)
    assert len(dates) >= 4
    _ids, points = project.geometries("observations")
    _ids, shapes = project.geometries("buildings")

    distance = shapely.STRtree(shapes).query_nearest(points, return_distance=True)[1]
    assert (distance > 0).any()
    assert np.median(distance) < 12
    assert {"building", "ground"} == set(project.columns("observations", ["target"])["target"].tolist())


def test_that_inspectors_left_marks_and_there_are_two_zones(project: Project) -> None:
    marks = project.rows("damage_marks")
    assert len(marks) >= 40
    assert {m["inspector"] for m in marks.values()} == {"О. Коваль", "М. Левченко", "Т. Гриценко"}
    assert project.count("zones") == 2
    photos = {sha for m in marks.values() for sha in m["photos"] or ()}
    assert 10 <= len(photos) == len(project.rows("photos"))
    for sha, row in project.rows("photos").items():
        assert media.path_of(project, sha) is not None
        assert 36 < row["lon"] < 40
        assert 48 < row["lat"] < 49.5
    assert project.check() == []


def test_that_a_cancelled_sample_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        make_sample(tmp_path / "s.vbp.gpkg", 600, 1, cancelled=lambda: True)
    assert caught.value.key == "import-cancelled"
    assert list(tmp_path.iterdir()) == []


def test_that_a_sample_never_overwrites_a_file(tmp_path: Path) -> None:
    path = tmp_path / "s.vbp.gpkg"
    path.write_bytes(b"mine")
    with pytest.raises(UserError) as caught:
        make_sample(path, 600)
    assert caught.value.key == "project-exists"
    assert path.read_bytes() == b"mine"
