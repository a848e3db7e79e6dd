"""A damaged file rebuilt from its log into a new one; what cannot be is said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.model.change import decode, digest
from vidbudova.model.schema import TABLES, Table
from vidbudova.store import log, rebuild
from vidbudova.store.access import beside
from vidbudova.store.connection import Connect, Connection, connect, mended, set_up
from vidbudova.store.ddl import PARKED
from vidbudova.store.project import FOLDERS, create
from vidbudova.store.snapshots import copy_folders
from vidbudova.store.values import names
from vidbudova.text import _, ngettext


def rescue(damaged: Path, target: Path, crs: str, connector: Connect = connect) -> list[str]:
    """Write what can be read of a damaged project to a new one; gives sentences on what is lost, [] for nothing.

    `crs` is that of the project ("EPSG:32637"), for files that cannot say it any more; "" if nobody knows it.
    """
    with mended(damaged):
        source = connector(damaged, "ro")
        set_up(source, writer=False)
        known = dict(_rows(source, "SELECT key, value FROM vb_meta"))
    named = str(known.get("crs") or crs)
    if not named:
        source.close()
        raise UserError("crs-missing", file=damaged.name, hint=_("the project was in one with metres"))
    project = create(target, named, connector)
    try:
        with project.writing() as db:
            lost = [*_log(source, db), *_imported(source, db)]
            for row in _rows(source, "SELECT id, file, after, told FROM vb_result"):
                db.execute("INSERT OR IGNORE INTO vb_result VALUES (?, ?, ?, ?)", row)
            rebuild.rebuild(db, project.replica, project.srs_id)
            for (table,) in db.execute("SELECT DISTINCT tbl FROM vb_layer").fetchall():
                _next_number(db, TABLES[table])
        with mended(target):
            copy_folders({beside(damaged, kind): project.beside(kind) for kind in FOLDERS})
        return lost
    finally:
        source.close()
        project.close()


def _rows(db: Connection, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query up to the first that cannot be read."""
    try:
        yield from db.execute(query, values)
    except sqlite3.DatabaseError:
        return


def _numbered(db: Connection, table: str, number: str, columns: str) -> tuple[list[tuple[Any, ...]], int]:
    """The rows that can be read of a table, and how many cannot: a bad page is closed in from both sides."""
    found: list[tuple[Any, ...]] = []
    try:
        low, high = db.execute(f'SELECT min({number}), max({number}) FROM "{table}"').fetchone()
    except sqlite3.DatabaseError:
        low, high = 1, 1 << 20
    lost = _between(db, f'SELECT {columns} FROM "{table}" WHERE {number} BETWEEN ? AND ?', low or 1, high or 0, found)
    return found, lost


def _between(db: Connection, query: str, low: int, high: int, found: list[tuple[Any, ...]]) -> int:
    """Read the rows numbered low to high, halving where reading fails; gives how many numbers failed alone."""
    if low > high:
        return 0
    try:
        found.extend(db.execute(query, (low, high)).fetchall())
        return 0
    except sqlite3.DatabaseError:
        if low == high:
            return 1
    middle = (low + high) // 2
    return _between(db, query, low, middle, found) + _between(db, query, middle + 1, high, found)


def _log(source: Connection, db: Connection) -> Iterator[str]:
    """Copy the lines of the log whose bytes are what their checksums say."""
    lines, unread = _numbered(source, "vb_change", "n", "n, id, chain, body")
    kept = 0
    last: dict[tuple[str, int], str] = {}
    for _n, id, chain, body in lines:
        try:
            change = decode(bytes(body))
        except (ValueError, TypeError):
            continue
        before = "" if change.seq == 1 else last.get((change.replica, change.seq - 1))
        if change.id == id and (before is None or digest(before, bytes(body)) == chain):
            log.append(db, change, bytes(body), chain)
            last[(change.replica, change.seq)] = chain
            kept += 1
    if missing := unread + len(lines) - kept:
        yield ngettext(
            "{count} change of the log could not be read.", "{count} changes of the log could not be read.", missing
        )


def _imported(source: Connection, db: Connection) -> Iterator[str]:
    """Copy the layers' rows, and what they were before they were edited."""
    for row in _rows(source, "SELECT layer, tbl, features, sha256, live FROM vb_layer"):
        if row[1] in TABLES:
            db.execute("INSERT OR IGNORE INTO vb_layer VALUES (?, ?, ?, ?, ?)", row)
    for row in _rows(source, "SELECT tbl, layer, id, field, value FROM vb_base"):
        db.execute("INSERT OR IGNORE INTO vb_base VALUES (?, ?, ?, ?, ?)", row)
    for (name,) in db.execute("SELECT DISTINCT tbl FROM vb_layer").fetchall():
        table = TABLES[name]
        there = sum(_copy(source, db, table, place) for place in (name, PARKED + name))
        wanted = db.execute("SELECT sum(features) FROM vb_layer WHERE tbl = ?", (name,)).fetchone()[0]
        if there < wanted:
            text = _("{n} of {all} imported rows of {table} could not be read; import their file again.")
            yield text.format(n=wanted - there, all=wanted, table=_(table.title))


def _copy(source: Connection, db: Connection, table: Table, place: str) -> int:
    columns = names(table)
    rows, _lost = _numbered(source, place, "fid", columns)
    position = 2 + [f.name for f in table.fields].index("layer")
    marks = ", ".join("?" * (len(table.fields) + 2))
    kept = 0
    for row in rows:
        if row[position] is not None:
            try:
                db.execute(f'INSERT INTO "{place}" ({columns}) VALUES ({marks})', row)
                kept += 1
            except sqlite3.IntegrityError:
                continue
    return kept


def _next_number(db: Connection, table: Table) -> None:
    """New imports are numbered from behind the rows that were rescued."""
    highest = 0
    for place in (table.name, PARKED + table.name):
        query = f'SELECT coalesce(max(fid), 0) FROM "{place}" WHERE layer IS NOT NULL'
        highest = max(highest, db.execute(query).fetchone()[0])
    db.execute("INSERT OR REPLACE INTO vb_meta VALUES (?, ?)", (f"fid:{table.name}", highest))
