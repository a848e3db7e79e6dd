"""The child's side of the line to the program: nothing that a plugin prints or reads can get onto it."""

from __future__ import annotations

import json
import math
import os
import queue
import sys
import threading
import time
from typing import Any

PROGRESS_EVERY_S = 0.1
MOST_LETTERS = 300
GONE = 3
"""The exit code of a child whose program has ended."""


class Cancelled(BaseException):
    """The person has stopped the run. Not an `Exception`, so that a plugin's own handlers let it pass."""


class Channel:
    """Lines of JSON from and to the program.

    Attributes
    ----------
    asked : what the program asks for, in order.
    cancelled : set when the person has stopped what is being done.
    """

    def __init__(self) -> None:
        self._in = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        _hide_ends()
        self._mutex = threading.Lock()
        self._told = 0.0
        self.asked: queue.Queue[dict[str, Any]] = queue.Queue()
        self.cancelled = threading.Event()

    def first(self) -> dict[str, Any]:
        """The order; from then on the program is listened to in the background."""
        order: dict[str, Any] = json.loads(self._in.readline())
        threading.Thread(target=self._listen, daemon=True).start()
        return order

    def _listen(self) -> None:
        for line in self._in:
            told = json.loads(line)
            if told.get("cancel"):
                self.cancelled.set()
            else:
                self.asked.put(told)
        os._exit(GONE)

    def say(self, **told: Any) -> None:
        """One line to the program."""
        line = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace").decode()
        with self._mutex:
            self._out.write(line + "\n")
            self._out.flush()

    def progress(self, share: float, what: str = "") -> None:
        """How far a run is, told not more often than a person can see; raises `Cancelled` once it is stopped."""
        if self.cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._told >= PROGRESS_EVERY_S:
            self._told = now
            share = float(share)
            known = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
            self.say(progress=round(known, 4), what=str(what)[:MOST_LETTERS])


def _hide_ends() -> None:
    """Standard input is empty from here on, and whatever is printed goes to standard error."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
