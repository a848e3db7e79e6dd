"""What some tables rest on: imported rows and how far the log goes; so that what was made of them can be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from vidbudova.store.connection import Connection
from vidbudova.store.ddl import FORMAT, fingerprint
from vidbudova.store.values import dumps


@dataclass(frozen=True, slots=True)
class State:
    """A moment in the life of one project file.

    layers : checksum of which imported rows some tables show; n, chain : the last Change here by then.
    """

    layers: str
    n: int
    chain: str


def state(db: Connection, tables: Sequence[str]) -> State:
    """The state of some tables; what is read of them afterwards is at least as new."""
    last = db.execute("SELECT n, chain FROM vb_change ORDER BY n DESC LIMIT 1").fetchone() or (0, "")
    query = "SELECT layer, features, sha256, live FROM vb_layer WHERE tbl = ? ORDER BY layer"
    # other programs that write into a GeoPackage stamp the table here; we never do
    stamp = "SELECT last_change FROM gpkg_contents WHERE table_name = ?"
    said = [
        (t, [list(r) for r in db.execute(query, (t,)).fetchall()], [r[0] for r in db.execute(stamp, (t,)).fetchall()])
        for t in tables
    ]
    told = dumps([FORMAT, fingerprint(), said])
    return State(hashlib.sha256(told.encode()).hexdigest(), int(last[0]), str(last[1]))


def touched_since(db: Connection, then: State, tables: Sequence[str]) -> dict[str, list[str]] | None:
    """The rows by table that Changes touched after a state; None if this file did not come from that state."""
    if state(db, tables).layers != then.layers:
        return None
    if then.n:
        row = db.execute("SELECT chain FROM vb_change WHERE n = ?", (then.n,)).fetchone()
        if row is None or row[0] != then.chain:
            return None
    query = "SELECT DISTINCT id FROM vb_touch WHERE tbl = ? AND n > ?"
    found = {t: [id for (id,) in db.execute(query, (t, then.n)).fetchall()] for t in tables}
    return {t: ids for t, ids in found.items() if ids}
