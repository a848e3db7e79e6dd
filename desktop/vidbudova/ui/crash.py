"""The last net: what no one caught is logged to a file and said in the window; the program goes on."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import IO

from vidbudova import paths

LARGEST = 1_000_000
log = logging.getLogger("vidbudova")
_faults: IO[str] | None = None


def start_log() -> None:
    """Write warnings and worse to logs/vidbudova.log, and what Python says when the process itself breaks."""
    global _faults
    folder = paths.logs_folder()
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "vidbudova.log", maxBytes=LARGEST, backupCount=3, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.setLevel(logging.WARNING)
    if not any(isinstance(h, logging.handlers.RotatingFileHandler) for h in log.handlers):
        log.addHandler(handler)
    if _faults is None and sys.stderr is not None:
        _faults = open(folder / "faults.log", "a", encoding="utf-8")  # noqa: SIM115 - open for the life of the process
        faulthandler.enable(_faults)


def catch(show: Callable[[BaseException], None]) -> None:
    """Log and show what is raised and not caught, on any thread."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("not caught", exc_info=(kind, error, trace))
        show(error)

    def caught_in_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            log.critical("not caught in a thread", exc_info=what.exc_value)

    sys.excepthook = caught
    threading.excepthook = caught_in_thread
