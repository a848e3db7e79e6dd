"""Format 1 -> 2: lines of the log are chained by hash; history by row, conflicts and undo get tables.

Format 1 kept a line as (id, replica, seq, time, author, body), and current values by the Change's id.
"""

from __future__ import annotations

from vidbudova.model.change import decode, digest
from vidbudova.store.connection import Connection

TABLES = (
    """CREATE TABLE vb_change (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, replica TEXT NOT NULL,
 seq INTEGER NOT NULL, time INTEGER NOT NULL, author TEXT NOT NULL, kind TEXT NOT NULL, of TEXT NOT NULL,
 title TEXT NOT NULL, chain TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (replica, seq))""",
    "CREATE INDEX vb_change_time ON vb_change (time, id)",
    """CREATE TABLE vb_head (tbl TEXT NOT NULL, id TEXT NOT NULL, scenario TEXT NOT NULL, grp TEXT NOT NULL,
 n INTEGER NOT NULL, value TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (tbl, id, scenario, grp, n)) WITHOUT ROWID""",
    """CREATE TABLE vb_open (tbl TEXT NOT NULL, id TEXT NOT NULL, scenario TEXT NOT NULL,
 PRIMARY KEY (tbl, id, scenario)) WITHOUT ROWID""",
    """CREATE TABLE vb_touch (tbl TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL,
 PRIMARY KEY (tbl, id, n)) WITHOUT ROWID""",
    """CREATE TABLE vb_stack (side TEXT NOT NULL, pos INTEGER NOT NULL, change TEXT NOT NULL,
 PRIMARY KEY (side, pos)) WITHOUT ROWID""",
)


def up(db: Connection) -> None:
    """Write the new log; the derived tables are made from it when the schema is fitted."""
    db.execute("ALTER TABLE vb_change RENAME TO vb_change_1")
    db.execute("DROP TABLE vb_head")
    for statement in TABLES:
        db.execute(statement)
    last: dict[str, str] = {}
    for id, body in db.execute("SELECT id, body FROM vb_change_1 ORDER BY replica, seq").fetchall():
        change = decode(body)
        last[change.replica] = digest(last.get(change.replica, ""), body)
        facts = (id, change.replica, change.seq, change.time, change.author, change.kind, change.of, change.title)
        db.execute(
            "INSERT INTO vb_change (id, replica, seq, time, author, kind, of, title, chain, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*facts, last[change.replica], body),
        )
    db.execute("DROP TABLE vb_change_1")
    db.execute("UPDATE vb_meta SET value = '' WHERE key = 'schema'")
