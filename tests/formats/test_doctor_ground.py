"""Models that float above the terrain of the project, or sink into it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vidbudova.formats import arrays, doctor_ground, fence
from vidbudova.formats.mends import Mends
from vidbudova.formats.report import Job
from vidbudova.formats.staging import Staging

SLOPE = 0.1


@pytest.fixture
def terrain(tmp_path: Path) -> Path:
    """A plane that climbs eastwards from 50 m."""
    path = tmp_path / "ground.arrays"
    heights = np.broadcast_to(50.0 + SLOPE * 10.0 * np.arange(41), (41, 41)).astype(np.float32)
    arrays.write(path, {"heights": heights}, {"x0": 0.0, "y0": 400.0, "cell_m": 10.0})
    return path


def model(tmp_path: Path, above_m: float, houses: int = 5) -> tuple[Staging, str]:
    """Small pyramids that stand so much above that plane, staged as a reader does."""
    points, triangles, owner = [], [], []
    for n in range(houses):
        x = 60.0 * n + 20.0
        z = 50.0 + SLOPE * x + above_m
        points += [(x, 200.0, z), (x + 1e-3, 200.0, z), (x, 201.0, z + 9.0)]
        triangles.append((3 * n, 3 * n + 1, 3 * n + 2))
        owner.append(n)
    path = tmp_path / "model.arrays"
    meta = {"origin": [0.0, 0.0, 40.0], "ids": [str(n) for n in range(houses)], "heights": "absolute"}
    content = {
        "points": (np.array(points) - [0, 0, 40.0]).astype(np.float32), "triangles": np.array(triangles, np.int32),
        "owner": np.array(owner, np.int32),
    }  # fmt: skip
    arrays.write(path, content, meta)
    staging = Staging(tmp_path / "staging.sqlite")
    sha256 = staging.add_file(path)
    staging.add("models", [{"id": "m", "file": sha256, "role": "buildings"}])
    return staging, sha256


@pytest.mark.parametrize(("above_m", "code"), [(24.3, "heights-float"), (-31.0, "heights-sink")])
def test_that_models_off_the_ground_say_by_how_much_and_the_mend_puts_them_down(tmp_path, terrain, above_m, code):
    """https://github.com/iTowns/itowns/issues/855: buildings floated 15 to 50 m without a word."""
    staging, sha256 = model(tmp_path, above_m)
    (found,) = doctor_ground.check(staging, [str(terrain)], Mends())
    assert (found.code, found.count, found.mends) == (code, 5, (f"shift-heights={-above_m:.1f}",))
    assert doctor_ground.check(staging, [str(terrain)], Mends(found.mends)) == []
    ((moved,),) = staging.query("SELECT file FROM models")
    assert moved != sha256 and [one.stem for one in staging.files.iterdir()] == [moved]
    placed = arrays.open_arrays(staging.files / f"{moved}.arrays")
    assert placed.meta["origin"][2] == pytest.approx(40.0 - above_m) and len(placed["points"]) == 15


@pytest.mark.parametrize("above_m", [0.0, 3.0, -4.0])
def test_that_models_on_the_ground_are_not_doubted(tmp_path, terrain, above_m):
    staging, _sha256 = model(tmp_path, above_m)
    assert doctor_ground.check(staging, [str(terrain)], Mends()) == []


def test_that_things_at_all_heights_are_not_taken_for_another_datum(terrain):
    feet = np.array([[x, 200.0, 50.0 + above] for x, above in zip(range(0, 300, 10), range(0, 300, 10), strict=True)])
    assert doctor_ground.off_the_ground(feet.astype(float), [arrays.open_arrays(terrain)]) == []


def test_that_places_beyond_the_terrain_say_nothing(terrain):
    found = doctor_ground.ground(np.array([[-500.0, 0.0], [205.0, 200.0]]), [arrays.open_arrays(terrain)])
    assert np.isnan(found[0]) and found[1] == pytest.approx(50.0 + SLOPE * 205.0)


def test_that_the_ground_is_within_the_fence(tmp_path, terrain, monkeypatch):
    seen: list[Path] = []
    monkeypatch.setattr(fence, "_keep_libraries_in", lambda readable, writable: seen.extend(readable))
    monkeypatch.setattr(fence, "_keep_python_in", lambda allowed: None)
    job = Job("a", "a", "0", "EPSG:32637", str(tmp_path / "s"), str(tmp_path), terrain=[str(terrain)])
    fence.put_up(job)
    assert terrain in seen
