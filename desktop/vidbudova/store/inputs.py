"""A checksum of what some tables hold: the same data give the same one, on every laptop and after every detour."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from vidbudova.model.change import NOW, Value, decode
from vidbudova.model.schema import TABLES
from vidbudova.store import heads, reading
from vidbudova.store import tables as tables_
from vidbudova.store.connection import Connection, chunks
from vidbudova.store.values import dumps


def sha256(db: Connection, tables: Sequence[str], scenario: str) -> str:
    """Checksum of the imported rows that tables show, and of every row that a Change touched, as a scenario has it."""
    digest = hashlib.sha256()
    for table in sorted(set(tables) & TABLES.keys()):
        digest.update(dumps([table, _imported(db, table)]).encode())
        own = () if scenario == NOW else heads.touched_ids(db, table, scenario)
        ids = {*heads.touched_ids(db, table, NOW), *own}
        for some in chunks(sorted(ids - (_as_brought(db, table) - {*own}))):
            rows = reading.in_scenario(db, table, some, scenario)
            imported = _brought(db, table, [id for id in some if id not in rows])
            for id in some:
                if id in rows or id in imported:
                    digest.update(_line(id, rows.get(id)).encode())
    return digest.hexdigest()


def _imported(db: Connection, table: str) -> list[list[object]]:
    """The layers that a table shows, and a stamp if another program wrote into it."""
    query = "SELECT layer, features, sha256 FROM vb_layer WHERE tbl = ? AND live ORDER BY layer"
    # other programs that write into a GeoPackage stamp the table; we leave the moment in which the project was made
    stamped = (
        "SELECT last_change FROM gpkg_contents WHERE table_name = ?"
        " AND last_change <> (SELECT value FROM vb_meta WHERE key = 'made_at')"
    )
    return [list(row) for sql in (query, stamped) for row in db.execute(sql, (table,)).fetchall()]


def _brought(db: Connection, table: str, gone: list[str]) -> set[str]:
    """Those of rows that are not shown that an import brought: only they are missed."""
    if not gone or TABLES[table].role == "edit":
        return set()
    return {id for id, _place, _layer in tables_.find_imported(db, TABLES[table], gone)}


def _as_brought(db: Connection, table: str) -> set[str]:
    """Rows that Changes touched and that show what an import brought all the same: they were put back."""
    if TABLES[table].role == "edit":
        return set()
    here = f'SELECT 1 FROM "{table}" t WHERE t.id = h.id AND t.layer IS NOT NULL'
    touched = f"SELECT DISTINCT h.id FROM vb_head h WHERE h.tbl = ? AND h.scenario = ? AND EXISTS ({here})"
    there = {id for (id,) in db.execute(touched, (table, NOW)).fetchall()}
    for (field,) in db.execute("SELECT DISTINCT field FROM vb_base WHERE tbl = ?", (table,)).fetchall():
        other = (
            f'SELECT b.id FROM vb_base b JOIN "{table}" t ON t.id = b.id AND t.layer = b.layer'
            f' WHERE b.tbl = ? AND b.field = ? AND b.value IS NOT t."{field}"'
        )
        there -= {id for (id,) in db.execute(other, (table, field)).fetchall()}
    return there


def _line(id: str, row: dict[str, Value] | None) -> str:
    if row is None:
        return dumps([id, None])
    return dumps([id, {name: _plain(value) for name, value in row.items() if value is not None}])


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return sorted(map(str, value)) if isinstance(value, frozenset | set) else value


MOST_READ = 500
"""Of so many Changes it is looked up for which scenario they are; of more they are counted as they are."""


def changes_since(db: Connection, n: int, tables: Sequence[str], scenario: str) -> int:
    """How many Changes after line `n` of the log touch some tables, in a scenario or in what it rests on."""
    wanted = ", ".join("?" * len(tables))
    query = (
        f"SELECT n FROM vb_touch WHERE n > ? AND tbl IN ({wanted}) UNION SELECT n FROM vb_touch WHERE n > ?"
        f" AND tbl = 'layers' AND id IN (SELECT layer FROM vb_layer WHERE tbl IN ({wanted}))"
    )
    lines = [row[0] for row in db.execute(query, (n, *tables, n, *tables)).fetchall()]
    if len(lines) > MOST_READ:
        return len(lines)
    return sum(_scenario(db, line) in (NOW, scenario) for line in lines)


def _scenario(db: Connection, n: int) -> str:
    (body,) = db.execute("SELECT body FROM vb_change WHERE n = ?", (n,)).fetchone()
    return decode(body).scenario
