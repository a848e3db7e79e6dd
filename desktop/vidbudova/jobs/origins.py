"""What a result rests on: the plugin, its parameters, the files they name, and the tables it reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
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
    files = {name: _file(parameters.get(name)) for name in plugin.files if parameters.get(name)}
    told = {
        "plugin": plugin.id, "version": plugin.version, "code": plugin.sha256, "data": data_sha256,
        "parameters": {**parameters, **files},
    }  # fmt: skip
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _file(path: object) -> str:
    """The checksum of a person's own file; "" where it is not there any more."""
    try:
        with Path(str(path)).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
