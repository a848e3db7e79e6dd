"""What a plugin sees of a city: declared tables, of its scenario, in kinds that hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from houses import CRS, FIELDS, stage

from vidbudova.model.change import Delta
from vidbudova.plugin import PluginError, manifest
from vidbudova.plugin.tables import ProjectCity, open_city
from vidbudova.session import Session
from vidbudova.store.project import create

SAID = {"id": "p", "api": 1, "version": "1", "entry": "p", "title": "P", "reads": ["buildings", "damage_marks", "rail"]}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty houses; one is damaged now, and in a plan it is higher and another is damaged."""
    folder = tmp_path_factory.mktemp("city")
    made = Session(create(folder / "City.vbp.gpkg", CRS), "Olena")
    made.add_layer(stage(folder / "houses"), FIELDS)
    first, second = made.project.columns("buildings", ["name"])["id"][:2]
    made.do("mark", [Delta("damage_marks", str(first), None, {"grade": 4, "hazards": frozenset({"uxo"})})])
    made.do("raise", [Delta("buildings", str(first), None, {"height_m": 99.0})], "plan")
    made.do("new mark", [Delta("damage_marks", str(second), None, {"grade": 1})], "plan")
    made.close()
    return folder / "City.vbp.gpkg"


def city_of(project: Path, scenario: str, folder: Path) -> ProjectCity:
    return open_city(project, manifest.manifest_of(SAID), scenario=scenario, language="uk", folder=folder)


@pytest.fixture
def now(project: Path, tmp_path: Path) -> Iterator[ProjectCity]:
    """What is true."""
    city = city_of(project, "now", tmp_path)
    yield city
    city.close()


@pytest.fixture
def plan(project: Path, tmp_path: Path) -> Iterator[ProjectCity]:
    """What is planned."""
    city = city_of(project, "plan", tmp_path)
    yield city
    city.close()


def test_that_a_table_with_a_place_is_a_geodataframe_in_the_project_s_system(now: ProjectCity) -> None:
    houses = now.table("buildings")
    assert isinstance(houses, gpd.GeoDataFrame) and houses.crs == CRS and len(houses) == 30 == now.count("buildings")
    assert houses.columns[0] == "id" and houses.geometry.name == "geometry"
    assert houses.geometry.area.round(6).eq(100).all()
    assert houses.height_m.dtype == np.float64 and houses.people.isna().all()
    assert houses.name.dtype == object and houses.name[3] == "House 3"
    assert now.name == "City" and now.language == "uk"


def test_that_only_the_columns_asked_for_are_read(now: ProjectCity) -> None:
    some = now.table("buildings", ["height_m"])
    assert type(some) is pd.DataFrame and list(some.columns) == ["id", "height_m"]
    assert list(now.table("buildings", ["geometry"]).columns) == ["id", "geometry"]
    assert list(now.table("buildings", ["id"]).columns) == ["id"]
    with pytest.raises(PluginError, match="castle"):
        now.table("buildings", ["castle"])


def test_that_a_table_that_is_not_declared_cannot_be_asked_for(now: ProjectCity) -> None:
    for ask in (now.table, now.has, now.count):
        with pytest.raises(PluginError, match="roads"):
            ask("roads")


def test_that_sets_and_empty_tables_come_as_such(now: ProjectCity) -> None:
    marks = now.table("damage_marks")
    assert marks.grade.tolist() == [4.0] and marks.hazards[0] == frozenset({"uxo"})
    assert not now.has("rail") and list(now.table("rail").columns)[0] == "id" and len(now.table("rail")) == 0


def test_that_a_scenario_shows_its_own_changes_over_those_of_now(now: ProjectCity, plan: ProjectCity) -> None:
    before, after = now.table("buildings"), plan.table("buildings")
    assert sorted(before.id) == sorted(after.id) and before.height_m.max() == 15
    assert (after.height_m == 99).sum() == 1 and plan.count("buildings") == 30
    assert after.set_index("id").loc[before.id[0]].geometry.equals(before.geometry[0])
    assert sorted(plan.table("damage_marks").grade) == [1.0, 4.0] and plan.count("damage_marks") == 2
    assert after.height_m.dtype == before.height_m.dtype and after.crs == before.crs
