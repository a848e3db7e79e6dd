"""The staging file: rows as our schema has them, in a SQLite file of their own, for the store to take in whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vidbudova.formats import arrays
from vidbudova.model import schema


class Staging:
    """Writes a staging file; a table is made when its first row comes."""

    def __init__(self, path: Path) -> None:
        self.files = path.with_name(path.name + ".files")
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
        self._db.execute("BEGIN")
        self._columns: dict[str, tuple[str, ...]] = {}
        self.counts: Counter[str] = Counter()

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append rows of a schema table; fields that a row does not name are NULL."""
        columns = self._columns.get(table) or self._create(table)
        empty = dict.fromkeys(columns)
        listed = [tuple({**empty, **row}.values())[: len(columns)] for row in rows]
        marks = ", ".join("?" * len(columns))
        self._db.executemany(f'INSERT INTO "{table}" VALUES ({marks})', listed)
        self.counts[table] += len(listed)

    def _create(self, table: str) -> tuple[str, ...]:
        columns = ("id", *(f.name for f in schema.TABLES[table].fields))
        described = ["id TEXT NOT NULL", *(f'"{name}"' for name in columns[1:])]
        self._db.execute(f'CREATE TABLE "{table}" ({", ".join(described)})')
        self._columns[table] = columns
        return columns

    def add_file(self, path: Path) -> str:
        """Move a finished file of arrays beside the staging file; gives its sha256, for the row that names it."""
        self.files.mkdir(exist_ok=True)
        sha256 = arrays.sha256_of(path)
        shutil.move(path, self.files / f"{sha256}.{arrays.ENDING}")
        return sha256

    def query(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of what was staged so far; for the second look that parts of buildings need."""
        return self._db.execute(sql, tuple(values)).fetchall()

    def update(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Amend staged rows."""
        self._number()
        self._db.executemany(sql, rows)

    def _number(self) -> None:
        """No id twice, and found quickly; sorted once, which takes a fifth of keeping it sorted all along."""
        for table in self._columns:
            self._db.execute(f'CREATE UNIQUE INDEX IF NOT EXISTS "ids of {table}" ON "{table}" (id)')

    def close(self, report: Mapping[str, Any]) -> None:
        """Write the report and end the file."""
        self._number()
        self._db.execute("INSERT INTO meta VALUES ('report', ?)", (json.dumps(report, ensure_ascii=False),))
        self._db.execute("COMMIT")
        self._db.close()
