"""How much memory a child takes, and a leash on Windows that the system itself holds."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import Popen
from typing import Any


def resident_mb(pid: int) -> float:
    """Memory of a process in MB that is its own; 0.0 where the system does not say (there the child watches itself).

    Pages of files that it has mapped do not count: the system takes them back whenever it needs them.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    said = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    whole, mapped = (int(said[name].split()[0]) if name in said else 0 for name in ("VmRSS", "RssFile"))
    return (whole - mapped) / 1024.0


def leash(process: Popen[Any], memory_mb: int) -> Any:
    """On Windows, a job object with a memory limit that ends the child with us; keep what is given back until then."""
    if sys.platform != "win32":
        return None
    from vidbudova.formats import windows_job

    return windows_job.hold(process, memory_mb)
