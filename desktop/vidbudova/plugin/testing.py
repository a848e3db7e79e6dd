"""For authors of plugins: cities to try a plugin on, and the test that every plugin has to pass.

In a test of a plugin::

    from vidbudova.plugin.testing import check_contract

    def test_that_it_keeps_its_word():
        check_contract(FOLDER)
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from vidbudova import paths
from vidbudova.model.schema import TABLES
from vidbudova.plugin import loading, manifest, promises
from vidbudova.plugin.city import City
from vidbudova.plugin.made_city import MadeCity
from vidbudova.plugin.tables import ProjectCity
from vidbudova.store.project import open_project

__all__ = ["broken_promises", "check_contract", "city_of", "load", "no_progress", "sample_city", "sample_project"]


def check_contract(folder: Path | str, parameters: Mapping[str, Any] | None = None) -> None:
    """Run a plugin on the sample city and see that it does what its manifest says.

    Parameters
    ----------
    folder : with `plugin.toml`.
    parameters : for those that have no default, or to try others.

    Raises
    ------
    AssertionError
        With one line for everything that is wrong.
    """
    if found := broken_promises(folder, parameters):
        raise AssertionError("\n".join(found))


def broken_promises(folder: Path | str, parameters: Mapping[str, Any] | None = None) -> list[str]:
    """What `check_contract` finds wrong, as sentences; empty if all is well."""
    folder = Path(folder).resolve()
    if found := promises.of_folder(folder):
        return found
    told = manifest.read(folder)
    with contextlib.ExitStack() as held:
        try:
            module = held.enter_context(load(folder))
        except BaseException as error:  # noqa: BLE001 - whatever a plugin does while it is loaded is told
            return [promises.broke("import", error)]
        city = held.enter_context(sample_city(told.reads))
        return promises.of_module(module, folder, told, city, dict(parameters or {}))


def no_progress(share: float, what: str = "") -> None:
    """A `progress` that tells nobody and never cancels."""


def city_of(
    tables: Mapping[str, Any], crs: str = "EPSG:32637", language: str = "en", folder: Path | None = None
) -> City:
    """A city of tables that you make yourself.

    Parameters
    ----------
    tables : name -> DataFrame or GeoDataFrame with a column `id`; tables that are not named have no rows, and columns
        that a table lacks are empty.

    Raises
    ------
    ValueError
        For a table or a column that no city has.
    """
    return MadeCity(tables, crs, language, folder or Path(tempfile.gettempdir()))


@contextlib.contextmanager
def sample_city(
    reads: Sequence[str] = tuple(TABLES), buildings: int = 300, seed: int = 1, language: str = "en"
) -> Iterator[City]:
    """The sample city, a town that does not exist, as a plugin sees it that declares those tables.

    Parameters
    ----------
    reads : what the plugin declares.
    buildings : about how many, from 300.
    seed : the same seed gives the same city.
    """
    project = open_project(sample_project(buildings, seed), read_only=True)
    with tempfile.TemporaryDirectory(prefix="vidbudova-plugin-") as scratch:
        try:
            yield ProjectCity(project, reads, "now", language, Path(scratch), "Sample")
        finally:
            project.close()


@lru_cache(maxsize=4)
def sample_project(buildings: int = 300, seed: int = 1) -> Path:
    """The project file of a sample city, made once by the program itself; it goes when Python ends."""
    place = Path(tempfile.mkdtemp(prefix="vidbudova-sample-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    path = place / "Sample.vbp.gpkg"
    command = [sys.executable] if paths.is_frozen() else [sys.executable, "-m", "vidbudova"]
    done = subprocess.run(
        [*command, "sample", path, "--buildings", str(buildings), "--seed", str(seed)], env=_environment(),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=600,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return path


def _environment() -> dict[str, str]:
    """Where the program is found again, however it was found here."""
    source = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH", "")]))}


@contextlib.contextmanager
def load(folder: Path | str) -> Iterator[ModuleType]:
    """The module with `run` of a plugin, as the program loads it; it is forgotten afterwards.

    Raises
    ------
    ManifestError, ImportError
    """
    folder = Path(folder).resolve()
    entry = manifest.read(folder).entry
    before, path, hooks, writes = set(sys.modules), list(sys.path), list(sys.path_hooks), sys.dont_write_bytecode
    aside = {name: sys.modules.pop(name) for name in before if name.partition(".")[0] == entry}
    try:
        yield loading.load(folder, entry)
    finally:
        sys.path[:], sys.path_hooks[:], sys.dont_write_bytecode = path, hooks, writes
        for name in [name for name in sys.modules if name not in before and _is_of(sys.modules[name], folder)]:
            del sys.modules[name]
        sys.modules.pop(entry, None)
        sys.modules.update(aside)


def _is_of(module: ModuleType, folder: Path) -> bool:
    return Path(getattr(module, "__file__", None) or os.devnull).is_relative_to(folder)
