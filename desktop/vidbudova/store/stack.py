"""What can be undone and redone here: follows from this replica's own lines of the log, kept in a small table."""

from __future__ import annotations

from vidbudova.model.change import Change
from vidbudova.store.connection import Connection

UNDO, REDO = "undo", "redo"


def note(db: Connection, change: Change) -> None:
    """Take one of our own Changes into the stacks."""
    if change.kind == "undo":
        _take(db, UNDO, change.of)
        _push(db, REDO, change.id)
    elif change.kind == "redo":
        _take(db, REDO, change.of)
        _push(db, UNDO, change.id)
    else:
        db.execute("DELETE FROM vb_stack WHERE side = ?", (REDO,))
        _push(db, UNDO, change.id)


def top(db: Connection, side: str) -> str | None:
    """The id of the Change that would be taken back next."""
    row = db.execute("SELECT change FROM vb_stack WHERE side = ? ORDER BY pos DESC LIMIT 1", (side,)).fetchone()
    return row[0] if row else None


def _push(db: Connection, side: str, id: str) -> None:
    query = "INSERT INTO vb_stack SELECT ?, coalesce(max(pos), 0) + 1, ? FROM vb_stack WHERE side = ?"
    db.execute(query, (side, id, side))


def _take(db: Connection, side: str, id: str) -> None:
    """Take an entry off; it is the top one unless another was left behind as overtaken."""
    db.execute(
        "DELETE FROM vb_stack WHERE side = ? AND pos = (SELECT max(pos) FROM vb_stack WHERE side = ?) AND change = ?",
        (side, side, id),
    )


def drop(db: Connection, side: str, id: str) -> None:
    """Forget an entry that others have overtaken, so that the one below it can be taken back."""
    _take(db, side, id)
