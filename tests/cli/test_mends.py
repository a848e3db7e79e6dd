"""Findings and mends by command line: shown by a dry run, done only when named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vidbudova.cli import main

CRS = "EPSG:32637"


@pytest.fixture
def vidbudova(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Runs a command on one project; gives the exit code and what was answered."""
    project = tmp_path / "City.vbp.gpkg"

    def run(command: str, *told: str) -> tuple[int, dict[str, Any]]:
        code = main([command, str(project), *told, "--json"])
        return code, json.loads(capsys.readouterr().out)

    assert run("new", "--crs", CRS)[0] == 0
    return run


@pytest.fixture
def swapped(tmp_path: Path, vidbudova: Any) -> Path:
    """Places with north first, for a project that has some already."""
    here = tmp_path / "here.csv"
    here.write_text("lon,lat,name\n37.55,47.10,a\n37.56,47.11,b\n")
    assert vidbudova("import", str(here))[0] == 0
    path = tmp_path / "swapped.csv"
    path.write_text("lon,lat,name\n47.10,37.55,c\n47.11,37.56,d\n")
    return path


def test_that_a_dry_run_shows_what_is_wrong_and_the_mend(vidbudova, swapped):
    code, said = vidbudova("import", str(swapped), "--dry-run")
    (found,) = said["files"][0]["problems"]
    assert code == 0 and found["code"] == "axes-swapped"
    assert found["mend"]["id"] == "swap-axes" and found["mend"]["words"]
    assert {"code", "count", "message", "examples"} <= set(found)
    assert vidbudova("info")[1]["layers"][0]["features"] == 2


def test_that_a_mend_that_is_named_is_done(vidbudova, swapped):
    code, said = vidbudova("import", str(swapped), "--mend", "swap-axes")
    assert code == 0 and said["files"][0]["problems"] == [] and said["files"][0]["kept"] == 2


def test_that_an_unknown_mend_is_refused_with_its_own_number(vidbudova, swapped):
    code, said = vidbudova("import", str(swapped), "--mend", "magic")
    assert (code, said["error"]["key"]) == (29, "mend-unknown")


def test_that_a_missing_system_comes_with_candidates(vidbudova, swapped, tmp_path):
    path = tmp_path / "metres.csv"
    path.write_text("x,y,name\n390000,5217000,a\n")
    code, said = vidbudova("import", str(path))
    assert (code, said["error"]["key"]) == (24, "crs-missing")
    assert said["error"]["candidates"][0]["crs"] == CRS and said["error"]["candidates"][0]["place"]
