"""The commands for the build and for machines without a screen: the self-test and the tour."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vidbudova.cli import selftest, tour
from vidbudova.session.sample import make_sample
from vidbudova.store.project import open_project


def test_that_the_program_passes_its_own_self_test_without_a_screen() -> None:
    blind = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    done = subprocess.run(
        [sys.executable, "-m", "vidbudova", "selftest"], capture_output=True, text=True, timeout=300, env=blind
    )
    assert done.returncode == 0, done.stderr
    assert "window: open" in done.stderr


def test_that_a_window_that_shows_nothing_fails_the_self_test(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDBUDOVA_HOME", os.environ["VIDBUDOVA_HOME"])
    assert selftest.run(lambda project: 1) == 1
    assert "window: FAILED" in capsys.readouterr().err


def test_that_the_tour_leaves_pictures_and_the_project_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_sample(tmp_path / "Small.vbp.gpkg", buildings=300, seed=2)
    before = lines(project)
    assert tour.run([str(project), "--out", str(tmp_path / "out"), "--json"]) == 0
    pictures = json.loads(capsys.readouterr().out)["pictures"]
    images = [np.asarray(Image.open(path)) for path in pictures]
    assert [image.shape[:2] for image in images] == [(tour.SIZE[1], tour.SIZE[0])] * 5
    assert all(len(np.unique(image.reshape(-1, image.shape[2])[::97], axis=0)) > 20 for image in images)
    assert lines(project) == before
    assert len(lines(tmp_path / "out" / "Tour.vbp.gpkg")) == len(before) + 2


def lines(path: Path) -> list[str]:
    """The log of a project."""
    project = open_project(path, read_only=True)
    try:
        return [change.id for change in project.changes()]
    finally:
        project.close()
