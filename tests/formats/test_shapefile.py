"""Shapefiles: several files that are one, with letters of the nineties and names of ten letters."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import sources


def _shapefile(folder: Path, stem: str = "budynky", crs: str | None = "EPSG:32637", encoding: str = "CP1251") -> Path:
    import pyogrio

    folder.mkdir(exist_ok=True)
    path = folder / f"{stem}.shp"
    shapes = shapely.to_wkb(
        [shapely.box(390_000 + at * 50, 5_217_000, 390_010 + at * 50, 5_217_010) for at in range(3)]
    )
    names = np.array(["Школа", "Їдальня", None], dtype=object)
    pyogrio.raw.write(path, geometry=shapes, field_data=[names, np.array([2, 9, 5])], fields=["name", "levels"],
                      driver="ESRI Shapefile", geometry_type="Polygon", crs=crs, encoding=encoding)  # fmt: skip
    path.with_suffix(".cpg").unlink()
    return path


def test_that_letters_of_the_nineties_are_read(take, tmp_path):
    taken = take(_shapefile(tmp_path / "in"))
    assert [row["name"] for row in taken.rows("buildings")] == ["Школа", "Їдальня", None]
    assert [row["height_m"] for row in taken.rows("buildings")] == [6.0, 27.0, 15.0]


def test_that_a_zipped_shapefile_gives_the_same_as_a_plain_one(take, tmp_path):
    path = _shapefile(tmp_path / "in")
    zipped = tmp_path / "district.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for part in path.parent.iterdir():
            archive.write(part, f"дані/{part.name}")
        archive.writestr("дані/readme.txt", "hello")
    taken = take(zipped)
    assert [row["name"] for row in taken.rows("buildings")] == ["Школа", "Їдальня", None]
    assert taken.report["format"] == "shapefile"
    assert taken.problems()["member-ignored"] == 1


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_that_a_missing_system_is_asked_for_with_a_hint(take, tmp_path):
    path = _shapefile(tmp_path / "in", crs=None)
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "crs-missing"
    assert "UTM" in str(caught.value.values["hint"])
    assert take(path, crs="EPSG:32637").report["kept"] == 3


def test_that_another_table_beside_the_same_shapes_is_another_source(tmp_path):
    path = _shapefile(tmp_path / "in")
    before = sources.checksum(path)
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-2] + b"7\x1a")
    assert sources.checksum(path) != before


def test_that_a_missing_index_is_made_anew_and_not_beside_the_source(take, tmp_path):
    path = _shapefile(tmp_path / "in")
    path.with_suffix(".shx").unlink()
    assert take(path).report["kept"] == 3
    assert not path.with_suffix(".shx").exists()


def test_that_reading_never_writes_to_the_source(take, tmp_path):
    path = _shapefile(tmp_path / "in")
    path.with_suffix(".shx").write_bytes(path.with_suffix(".shx").read_bytes()[:-4] + b"\0\0\0\7")
    before = {part.name: part.read_bytes() for part in path.parent.iterdir()}
    assert take(path).report["kept"] == 3
    assert {part.name: part.read_bytes() for part in path.parent.iterdir()} == before


def test_that_a_side_file_is_pointed_to_its_shapefile(take, tmp_path):
    path = _shapefile(tmp_path / "in")
    with pytest.raises(UserError) as caught:
        take(path.with_suffix(".shx"))
    assert ".shp" in str(caught.value)


def test_that_a_lone_shp_without_attributes_is_read(take, tmp_path):
    path = _shapefile(tmp_path / "in")
    path.with_suffix(".dbf").unlink()
    assert take(path, kind="buildings").report["kept"] == 3
