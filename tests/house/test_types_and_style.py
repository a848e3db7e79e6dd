"""Types are strict and the style is one, in every file of ours."""

from __future__ import annotations

import os
import subprocess
import sys

from house.tree import ROOT


def test_that_types_hold_strictly() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-incremental", "--cache-dir", os.devnull],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_that_the_style_is_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "dev.py", "desktop", "tests", "plugins"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
