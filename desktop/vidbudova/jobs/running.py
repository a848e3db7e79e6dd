"""One run of a plugin, or one that stays to be asked: in a process of its own, read back from a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vidbudova.errors import UserError
from vidbudova.jobs import given, memory, origins
from vidbudova.jobs.order import Limits, Order
from vidbudova.jobs.process import Cancelled, Process, Progress
from vidbudova.model.change import NOW
from vidbudova.plugin import Result, finding
from vidbudova.plugin.finding import Plugin
from vidbudova.plugin.parameters import checked
from vidbudova.text import language

DAYS_S = 30 * 86_400.0
"""Processor time of a child that stays to be asked; the program watches the time of each answer."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that went well.

    Attributes
    ----------
    result : what the plugin gave.
    parameters : with those filled in that were not given.
    seconds, peak_mb : what it took, the start of its process included.
    inputs_sha256 : of the plugin, its parameters, and what the tables it reads held; data_sha256 : of these alone.
    warnings : sentences a reader must know.
    """

    result: Result
    parameters: Mapping[str, Any]
    seconds: float
    inputs_sha256: str
    data_sha256: str
    warnings: tuple[str, ...]
    peak_mb: float


def run(
    plugin: Plugin,
    project: Path,
    scenario: str = NOW,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    into: Path | None = None,
) -> Ran:
    """Run a plugin on a project, in a process of its own.

    `parameters` are checked by the manifest, and those that are missing are filled in. `into` is where the file of the
    result shall stay; else it goes.

    Raises
    ------
    UserError
        With a sentence that names the plugin, whatever it did; nothing of it is left running.
    """
    plugin = _as_it_is(plugin)
    values = checked(plugin.parameters, parameters or {})
    if cancelled():
        raise UserError("plugin-cancelled", plugin=plugin.name)
    data = origins.data_sha256(plugin, project, scenario)
    inputs = origins.inputs_sha256(plugin, data, values)
    began = time.monotonic()
    with _workplace() as place:
        order, limits = _order(plugin, project, scenario, values, place, limits, explore=False)
        process = Process(order, limits)
        try:
            process.follow(progress, cancelled)
        finally:
            process.end()
        result = given.read(plugin, Path(order.result), limits.memory_mb)
        if into is not None:
            shutil.move(order.result, into)
    seconds = round(time.monotonic() - began, 3)
    return Ran(result, values, seconds, inputs, data, result.warnings, round(process.peak_mb, 1))


def open_explorer(
    plugin: Plugin,
    project: Path,
    scenario: str = NOW,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Explorer:
    """Run a plugin so that it stays to be asked; `close` it, or leave its `with` block, when there is nothing more."""
    plugin = _as_it_is(plugin)
    values = checked(plugin.parameters, parameters or {})
    return Explorer(plugin, project, scenario, values, progress, cancelled, limits)


class Explorer:
    """A plugin's process that stays and answers questions. Safe to use from several threads: one asks at a time.

    Attributes
    ----------
    ran : the run itself; result : what it gave, to which answers are compared.
    plugin, scenario : what was run on what.
    """

    def __init__(
        self, plugin: Plugin, project: Path, scenario: str, parameters: dict[str, Any],
        progress: Progress, cancelled: Cancelled, limits: Limits,
    ) -> None:  # fmt: skip
        self.plugin, self.scenario = plugin, scenario
        self._mutex = threading.Lock()
        self._held = contextlib.ExitStack()
        data = origins.data_sha256(plugin, project, scenario)
        inputs = origins.inputs_sha256(plugin, data, parameters)
        began = time.monotonic()
        try:
            self._place = self._held.enter_context(_workplace())
            order, limits = _order(plugin, project, scenario, parameters, self._place, limits, explore=True)
            self._process = Process(order, limits)
            self._held.callback(self._process.end)
            result = self._answer(Path(order.result), progress, cancelled)
        except BaseException:
            self._held.close()
            raise
        seconds, peak = round(time.monotonic() - began, 3), round(self._process.peak_mb, 1)
        self.ran = Ran(result, parameters, seconds, inputs, data, result.warnings, peak)

    @property
    def result(self) -> Result:
        """What the run itself gave."""
        return self.ran.result

    @property
    def alive(self) -> bool:
        """Whether it can be asked; one that crashed, took too much or would not stop cannot."""
        return self._process.alive

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def ask(
        self,
        question: Mapping[str, Any],
        progress: Progress = lambda share, what: None,
        cancelled: Cancelled = lambda: False,
    ) -> Result:
        """What the plugin answers to a question (JSON); after `cancelled` it can be asked again if it stopped in time.

        Raises
        ------
        UserError
            As `run` does.
        """
        with self._mutex:
            path = self._place / f"answer-{time.monotonic_ns()}.result"
            self._process.tell(ask=dict(question), result=str(path))
            try:
                return self._answer(path, progress, cancelled)
            finally:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """End the process and take its files away."""
        self._held.close()

    def _answer(self, path: Path, progress: Progress, cancelled: Cancelled) -> Result:
        try:
            self._process.follow(progress, cancelled)
        except UserError as error:
            if error.key in ENDED:
                self._process.end()
            raise
        return given.read(self.plugin, path, self._process.limits.memory_mb)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


ENDED = frozenset({"plugin-crashed", "plugin-too-much"})
"""Errors after which a child is not asked any more."""


@contextlib.contextmanager
def _workplace() -> Iterator[Path]:
    """A folder for scratch files and results; it goes, whatever the plugin did to it."""
    place = Path(tempfile.mkdtemp(prefix="vidbudova-run-")).resolve()
    try:
        (place / "scratch").mkdir()
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _order(
    plugin: Plugin, project: Path, scenario: str, values: dict[str, Any], place: Path, limits: Limits, *, explore: bool
) -> tuple[Order, Limits]:
    limits = limits if limits.memory_mb else replace(limits, memory_mb=memory.allowed_mb())
    told = asdict(limits) | {"seconds": DAYS_S if explore else limits.seconds * (os.cpu_count() or 1)}
    order = Order(
        folder=str(plugin.folder.resolve()), name=plugin.name, project=str(project.resolve()),
        scenario=scenario, language=language(), scratch=str(place / "scratch"), result=str(place / "run.result"),
        explore=explore, parameters=values, limits=told,
    )  # fmt: skip
    return order, limits


def _as_it_is(plugin: Plugin) -> Plugin:
    """The plugin as its folder is now, for that is what will run; it may have changed since it was found."""
    now = finding.at(plugin.folder)
    if now.state != "ready":
        raise UserError("plugin-not-ready", plugin=plugin.name, reason=now.reason)
    return now
