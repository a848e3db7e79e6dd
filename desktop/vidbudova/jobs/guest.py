"""What is kept from a plugin in its process: windows."""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

WINDOWS = frozenset({"PySide6", "PySide2", "PyQt6", "PyQt5", "shiboken6", "tkinter", "wx"})


class NoWindow(ImportError):
    """A plugin asked for a library of windows."""


class _Ban(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in WINDOWS:
            raise NoWindow(fullname.partition(".")[0])
        return None


def ban_windows() -> None:
    """From here on, asking for a library of windows is an error that says so."""
    sys.meta_path.insert(0, _Ban())
