"""Every test process has its own virtual screen, its own settings folder and English words."""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

_screen: subprocess.Popen[bytes] | None = None
_home: str | None = None


def pytest_configure(config: pytest.Config) -> None:
    global _home
    _home = tempfile.mkdtemp(prefix="vidbudova-tests-")
    os.environ["VIDBUDOVA_HOME"] = _home
    os.environ["VIDBUDOVA_LANGUAGE"] = "en"
    # machine code of plugins takes half a minute to make: once for all test processes, and for the next time
    os.environ.setdefault("VIDBUDOVA_CACHE", str(Path(__file__).resolve().parents[1] / "build" / "cache"))
    only_starts_workers = bool(config.getoption("numprocesses", None))
    if sys.platform.startswith("linux") and not only_starts_workers:
        _open_screen()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _screen is not None:
        _screen.terminate()
        _screen.wait(10)
    if _home is not None:
        shutil.rmtree(_home, ignore_errors=True)


def pytest_runtest_teardown() -> None:
    """Once there was a window, a timer collects cycles, which runs only while a test waits for something."""
    if not gc.isenabled():
        from PySide6.QtWidgets import QApplication

        from vidbudova.ui.collector import Collector

        collector = QApplication.instance().findChild(Collector)
        if collector is not None:
            collector.collect()


def _open_screen() -> None:
    """Start an Xvfb of our own: two test processes on one screen would take each other's focus."""
    global _screen
    server = shutil.which("Xvfb")
    if server is None:
        return
    reading, writing = os.pipe()
    _screen = subprocess.Popen(
        # without -noreset it begins anew whenever its last window closes, and who opens one just then is turned away
        [server, "-displayfd", str(writing), "-screen", "0", "1920x1200x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writing,),
        preexec_fn=_end_with_parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    if number:
        os.environ["DISPLAY"] = f":{number}"
        os.environ.pop("WAYLAND_DISPLAY", None)


def _end_with_parent() -> None:
    """Let the kernel end the screen when its test process dies, also by a crash: nothing may keep the run waiting."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the checkout; tests that need them are skipped where they are not."""
    folder = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder with real data is not beside this checkout")
    return folder


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Puts a folder among a person's own plugins, approved; each test has a settings folder of its own."""
    monkeypatch.setenv("VIDBUDOVA_HOME", str(tmp_path / "home"))

    def put(folder: Path) -> None:
        from vidbudova.plugin import finding

        place = finding.own_folder() / folder.name
        shutil.copytree(folder, place)
        assert finding.approve(finding.at(place)).state == "ready"

    return put
