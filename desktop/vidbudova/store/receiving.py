"""Changes of others: read, and refused where they do not fit their checksums."""

from __future__ import annotations

from vidbudova.errors import UserError
from vidbudova.model.change import Change, decode, digest
from vidbudova.store.connection import Connection


def decoded(data: bytes) -> Change:
    """The Change in these bytes."""
    try:
        return decode(data)
    except ValueError as error:
        raise UserError("changes-damaged", origin="?") from error


def is_new(db: Connection, change: Change, data: bytes, chain: str) -> bool:
    """Whether a Change is not here yet; it must fit its neighbours in the chain, as far as they are here."""
    here = {
        seq: (body, its_chain)
        for seq, body, its_chain in db.execute(
            "SELECT seq, body, chain FROM vb_change WHERE replica = ? AND seq BETWEEN ? AND ?",
            (change.replica, change.seq - 1, change.seq + 1),
        ).fetchall()
    }
    if change.seq in here:
        _demand(here[change.seq] == (data, chain), change)
        return False
    before = ("" if change.seq == 1 else None) if change.seq - 1 not in here else here[change.seq - 1][1]
    _demand(before is None or digest(before, data) == chain, change)
    after = here.get(change.seq + 1)
    _demand(after is None or digest(chain, after[0]) == after[1], change)
    return True


def _demand(fits: bool, change: Change) -> None:
    if not fits:
        raise UserError("changes-damaged", origin=change.author or change.replica)
