"""Where files are: in the source tree, installed, or frozen. The only place that knows the difference."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def is_frozen() -> bool:
    """Whether this is the PyInstaller build."""
    return bool(getattr(sys, "frozen", False))


def root() -> Path:
    """The folder that holds resources/ and plugins/."""
    if is_frozen():
        return Path(getattr(sys, "_MEIPASS", Path(sys.executable).parent))
    return Path(__file__).resolve().parents[2]


def resources(*parts: str) -> Path:
    """A file or folder under resources/."""
    return root().joinpath("resources", *parts)


def locale() -> Path:
    """The folder of the gettext catalogues."""
    return resources("locale")


def settings_folder() -> Path:
    """Per-person settings; VIDBUDOVA_HOME overrides (tests, portable installs)."""
    if home := os.environ.get("VIDBUDOVA_HOME"):
        return Path(home)
    import platformdirs

    return Path(platformdirs.user_config_dir("Vidbudova", appauthor=False))


def cache_folder() -> Path:
    """What can be made again, one person's: kernels that plugins compiled. VIDBUDOVA_CACHE overrides."""
    if cache := os.environ.get("VIDBUDOVA_CACHE"):
        return Path(cache)
    if home := os.environ.get("VIDBUDOVA_HOME"):
        return Path(home) / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir("Vidbudova", appauthor=False))


def logs_folder() -> Path:
    """Where the crash handler writes."""
    return settings_folder() / "logs"


def child_command(module: str) -> list[str]:
    """The command that runs one of our modules in a child process, also when frozen.

    `main` looks for --vidbudova-child first of all when frozen, and runs the named module.
    """
    if is_frozen():
        return [sys.executable, "--vidbudova-child", module]
    return [sys.executable, "-m", module]
