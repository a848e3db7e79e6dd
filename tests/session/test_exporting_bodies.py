from __future__ import annotations

import json
from pathlib import Path

import pytest
from solids3d import building, model, written

from vidbudova.errors import UserError
from vidbudova.session import Session
from vidbudova.session.exporting import export
from vidbudova.session.importing import import_file
from vidbudova.store.project import create


@pytest.fixture
def session(tmp_path: Path):
    opened = Session(create(tmp_path / "City.vbp.gpkg", "EPSG:32637"), "Olena")
    yield opened
    opened.close()


def test_that_a_model_that_came_in_goes_out_with_its_surfaces(session: Session, tmp_path: Path) -> None:
    source = written(tmp_path / "a.city.json", model({"b": building(attributes={"name": "School"})}))
    report = import_file(session, source)
    assert report["kept"] == 1
    assert export(session, "buildings", tmp_path / "out.city.json") == 1
    said = json.loads((tmp_path / "out.city.json").read_text(encoding="utf-8"))
    (one,) = said["CityObjects"].values()
    assert one["attributes"]["name"] == "School"
    flat, solid = one["geometry"]
    assert (flat["lod"], solid["type"], solid["lod"]) == ("0", "Solid", "2")
    assert len(solid["boundaries"][0]) == 12
    kinds = {s["type"] for s in solid["semantics"]["surfaces"]}
    assert kinds == {"GroundSurface", "RoofSurface", "WallSurface"}


def test_that_only_buildings_are_written_as_models(session: Session, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        export(session, "roads", tmp_path / "roads.glb")
    assert caught.value.key == "export-failed"
