"""Files of large arrays beside the project: whole with their layer, or not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import arrays
from vidbudova.formats.staging import Staging
from vidbudova.store.project import Project, create, open_project
from vidbudova.store.rescue import rescue

FIELDS = {"source": "dem.tif", "sha256": "ab" * 32, "format": "GeoTIFF", "crs": "EPSG:32637"}


def staged(folder: Path, heights: np.ndarray) -> tuple[Path, str]:
    folder.mkdir()
    staging = Staging(folder / "staging.sqlite")
    arrays.write(folder / "made.arrays", {"heights": heights}, {"cell_m": 2.0})
    sha256 = staging.add_file(folder / "made.arrays")
    row = {"id": "t1", "geom": shapely.to_wkb(shapely.box(0, 0, 6, 8)), "name": "DEM", "file": sha256, "cell_m": 2.0}
    staging.add("terrain", [row])
    staging.close({})
    return folder / "staging.sqlite", sha256


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create(tmp_path / "City.vbp.gpkg", "EPSG:32637")


def test_that_the_arrays_come_beside_the_project_with_their_row(project: Project, tmp_path: Path) -> None:
    heights = np.arange(12, dtype=np.float32).reshape(3, 4)
    staging, sha256 = staged(tmp_path / "s", heights)
    project.add_layer(staging, FIELDS, "Olena", 1)
    file = project.layer_file(sha256)
    assert file == tmp_path / "City.layers" / f"{sha256}.arrays"
    assert (arrays.open_arrays(file)["heights"] == heights).all()
    assert [row["file"] for row in project.rows("terrain").values()] == [sha256]
    assert project.check() == [] and project.layer_file("f" * 64) is None
    project.close()


def test_that_a_layer_that_fails_leaves_no_file(project: Project, tmp_path: Path) -> None:
    staging, _sha256 = staged(tmp_path / "s", np.ones((3, 3), np.float32))

    def stop(share: float) -> None:
        raise UserError("import-cancelled", file="dem.tif")

    with pytest.raises(UserError):
        project.add_layer(staging, FIELDS, "Olena", 1, stop)
    assert not list((tmp_path / "City.layers").glob("*")) and project.count("terrain") == 0
    project.close()


def test_that_a_file_that_is_not_what_its_name_says_is_refused(project: Project, tmp_path: Path) -> None:
    staging, sha256 = staged(tmp_path / "s", np.ones((3, 3), np.float32))
    file = staging.with_name("staging.sqlite.files") / f"{sha256}.arrays"
    file.write_bytes(file.read_bytes() + b"more")
    with pytest.raises(UserError):
        project.add_layer(staging, FIELDS, "Olena", 1)
    assert project.count("terrain") == 0 and not list((tmp_path / "City.layers").glob("*"))
    project.close()


def test_that_check_names_a_missing_and_a_damaged_file(project: Project, tmp_path: Path) -> None:
    staging, sha256 = staged(tmp_path / "s", np.ones((3, 3), np.float32))
    project.add_layer(staging, FIELDS, "Olena", 1)
    file = project.layer_file(sha256)
    assert file is not None
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"x")
    assert [(p.kind, "damaged" in p.message) for p in project.check()] == [("layers", True)]
    file.unlink()
    assert [(p.kind, "not here" in p.message) for p in project.check()] == [("layers", True)]
    project.close()


def test_that_undo_hides_the_row_and_redo_finds_the_file_again(project: Project, tmp_path: Path) -> None:
    staging, sha256 = staged(tmp_path / "s", np.ones((3, 3), np.float32))
    project.add_layer(staging, FIELDS, "Olena", 1)
    project.take_back("undo", "Olena", 2)
    assert project.count("terrain") == 0
    project.take_back("redo", "Olena", 3)
    assert project.count("terrain") == 1 and project.layer_file(sha256) is not None
    project.close()


def test_that_a_copy_has_the_files_too(project: Project, tmp_path: Path) -> None:
    staging, sha256 = staged(tmp_path / "s", np.ones((3, 3), np.float32))
    project.add_layer(staging, FIELDS, "Olena", 1)
    project.save_copy(tmp_path / "there" / "Copy.vbp.gpkg")
    project.close()
    shutil.rmtree(tmp_path / "City.layers")
    copy = open_project(tmp_path / "there" / "Copy.vbp.gpkg")
    assert copy.check() == [] and copy.layer_file(sha256) is not None
    copy.close()


def test_that_a_rescued_project_has_its_files_too(project: Project, tmp_path: Path) -> None:
    staging, sha256 = staged(tmp_path / "s", np.ones((3, 3), np.float32))
    project.add_layer(staging, FIELDS, "Olena", 1)
    (tmp_path / "City.layers" / "half.arrays.part").write_bytes(b"half")
    project.close()
    assert rescue(tmp_path / "City.vbp.gpkg", tmp_path / "Mended.vbp.gpkg", "") == []
    mended = open_project(tmp_path / "Mended.vbp.gpkg")
    assert mended.check() == [] and mended.layer_file(sha256) is not None
    assert [file.suffix for file in (tmp_path / "Mended.layers").iterdir()] == [".arrays"]
    mended.close()
