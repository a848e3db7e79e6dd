"""The child's side of getting ready: libraries, the plugin's module, and what the plugin itself makes ready."""

from __future__ import annotations

import contextlib
import importlib
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

from vidbudova.plugin import Progress, loading, manifest, trust

LIBRARIES = ("numpy", "pandas", "shapely", "geopandas", "vidbudova.plugin.tables", "vidbudova.plugin.result_file")


class Loaded:
    """A plugin's module in this process.

    Attributes
    ----------
    folder, told : where it is, and what it says of itself.
    sha256 : of the folder, once the module was loaded ahead of an order; "" else.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.told = folder, manifest.read(folder)
        self.sha256 = ""
        self._module: ModuleType | None = None
        self._is_warm = False

    @property
    def module(self) -> ModuleType:
        """Loaded when it is first asked for."""
        if self._module is None:
            self._module = loading.load(self.folder, self.told.entry)
        return self._module

    def ahead(self, language: str, progress: Progress) -> None:
        """All that can be done before there is an order."""
        for name in (*LIBRARIES, *self.told.needs):
            with contextlib.suppress(ImportError):  # it may come with the plugin
                importlib.import_module(name)
        _know_places()
        if not _would_hold_files(self.folder):
            self.warm(language, progress)
            self.sha256 = trust.folder_sha256(self.folder)

    def warm(self, language: str, progress: Progress) -> None:
        """Let the plugin make ready what it can without a city, once."""
        warm = getattr(self.module, "warm", None)
        if warm is not None and not self._is_warm:
            self._is_warm = True
            warm(language, progress)


def fits(loaded: Loaded, folder: Path, sha256: str) -> bool:
    """Whether what was loaded ahead is what is ordered."""
    return loaded.folder == folder and loaded.sha256 in ("", sha256)


def _know_places() -> None:
    """The first coordinate system takes a tenth of a second, whichever it is."""
    import geopandas as gpd

    gpd.GeoSeries([], crs="EPSG:32637")


def _would_hold_files(folder: Path) -> bool:
    """Windows does not let a folder be replaced while a library in it is loaded."""
    ends = tuple(EXTENSION_SUFFIXES)
    return sys.platform == "win32" and any(path.name.endswith(ends) for path in folder.rglob("*"))
