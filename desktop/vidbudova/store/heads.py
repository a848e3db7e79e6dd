"""Folding the log: which values are current, cell by cell. The same rules as model.merge, kept in tables."""

from __future__ import annotations

from collections.abc import Iterable

from vidbudova.model import cells
from vidbudova.model.cells import Head
from vidbudova.model.change import ROW, Cell, Change
from vidbudova.model.merge import conflicts_of
from vidbudova.store import log
from vidbudova.store.connection import Connection, chunks, marks
from vidbudova.store.values import head_text, head_value

Rows = dict[str, dict[str, list[Head]]]
"""id -> cell group -> current values."""

Written = list[tuple[Cell, cells.Written]]


def apply(db: Connection, change: Change, n: int) -> None:
    """Take one logged Change into the current values; the order in which Changes come does not matter."""
    written = list(cells.writes(change))
    touched = {(cell.table, cell.id, n) for cell, _value in written}
    db.executemany("INSERT OR IGNORE INTO vb_touch VALUES (?, ?, ?)", sorted(touched))
    _replace(db, change, written)
    overtaken = _overtaken(db, change.id)
    rows = []
    for cell, value in written:
        if cell not in overtaken:
            seen = change.parents.get(cell, ()) if cell.group == ROW and value is False else ()
            rows.append((cell.table, cell.id, cell.scenario, cell.group, n, head_text(value), " ".join(seen)))
    db.executemany("INSERT OR REPLACE INTO vb_head VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _replace(db: Connection, change: Change, written: Written) -> None:
    """Take away the values that the Change names as replaced; remember those that have not come yet."""
    named = [(cell, parent) for cell, _value in written for parent in change.parents.get(cell, ())]
    here = log.known(db, (parent for _cell, parent in named))
    db.executemany(
        "DELETE FROM vb_head WHERE tbl = ? AND id = ? AND scenario = ? AND grp = ? AND n = ?",
        [(c.table, c.id, c.scenario, c.group, here[parent]) for c, parent in named if parent in here],
    )
    db.executemany(
        "INSERT OR IGNORE INTO vb_pending VALUES (?, ?, ?, ?, ?)",
        [(parent, c.table, c.id, c.scenario, c.group) for c, parent in named if parent not in here],
    )


def _overtaken(db: Connection, id: str) -> set[Cell]:
    """The cells in which a Change that came before this one has replaced it already."""
    rows = db.execute("SELECT scenario, tbl, id, grp FROM vb_pending WHERE change = ?", (id,)).fetchall()
    if rows:
        db.execute("DELETE FROM vb_pending WHERE change = ?", (id,))
    return {Cell(*row) for row in rows}


HEADS = (
    "SELECT h.id, h.grp, c.id, c.time, c.author, h.value, h.seen, c.kind FROM vb_head h JOIN vb_change c ON c.n = h.n"
    " WHERE h.tbl = ? AND h.scenario = ? AND h.id IN ({ids})"
)


def load(db: Connection, table: str, ids: Iterable[str], scenario: str) -> Rows:
    """The current values of some rows; rows that no Change touched are left out."""
    rows: Rows = {}
    for some in chunks(list(ids)):
        query = HEADS.format(ids=marks(len(some)))
        for id, group, change, time, author, value, seen, kind in db.execute(query, [table, scenario, *some]):
            head = Head(change, time, author, head_value(value), tuple(seen.split()), kind)
            rows.setdefault(id, {}).setdefault(group, []).append(head)
    return rows


def touched_ids(db: Connection, table: str, scenario: str) -> list[str]:
    """Every row of a table that has a current value from a Change."""
    query = "SELECT DISTINCT id FROM vb_head WHERE tbl = ? AND scenario = ? ORDER BY id"
    return [id for (id,) in db.execute(query, (table, scenario)).fetchall()]


def note_conflicts(db: Connection, table: str, scenario: str, ids: Iterable[str], rows: Rows) -> None:
    """Remember which of these rows have an open conflict, so that listing them need not read everything."""
    for id in ids:
        heads = rows.get(id, {})
        key = (scenario, table, id)
        if heads and not cells.is_gone(heads) and has_conflict(key, heads):
            db.execute("INSERT OR IGNORE INTO vb_open VALUES (?, ?, ?)", (table, id, scenario))
        else:
            db.execute("DELETE FROM vb_open WHERE tbl = ? AND id = ? AND scenario = ?", (table, id, scenario))


def has_conflict(key: tuple[str, str, str], heads: dict[str, list[Head]]) -> bool:
    """Whether a row has an open conflict; most rows are told by having one value a cell and no delete."""
    if all(len(hs) < 2 for hs in heads.values()) and not cells.deletes(heads):
        return False
    return bool(conflicts_of(key, heads))


def open_rows(db: Connection) -> list[tuple[str, str, str]]:
    """(scenario, table, id) of every row with an open conflict."""
    return [tuple(r) for r in db.execute("SELECT scenario, tbl, id FROM vb_open ORDER BY scenario, tbl, id").fetchall()]
