"""Kernels as machine code, kept on disk for as long as the sources of all of them are the same.

numba alone looks at the file of a kernel, not at those of the kernels it calls: after a change in one file, the machine
code of another would go on using what it was compiled with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

SOURCES = "bush*.py"

_njit: Any = numba.njit
_config: Any = numba.config


def kernel(function: Kernel) -> Kernel:
    """Compiles a function when it is first called, and keeps its machine code in `folder()`."""
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(folder())
    compiled: Kernel
    try:
        with suppress(RuntimeError):
            compiled = _njit(cache=True, nogil=True, error_model="numpy")(function)
            return compiled
        # Nowhere to write: each process compiles anew.
        compiled = _njit(nogil=True, error_model="numpy")(function)
        return compiled
    finally:
        _config.CACHE_DIR = before


def folder(sources: Path = Path(__file__).parent) -> Path:
    """Where machine code of these sources is kept: in ``NUMBA_CACHE_DIR``, or among the caches of the person."""
    known = hashlib.sha256()
    for path in sorted(sources.glob(SOURCES)):
        known.update(path.name.encode() + path.read_bytes())
    above = _config.CACHE_DIR or Path.home() / ".cache" / "vidbudova" / "kernels"
    return Path(above) / f"traffic-flow-{known.hexdigest()[:16]}"
