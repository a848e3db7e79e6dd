"""One writer: a lock beside the project that the system lets go when the process dies."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.text import _

LOCK_AT = 1 << 20
"""The byte that is locked; the text before it stays readable for others."""


class Lock:
    """The lock of a project; also remembers the last line of the log, to notice a file that is older than it."""

    def __init__(self, project: Path, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            _lock(self._fd)
        except OSError as error:
            holder = read(path).get("holder") or _("another program")
            os.close(self._fd)
            self._fd = None
            raise UserError("project-locked", path=project, holder=holder) from error
        self._noted = read(path)

    def last(self, replica: str) -> int:
        """The running number of the replica's last Change that was acknowledged here."""
        return int(self._noted.get("seq", 0)) if self._noted.get("replica") == replica else 0

    def note(self, replica: str, seq: int) -> None:
        """Remember the last acknowledged Change; it is durable already, so a disk that fails here fails nothing."""
        if self._fd is None:
            return
        holder = _("process {id}").format(id=os.getpid())
        text = json.dumps({"replica": replica, "seq": seq, "holder": holder}).ljust(240) + "\n"
        with contextlib.suppress(OSError):
            os.lseek(self._fd, 0, os.SEEK_SET)
            os.write(self._fd, text.encode())

    def release(self) -> None:
        """Let others write."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def read(path: Path) -> dict[str, str]:
    """What a lock file says; nothing if it is not there or half written."""
    try:
        found = json.loads(path.read_bytes()[:1024] or b"{}")
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, LOCK_AT, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
