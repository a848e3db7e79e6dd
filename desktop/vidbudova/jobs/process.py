"""A plugin's process from the program's side: start it, watch it, stop it, and never believe what it says."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.formats import watching
from vidbudova.formats.guard import OUT_OF_MEMORY
from vidbudova.formats.reading import environment
from vidbudova.jobs import lifeline
from vidbudova.jobs.order import GRACE_S, Limits, Order
from vidbudova.text import _, number

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]

POLL_S = 0.05
LOOK_MS = 200
LONGEST_LINE = 1 << 20
STDERR_TAIL = 16_384
log = logging.getLogger(__name__)


class Process:
    """One child; it is gone, with all that it started, when `end` returns."""

    def __init__(self, order: Order, limits: Limits) -> None:
        self.name, self.limits = order.name, limits
        self.peak_mb = 0.0
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._progress: tuple[float, str] | None = None
        self._said = b""
        self._mutex = threading.Lock()
        self._lifeline: int | None
        self._child, self._lifeline = _start(order, limits)
        self._leash = watching.leash(self._child, limits.memory_mb)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._drain)]
        for thread in self._threads:
            thread.start()
        self.tell(**asdict(order))

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._lifeline is not None and not _has_ended(self._child)

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
            self._check(time.monotonic() - began)
            answer: dict[str, Any] | None = {}
            with contextlib.suppress(queue.Empty):
                answer = self._next(POLL_S)
            told, self._progress = self._progress, None
            if told is not None:
                progress(*told)
            if answer != {}:
                return self._judge(answer)

    def end(self) -> None:
        """Kill it and all that it started, and let go of everything."""
        with self._mutex:
            if self._lifeline is None:
                return
            _kill(self._child)
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

    def _check(self, seconds: float) -> None:
        used = watching.resident_mb(self._child.pid)
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
        if kind == "memory":
            return self._too_much(_("memory"), f"{number(self.limits.memory_mb)} MB")
        if kind in ("cancelled", "said", "window"):
            return UserError(f"plugin-{kind}", plugin=self.name, reason=reason)
        return UserError("plugin-failed", plugin=self.name, reason=reason)

    def _crashed(self) -> UserError:
        """A process that ended without an answer."""
        code = _code(self._child)
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


def _start(order: Order, limits: Limits) -> tuple[subprocess.Popen[bytes], int]:
    """The child, and our end of the pipe that ends it with us."""
    line, ours = os.pipe()
    environ = {**environment(order.scratch), **_for_libraries(limits)}
    more: dict[str, Any] = {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}
    if sys.platform != "win32":
        environ[lifeline.NAME] = str(line)
        more = {"start_new_session": True, "pass_fds": (line,)}
    try:
        child = subprocess.Popen(
            paths.child_command("vidbudova.jobs.child"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=order.scratch, env=environ, **more,
        )  # fmt: skip
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(line)
    return child, ours


def _for_libraries(limits: Limits) -> dict[str, str]:
    """Where compiled kernels are kept, no windows for charts, and how many threads there may be."""
    kernels = paths.cache_folder() / "kernels"
    kernels.mkdir(parents=True, exist_ok=True)
    environ = {"NUMBA_CACHE_DIR": str(kernels), "MPLBACKEND": "Agg"}
    if limits.threads:
        environ["NUMBA_NUM_THREADS"] = str(limits.threads)
    return environ


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has, without taking its number from the system, so that its group can still be ended by it."""
    if sys.platform == "win32" or child.returncode is not None:
        return child.poll() is not None
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the process and its group."""
    if sys.platform == "win32" or child.returncode is not None:
        child.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()


def _code(child: subprocess.Popen[bytes]) -> int:
    """The exit code of a process whose end of the line has closed; one that only closed the line is ended."""
    until = time.monotonic() + GRACE_S
    while not _has_ended(child) and time.monotonic() < until:
        time.sleep(POLL_S)
    _kill(child)
    return child.wait()


def _told(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _share(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
