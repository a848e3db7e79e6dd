"""How the program and dev.py start: windows, commands, children, and what a machine lacks."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from house.tree import ROOT, imported, modules

from vidbudova import main
from vidbudova.errors import TROUBLES


def load_dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vidbudova_dev", ROOT / "dev.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("args", "window"),
    [
        ([], True),
        (["City.vbp.gpkg"], True),
        (["folder/City.VBP.GPKG"], True),
        (["--help"], False),
        (["info", "City.vbp.gpkg"], False),
        (["sample"], False),
        (["City.vbp.gpkg", "--json"], False),
    ],
)
def test_that_a_project_alone_opens_the_window_and_a_command_does_not(args: list[str], window: bool) -> None:
    assert main.asks_for_window(args) is window


@pytest.mark.parametrize("args", [[], ["os"], ["http.server"], ["vidbudova.main"]])
def test_that_only_our_own_children_are_run(args: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "vidbudova", main.CHILD_FLAG, *args], capture_output=True, timeout=60)
    assert done.returncode == 2


def started_children(tree: ast.Module) -> list[str]:
    """The modules that a module hands to `child_command`, itself or through a constant of its own."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    arguments = [
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args
        if getattr(node.func, "attr", getattr(node.func, "id", "")) == "child_command"
    ]
    return [
        str(argument.value) if isinstance(argument, ast.Constant) else str(constants[argument.id])
        for argument in arguments
        if isinstance(argument, (ast.Constant, ast.Name))
    ]


def test_that_every_child_module_that_is_started_is_allowed_when_frozen() -> None:
    assert {name for _path, tree in modules() for name in started_children(tree)} == main.CHILDREN
    assert all(importlib.util.find_spec(name) for name in main.CHILDREN)


def test_that_a_missing_screen_is_said_with_its_own_exit_code() -> None:
    import os

    blind = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    blind.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "vidbudova"], capture_output=True, text=True, timeout=60,
        env={**blind, "VIDBUDOVA_LANGUAGE": "en"},
    )  # fmt: skip
    trouble = TROUBLES["no-display"]
    assert done.returncode == trouble.code
    assert done.stderr.split("\n")[:3] == [trouble.message, trouble.kept, trouble.next]


@pytest.mark.parametrize(
    ("system", "environ", "possible"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_that_a_window_is_tried_only_where_one_can_be(system: str, environ: dict[str, str], possible: bool) -> None:
    assert main.has_display(system, environ) is possible


def test_that_dev_py_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    assert imported(tree) <= set(sys.stdlib_module_names)


def test_that_dev_py_refuses_words_it_does_not_know() -> None:
    done = subprocess.run([sys.executable, ROOT / "dev.py", "fly"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "run [PROJECT]" in done.stdout


def test_that_dev_py_finds_out_what_the_system_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    dev = load_dev()

    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if command[1] == "-p":
            present = [name for name in dev.LIBRARIES if "EGL" not in name]
            shown = "\n".join(["9 libs found", *(f"\t{name} (libc6) => /lib/{name}" for name in present)])
        else:
            shown = "xvfb installed\nfonts-noto-cjk config-files\n"
        return subprocess.CompletedProcess(command, 0, stdout=shown)

    monkeypatch.setattr(dev.subprocess, "run", answer)
    assert dev.missing_libraries() == ["libEGL.so.1"]
    assert dev.missing_packages(("xvfb", "fonts-noto-cjk", "xauth")) == ["fonts-noto-cjk", "xauth"]


def test_that_dev_py_says_the_one_command_where_it_may_not_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dev = load_dev()
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev.subprocess, "run", lambda *_, **__: pytest.fail("nothing may be run"))
    dev.install(["xvfb", "libegl1"])
    assert "sudo apt-get install -y --no-install-recommends xvfb libegl1" in capsys.readouterr().err


def test_that_what_the_build_leaves_out_is_imported_nowhere() -> None:
    spec = (ROOT / "build.spec").read_text(encoding="utf-8")
    listed = re.search(r"EXCLUDED = (\[.*?\])", spec, flags=re.DOTALL)
    assert listed is not None
    excluded = {name.split(".")[0] for name in ast.literal_eval(listed.group(1)) if not name.startswith("PySide6.")}
    left = {path: hits for path, tree in modules() if (hits := imported(tree) & excluded)}
    # the encoder does without it, and says so where there is no ffmpeg at all
    assert left == {"scene/encoder.py": {"imageio_ffmpeg"}}


def test_that_the_build_is_described_for_every_system() -> None:
    spec = Path(ROOT / "build.spec").read_text(encoding="utf-8")
    compile(spec, "build.spec", "exec")
    assert "BUNDLE(" in spec and "win32" in spec
