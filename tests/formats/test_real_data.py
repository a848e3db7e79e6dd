"""Real files: a district of Mariupol, satellite damage points, OSM extracts, and files known to break readers."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vidbudova.errors import UserError
from vidbudova.formats import reading

SLOWEST_S = 10.0


def test_that_the_apartment_buildings_of_the_left_bank_come_with_their_storeys(take, shared_data):
    taken = take(shared_data / "mariupol_left_bank" / "mariupol_left_bank_osm_ODbL.gpkg")
    rows = taken.rows("buildings")
    assert len(rows) == 1224
    assert sum(row["levels"] is not None for row in rows) == 1221
    assert Counter(row["height_source"] for row in rows) == {"tagged": 1221, "assumed": 3}
    assert {row["use"] for row in rows} == {"apartments"}


@pytest.mark.parametrize(
    "name",
    ["mariupol_left_bank/mariupol_left_bank_unosat_CCBYSA.gpkg",
     "mariupol_city/UNOSAT_LivoberezhnyiDistrict_DamageAssessment_12May2022_shp.zip"],
)  # fmt: skip
def test_that_the_damage_classes_of_may_count_as_published(take, shared_data, name):
    taken = take(shared_data / name)
    rows = taken.rows("observations")
    classes = Counter(row["latest_raw"] for row in rows)
    assert (classes["Moderate Damage"], classes["Severe Damage"], classes["Destroyed"]) == (3002, 2132, 315)
    assert classes["Possible Damage"] == 194
    assert Counter(row["target"] for row in rows) == {"building": 5643, "ground": 17}
    assert len(taken.rows("sightings")) == 2 * 5660 == 2 * len(rows)
    first = Counter(row["raw"] for row in taken.rows("sightings") if row["id"] and row["observed_on"] == "2022-03-14")
    assert first["No Visible Damage"] == 4910


def test_that_the_demolitions_come_with_their_dates(take, shared_data):
    rows = take(shared_data / "mariupol_left_bank" / "mariupol_left_bank_demolitions_CCBY.gpkg").rows("features")
    assert len(rows) == 338
    assert Counter(row["dated_on"] for row in rows)["2022-09-29"] == 180
    assert all(row["kind"] for row in rows)


def test_that_cells_and_points_of_the_whole_geodatabase_are_told_apart(take, shared_data):
    taken = take(shared_data / "unosat_ukraine" / "unosat_ukraine_2022_open.gpkg.zip")
    assert taken.report["format"] == "gpkg"
    rows = taken.rows("observations")
    cells = [row for row in rows if row["target"] == "cell"]
    assert len(cells) == 22_252 - 1
    assert Counter(row["code"] for row in taken.rows("quarantine")) == {"geometry-null": 1}
    of_april = [row for row in rows if '"Main_Damage_Site_Class_2"' in row["attributes"]]
    assert Counter(row["latest_raw"] for row in of_april) == {"6": 2692, "14": 767}
    assert Counter(row["latest_on"] for row in of_april) == {"2022-04-03": 3459}


def test_that_outlines_of_buildings_are_not_buildings_again(take, shared_data):
    taken = take(shared_data / "mariupol_city" / "mariupol_structures_current_osm.geojson")
    assert taken.problems()["duplicate"] == 2193
    assert len(taken.rows("buildings")) == 2196
    assert len(taken.rows("features")) == 5314


@pytest.mark.parametrize(
    ("name", "crs", "buildings", "roads"),
    [("north-bayreuth.osm.gz", "EPSG:32632", 4267, 2056), ("krems.osm.gz", "EPSG:32633", 1195, 836),
     ("Helsinki.osm.pbf", "EPSG:32635", 572, 2467), ("monaco.osm.gz", "EPSG:32632", 966, 860),
     ("moscow.osm.gz", "EPSG:32637", 670, 586), ("berlin-siegessaeule.osm.gz", "EPSG:32633", 123, 141),
     ("andorra.osm.pbf", "EPSG:32631", 292, 1612), ("bautzen.osm", "EPSG:32633", 17, 60),
     ("belarus-east.osm.gz", "EPSG:32636", 2, 5), ("test.osm.pbf", "EPSG:32635", 2171, 331)],
)  # fmt: skip
def test_that_every_extract_of_openstreetmap_is_read(take, shared_data, name, crs, buildings, roads):
    began = time.monotonic()
    taken = take(shared_data / "osm" / name, project_crs=crs)
    assert (len(taken.rows("buildings")), len(taken.rows("roads"))) == (buildings, roads)
    assert time.monotonic() - began < SLOWEST_S
    assert all(row["licence"] == "ODbL 1.0" for row in taken.report["layers"])


def test_that_no_file_known_to_break_readers_hangs_or_crashes(shared_data, tmp_path):
    families = ("geojson_geometry", "geojson_semantic", "gpkg", "gdal_vector", "gpx_kml", "misc", "json_syntax")
    files = [path for family in families for path in sorted((shared_data / "bad_inputs" / family).iterdir())]
    files = [path for path in files if path.is_file()]
    files = [path for at, path in enumerate(files) if "json_syntax" not in path.parts or at % 4 == 0]

    def outcome(numbered: tuple[int, Path]) -> str:
        number, path = numbered
        began = time.monotonic()
        try:
            report = reading.read(path, project_crs="EPSG:32637", staging=tmp_path / f"{number}.sqlite")
            said = "" if report["read"] == report["kept"] + report["skipped"] > 0 else "does not add up"
        except UserError as error:
            said = "" if path.name in str(error) and "broke off" not in str(error) else str(error)
        return said or ("too slow" if time.monotonic() - began > SLOWEST_S else "")

    with ThreadPoolExecutor(2) as pool:
        wrong = {path.name: said for path, said in zip(files, pool.map(outcome, enumerate(files)), strict=True) if said}
    assert len(files) > 150
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "crs", "signals", "junctions"),
    [("Helsinki.osm.pbf", "EPSG:32635", 135, 50), ("north-bayreuth.osm.gz", "EPSG:32632", 5, 5),
     ("krems.osm.gz", "EPSG:32633", 26, 12)],
)  # fmt: skip
def test_that_signals_of_real_cities_are_junctions(take, shared_data, name, crs, signals, junctions):
    rows = take(shared_data / "osm" / name, project_crs=crs).rows("junctions")
    named = [node for row in rows for node in json.loads(row["attributes"])["signals"].split("; ")]
    assert (len(rows), {row["control"] for row in rows} - {"signals"}) == (junctions, set())
    assert len(named) == len(set(named)) <= signals
