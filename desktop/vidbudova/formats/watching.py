"""How much memory a child takes, and a leash on Windows that the system itself holds."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import Popen
from typing import Any


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB; 0.0 where the system does not say (there the child watches itself)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    return 0.0


def leash(process: Popen[str], memory_mb: int) -> Any:
    """On Windows, a job object with a memory limit that ends the child with us; keep what is given back until then."""
    if sys.platform != "win32":
        return None
    from vidbudova.formats import windows_job

    return windows_job.hold(process, memory_mb)
