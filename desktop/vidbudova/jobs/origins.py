"""What a result rests on: the plugin, its parameters, the files they name, and the tables it reads."""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vidbudova.jobs import place
from vidbudova.plugin.finding import Plugin
from vidbudova.store import inputs
from vidbudova.store.project import open_project

CANCEL_S = 1.0
"""So long a run that was cancelled waits for it; it ends by itself soon after."""


class Beside:
    """The checksum of what the tables that a plugin reads hold, computed while it runs.

    It is that of the moment in which this was made: what is read of the project afterwards is at least as new, so a
    Change that comes in between makes the result stale, and never passes unseen.
    """

    def __init__(self, plugin: Plugin, project: Path, scenario: str) -> None:
        self._wanted = plugin.reads, project, scenario
        self._begun = threading.Event()
        self._came: str | BaseException = ""
        self._thread = threading.Thread(target=self._compute, name="inputs of an analysis", daemon=True)
        self._thread.start()
        self._begun.wait()
        if isinstance(self._came, BaseException):
            raise self._came

    def sha256(self) -> str:
        """The checksum; waits for it, and raises what went wrong."""
        self._thread.join()
        if isinstance(self._came, BaseException):
            raise self._came
        return self._came

    def _compute(self) -> None:
        tables, project, scenario = self._wanted
        try:
            opened = open_project(project, read_only=True)
            try:
                with opened.looking() as db:
                    db.execute("BEGIN")
                    db.execute("SELECT max(n) FROM vb_change").fetchone()  # from here on it is read as it is now
                    self._begun.set()
                    self._came = inputs.sha256(db, tables, scenario)
            finally:
                opened.close()
            _prepare()
        except BaseException as error:  # noqa: BLE001 - the border of the thread: whoever waits gets it
            self._came = error
        finally:
            self._begun.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join(CANCEL_S)


def _prepare() -> None:
    """What else has to be done for a run and need not be waited for: old folders, and the libraries of its result."""
    place.sweep()
    import geopandas  # noqa: F401


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
