"""One run of a plugin: in a process of its own, read back from a file."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

from vidbudova.errors import UserError
from vidbudova.jobs import given, memory, origins, spare
from vidbudova.jobs.order import Limits, Order
from vidbudova.jobs.process import Cancelled, OtherCode, Process, Progress
from vidbudova.jobs.ran import Ran
from vidbudova.model.change import NOW
from vidbudova.plugin import finding
from vidbudova.plugin.finding import Plugin
from vidbudova.plugin.parameters import checked
from vidbudova.text import language

T = TypeVar("T")


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
    plugin = as_it_is(plugin)
    values = checked(plugin.parameters, parameters or {})
    if cancelled():
        raise UserError("plugin-cancelled", plugin=plugin.name)
    with origins.Beside(plugin, project, scenario) as data:
        began = time.monotonic()

        def work(process: Process) -> Ran:
            with closing(process):
                order, own = order_of(plugin, project, scenario, values, process, limits, explore=False)
                process.order(order, own)
                process.follow(progress, cancelled)
                process.kill()  # it goes while its result is read
                result = given.read(plugin, Path(order.result), own.memory_mb)
                if into is not None:
                    shutil.move(order.result, into)
            seconds, peak = round(time.monotonic() - began, 3), round(process.peak_mb, 1)
            sha256 = data.sha256()
            inputs = origins.inputs_sha256(plugin, sha256, values)
            return Ran(result, values, seconds, inputs, sha256, result.warnings, peak)

        return with_process(plugin, limits, work)


def with_process(plugin: Plugin, limits: Limits, work: Callable[[Process], T]) -> T:
    """Do something with the spare process of a plugin, or with a new one; `work` closes it."""
    if (process := spare.take(plugin, limits)) is not None:
        try:
            return work(process)
        except OtherCode:
            pass
    return work(Process(plugin.name, replace(limits, memory_mb=limits.memory_mb or memory.allowed_mb())))


def order_of(
    plugin: Plugin, project: Path, scenario: str, values: dict[str, Any], process: Process, limits: Limits, *,
    explore: bool,
) -> tuple[Order, Limits]:  # fmt: skip
    """What a process is told, and what it may take."""
    limits = limits if limits.memory_mb else replace(limits, memory_mb=memory.allowed_mb())
    told = asdict(limits) | {"seconds": DAYS_S if explore else limits.seconds * (os.cpu_count() or 1)}
    order = Order(
        folder=str(plugin.folder.resolve()), name=plugin.name, code_sha256=plugin.sha256,
        project=str(project.resolve()), scenario=scenario, language=language(),
        scratch=str(process.folder / "scratch"), result=str(process.folder / "run.result"), explore=explore,
        parameters=values, limits=told,
    )  # fmt: skip
    return order, limits


DAYS_S = 30 * 86_400.0
"""Processor time of a child that stays to be asked; the program watches the time of each answer."""


def as_it_is(plugin: Plugin) -> Plugin:
    """The plugin as its folder is now, for that is what will run; it may have changed since it was found."""
    now = finding.at(plugin.folder)
    if now.state != "ready":
        raise UserError("plugin-not-ready", plugin=plugin.name, reason=now.reason)
    return now
