"""Who may touch the file: one writer under a lock, and one reading connection a thread."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.store.connection import Connect, Connection, connect, mended, set_up, transaction
from vidbudova.store.lock import Lock
from vidbudova.text import _

log = logging.getLogger(__name__)


def beside(path: Path, ending: str) -> Path:
    """`City.media` for `City.vbp.gpkg` and "media"."""
    stem = path.name.removesuffix(".gpkg").removesuffix(".vbp")
    return path.with_name(f"{stem}.{ending}")


@dataclass(slots=True, eq=False)
class _Reader:
    """The connection of a thread, and how many blocks of it are reading."""

    thread: threading.Thread
    db: Connection
    uses: int


class Access:
    """An open project file. Safe to use from several threads: one writes at a time, each reads for itself.

    Attributes
    ----------
    path, crs, srs_id : where it is, and its coordinate system ("EPSG:32637", 32637).
    replica : the id of this file on this installation.
    read_only : whether it can only be looked at.
    notices : sentences about what was found when it was opened.
    """

    def __init__(
        self, path: Path, facts: Mapping[str, Any], lock: Lock | None, connector: Connect = connect, mode: str = "ro"
    ) -> None:
        self.path = path
        self.crs = str(facts["crs"])
        self.srs_id = int(facts["srs_id"])
        self.replica = str(facts["replica"])
        self.read_only = lock is None
        self.notices: list[str] = []
        self._lock = lock
        self._connect = connector
        self._mutex = threading.RLock()
        self._reading = threading.Lock()
        """Held for moments, when a reader is taken or given back; `_mutex` is held as long as a transaction takes."""
        self._readers: dict[int, _Reader] = {}
        self._closed = False
        self._mode = mode
        self._stand_in: Path | None = None
        self._writer: Connection | None = None
        if lock is not None:
            self._writer = self._open_writer()

    def beside(self, ending: str) -> Path:
        """The folder of this project with that ending: ``media``, ``snapshots``."""
        return beside(self.path, ending)

    def read_from(self, copy: Path) -> None:
        """Read a copy instead of the file, in a folder of its own that goes when the project is closed."""
        self._stand_in, self._mode = copy, "ro"

    def _open_writer(self) -> Connection:
        with mended(self.path):
            db = self._connect(self.path, "rw")
            set_up(db, writer=True)
        return db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction; nothing of it stays if the block raises."""
        with self._mutex, mended(self.path):
            if self._writer is None:
                raise UserError("project-read-only", path=self.path, reason=_("it was opened to look only."))
            with transaction(self._writer):
                yield self._writer

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A connection of this thread for reading; while the block lasts nobody closes it."""
        with mended(self.path):
            reader = self._take_reader(threading.current_thread())
            try:
                yield reader.db
            finally:
                self._give_back(reader)

    def _take_reader(self, thread: threading.Thread) -> _Reader:
        with self._reading:
            reader = self._readers.get(thread.ident or 0)
            # A new thread may have the number of one that ended, whose connection another thread is about to close.
            if reader is not None and reader.thread is thread:
                reader.uses += 1
                return reader
            for ended in [held for held in self._readers.values() if not held.thread.is_alive()]:
                self._drop(ended)
        db = self._connect(self._stand_in or self.path, self._mode)
        set_up(db, writer=False)
        reader = _Reader(thread, db, uses=1)
        with self._reading:
            self._readers[thread.ident or 0] = reader
        return reader

    def _give_back(self, reader: _Reader) -> None:
        with self._reading:
            reader.uses -= 1
            if self._closed and not reader.uses:
                self._drop(reader)

    def _drop(self, reader: _Reader) -> None:
        reader.db.close()
        if self._readers.get(reader.thread.ident or 0) is reader:
            del self._readers[reader.thread.ident or 0]

    def close(self) -> None:
        """Close the file; the log is folded into it so that a copy by hand is whole.

        A thread that is reading goes on to the end of what it reads, and its connection goes then: SQLite crashes
        where a connection is closed under a query.
        """
        with self._mutex:
            with self._reading:
                self._closed = True
                for reader in [held for held in self._readers.values() if not held.uses]:
                    self._drop(reader)
                is_read = bool(self._readers)
            try:
                self._close_writer(is_read)
            finally:
                if self._stand_in is not None:
                    shutil.rmtree(self._stand_in.parent, ignore_errors=True)
                if self._lock is not None:
                    self._lock.release()
                    self._lock = None
                self.read_only = True

    def _close_writer(self, is_read: bool) -> None:
        """SQLite folds its log into the file when the last connection goes; a full disk leaves that to the next.

        is_read : others are reading; what can be folded without waiting for them is, for they cannot.
        """
        db, self._writer = self._writer, None
        if db is None:
            return
        try:
            with transaction(db):
                db.execute("UPDATE vb_meta SET value = 0 WHERE key = 'open'")
            if is_read:
                db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error:
            log.warning("the project could not be marked as closed", exc_info=True)
        finally:
            db.close()
