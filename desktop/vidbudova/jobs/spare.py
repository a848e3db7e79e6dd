"""One process that is ready before a person asks for it: started, with its libraries and the plugin's code loaded.

It serves one run, or one explorer, of the plugin that it was made for, and only if the plugin's folder is still the
same. Unasked it goes after some minutes, and with the program. It takes about two hundred megabytes meanwhile.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import time
from dataclasses import asdict, replace

from vidbudova.errors import UserError
from vidbudova.formats.reading import environment
from vidbudova.jobs import memory, starting
from vidbudova.jobs.order import Limits, Warming
from vidbudova.jobs.process import Process
from vidbudova.plugin import finding
from vidbudova.plugin.finding import Plugin
from vidbudova.text import language

IDLE_S = 600.0
LEAST_FREE_MB = 1500
"""With less memory free than this, none is kept."""
LOOK_S, REST_S = 0.5, 5.0
"""How often it is looked at while it gets ready, and once it is."""
WARM_S = 300.0
"""The longest that getting ready may take; machine code that is made for the first time takes half a minute."""

log = logging.getLogger(__name__)
_mutex = threading.Lock()
_spare: _Spare | None = None


def warm(plugin: Plugin) -> None:
    """Keep a process ready for a plugin, in place of any other; returns at once. `cool` ends it."""
    global _spare
    if plugin.state != "ready":
        return
    with _mutex:
        old = _spare
        if old is not None and old.is_for(plugin):
            return
        _spare = _Spare(plugin)
    if old is not None:
        old.drop()


def cool() -> None:
    """Keep none any more; returns when it is gone."""
    global _spare
    with _mutex:
        old, _spare = _spare, None
    if old is not None and (process := old.hand_over()) is not None:
        process.close()


def take(plugin: Plugin, limits: Limits) -> Process | None:
    """The process that is ready for a plugin as it is now, or gets ready just then; None if there is none."""
    global _spare
    with _mutex:
        if _spare is None or _spare.plugin.folder != plugin.folder or limits.threads:
            return None
        old, _spare = _spare, None
    process = old.hand_over()
    if process is None:
        return None
    if old.plugin.sha256 == plugin.sha256 and old.environment == _environment() and process.alive:
        return process
    process.close()
    return None


def is_ready() -> bool:
    """Whether there is one that has nothing more to get ready."""
    spare = _spare
    return spare is not None and spare.process is not None and spare.process.ready


class _Spare:
    """A process and the thread that minds it until somebody takes it."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.process: Process | None = None
        self.environment = _environment()
        self._wanted = threading.Event()
        self._thread = threading.Thread(target=self._mind, name="spare process", daemon=True)
        self._thread.start()

    def is_for(self, plugin: Plugin) -> bool:
        """Whether it is of use for a plugin."""
        same = (self.plugin.folder, self.plugin.sha256) == (plugin.folder, plugin.sha256)
        return same and self._thread.is_alive() and self.environment == _environment()

    def hand_over(self) -> Process | None:
        """The process, which is nobody else's from now on; None if it has ended."""
        self._wanted.set()
        self._thread.join()
        process, self.process = self.process, None
        return process

    def drop(self) -> None:
        """End it, without waiting for that."""
        threading.Thread(target=lambda: _close(self.hand_over()), name="end of a spare process").start()

    def _mind(self) -> None:
        """Start it, and end it if it takes too much or nobody wants it."""
        try:
            self._start()
            began = time.monotonic()
            while self.process is not None and not self._wanted.wait(REST_S if self.process.ready else LOOK_S):
                if self.process.failed or not self.process.alive or time.monotonic() - began > IDLE_S:
                    return self._end()
                self.process.check(0.0 if self.process.ready else time.monotonic() - began)
        except (OSError, UserError):  # a run finds out by itself what is wrong, and says so
            log.info("no process is kept ready for %s", self.plugin.id, exc_info=True)
            self._end()

    def _start(self) -> None:
        free_mb = memory.free_mb()
        now = finding.at(self.plugin.folder)
        if free_mb < LEAST_FREE_MB or now.state != "ready" or self._wanted.is_set():
            return
        self.plugin = now
        limits = Limits(memory_mb=memory.allowed_mb(), seconds=WARM_S)
        told = asdict(replace(limits, seconds=limits.seconds * 8))
        self.process = Process(now.name, limits, Warming(str(now.folder.resolve()), language(), told))

    def _end(self) -> None:
        _close(self.process)
        self.process = None


def _close(process: Process | None) -> None:
    if process is not None:
        process.close()


def _environment() -> dict[str, str]:
    """What a child is started with, apart from its folder."""
    with contextlib.suppress(OSError):
        return {**environment(""), **starting.for_libraries(Limits())}
    return {}


atexit.register(cool)
