"""Connections to the project file: how they are set up, and what their errors mean to a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import quote

from vidbudova.errors import UserError
from vidbudova.text import _


class Cursor(Protocol):
    """What a query gives."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """The part of sqlite3 that the store uses (tests put a failing disk behind it)."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, parameters: Iterable[Any] = (), /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Iterable[Iterable[Any]], /) -> Any: ...
    def close(self) -> None: ...


Connect = Callable[[Path, str], Connection]
"""(path, mode) -> connection; mode is ``rwc``, ``rw``, ``ro`` or ``immutable``."""

CACHE_KIB = 65536


def connect(path: Path, mode: str) -> Connection:
    """A plain connection, in autocommit; threads are kept apart by the project."""
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    uri = f"file:{quote(str(path.absolute()))}?{query}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256)
    return cast(Connection, db)


def set_up(db: Connection, writer: bool) -> None:
    """The pragmas: nothing in the file's own schema is trusted to run; every commit is on the disk when it returns."""
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA busy_timeout = 2000")
    if writer:
        db.execute("PRAGMA query_only = OFF")
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = OFF")
    else:
        db.execute("PRAGMA query_only = ON")


KEYS = {
    sqlite3.SQLITE_FULL: "disk-full",
    sqlite3.SQLITE_IOERR: "disk-error",
    sqlite3.SQLITE_CANTOPEN: "disk-error",
    sqlite3.SQLITE_READONLY: "project-read-only",
    sqlite3.SQLITE_PERM: "project-read-only",
    sqlite3.SQLITE_CORRUPT: "project-damaged",
    sqlite3.SQLITE_NOTADB: "project-damaged",
    sqlite3.SQLITE_BUSY: "project-locked",
    sqlite3.SQLITE_LOCKED: "project-locked",
}


@contextmanager
def mended(path: Path) -> Iterator[None]:
    """Turn what the disk or SQLite says into a sentence a person can act on."""
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code not in KEYS:
            raise
        raise UserError(KEYS[code], path=path, reason=error, holder=_("another program")) from error
    except OSError as error:
        raise _os_error(path, error) from error


def _os_error(path: Path, error: OSError) -> UserError:
    import errno

    key = "disk-full" if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)) else "disk-error"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        key = "project-read-only"
    return UserError(key, path=path, reason=error.strerror or error)


@contextmanager
def transaction(db: Connection) -> Iterator[None]:
    """All or nothing: committed and durable when the block ends, taken back when it raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
        raise


CHUNK = 500
"""How many ids one query names."""


def chunks(items: list[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """A list in pieces."""
    for i in range(0, len(items), size):
        yield items[i : i + size]


def marks(count: int) -> str:
    """That many question marks for a query."""
    return ", ".join("?" * count)
