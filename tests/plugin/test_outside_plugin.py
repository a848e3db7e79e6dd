"""A plugin by somebody else, from its folder or zip to its numbers, as a person would do it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from vidbudova import cli
from vidbudova.plugin import finding
from vidbudova.plugin.testing import broken_promises, load, sample_project

OUTSIDE = Path(__file__).resolve().parents[1] / "data" / "outside_plugin"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's settings folder, empty."""
    monkeypatch.setenv("VIDBUDOVA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """The plugin as it would be sent: a zip with one folder in it."""
    with zipfile.ZipFile(tmp_path / "heat-demand-1.2.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(OUTSIDE.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, Path("heat-demand-main") / file.relative_to(OUTSIDE))
    return tmp_path / "heat-demand-1.2.zip"


def asked(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> dict[str, object]:
    """The answer of a command."""
    assert cli.main([*map(str, words), "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_that_it_keeps_its_word() -> None:
    assert broken_promises(OUTSIDE) == []


def test_that_a_cube_of_ten_metres_loses_what_a_pocket_calculator_says() -> None:
    with load(OUTSIDE) as plugin:
        from shapely import box

        house, heat = [box(0, 0, 10, 10)], plugin.season_kwh
        outer, volume = plugin.envelope.outer_area_m2(house, 10.0), plugin.envelope.volume_m3(house, 10.0)
        # 600 m² at 1 W/(m²K) and 1000 m³ at 0.17 W/(m³K) are 770 W/K; 24 kKh are 18,480 kWh
        assert heat(outer, volume, 1.0, 0.0, 1000.0) == pytest.approx([18480.0])
        assert heat(outer, volume, 1.0, 3.0, 1000.0) == pytest.approx([24 * (600 * 1.6 + 170)])


def test_that_it_runs_once_it_is_installed_and_approved(
    home: Path, zipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = shutil.copy(sample_project(), tmp_path / "City.vbp.gpkg")
    came = asked(capsys, "plugins", "install", zipped)
    assert (came["id"], came["state"], came["before"]) == ("heat-demand", "unapproved", "")
    refused = asked(capsys, "analyse", project, "heat-demand", code=61)
    assert refused["error"]["key"] == "plugin-not-ready"  # type: ignore[index]
    assert asked(capsys, "plugins", "approve", "heat-demand")["state"] == "ready"
    words = ["analyse", project, "heat-demand", "--set", "degree_days=3000", "--out", tmp_path / "out"]
    whole = asked(capsys, *words)
    better = asked(capsys, *words, "--set", "insulation=renovated")
    assert whole["version"] == "1.2" and whole["parameters"]["degree_days"] == 3000.0  # type: ignore[index]
    rows = whole["tables"]["demand"]  # type: ignore[index]
    total = sum(row["heat_kwh"] for row in rows) / 1000
    assert total == pytest.approx(whole["summary"]["heat_mwh"], abs=0.01) and total > 100  # type: ignore[index]
    assert better["summary"]["heat_mwh"] < 0.5 * whole["summary"]["heat_mwh"]  # type: ignore[index]
    assert whole["inputs_sha256"] != better["inputs_sha256"]


def test_that_a_changed_file_has_to_be_approved_again(
    home: Path, zipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "plugins", "install", zipped)
    asked(capsys, "plugins", "approve", "heat-demand")
    library = home / "plugins" / "heat-demand" / "vendor" / "envelope" / "__init__.py"
    library.write_text(library.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = finding.find("heat-demand")
    assert found is not None and found.state == "unapproved"


def test_that_a_run_takes_the_source_and_no_compiled_leftover(
    home: Path, zipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import importlib.util
    from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[import-not-found]

    project = shutil.copy(sample_project(), tmp_path / "City.vbp.gpkg")
    asked(capsys, "plugins", "install", zipped)
    asked(capsys, "plugins", "approve", "heat-demand")
    for source in (home / "plugins" / "heat-demand").rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(source)))
        compiled.parent.mkdir(exist_ok=True)
        evil = compile("raise SystemExit('not what was approved')", str(source), "exec")
        compiled.write_bytes(_code_to_hash_pyc(evil, bytes(8), checked=False))
    assert finding.ready("heat-demand").id == "heat-demand"
    assert asked(capsys, "analyse", project, "heat-demand")["summary"]["heat_mwh"] > 100  # type: ignore[index]
