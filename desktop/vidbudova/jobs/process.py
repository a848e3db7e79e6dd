"""A plugin's process from the program's side: start it, watch it, stop it, and never believe what it says."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from vidbudova.errors import UserError
from vidbudova.formats import watching
from vidbudova.formats.guard import OUT_OF_MEMORY
from vidbudova.jobs import place, starting
from vidbudova.jobs.family import Family
from vidbudova.jobs.order import GRACE_S, Limits, Order, Warming
from vidbudova.jobs.starting import POLL_S
from vidbudova.text import _, number

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]

LOOK_MS = 200
LONGEST_LINE = 1 << 20
STDERR_TAIL = 16_384
log = logging.getLogger(__name__)


class OtherCode(Exception):
    """A child that got ready holds code that is not what is to run."""


class Process:
    """One child with a folder of its own; it is gone, with all that it started, when `end` returns.

    Attributes
    ----------
    folder : goes with `close`.
    peak_mb : the most memory that was seen.
    """

    def __init__(self, name: str, limits: Limits, warming: Warming | None = None) -> None:
        self.name, self.limits = name, limits
        self.peak_mb = 0.0
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._ready = threading.Event()
        self._progress: tuple[float, str] | None = None
        self._said = b""
        self._mutex = threading.Lock()
        self._held = contextlib.ExitStack()
        self.folder = self._held.enter_context(place.workplace())
        self._lifeline: int | None
        try:
            self._child, self._lifeline = starting.start(self.folder / "scratch", limits)
        except BaseException:
            self._held.close()
            raise
        self._family = Family(self._child.pid)
        self._leash = watching.leash(self._child, limits.memory_mb)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._drain)]
        for thread in self._threads:
            thread.start()
        if warming is not None:
            self.tell(warm=asdict(warming))

    def order(self, order: Order, limits: Limits) -> None:
        """Say what it has to do, once."""
        self.name, self.limits = order.name, limits
        if self._leash is not None:
            self._leash.limit(limits.memory_mb)
        self.tell(**asdict(order))

    @property
    def ready(self) -> bool:
        """Whether one that was told to get ready is."""
        return self._ready.is_set()

    @property
    def failed(self) -> bool:
        """Whether there is an answer though nothing was ordered."""
        return not self._answers.empty()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._lifeline is not None and not starting.has_ended(self._child)

    def tell(self, **told: Any) -> None:
        """One line to the child; if it has died, its end says so."""
        assert self._child.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._child.stdin.write(json.dumps(told).encode() + b"\n")
            self._child.stdin.flush()

    def follow(self, progress: Progress, cancelled: Cancelled) -> None:
        """Wait until it is done.

        Raises
        ------
        UserError
            If it was cancelled, or the plugin did not do what it should.
        """
        began = time.monotonic()
        while True:
            if self._is_over():  # it was ended after an earlier question
                raise UserError("plugin-crashed", plugin=self.name, code=self._child.returncode)
            if cancelled():
                self._stop()
            self.check(time.monotonic() - began)
            answer: dict[str, Any] | None = {}
            with contextlib.suppress(queue.Empty):
                answer = self._next(POLL_S)
            told, self._progress = self._progress, None
            if told is not None:
                progress(*told)
            if answer != {}:
                return self._judge(answer)

    def close(self) -> None:
        """End it, and take its folder away."""
        self.end()
        self._held.close()

    def kill(self) -> None:
        """Kill it without waiting until it is gone."""
        if self._mutex.acquire(blocking=False):  # else it is being ended just now
            try:
                if self._lifeline is not None:
                    starting.kill(self._child)
            finally:
                self._mutex.release()

    def end(self) -> None:
        """Kill it and all that it started, and let go of everything but its folder."""
        with self._mutex:
            if self._lifeline is None:
                return
            starting.kill(self._child)
            self._child.wait()
            os.close(self._lifeline)
            self._lifeline = None
        for thread in self._threads:
            thread.join()
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()
        self._leash = None

    def _stop(self) -> None:
        """Ask it to stop, and wait a moment; one that stops, or ends just then, stays to be asked again."""
        self.tell(cancel=True)
        until = time.monotonic() + GRACE_S
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                answer = self._next(left)
                if answer is None:
                    break
                raise UserError("plugin-cancelled", plugin=self.name)
        self.end()
        raise UserError("plugin-cancelled", plugin=self.name)

    def _next(self, seconds: float) -> dict[str, Any] | None:
        """The next answer; that there will be no more is found again by whoever asks once more."""
        answer = self._answers.get(timeout=seconds)
        if answer is None:
            self._answers.put(None)
        return answer

    def check(self, seconds: float) -> None:
        """Raise a UserError if it takes more than it may."""
        used = self._family.resident_mb(self.limits.memory_mb)
        self.peak_mb = max(self.peak_mb, used)
        if used > self.limits.memory_mb:
            raise self._too_much(_("memory"), f"{number(self.limits.memory_mb)} MB")
        if seconds > self.limits.seconds:
            raise self._too_much(_("time"), _("{n} s").format(n=number(self.limits.seconds)))

    def _too_much(self, what: str, limit: str) -> UserError:
        return UserError("plugin-too-much", plugin=self.name, what=what, limit=limit)

    def _judge(self, answer: dict[str, Any] | None) -> None:
        """Take an answer for what it is."""
        if answer is None:
            raise self._crashed()
        if "done" in answer:
            return
        raise self._error(answer.get("error", {}))

    def _error(self, told: dict[str, Any]) -> UserError:
        if trace := told.get("trace"):
            log.warning("the plugin %s broke off\n%s\n%s", self.name, trace, self._tail())
        if "key" in told:
            with contextlib.suppress(KeyError, TypeError):
                return UserError(told["key"], **told["values"])
        kind, reason = told.get("kind"), str(told.get("reason", ""))
        if kind == "other":
            raise OtherCode
        if kind == "memory":
            return self._too_much(_("memory"), f"{number(self.limits.memory_mb)} MB")
        if kind in ("cancelled", "said", "window"):
            return UserError(f"plugin-{kind}", plugin=self.name, reason=reason)
        return UserError("plugin-failed", plugin=self.name, reason=reason)

    def _crashed(self) -> UserError:
        """A process that ended without an answer."""
        code = starting.code_of(self._child)
        self._threads[1].join(GRACE_S)
        tail = self._tail()
        log.warning("the process of the plugin %s ended by itself (%s)\n%s", self.name, code, tail)
        if code == OUT_OF_MEMORY or "MemoryError" in tail or "bad_alloc" in tail:
            return self._too_much(_("memory"), f"{number(self.limits.memory_mb)} MB")
        return UserError("plugin-crashed", plugin=self.name, code=code)

    def _tail(self) -> str:
        return self._said.decode("utf-8", "replace")

    def _listen(self) -> None:
        """Take lines from the child; what is none of ours is passed over."""
        assert self._child.stdout is not None
        for line in _lines(_pieces(self._child.stdout.fileno(), self._is_over)):
            told = _told(line)
            if "progress" in told:
                self._progress = (_share(told["progress"]), str(told.get("what", "")))
            elif "ready" in told:
                self._progress = None
                self._ready.set()
            elif "done" in told or "error" in told:
                self._answers.put(told)
        self._answers.put(None)

    def _drain(self) -> None:
        """Whatever is printed is taken, so that nothing waits, and the end of it is kept for the log."""
        assert self._child.stderr is not None
        for some in _pieces(self._child.stderr.fileno(), self._is_over):
            self._said = (self._said + some)[-STDERR_TAIL:]

    def _is_over(self) -> bool:
        return self._lifeline is None


def _pieces(pipe: int, is_over: Callable[[], bool]) -> Iterator[bytes]:
    """What comes through a pipe: until its end, or until nobody waits, for what the child started may hold it open."""
    look = None
    if sys.platform != "win32":
        look = select.poll()
        look.register(pipe, select.POLLIN)
    while not is_over():
        if look is None or look.poll(LOOK_MS):
            if not (some := os.read(pipe, 65_536)):
                return
            yield some


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines; what goes on for longer than any line of ours is let go."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > LONGEST_LINE:
            rest = b""


def _told(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _share(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
