"""Every derived table again, from the log and the imported rows."""

from __future__ import annotations

from vidbudova.model.change import NOW, decode
from vidbudova.model.schema import TABLES, Table
from vidbudova.store import heads, layers, log, stack, tables
from vidbudova.store.connection import Connection
from vidbudova.store.ddl import PARKED

DERIVED = ("vb_head", "vb_pending", "vb_open", "vb_touch", "vb_stack")


def rebuild(db: Connection, replica: str, srs_id: int) -> None:
    """Make every derived table again; run it in a transaction."""
    for name in DERIVED:
        db.execute(f"DELETE FROM {name}")
    for table in TABLES.values():
        _as_imported(db, table)
    for n, _id, _chain, body in log.bodies(db):
        change = decode(body)
        heads.apply(db, change, n)
        if change.replica == replica:
            stack.note(db, change)
    rewrite(db, srs_id)


def _as_imported(db: Connection, table: Table) -> None:
    """Leave only what was imported, as it was imported."""
    if table.role == "edit":
        db.execute(f'DELETE FROM "{table.name}"')
        return
    db.execute(f'DELETE FROM "{table.name}" WHERE layer IS NULL')
    kept = db.execute("SELECT layer, id, field, value FROM vb_base WHERE tbl = ?", (table.name,)).fetchall()
    known = {f.name for f in table.fields}
    for layer, id, field, value in kept:
        for place in (table.name, PARKED + table.name):
            if field in known:
                db.execute(f'UPDATE "{place}" SET "{field}" = ? WHERE id = ? AND layer = ?', (value, id, layer))


def rewrite(db: Connection, srs_id: int) -> None:
    """Write every row that a Change touched, and show or hide layers as the log says."""
    for name in ("layers", *(n for n in TABLES if n != "layers")):
        ids = heads.touched_ids(db, name, NOW)
        rows = heads.load(db, name, ids, NOW)
        heads.note_conflicts(db, name, NOW, ids, rows)
        if name == "layers":
            tables.write(db, TABLES[name], ids, rows, srs_id)
            _settle_all(db, srs_id)
        else:
            tables.write(db, TABLES[name], ids, rows, srs_id)
    _other_scenarios(db)


def _settle_all(db: Connection, srs_id: int) -> None:
    known = [layer for (layer,) in db.execute("SELECT DISTINCT layer FROM vb_layer ORDER BY layer").fetchall()]
    layers.settle(db, known, srs_id)


def _other_scenarios(db: Connection) -> None:
    pairs = db.execute("SELECT DISTINCT tbl, scenario FROM vb_head").fetchall()
    for table, scenario in pairs:
        if scenario != NOW or table not in TABLES:
            ids = heads.touched_ids(db, table, scenario)
            heads.note_conflicts(db, table, scenario, ids, heads.load(db, table, ids, scenario))
