"""Starting the process of a plugin, and ending it with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from vidbudova import paths
from vidbudova.formats.reading import environment
from vidbudova.jobs import family, lifeline
from vidbudova.jobs.order import GRACE_S, Limits

POLL_S = 0.05


def start(scratch: Path, limits: Limits) -> tuple[subprocess.Popen[bytes], int]:
    """The child, and our end of the pipe that ends it with us."""
    line, ours = os.pipe()
    environ = {**environment(str(scratch)), **for_libraries(limits)}
    more: dict[str, Any] = {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}
    if sys.platform != "win32":
        environ[lifeline.NAME] = str(line)
        more = {"start_new_session": True, "pass_fds": (line,)}
    try:
        child = subprocess.Popen(
            paths.child_command("vidbudova.jobs.child"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=scratch, env=environ, **more,
        )  # fmt: skip
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(line)
    return child, ours


def for_libraries(limits: Limits) -> dict[str, str]:
    """Where compiled kernels are kept, no windows for charts, and how many threads there may be."""
    kernels = paths.cache_folder() / "kernels"
    kernels.mkdir(parents=True, exist_ok=True)
    environ = {"NUMBA_CACHE_DIR": str(kernels), "MPLBACKEND": "Agg"}
    if limits.threads:
        environ["NUMBA_NUM_THREADS"] = str(limits.threads)
    return environ


def has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has, without taking its number from the system, so that its group can still be ended by it."""
    if sys.platform == "win32" or child.returncode is not None:
        return child.poll() is not None
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def kill(child: subprocess.Popen[bytes]) -> None:
    """End the process, its group, and on Linux what has left the group."""
    if sys.platform == "win32" or child.returncode is not None:
        child.kill()
        return
    others = family.members(child.pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    for pid in others:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    child.kill()


def code_of(child: subprocess.Popen[bytes]) -> int:
    """The exit code of a process whose end of the line has closed; one that only closed the line is ended."""
    until = time.monotonic() + GRACE_S
    while not has_ended(child) and time.monotonic() < until:
        time.sleep(POLL_S)
    kill(child)
    return child.wait()
