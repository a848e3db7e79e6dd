"""What a result rests on: the plugin, its parameters, the files they name, and the tables it reads."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vidbudova.plugin.finding import Plugin
from vidbudova.store.project import open_project


def data_sha256(plugin: Plugin, project: Path, scenario: str) -> str:
    """The checksum of what the tables that a plugin reads hold in a scenario."""
    opened = open_project(project, read_only=True)
    try:
        return opened.inputs_sha256(plugin.reads, scenario)
    finally:
        opened.close()


def inputs_sha256(plugin: Plugin, data_sha256: str, parameters: Mapping[str, Any]) -> str:
    """One checksum of the plugin, its parameters with the files they name, and the data."""
    files = files_sha256(plugin.files, parameters)
    told = {
        "plugin": plugin.id, "version": plugin.version, "code": plugin.sha256, "data": data_sha256,
        "parameters": {**parameters, **files},
    }  # fmt: skip
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def files_sha256(names: Iterable[str], parameters: Mapping[str, Any]) -> dict[str, str]:
    """The checksum of each file that a parameter names; "" where it is not there any more."""
    return {name: _file(str(parameters[name])) for name in names if parameters.get(name)}


def _file(path: str) -> str:
    try:
        about = Path(path).stat()
        return _of_file(path, about.st_size, about.st_mtime_ns)
    except OSError:
        return ""


@functools.lru_cache(maxsize=64)
def _of_file(path: str, size: int, mtime_ns: int) -> str:
    """Read once for as long as its size and time stay: matrices may be large, and are asked for often."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
