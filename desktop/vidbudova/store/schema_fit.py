"""Fitting a file to the schema: columns and tables that were added to the schema since it was made."""

from __future__ import annotations

from vidbudova.model.schema import TABLES, Table
from vidbudova.store import ddl, opening, rebuild
from vidbudova.store.connection import Connection, transaction


def fit(db: Connection) -> None:
    """Add what is missing, and fill it with what Changes of a newer version already said; nothing to do is quick."""
    facts = opening.meta(db)
    if facts.get("schema") == ddl.fingerprint():
        return
    with transaction(db):
        _add_tables(db)
        for table in TABLES.values():
            _add_columns(db, table, table.name)
            if table.role != "edit":
                _add_columns(db, table, ddl.PARKED + table.name)
        for statement, values in ddl.registrations(facts["srs_id"], str(facts.get("made_at", ddl.NO_TIME))):
            db.execute(statement, values)
        db.execute("DROP VIEW IF EXISTS damage")
        db.execute(ddl.DAMAGE_VIEW)
        rebuild.rebuild(db, facts["replica"], facts["srs_id"])
        db.execute("UPDATE vb_meta SET value = ? WHERE key = 'schema'", (ddl.fingerprint(),))


def _add_tables(db: Connection) -> None:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master").fetchall()}
    for name, (_kind, statement) in ddl.expected().items():
        if name not in there:
            db.execute(statement)


def _add_columns(db: Connection, table: Table, name: str) -> None:
    there = {r[1] for r in db.execute(f'PRAGMA table_info("{name}")').fetchall()}
    for field in table.fields:
        if field.name not in there:
            db.execute(f'ALTER TABLE "{name}" ADD COLUMN {ddl.column(field, table)}')
