"""Whether a project is whole: the file, the chain of the log, tables equal to the log, imported rows, photos."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vidbudova.model import cells
from vidbudova.model.change import NOW, decode, digest, encode
from vidbudova.model.merge import Folding
from vidbudova.model.schema import GEOM, TABLES, Table
from vidbudova.store import heads, layer_files, layers, log, media, reading, results
from vidbudova.store.access import Access
from vidbudova.store.connection import Connection
from vidbudova.store.ddl import PARKED
from vidbudova.store.values import WKB_AT, head_value, select, to_sql
from vidbudova.text import _

MOST = 20
"""How many problems of one kind are listed one by one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be: file, log, tables, layers, results or media, and a sentence."""

    kind: str
    message: str


def check(project: Access) -> list[Problem]:
    """Everything that is wrong with a project; empty when it is whole."""
    with project.looking() as db:
        broken = list(_file(db))
        if broken:
            return broken
        folding = Folding()
        problems = list(_log(db, folding))
        if not problems:
            problems += _limited("tables", _heads(db, folding)) + _limited("tables", _tables(db, project.srs_id))
        problems += list(_layers(db))
        problems += _limited("layers", layer_files.problems(db, project))
        problems += _limited("results", results.problems(db, project))
        return problems + _limited("media", _media(db, project))


def _limited(kind: str, messages: Iterator[str]) -> list[Problem]:
    found = list(messages)
    rest = [_("{n} more of the same kind.").format(n=len(found) - MOST)] if len(found) > MOST else []
    return [Problem(kind, m) for m in found[:MOST] + rest]


def _file(db: Connection) -> Iterator[Problem]:
    try:
        lines = db.execute("PRAGMA integrity_check(10)").fetchall()
    except sqlite3.DatabaseError as error:
        lines = [(str(error),)]
    for (line,) in lines:
        if line != "ok":
            yield Problem("file", _("SQLite says: {line}").format(line=line))


def _log(db: Connection, folding: Folding) -> Iterator[Problem]:
    """Each Change is what its checksum says, and follows the one before it of its replica."""
    chains: dict[tuple[str, int], tuple[str, bytes]] = {}
    for _n, id, chain, body in log.bodies(db):
        try:
            change = decode(body)
        except ValueError:
            yield Problem("log", _("The line {id} of the log cannot be read.").format(id=id))
            continue
        if change.id != id or encode(change) != body:
            yield Problem("log", _("The line {id} of the log is not what was written.").format(id=id))
        chains[(change.replica, change.seq)] = (chain, body)
        folding.add(change)
    for (replica, seq), (chain, body) in chains.items():
        before = ("", b"") if seq == 1 else chains.get((replica, seq - 1))
        if before is not None and digest(before[0], body) != chain:
            line = f"{replica}:{seq}"
            yield Problem("log", _("The checksum of line {id} of the log does not fit.").format(id=line))


def _heads(db: Connection, folding: Folding) -> Iterator[str]:
    """The current values in the file are those that the log folds to."""
    numbers = dict(db.execute("SELECT id, n FROM vb_change").fetchall())
    wanted = {
        (*key[1:], key[0], group, numbers[h.change]): (h.value, set(h.seen))
        for key, of_row in folding.heads.items()
        for group, current in of_row.items()
        for h in current
    }
    found: dict[tuple[Any, ...], Any] = {}
    for *key, value, seen in db.execute("SELECT tbl, id, scenario, grp, n, value, seen FROM vb_head").fetchall():
        found[tuple(key)] = (head_value(value), set(seen.split()))
    for key in sorted(k for k in wanted.keys() | found.keys() if wanted.get(k) != found.get(k)):
        yield _("The current value of {table} {id}, {group}, is not what the log says.").format(
            table=key[0], id=key[1], group=key[3]
        )


def _tables(db: Connection, srs_id: int) -> Iterator[str]:
    """The rows in the tables are those that the current values give."""
    for table in TABLES.values():
        ids = heads.touched_ids(db, table.name, NOW)
        current = heads.load(db, table.name, ids, NOW)
        there = _raw(db, table)
        imported = _imported(db, table)
        for id in ids:
            wanted = _wanted(table, current[id], srs_id, id in imported)
            if not _agrees(wanted, there.get(id), id in imported):
                yield _("The row {id} of {table} is not what the log says.").format(table=table.name, id=id)
        for id in sorted(there.keys() - set(ids) - imported):
            yield _("The row {id} of {table} came from no Change and no layer.").format(table=table.name, id=id)


def _raw(db: Connection, table: Table) -> dict[str, dict[str, Any]]:
    names = [f.name for f in table.fields]
    where = " WHERE layer IS NULL OR id IN (SELECT id FROM vb_head WHERE tbl = ?)" if table.role != "edit" else ""
    query = f'SELECT id, {", ".join(select(f) for f in table.fields)} FROM "{table.name}"{where}'
    read = db.execute(query, (table.name,) if where else ()).fetchall()
    return {id: dict(zip(names, values, strict=True)) for id, *values in read}


def _imported(db: Connection, table: Table) -> set[str]:
    if table.role == "edit":
        return set()
    touched = "SELECT id FROM vb_head WHERE tbl = ?"
    query = " UNION ".join(
        f'SELECT id FROM "{place}" WHERE layer IS NOT NULL AND id IN ({touched})'
        for place in (table.name, PARKED + table.name)
    )
    return {id for (id,) in db.execute(query, (table.name, table.name)).fetchall()}


def _wanted(table: Table, of_row: dict[str, Any], srs_id: int, imported: bool) -> dict[str, Any] | None:
    """The columns that the current values give, as the file holds them; None for no row."""
    if cells.is_gone(of_row):
        return None
    row = cells.shown(table.name, of_row)
    if not imported and table.role != "edit" and table.geometry and row.get(GEOM) is None:
        return None
    fields = [f for f in table.fields if f.name in row] if imported else list(table.fields)
    wanted = {f.name: to_sql(f, row.get(f.name), srs_id) for f in fields if not (imported and f.name == "layer")}
    if isinstance(wanted.get(GEOM), bytes):
        wanted[GEOM] = wanted[GEOM][WKB_AT - 1 :]
    return wanted


def _agrees(wanted: dict[str, Any] | None, found: dict[str, Any] | None, imported: bool) -> bool:
    if found is None:
        return wanted is None or imported
    return wanted is not None and all(found[name] == value for name, value in wanted.items())


def _layers(db: Connection) -> Iterator[Problem]:
    """Imported rows are still those that were read from the file."""
    for layer, name, count, sha256 in db.execute("SELECT layer, tbl, features, sha256 FROM vb_layer").fetchall():
        rows = reading.layer_rows(db, TABLES[name], layer)
        if len(rows) != count or layers.rows_sha256(TABLES[name], iter(rows)) != sha256:
            text = _("The imported rows of {table} in the layer {layer} are not those that were read from the file.")
            yield Problem("layers", text.format(table=name, layer=layer))


def _media(db: Connection, project: Access) -> Iterator[str]:
    for (sha256,) in db.execute("SELECT id FROM photos ORDER BY id").fetchall():
        file = media.path_of(project, sha256)
        if file is None:
            yield _("The photo {id} is not here.").format(id=sha256)
        elif not media.is_whole(file, sha256):
            yield _("The photo {id} is damaged.").format(id=sha256)
