"""The tables that QGIS sees, kept equal to what the log folds to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from vidbudova.model import cells
from vidbudova.model.change import NOW, Fields
from vidbudova.model.schema import GEOM, TABLES, Table
from vidbudova.store import heads
from vidbudova.store.connection import Connection, chunks, marks
from vidbudova.store.ddl import PARKED
from vidbudova.store.heads import Rows
from vidbudova.store.values import fid_of, names, to_sql

Found = list[tuple[str, str, str]]
"""(id, table it is in, layer) of imported rows."""


def refresh(db: Connection, touched: Iterable[tuple[str, str]], scenario: str, srs_id: int) -> None:
    """Bring the rows that a Change touched up to what the log says now."""
    by_table: dict[str, list[str]] = {}
    for table, id in touched:
        by_table.setdefault(table, []).append(id)
    for name, ids in by_table.items():
        rows = heads.load(db, name, ids, scenario)
        heads.note_conflicts(db, name, scenario, ids, rows)
        if scenario == NOW and name in TABLES:
            write(db, TABLES[name], ids, rows, srs_id)


def write(db: Connection, table: Table, ids: list[str], rows: Rows, srs_id: int) -> None:
    """Write rows as their current values say."""
    imported = [] if table.role == "edit" else find_imported(db, table, ids)
    known = {id for id, _name, _layer in imported}
    drawn = [id for id in ids if id not in known]
    _write_drawn(db, table, {id: _drawn(table, rows.get(id, {})) for id in drawn}, srs_id)
    if imported:
        _override(db, table, imported, rows, srs_id)
        _place(db, table, imported, rows)


def _drawn(table: Table, of_row: dict[str, list[cells.Head]]) -> Fields | None:
    """The fields of a row that lives through Changes alone; None if there is no such row.

    In a table of imported features a row without geometry is only an override that waits for its layer.
    """
    if not any(of_row.values()) or cells.is_gone(of_row):
        return None
    row = cells.shown(table.name, of_row)
    if table.role != "edit" and table.geometry and row.get(GEOM) is None:
        return None
    return row


def _write_drawn(db: Connection, table: Table, rows: dict[str, Fields | None], srs_id: int) -> None:
    gone = [(id,) for id, row in rows.items() if row is None]
    db.executemany(f'DELETE FROM "{table.name}" WHERE id = ?', gone)
    values = [
        (fid_of(id), id, *(to_sql(f, row.get(f.name), srs_id) for f in table.fields))
        for id, row in rows.items()
        if row is not None
    ]
    if not values:
        return
    updates = ", ".join(f'"{f.name}" = excluded."{f.name}"' for f in table.fields)
    sql = (
        f'INSERT INTO "{table.name}" ({names(table)}) VALUES ({marks(len(table.fields) + 2)})'
        f" ON CONFLICT (id) DO UPDATE SET {updates}"
    )
    for row in values:
        _insert(db, sql, row)


def _insert(db: Connection, sql: str, row: tuple[Any, ...]) -> None:
    """Insert or update one row; a feature number that another row has is counted up."""
    for step in range(100):
        try:
            db.execute(sql, (row[0] + step, *row[1:]))
        except sqlite3.IntegrityError:
            continue
        return
    raise RuntimeError(f"no free feature number near {row[0]}")


def find_imported(db: Connection, table: Table, ids: list[str]) -> Found:
    """Where imported rows are: in the table, or parked; the same feature may wait in several layers."""
    found: Found = []
    for name in (table.name, PARKED + table.name):
        for some in chunks(ids):
            query = f'SELECT id, layer FROM "{name}" WHERE layer IS NOT NULL AND id IN ({marks(len(some))})'
            found += [(id, name, layer) for id, layer in db.execute(query, some).fetchall()]
    return found


def _override(db: Connection, table: Table, imported: Found, rows: Rows, srs_id: int) -> None:
    """Write what Changes say over imported fields; the imported value is kept in vb_base the first time."""
    for id, name, layer in imported:
        row = cells.shown(table.name, rows[id]) if id in rows else {}
        fields = [f for f in table.fields if f.name in row and f.name != "layer"]
        for f in fields:
            db.execute(
                f'INSERT OR IGNORE INTO vb_base SELECT ?, layer, id, ?, "{f.name}" FROM "{name}"'
                " WHERE id = ? AND layer = ?",
                (table.name, f.name, id, layer),
            )
        if fields:
            sets = ", ".join(f'"{f.name}" = ?' for f in fields)
            values = [to_sql(f, row[f.name], srs_id) for f in fields]
            db.execute(f'UPDATE "{name}" SET {sets} WHERE id = ? AND layer = ?', (*values, id, layer))


def _place(db: Connection, table: Table, imported: Found, rows: Rows) -> None:
    """Put imported rows where they belong: in the table, or parked when deleted or their layer was taken out."""
    live = {layer for (layer,) in db.execute("SELECT layer FROM vb_layer WHERE tbl = ? AND live", (table.name,))}
    for id, name, layer in imported:
        shown = layer in live and not cells.is_gone(rows.get(id, {}))
        wanted = table.name if shown else PARKED + table.name
        if wanted != name:
            move(db, table, name, wanted, "id = ? AND layer = ?", (id, layer))


def move(db: Connection, table: Table, source: str, target: str, where: str, values: tuple[Any, ...]) -> None:
    """Move rows between a table and its parked twin, feature numbers and all; a feature is shown by one layer only."""
    free = f'layer IS NOT NULL AND {where} AND NOT EXISTS (SELECT 1 FROM "{target}" t WHERE t.fid = s.fid)'
    if target == table.name:
        free += f' AND id NOT IN (SELECT id FROM "{target}" WHERE layer IS NOT NULL)'
        waiting = f'SELECT id FROM "{source}" s WHERE {free}'
        db.execute(f'DELETE FROM "{target}" WHERE layer IS NULL AND id IN ({waiting})', values)
    columns = names(table)
    db.execute(f'INSERT INTO "{target}" ({columns}) SELECT {columns} FROM "{source}" s WHERE {free}', values)
    moved = f'layer IS NOT NULL AND {where} AND fid IN (SELECT fid FROM "{target}")'
    db.execute(f'DELETE FROM "{source}" WHERE {moved}', values)
