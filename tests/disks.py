"""Disks that fail: SQLite on top of them through APSW, driven by the real Project code."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import apsw

ERRORS = {apsw.ConstraintError: sqlite3.IntegrityError}


class Rows(list):
    """What a query gave, all at once."""

    def fetchone(self):
        return self.pop(0) if self else None

    def fetchall(self):
        return list(self)


class Connection:
    """An APSW connection that looks like sqlite3's."""

    def __init__(self, path: Path, mode: str, vfs: str) -> None:
        flags = apsw.SQLITE_OPEN_READONLY if mode in ("ro", "immutable") else apsw.SQLITE_OPEN_READWRITE
        self._db = self._call(
            apsw.Connection, str(path), flags | (apsw.SQLITE_OPEN_CREATE if mode == "rwc" else 0), vfs
        )

    def _call(self, function, *args):
        try:
            return function(*args)
        except apsw.Error as error:
            kind = next(
                (ours for theirs, ours in ERRORS.items() if isinstance(error, theirs)), sqlite3.OperationalError
            )
            told = kind(str(error))
            told.sqlite_errorcode = getattr(error, "extendedresult", 0)
            raise told from error

    @property
    def in_transaction(self):
        return self._db.in_transaction

    def execute(self, sql, parameters=()):
        return self._call(lambda: Rows(self._db.execute(sql, tuple(parameters))))

    def executemany(self, sql, parameters):
        return self._call(lambda: Rows(self._db.executemany(sql, [tuple(p) for p in parameters])))

    def close(self):
        self._db.close()


class _File(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        self.disk = disk
        self.name = Path(name.filename() if hasattr(name, "filename") else name).name if name else ""
        super().__init__("", name, flags)

    def xWrite(self, data, offset):
        self.disk.written(self.name, offset, bytes(data))
        return super().xWrite(data, offset)

    def xSync(self, flags):
        self.disk.synced(self.name)
        return super().xSync(flags)

    def xTruncate(self, size):
        self.disk.truncated(self.name, size)
        return super().xTruncate(size)


class Disk(apsw.VFS):
    """A disk on which every write is noticed; `connect` is what `create` and `open_project` take."""

    def __init__(self, name: str) -> None:
        self.vfs = name
        super().__init__(name, "")

    def connect(self, path, mode):
        return Connection(path, mode, self.vfs)

    def xOpen(self, name, flags):
        return _File(self, name, flags)

    def xDelete(self, name, sync):
        self.deleted(Path(name).name)
        return super().xDelete(name, sync)

    def written(self, name, offset, data): ...
    def synced(self, name): ...
    def truncated(self, name, size): ...
    def deleted(self, name): ...


class RecordingDisk(Disk):
    """Remembers what was written and synced, and what was acknowledged to the person in between."""

    def __init__(self, name: str) -> None:
        self.events: list[tuple] = []
        super().__init__(name)

    def written(self, name, offset, data):
        self.events.append(("write", name, offset, data))

    def synced(self, name):
        self.events.append(("sync", name))

    def truncated(self, name, size):
        self.events.append(("truncate", name, size))

    def deleted(self, name):
        self.events.append(("delete", name))

    def acknowledged(self, count):
        self.events.append(("acknowledge", count))


def after_power_failure(events: list[tuple], at: int, chance: random.Random, folder: Path) -> int:
    """The files as a power failure at that event may leave them; gives how much was acknowledged by then.

    Writes that were not synced yet are there, lost, or torn at a sector of 512 bytes, each as chance will.
    """
    files: dict[str, list[tuple]] = {}
    unsynced: dict[str, set[int]] = {}
    acknowledged = 0
    for event in events[:at]:
        kind, name = event[0], event[1]
        if kind == "acknowledge":
            acknowledged = name
        elif kind == "sync":
            unsynced[name] = set()
        elif kind == "delete":
            files.pop(name, None)
            unsynced.pop(name, None)
        else:
            files.setdefault(name, []).append(event)
            unsynced.setdefault(name, set()).add(len(files[name]) - 1)
    for name, done in files.items():
        (folder / name).write_bytes(_content(done, unsynced.get(name, set()), chance))
    return acknowledged


def _content(done: list[tuple], unsynced: set[int], chance: random.Random) -> bytes:
    content = bytearray()
    for i, event in enumerate(done):
        fate = chance.random() if i in unsynced else 1.0
        if event[0] == "truncate":
            if fate >= 0.4:
                del content[event[2] :]
            continue
        offset, data = event[2], event[3]
        if fate < 0.4:
            continue
        if fate < 0.7:
            data = data[: chance.randrange(len(data) + 1) // 512 * 512]
        content.extend(b"\0" * (offset - len(content)))
        content[offset : offset + len(data)] = data
    return bytes(content)


class FailingDisk(Disk):
    """Gives an error at the k-th write from now on, once or for good."""

    def __init__(self, name: str) -> None:
        self.left: int | None = None
        self.code = sqlite3.SQLITE_IOERR
        self.for_good = False
        super().__init__(name)

    def fail(self, at: int, code: int, for_good: bool) -> None:
        self.left, self.code, self.for_good = at, code, for_good

    def heal(self) -> None:
        self.left = None

    def written(self, name, offset, data):
        if self.left is None or name.endswith("-shm"):
            return
        self.left -= 1
        if self.left < 0:
            if not self.for_good:
                self.left = None
            raise apsw.exception_for(self.code)
