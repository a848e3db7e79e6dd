"""Limits that the child sets on itself, as far as its system knows them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

RESERVE_MB = 3072
"""Address space that libraries reserve and never use; the resident size is watched by the program itself."""
OPEN_FILES = 256
WATCH_S = 0.2
OUT_OF_MEMORY = 77


def limit(limits: Mapping[str, Any], mapped_mb: int = 0) -> None:
    """Set what the system knows of memory, processor time, file size and open files.

    mapped_mb : files that are mapped into memory; they take address space and no memory that is missed.
    """
    if sys.platform == "win32":
        return
    import resource

    megabyte = 1 << 20
    memory_mb = int(limits.get("memory_mb", 4096))
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CPU, int(limits.get("seconds", 1800)) + 5)
    _lower(resource.RLIMIT_FSIZE, int(limits.get("unpacked_mb", 4096)) * megabyte * 2)
    if sys.platform == "darwin":
        threading.Thread(target=_watch_own_memory, args=(memory_mb * megabyte,), daemon=True).start()
    else:
        _lower(resource.RLIMIT_AS, (memory_mb + mapped_mb + RESERVE_MB) * megabyte)


def _lower(what: int, wanted: int) -> None:
    import resource

    _soft, hard = resource.getrlimit(what)
    ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (ceiling, hard))


def _watch_own_memory(most: int) -> None:
    """macOS ignores RLIMIT_AS; ru_maxrss is in bytes there."""
    import resource

    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss <= most:
        time.sleep(WATCH_S)
    os._exit(OUT_OF_MEMORY)
