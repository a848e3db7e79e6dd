"""Several runs beside each other on this computer, as many as its memory and cores allow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.jobs import memory
from vidbudova.jobs.order import Limits
from vidbudova.jobs.process import Cancelled, Progress
from vidbudova.jobs.ran import Ran
from vidbudova.jobs.running import run
from vidbudova.model.change import NOW
from vidbudova.plugin.finding import Plugin

START_MB = 700.0
"""What the libraries of an analysis take before it has read anything."""
GROWTH = 8.0
"""Memory of a run as a multiple of the project file, until the first of them has shown better."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One run of several."""

    plugin: Plugin
    project: Path
    scenario: str = NOW
    parameters: Mapping[str, Any] = field(default_factory=dict)
    into: Path | None = None


def run_many(
    wanted: Sequence[Wanted],
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    most: int | None = None,
    each: Callable[..., Ran] = run,
) -> list[Ran | UserError]:
    """Run all; the answer to each is its run, or why it did not come about. One that fails does not end the others.

    `most` is the largest number beside each other. Progress is that of all together, and is told one at a time.
    """
    need = max((needed_mb(w) for w in wanted), default=START_MB)
    beside = memory.workers(len(wanted), need, most)
    limits = replace(
        limits, memory_mb=limits.memory_mb or memory.allowed_mb(beside), threads=limits.threads or (beside > 1)
    )
    together = _Together(len(wanted), progress)

    def one(at: int) -> Ran | UserError:
        w = wanted[at]
        try:
            return each(w.plugin, w.project, w.scenario, w.parameters, together.of(at), cancelled, limits, w.into)
        except UserError as error:
            return error
        finally:
            together.of(at)(1.0, "")

    with ThreadPoolExecutor(beside, thread_name_prefix="analysis") as pool:
        return list(pool.map(one, range(len(wanted))))


def needed_mb(wanted: Wanted) -> float:
    """About what one run takes at most."""
    try:
        return START_MB + GROWTH * wanted.project.stat().st_size / 2**20
    except OSError:
        return START_MB


class _Together:
    """The progress of several runs as one."""

    def __init__(self, runs: int, progress: Progress) -> None:
        self._shares = [0.0] * runs
        self._progress = progress
        self._mutex = threading.Lock()

    def of(self, at: int) -> Progress:
        """What one run tells its progress to."""

        def tell(share: float, what: str) -> None:
            with self._mutex:
                self._shares[at] = max(share, self._shares[at])
                self._progress(sum(self._shares) / len(self._shares), what)

        return tell
