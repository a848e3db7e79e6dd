"""The log: every Change exactly as it was encoded, chained by hash per replica."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vidbudova.model.change import Change, decode
from vidbudova.store.connection import Connection, chunks, marks

PAGE = 200
"""How many Changes are read at a time, so that no query stays open while they are used."""


def append(db: Connection, change: Change, data: bytes, chain: str) -> int:
    """Write one Change; gives its number in this file."""
    db.execute(
        "INSERT INTO vb_change (id, replica, seq, time, author, kind, of, title, chain, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change.id, change.replica, change.seq, change.time, change.author, change.kind, change.of, change.title,
            chain, data,
        ),
    )  # fmt: skip
    return int(db.execute("SELECT last_insert_rowid()").fetchone()[0])


def known(db: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those of these Changes that are here."""
    found: dict[str, int] = {}
    for some in chunks(sorted(set(ids))):
        found.update(db.execute(f"SELECT id, n FROM vb_change WHERE id IN ({marks(len(some))})", some).fetchall())
    return found


def last(db: Connection, replica: str) -> tuple[int, str]:
    """The running number and chained hash of a replica's last Change here; (0, "") if there is none."""
    query = "SELECT seq, chain FROM vb_change WHERE replica = ? ORDER BY seq DESC LIMIT 1"
    row = db.execute(query, (replica,)).fetchone()
    return (row[0], row[1]) if row else (0, "")


def last_time(db: Connection) -> int:
    """The latest hybrid time of all Changes."""
    return int(db.execute("SELECT max(time) FROM vb_change").fetchone()[0] or 0)


def get(db: Connection, id: str) -> Change | None:
    """The Change of that id."""
    row = db.execute("SELECT body FROM vb_change WHERE id = ?", (id,)).fetchone()
    return decode(row[0]) if row else None


def count(db: Connection) -> int:
    """How many Changes there are."""
    return int(db.execute("SELECT count(*) FROM vb_change").fetchone()[0])


def pages(db: Connection, after: tuple[int, str] | None, newest_first: bool) -> Iterator[list[tuple[int, str, bytes]]]:
    """Pages of (time, id, body) in order of time."""
    sign, order = ("<", "DESC") if newest_first else (">", "ASC")
    query = f"SELECT time, id, body FROM vb_change {{where}} ORDER BY time {order}, id {order} LIMIT {PAGE}"
    at = after
    while True:
        where = f"WHERE (time, id) {sign} (?, ?)" if at else ""
        page = db.execute(query.format(where=where), at or ()).fetchall()
        yield page
        if len(page) < PAGE:
            return
        at = page[-1][:2]


def position(db: Connection, id: str) -> tuple[int, str] | None:
    """(time, id) of a Change."""
    row = db.execute("SELECT time, id FROM vb_change WHERE id = ?", (id,)).fetchone()
    return (row[0], row[1]) if row else None


def of_row(db: Connection, table: str, id: str) -> list[Change]:
    """The Changes that touched one row, oldest first."""
    query = (
        "SELECT body FROM vb_touch t JOIN vb_change c ON c.n = t.n WHERE t.tbl = ? AND t.id = ? ORDER BY c.time, c.id"
    )
    return [decode(body) for (body,) in db.execute(query, (table, id)).fetchall()]


def bodies(db: Connection) -> Iterator[tuple[int, str, str, bytes]]:
    """(n, id, chain, body) of every Change in the order in which they came here."""
    at = 0
    while page := db.execute(
        f"SELECT n, id, chain, body FROM vb_change WHERE n > ? ORDER BY n LIMIT {PAGE}", (at,)
    ).fetchall():
        for n, id, chain, body in page:
            yield n, id, chain, body if isinstance(body, bytes) else str(body).encode()
        at = page[-1][0]
