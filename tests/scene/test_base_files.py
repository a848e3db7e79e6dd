"""The ground of a project: files of heights and pictures, also those that are missing or wrong."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scene.district import AT, shapes
from scene.hills import CELL_M, NORTH, WEST, grid, sheet

from vidbudova.formats import arrays
from vidbudova.model.shapes import Shapes
from vidbudova.scene import base_files

META = {"x0": WEST, "y0": NORTH, "cell_m": CELL_M, "crs": "EPSG:32637", "height_datum": ""}


def session(folder: Path, **tables: list[dict[str, Any]]) -> Any:
    """What a session says of tables whose rows name files in a folder."""
    return SimpleNamespace(
        rows=lambda table: dict(enumerate(tables.get(table, []))),
        layer_file=lambda name: folder / name if (folder / name).is_file() else None,
    )


def no_water() -> Shapes:
    return shapes("w", [], [])


def test_that_heights_come_from_their_file_and_missing_or_wrong_files_are_left_out(tmp_path: Path) -> None:
    arrays.write(tmp_path / "good", {"heights": grid().values}, META)
    arrays.write(tmp_path / "flat", {"heights": np.zeros(7, np.float32)}, META)
    arrays.write(tmp_path / "nowhere", {"heights": grid().values}, META | {"cell_m": 0.0})
    (tmp_path / "text").write_text("no arrays")
    rows = [{"file": name, "name": name} for name in ("good", "flat", "nowhere", "text", "gone")]
    found = base_files.relief(session(tmp_path, terrain=rows), no_water())
    assert found is not None and len(found.grids) == 1
    assert found.at(*AT) == pytest.approx(float(grid().at(AT[None, :])[0][0]))
    assert base_files.relief(session(tmp_path, terrain=rows[1:]), no_water()) is None


def test_that_levelling_water_changes_no_file(tmp_path: Path) -> None:
    import shapely

    arrays.write(tmp_path / "good", {"heights": grid().values}, META)
    before = (tmp_path / "good").read_bytes()
    lake = shapes("w", [shapely.Point(*(AT + [520.0, 480.0])).buffer(90.0)], [{}])
    found = base_files.relief(session(tmp_path, terrain=[{"file": "good"}]), lake)
    assert found is not None
    assert found.at(AT[0] + 520, AT[1] + 480) < float(grid().at(AT[None, :] + [520.0, 480.0])[0][0]) - 0.5
    assert (tmp_path / "good").read_bytes() == before


def test_that_pictures_come_from_their_file_and_broken_tiles_are_holes(tmp_path: Path) -> None:
    from vidbudova.scene.imagery import Imagery

    given = sheet()
    tiles = given.tiles.copy()
    tiles[int(given.index[1, 3]) :][:40] = 0
    meta = {"x0": given.x0, "y0": given.y0, "pixel_m": given.pixel_m, "levels": 1, "width": 512, "height": 512}
    arrays.write(tmp_path / "good", {"tiles": tiles, "index": given.index}, meta)
    arrays.write(tmp_path / "huge", {"tiles": tiles, "index": given.index}, meta | {"width": 10**9})
    found = base_files.imagery(session(tmp_path, imagery=[{"file": "good"}, {"file": "huge"}]))
    assert len(found) == 1
    square = (given.x0, given.y0 - 2000.0, given.x0 + 2000.0, given.y0)
    seen = Imagery(found).picture(square, 64, (0.5, 0.5, 0.5))
    assert seen[60, 2] == pytest.approx((200, 0, 0), abs=3)
    assert seen[60, 60] == pytest.approx((128, 128, 128), abs=3)
    assert seen[2, 2] == pytest.approx((0, 0, 200), abs=3)
    far = Imagery(found).picture((0.0, 0.0, 2000.0, 2000.0), 16, (0.5, 0.5, 0.5))
    assert (far == far[0, 0]).all()
