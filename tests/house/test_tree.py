"""What lies in the repository: sizes, docstrings, data files with their source, nothing of one machine."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from house.tree import ROOT, SOURCE, modules, texts, tracked

LONGEST_FILE = 400
LARGEST_FILE_MB = 1.0
MACHINE_PATH = re.compile(r"(?<![A-Za-z0-9_.~])/(?:work|root|tmp/[A-Za-z]|home/[a-z]+)/")
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "deb.debian" + ".org")
JSON_FILES = sorted((ROOT / "resources").rglob("*.json"))


def test_that_no_file_is_long_without_a_written_reason() -> None:
    decisions = ROOT / "DECISIONS.md"
    reasons = decisions.read_text(encoding="utf-8") if decisions.exists() else ""
    long = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py" and path.read_text(encoding="utf-8").count("\n") > LONGEST_FILE
    ]
    assert [path for path in long if path not in reasons] == []


def test_that_no_file_is_large() -> None:
    large = [f"{p.relative_to(ROOT)}" for p in tracked() if p.stat().st_size > LARGEST_FILE_MB * 1e6]
    assert large == []


def test_that_no_file_is_called_after_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "manager", "base", "misc", "common"}
    assert [path for path, _ in modules() if Path(path).stem in nothing] == []


def test_that_no_path_of_one_machine_is_in_the_tree() -> None:
    found = [f"{name}: {hit.group()}" for name, text in texts() for hit in MACHINE_PATH.finditer(text)]
    assert found == []


def test_that_no_registry_is_named_in_the_tree() -> None:
    assert [f"{name}: {host}" for name, text in texts() for host in REGISTRIES if host in text] == []


def test_that_nothing_is_left_open_in_code() -> None:
    words = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + r"\b", "NotImplemented" + "Error")))
    assert [name for name, text in texts() if name.startswith(("desktop", "plugins")) and words.search(text)] == []


def public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Functions and methods of a module that others may call."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for cls in tree.body:
        if isinstance(cls, ast.ClassDef) and not cls.name.startswith("_"):
            found += [node for node in cls.body if isinstance(node, ast.FunctionDef)]
    return [node for node in found if not node.name.startswith("_")]


@pytest.mark.parametrize("room", ["model", "plugin"])
def test_that_every_public_function_of_the_room_says_what_it_is_for(room: str) -> None:
    silent = [
        f"{path}:{function.lineno} {function.name}"
        for path, tree in modules()
        if path.startswith(room + "/")
        for function in public_functions(tree)
        if not ast.get_docstring(function)
    ]
    assert silent == []


def test_that_every_module_says_what_it_tells() -> None:
    silent = [path for path, tree in modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_that_the_rooms_are_where_the_layout_says() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    assert {"model", "store", "formats", "session", "scene", "cli", "ui"} <= rooms


@pytest.mark.parametrize("path", JSON_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_that_a_data_file_says_its_source_and_date(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data.get("source") or data.get("sources"), "no source"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(data.get("dated"))), "no date"
