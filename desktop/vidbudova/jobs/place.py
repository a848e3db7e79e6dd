"""Folders of runs: each goes with its run, and those of programs that were killed go when the next run begins."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.store.lock import Lock

PREFIX = "vidbudova-run-"
HELD = "held"
"""The file whose lock says that the program of a folder lives; the system lets it go with the program."""
YOUNG_S = 60.0
"""A folder may be this old before its lock is looked at: it is made before it is locked."""
OTHERS = ("vidbudova-read-", "vidbudova-import-", "vidbudova-look-", "vidbudova-gathered-", "vidbudova-work-")
"""Folders of other work, which hold no lock. An import of a large survey may leave gigabytes when it is killed."""
FORGOTTEN_S = 7 * 86_400.0
"""Where locks are not to be had, a folder goes when it is this old."""


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder for scratch files and results; it goes, whatever a plugin did to it."""
    place = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    lock = _held(place)
    try:
        (place / "scratch").mkdir()
        yield place
    finally:
        if lock is not None:
            lock.release()
        shutil.rmtree(place, ignore_errors=True)


def sweep() -> None:
    """Take away the folders of programs that are gone; those of living ones are locked, or young."""
    found = [path for prefix in (PREFIX, *OTHERS) for path in Path(tempfile.gettempdir()).glob(f"{prefix}*")]
    for place in found:
        with contextlib.suppress(OSError):
            if _is_left(place):
                shutil.rmtree(place, ignore_errors=True)


def _held(place: Path) -> Lock | None:
    try:
        return Lock(place, place / HELD)
    except UserError:
        (place / HELD).unlink(missing_ok=True)
        return None


def _is_left(place: Path) -> bool:
    """Whether a folder is ours and nobody holds it."""
    about = place.lstat()
    if not stat.S_ISDIR(about.st_mode) or (hasattr(os, "getuid") and about.st_uid != os.getuid()):
        return False
    held = place / HELD
    if not held.exists():
        return time.time() - about.st_mtime > FORGOTTEN_S
    if time.time() - held.stat().st_mtime < YOUNG_S:
        return False
    try:
        Lock(place, held).release()
    except UserError:
        return False
    return True
