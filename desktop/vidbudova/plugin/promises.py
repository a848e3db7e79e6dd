"""What a plugin promises by its manifest and by being one, and whether it keeps to it on a city."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.plugin import finding, loading, parameters, result_promises, trust
from vidbudova.plugin.city import City
from vidbudova.plugin.made_city import Seen
from vidbudova.plugin.manifest import Manifest
from vidbudova.plugin.result import Result
from vidbudova.plugin.words import PluginError
from vidbudova.text import _

LONG_S = 2.0
"""A run that takes longer has to tell its progress: that is how it learns that it is cancelled."""
WINDOWS = frozenset({"PySide6", "PySide2", "PyQt6", "PyQt5", "shiboken6", "tkinter", "wx"})
NOT_OF_THE_RUN = ("tests", loading.VENDOR)


class Stopped(BaseException):
    """What cancelling looks like to a plugin; not an `Exception`, so that its own handlers let it pass."""


def of_folder(folder: Path) -> list[str]:
    """What is wrong before anything is run."""
    plugin = finding.at(folder)
    if plugin.state in ("broken", "newer", "lacks-library"):
        return [plugin.reason]
    return [said for file in _sources(folder) for said in _imports(file)]


def of_module(module: Any, folder: Path, told: Manifest, city: City, given: dict[str, Any]) -> list[str]:
    """Run a plugin in several ways, and tell everything that is wrong."""
    missing = [
        name for name in ("run", *(["explore"] if told.explore else [])) if not callable(getattr(module, name, None))
    ]
    if missing:
        return [_("{module} has no {name}().").format(module=told.entry, name=name) for name in missing]
    try:
        values = parameters.checked(told.parameters, given)
    except UserError as error:
        return [str(error)]
    before = trust.folder_sha256(folder)
    trial = Trial(module, told, city, values)
    found = [*trial.warmed(), *trial.results(), *trial.cancelled(), *trial.lacking()]
    found += trial.explored() if told.explore else ()
    if trust.folder_sha256(folder) != before:
        found.append(_("It changed files in its own folder; city.folder is the place for files."))
    return list(dict.fromkeys(found))


def broke(what: str, error: BaseException) -> str:
    """An error of the plugin as a sentence."""
    said = next(iter(str(error).strip().splitlines()), "")
    return _("{what} broke off: {error}").format(what=what, error=f"{type(error).__name__}: {said}")


class Trial:
    """One plugin on one city."""

    def __init__(self, module: Any, told: Manifest, city: City, values: dict[str, Any]) -> None:
        self._module, self._told, self._city, self._values = module, told, city, values

    def warmed(self) -> Iterator[str]:
        """If it can get ready before there is a city, it does."""
        if hasattr(self._module, "warm"):
            yield from self._told_of(lambda: self._module.warm(self._city.language, _nobody), "warm()")

    def results(self) -> Iterator[str]:
        """The result is as declared, and the same inputs give it again."""
        first, said = self._run(self._city)
        yield from said
        if first is None:
            return
        yield from result_promises.of_result(first, self._told, self._city)
        again, said = self._run(self._city)
        yield from said
        if again is not None and not result_promises.same(first, again):
            yield _("It gave another result for the same inputs; if it draws lots, it has to begin with a fixed seed.")

    def cancelled(self) -> Iterator[str]:
        """It stops where progress() raises, and calls it if it takes long."""
        told = []

        def stop(share: float, what: str = "") -> None:
            told.append(share)
            raise Stopped

        began = time.monotonic()
        try:
            self._module.run(Seen(self._city), dict(self._values), stop)
        except Stopped:
            return
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin does is told
            if told:
                yield broke(_("Cancelling"), error)
            return
        if told:
            yield _("It went on after it was cancelled: an exception of progress() has to pass.")
        elif time.monotonic() - began > LONG_S:
            yield _("It runs for more than {s} s and never calls progress(), so nobody can cancel it.").format(
                s=int(LONG_S)
            )

    def lacking(self) -> Iterator[str]:
        """Where tables have no rows it runs without them, or says with a PluginError what it needs."""
        if self._told.optional:
            result, said = self._run(Seen(self._city, self._told.optional), _("run() without the optional tables"))
            yield from said
            if result is not None:
                yield from result_promises.of_result(result, self._told, self._city)
        _result, said = self._run(Seen(self._city, self._told.reads), _("run() on an empty city"), may_refuse=True)
        yield from said

    def explored(self) -> Iterator[str]:
        """explore() gives what can be asked."""
        asked: list[Any] = []
        found = self._told_of(
            lambda: asked.append(self._module.explore(Seen(self._city), dict(self._values), _nobody)), "explore()"
        )
        yield from found
        if asked and not (
            isinstance(getattr(asked[0], "result", None), Result) and callable(getattr(asked[0], "ask", None))
        ):
            yield _("What explore() gives has no `result` that is a Result, or no ask().")

    def _run(self, city: City, what: str = "run()", may_refuse: bool = False) -> tuple[Result | None, list[str]]:
        came: list[Any] = []
        said = self._told_of(lambda: came.append(self._module.run(city, dict(self._values), _nobody)), what, may_refuse)
        if came and not isinstance(came[0], Result):
            return None, [_("{what} gave back {type}, not a Result.").format(what=what, type=type(came[0]).__name__)]
        return (came[0] if came else None), said

    def _told_of(self, work: Callable[[], None], what: str, may_refuse: bool = False) -> list[str]:
        try:
            work()
        except PluginError as error:
            return [] if may_refuse and str(error).strip() else [broke(what, error)]
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin does is told
            return [broke(what, error)]
        return []


def _nobody(share: float, what: str = "") -> None:
    """Progress that nobody looks at, with arguments of the right kind."""
    if not isinstance(float(share), float) or not isinstance(what, str):
        raise TypeError("progress(share from 0 to 1, words)")


def _sources(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*.py")) if file.relative_to(folder).parts[0] not in NOT_OF_THE_RUN]


def _imports(file: Path) -> Iterator[str]:
    """What a file imports and must not."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        yield broke(file.name, error)
        return
    for name in sorted(_imported(tree)):
        first, _dot, rest = name.partition(".")
        if first in WINDOWS:
            yield _("{file} imports {name}: a plugin cannot open windows.").format(file=file.name, name=name)
        elif first == "vidbudova" and rest.partition(".")[0] != "plugin":
            yield _("{file} imports {name}: only vidbudova.plugin is there for plugins.").format(
                file=file.name, name=name
            )


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names
