"""A child with all that it has started: how much memory they take together, and who they are when it has to end.

Linux tells who started whom. On macOS the child watches its own memory, and on Windows its job object limits each of
its processes by itself; there what a child has started is not counted together.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from vidbudova.formats import watching

LOOK_S = 0.5
"""How often it is looked who there is; in between only those that are known are asked."""


class Family:
    """A process that leads a session of its own, and its descendants."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._members = [pid]
        self._looked = 0.0
        self._together = 0.0

    def resident_mb(self, most_mb: float) -> float:
        """Memory in MB that is their own; exact where it may be more than `most_mb`, else as of half a second ago.

        A page that several of them share, as after a fork, counts once.
        """
        due = time.monotonic() - self._looked > LOOK_S
        if due:
            self._looked = time.monotonic()
            self._members = members(self.pid)
        each = [watching.resident_mb(pid) for pid in self._members]
        if len(each) < 2:
            return sum(each)
        if due or sum(each) > most_mb:
            self._together = sum(map(_fair_mb, self._members))
        return self._together


def members(pid: int) -> list[int]:
    """The process and all that came of it and live: descendants, and whoever is in its session or group."""
    if not sys.platform.startswith("linux"):
        return [pid]
    found, parents = {pid}, {}
    for one, parent, group, session in _processes():
        parents[one] = parent
        if pid in (group, session):
            found.add(one)
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def _processes() -> Iterator[tuple[int, int, int, int]]:
    """(number, parent, group, session) of each process that has not ended."""
    with os.scandir("/proc") as entries:
        names = [entry.name for entry in entries if entry.name.isdigit()]
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            stat = Path(f"/proc/{name}/stat").read_bytes()
            state, parent, group, session = stat[stat.rindex(b")") + 1 :].split(maxsplit=4)[:4]
            if state not in (b"Z", b"X"):
                yield int(name), int(parent), int(group), int(session)


def _fair_mb(pid: int) -> float:
    """Memory of a process, of pages that it shares with others only its part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii", errors="replace").splitlines()
        said = {name: int(rest.split()[0]) for name, _colon, rest in (line.partition(":") for line in lines[1:])}
        return (said["Pss_Anon"] + said["Pss_Shmem"]) / 1024.0
    except (OSError, ValueError, KeyError, IndexError):
        return watching.resident_mb(pid)
