"""A fence round the child that reads: it can open its own file and its scratch folder, and nothing else of a person's.

Two fences, for neither is everywhere: Linux keeps every library within bounds (Landlock, also against the network);
elsewhere, and for what Python itself opens, an audit hook does.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vidbudova import paths
from vidbudova.formats.report import Job

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
NO_NEW_PRIVILEGES = 38
BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, MAKE_REGULAR = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 8
REFER, TRUNCATE = 1 << 13, 1 << 14
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
NETWORK = 0b11

_SYSTEM = ("/usr", "/lib", "/lib64", "/etc", "/opt", "/proc/self", "/sys/devices/system/cpu", "/System", "/Library")
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")


def put_up(job: Job) -> None:
    """Close the fence; from here on nothing outside of it can be opened."""
    staging = Path(job.staging)
    files = staging.with_name(staging.name + ".files")
    staging.touch()
    files.mkdir(exist_ok=True)
    readable = [*_programs(), Path(job.path), *map(Path, [*job.parts, *job.terrain])]
    writable = [staging, files, Path(job.scratch)]
    _keep_libraries_in(readable, writable)
    _keep_python_in([*readable, *writable])


def _programs() -> list[Path]:
    """Where our own code and the libraries it needs are."""
    told = [*sys.path, sys.prefix, sys.base_prefix, sys.exec_prefix, paths.root() / "resources", *_SYSTEM, *_DEVICES]
    told += [os.environ.get(name, "") for name in ("PROJ_DATA", "GDAL_DATA", "SYSTEMROOT", "WINDIR")]
    told += os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    if paths.is_frozen():
        told += [paths.root(), sys.executable]  # the program's own modules are in its executable
    return [Path(one) for one in dict.fromkeys(map(str, told)) if one and one != "." and Path(one).exists()]


def _keep_python_in(allowed: Iterable[Path]) -> None:
    roots = tuple({os.path.realpath(path) for path in allowed} | {str(path.absolute()) for path in allowed})
    folders = tuple(root.rstrip(os.sep) + os.sep for root in roots)

    def watch(event: str, told: tuple[Any, ...]) -> None:
        if event not in ("open", "sqlite3.connect") or not isinstance(told[0], str | bytes):
            return
        named = os.fsdecode(told[0])
        if named == ":memory:" or (event == "sqlite3.connect" and named.startswith("file:")):
            return  # SQLite's own way of naming files: the file was checked before it was named
        real = os.path.realpath(named)
        if real not in roots and not real.startswith(folders):
            raise PermissionError(f"outside of what this file may open: {Path(named).name}")

    sys.addaudithook(watch)


def _keep_libraries_in(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return  # an older kernel: the hook alone must do
    handled = EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | MAKE_REGULAR
    handled |= (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    told = struct.pack("QQ", handled, NETWORK) if version >= 4 else struct.pack("Q", handled)
    ruleset = libc.syscall(CREATE_RULESET, told, len(told), 0)
    if ruleset < 0:
        return
    for path in readable:
        _allow(libc, ruleset, path, READ_FILE | READ_DIR)
    for path in writable:
        _allow(libc, ruleset, path, handled & ~EXECUTE)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(libc: Any, ruleset: int, path: Path, access: int) -> None:
    try:
        opened = os.open(path, getattr(os, "O_PATH", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return
    if not path.is_dir():
        access &= ON_FILES
    rule = struct.pack("=Qi", access, opened)
    libc.syscall(ADD_RULE, ruleset, BENEATH, rule, 0)
    os.close(opened)
