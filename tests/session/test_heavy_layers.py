"""Layers of arrays: they come in with their file, are measured, leave with undo, and are looked at in the scene."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import laspy
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from vidbudova.scene.city import load
from vidbudova.session.core import Session
from vidbudova.session.importing import import_file
from vidbudova.session.sizes import sizes, words
from vidbudova.session.summary import summary
from vidbudova.store import project

WEST, NORTH = 399_000.0, 5_217_000.0


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    ticks = iter(range(1_700_000_000_000, 1_800_000_000_000))
    opened = Session(project.create(tmp_path / "city.vbp.gpkg", "EPSG:32637"), "Olena", clock=lambda: next(ticks))
    yield opened
    opened.close()


def scan(path: Path) -> Path:
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = np.full(3, 0.001), np.array([WEST, NORTH - 100, 0.0])
    points = laspy.LasData(header)
    rng = np.random.default_rng(0)
    points.x, points.y, points.z = WEST + 80 * rng.random(900), NORTH - 90 * rng.random(900), 50 + rng.random(900)
    points.write(path)
    return path


def ground(path: Path) -> Path:
    told = {"driver": "GTiff", "count": 1, "height": 30, "width": 20, "dtype": "float32", "crs": "EPSG:32637"}
    with rasterio.open(path, "w", transform=from_origin(WEST, NORTH, 5, 5), **told) as out:
        out.write(np.full((1, 30, 20), 48, np.float32))
    return path


def test_that_a_cloud_and_its_ground_are_measured_and_shown(session, tmp_path):
    import_file(session, scan(tmp_path / "scan.laz"), crs="EPSG:32637")
    import_file(session, ground(tmp_path / "ground.tif"))
    told = sorted(words(said) for said in sizes(session).values())
    assert told == ["900 points", "cells of 5 m"]
    layers = {layer["kind"]: layer for layer in summary(session)["layers"]}
    assert layers["clouds"]["points"] == 900 and layers["terrain"]["cell_m"] == 5
    city = load(session)
    assert city.relief is not None and city.relief.at(WEST + 40, NORTH - 60) == pytest.approx(48)
    [cloud] = city.clouds
    west, south, east, north = cloud.bounds
    assert WEST <= west < east <= WEST + 80 and NORTH - 90 <= south < north <= NORTH


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"points": 1200}, "1,200 points"),
        ({"cell_m": 60.363}, "cells of 60.36 m"),
        ({"pixel_m": 0.5}, "pixels of 0.50 m"),
    ],
)
def test_that_sizes_are_said_in_words(said, expected):
    assert words(said) == expected


def test_that_undo_takes_a_cloud_out_of_the_city_and_redo_brings_it_back(session, tmp_path):
    import_file(session, scan(tmp_path / "scan.laz"), crs="EPSG:32637")
    session.undo()
    assert not load(session).clouds and not sizes(session)
    session.redo()
    assert len(load(session).clouds) == 1


def test_that_the_same_scan_a_second_time_changes_nothing(session, tmp_path):
    path = scan(tmp_path / "scan.laz")
    import_file(session, path, crs="EPSG:32637")
    assert import_file(session, path, crs="EPSG:32637")["already"]
    assert len(session.rows("clouds")) == 1


def test_that_a_city_whose_file_is_gone_opens_without_it(session, tmp_path):
    import_file(session, scan(tmp_path / "scan.laz"), crs="EPSG:32637")
    [row] = session.rows("clouds").values()
    session.layer_file(str(row["file"])).unlink()
    assert load(session).clouds == ()
