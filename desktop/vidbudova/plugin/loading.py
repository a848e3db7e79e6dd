"""Loading a plugin's module: from its source alone, so that what runs is what was approved."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    PathFinder,
    SourceFileLoader,
)
from pathlib import Path
from types import CodeType, ModuleType

VENDOR = "vendor"


class FromSource(SourceFileLoader):
    """Compiles a file anew and keeps nothing: a compiled leftover is not in the checksum that a person trusted."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the file as it is."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def load(folder: Path, entry: str) -> ModuleType:
    """The module of a plugin: the folder itself as a package, or a module of that name in it.

    Nothing is written into the folder. Libraries that it brings along come after those of the program. This process is
    the plugin's from here on.
    """
    sys.dont_write_bytecode = True
    sys.path_hooks.insert(0, _hook(folder))
    if (vendor := folder / VENDOR).is_dir():
        sys.path.append(str(vendor))
    if is_package(folder, entry):
        return _package(folder, entry)
    sys.path.insert(0, str(folder))
    return importlib.import_module(entry)


def is_package(folder: Path, entry: str) -> bool:
    """Whether the folder itself is the package, and not around it."""
    inside = folder / entry
    return (folder / "__init__.py").is_file() and not inside.is_dir() and not inside.with_suffix(".py").is_file()


def _package(folder: Path, entry: str) -> ModuleType:
    place = folder / "__init__.py"
    loader = FromSource(entry, str(place))
    spec = importlib.util.spec_from_file_location(entry, place, loader=loader, submodule_search_locations=[str(folder)])
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[entry] = module
    loader.exec_module(module)
    return module


def _hook(folder: Path) -> Callable[[str], FileFinder]:
    """Finds modules below a folder: source and libraries of the system, nothing that is compiled Python."""

    def finder(path: str) -> FileFinder:
        if not Path(path).resolve().is_relative_to(folder.resolve()):
            raise ImportError(path)
        return FileFinder(path, (FromSource, SOURCE_SUFFIXES), (ExtensionFileLoader, EXTENSION_SUFFIXES))

    PathFinder.invalidate_caches()
    for known in [known for known in sys.path_importer_cache if Path(known).is_relative_to(folder)]:
        del sys.path_importer_cache[known]
    return finder
