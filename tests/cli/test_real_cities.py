"""Real extracts of OpenStreetMap by command line: from the file to a project that is whole and can be seen.

What is in a file is counted here by the area assembler of pyosmium, which our reader does not use.
"""

import json

import numpy as np
import pytest
from PIL import Image

from vidbudova.cli import main

DRIVEN = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service", "living_street",
}  # fmt: skip
CITIES = [
    ("north-bayreuth.osm.gz", "EPSG:32632", 4000, 800),
    ("krems.osm.gz", "EPSG:32633", 1000, 500),
    ("Helsinki.osm.pbf", "EPSG:32635", 500, 900),
]


def counted(path):
    """Buildings with their parts, and ways that are driven on, in a file."""
    import osmium

    buildings = roads = 0
    for thing in osmium.FileProcessor(str(path)).with_areas():
        if thing.is_area():
            buildings += any(thing.tags.get(key, "no") != "no" for key in ("building", "building:part"))
        elif thing.is_way():
            roads += thing.tags.get("highway") in DRIVEN
    return buildings, roads


@pytest.mark.parametrize(("name", "crs", "buildings", "roads"), CITIES)
def test_that_a_city_of_openstreetmap_is_imported_whole_checked_and_seen(
    shared_data, tmp_path, capsys, name, crs, buildings, roads
):
    project, file = tmp_path / "City.vbp.gpkg", shared_data / "osm" / name

    def run(*words):
        capsys.readouterr()
        code = main([*map(str, words), "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    assert run("new", project, "--crs", crs)["crs"] == crs
    (report,) = run("import", project, file)["files"]
    assert report["read"] == report["kept"] + report["skipped"] > 0

    told = run("info", project)
    known, driven = counted(file)
    assert known > buildings and driven > roads, "the file is the one that was meant"
    kinds = {layer["kind"]: layer for layer in told["layers"]}
    assert kinds["buildings"]["features"] == known
    assert buildings - 100 < told["buildings"] <= known, "a part is no building of its own"
    assert kinds["roads"]["features"] >= driven
    assert {layer["licence"] for layer in told["layers"]} == {"ODbL 1.0"}
    assert told["conflicts"] == 0
    assert run("check", project)["ok"]

    picture = tmp_path / "city.png"
    run("render", project, "--out", picture, "--size", "320x200")
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    assert pixels.shape == (200, 320, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 200 and pixels.std() > 8

    again = run("import", project, file)["files"]
    assert all(r["already"] for r in again)
    assert run("info", project) == told
