"""How much memory is free, and how many runs that allows beside each other."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SHARE = 0.75
"""Of what is free when a run begins, the rest is left to the window and the system."""
LEAST_MB = 512
UNKNOWN_MB = 4096


def free_mb() -> int:
    """Memory in MB that can be taken without others having to give way."""
    if sys.platform == "win32":
        return _windows_mb()
    if sys.platform == "darwin":
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20 / 2)
    return min(_meminfo_mb(), _container_mb())


def allowed_mb(runs: int = 1) -> int:
    """What each of some runs beside each other may take."""
    return max(int(free_mb() * SHARE / max(runs, 1)), LEAST_MB)


def workers(runs: int, need_mb: float, most: int | None = None) -> int:
    """How many of some runs go beside each other: by memory that one needs, by cores, by `most`."""
    by_memory = int(free_mb() * SHARE / max(need_mb, 1.0))
    return max(1, min(runs, by_memory, os.cpu_count() or 1, most or runs))


def _meminfo_mb() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return UNKNOWN_MB
    found = {name: int(rest.split()[0]) for name, rest in (line.split(":", 1) for line in lines)}
    return found.get("MemAvailable", UNKNOWN_MB * 1024) // 1024


def _container_mb() -> int:
    """What a container leaves; as much as there is where there is none."""
    folder = Path("/sys/fs/cgroup")
    try:
        most = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = int((folder / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 1 << 30
    return 1 << 30 if most == "max" else max(int(most) - used, 0) // 2**20


def _windows_mb() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("all", "free", "page", "free_page", "virtual", "free_virtual", "more")
        ]

    status = Status()
    status.length = ctypes.sizeof(Status)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    return int(status.free // 2**20) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else UNKNOWN_MB
