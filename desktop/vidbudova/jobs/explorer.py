"""A plugin's process that stays to be asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vidbudova.errors import UserError
from vidbudova.jobs import given, origins
from vidbudova.jobs.order import Limits
from vidbudova.jobs.process import Cancelled, Process, Progress
from vidbudova.jobs.ran import Ran
from vidbudova.jobs.running import as_it_is, order_of, with_process
from vidbudova.model.change import NOW
from vidbudova.plugin import Result
from vidbudova.plugin.finding import Plugin
from vidbudova.plugin.parameters import checked

ENDED = frozenset({"plugin-crashed", "plugin-too-much"})
"""Errors after which a child is not asked any more."""


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
    plugin = as_it_is(plugin)
    values = checked(plugin.parameters, parameters or {})
    with origins.Beside(plugin, project, scenario) as data:
        began = time.monotonic()

        def work(process: Process) -> Explorer:
            try:
                order, own = order_of(plugin, project, scenario, values, process, limits, explore=True)
                process.order(order, own)
                result = _answer(plugin, process, Path(order.result), progress, cancelled)
                seconds, peak = round(time.monotonic() - began, 3), round(process.peak_mb, 1)
                sha256 = data.sha256()
            except BaseException:
                process.close()
                raise
            inputs = origins.inputs_sha256(plugin, sha256, values)
            ran = Ran(result, values, seconds, inputs, sha256, result.warnings, peak)
            return Explorer(plugin, scenario, process, ran)

        return with_process(plugin, limits, work)


class Explorer:
    """A plugin's process that stays and answers questions. Safe to use from several threads: one asks at a time.

    Attributes
    ----------
    ran : the run itself; result : what it gave, to which answers are compared.
    plugin, scenario : what was run on what.
    """

    def __init__(self, plugin: Plugin, scenario: str, process: Process, ran: Ran) -> None:
        self.plugin, self.scenario, self.ran = plugin, scenario, ran
        self._process = process
        self._mutex = threading.Lock()
        self._closing = threading.Lock()
        self._end: threading.Thread | None = None

    @property
    def result(self) -> Result:
        """What the run itself gave."""
        return self.ran.result

    @property
    def alive(self) -> bool:
        """Whether it can be asked; one that was closed, crashed, took too much or would not stop cannot."""
        return self._end is None and self._process.alive

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
            path = self._process.folder / f"answer-{time.monotonic_ns()}.result"
            self._process.tell(ask=dict(question), result=str(path))
            try:
                return _answer(self.plugin, self._process, path, progress, cancelled)
            finally:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Kill the process, and return; what it held is let go of a moment later, also if the program ends now."""
        with self._closing:
            if self._end is None:
                self._process.kill()
                self._end = threading.Thread(target=self._process.close, name="end of an explorer")
                self._end.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        assert self._end is not None
        self._end.join()


def _answer(plugin: Plugin, process: Process, path: Path, progress: Progress, cancelled: Cancelled) -> Result:
    try:
        process.follow(progress, cancelled)
    except UserError as error:
        if error.key in ENDED:
            process.end()
        raise
    return given.read(plugin, path, process.limits.memory_mb)
