"""Arrows only point down, heavy libraries stay out of the start, and what is imported is declared and locked."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
from house.tree import ROOT, imported, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ONLY_BY_NAME = {"vtk"}
"""Declared because pyvista and vtkmodules come from it; the name itself is never imported."""


def test_that_imports_follow_the_staircase() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run([*command, "--no-logo"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def loaded_by(module: str) -> set[str]:
    """The top names in sys.modules of a fresh process after one import."""
    code = f"import sys, {module}; print(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["vidbudova.session", "vidbudova.store.project", "vidbudova.cli"])
def test_that_this_room_brings_neither_windows_nor_pictures_nor_data_frames(module: str) -> None:
    loaded = loaded_by(module)
    assert "vidbudova" in loaded
    assert not loaded & {"PySide6", "vtkmodules", "vtk", "pyvista", "pandas", "geopandas"}


def test_that_the_program_starts_without_heavy_libraries() -> None:
    assert not loaded_by("vidbudova.main") & {"numpy", "shapely", "PySide6", "vtkmodules", "pandas"}


def test_that_the_window_is_imported_before_the_picture_library() -> None:
    assert not loaded_by("vidbudova.ui.app") & {"vtkmodules", "vtk", "pyvista", "pandas", "geopandas", "matplotlib"}


def test_that_qt_and_vtk_meet_in_one_file_only() -> None:
    meeting = {path for path, tree in modules() if {"PySide6"} & imported(tree) and {"vtkmodules"} & imported(tree)}
    assert meeting <= {"ui/viewport.py"}


def test_that_nothing_of_ours_imports_a_plugin() -> None:
    assert [path for path, tree in modules() if "plugins" in imported(tree)] == []


def requirement_names(requirements: list[str]) -> set[str]:
    """Distribution names of requirement lines, as the lock writes them."""
    return {re.split(r"[<>=!~\[; ]", line)[0].lower().replace("_", "-") for line in requirements}


def test_that_every_imported_library_is_declared() -> None:
    owners = metadata.packages_distributions()
    declared = requirement_names(PROJECT["dependencies"])
    ours = {"vidbudova"} | set(sys.stdlib_module_names)
    for path, tree in modules():
        for name in imported(tree) - ours:
            sources = {owner.lower().replace("_", "-") for owner in owners.get(name, ["not installed"])}
            companions = {"shiboken6": "pyside6-essentials", "vtk": "vtk"}
            sources |= {companions[source] for source in sources if source in companions}
            assert sources & (declared | {"pandas"}), f"{path} imports {name}, which pyproject.toml does not name"


@pytest.mark.parametrize(("lock", "extras"), [("run", ["setup"]), ("test", ["setup", "dev"]), ("freeze", ["freeze"])])
def test_that_the_lock_holds_every_declared_library_with_hashes(lock: str, extras: list[str]) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9.-]+)==", text, flags=re.MULTILINE))
    wanted = requirement_names(PROJECT["dependencies"])
    for extra in extras:
        wanted |= requirement_names(PROJECT["optional-dependencies"][extra])
    assert wanted - locked == set(), "run `python3 dev.py lock`"
    assert text.count("==") - text.count(" == ") <= text.count("--hash=sha256:")
