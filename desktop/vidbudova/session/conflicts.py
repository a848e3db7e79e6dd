"""Open conflicts with names that stay the same, and closing them."""

from __future__ import annotations

import hashlib
import json
import string

from vidbudova.errors import UserError
from vidbudova.model.cells import group_fields
from vidbudova.model.change import ROW, Change, Delta, Fields, Value, edit
from vidbudova.model.merge import Candidate, Conflict
from vidbudova.model.schema import TABLES
from vidbudova.session.core import Session
from vidbudova.text import _
from vidbudova.text import mark as words

BOTH = "both"


def id_of(conflict: Conflict) -> str:
    """A short name of a conflict: the same on every laptop, and as long as it is open."""
    cell = json.dumps([conflict.scenario, conflict.table, conflict.id, conflict.group])
    return hashlib.sha256(cell.encode()).hexdigest()[:10]


def letters(conflict: Conflict) -> dict[str, Candidate]:
    """A, B, C … -> the values, the earliest first."""
    return dict(zip(string.ascii_uppercase, conflict.values, strict=False))


def find(session: Session, id: str) -> Conflict:
    """The open conflict of that name; no-such-thing if it is closed or never was."""
    for conflict in session.conflicts():
        if id_of(conflict) == id:
            return conflict
    raise UserError("no-such-thing", what=_("open conflict"), id=id)


def resolve(session: Session, id: str, take: str) -> Change | None:
    """Close a conflict everywhere: with the value of a letter, or with `both` where two texts can stand together."""
    conflict = find(session, id)
    row = session.row(conflict.table, conflict.id, conflict.scenario) or {}
    return session.do(words("Settle a conflict"), [_delta(conflict, row, take)], scenario=conflict.scenario)


def can_take_both(conflict: Conflict) -> bool:
    """Whether the values are free texts that may stand one under the other."""
    table = TABLES.get(conflict.table)
    if table is None or conflict.kind != "values":
        return False
    fields = [f for f in table.fields if f.cell_group == conflict.group]
    return len(fields) == 1 and fields[0].kind == "text" and fields[0].choices is None


def _delta(conflict: Conflict, row: Fields, take: str) -> Delta:
    choices = letters(conflict)
    if take.lower() == BOTH and can_take_both(conflict):
        return edit(conflict.table, conflict.id, row, **_joined(conflict))
    if take.upper() not in choices:
        offered = [*choices, *([BOTH] if can_take_both(conflict) else [])]
        raise UserError("value-wrong", value=take, field=_("the value to take"), reason=", ".join(offered))
    fields = choices[take.upper()].fields
    if fields is None:
        return Delta(conflict.table, conflict.id, dict(row), None)
    whole = {} if conflict.group == ROW else dict.fromkeys(group_fields(conflict.table, conflict.group))
    return edit(conflict.table, conflict.id, row, **{**whole, **fields})


def _joined(conflict: Conflict) -> dict[str, Value]:
    texts = [str((c.fields or {}).get(conflict.group) or "").strip() for c in conflict.values]
    return {conflict.group: "\n".join(dict.fromkeys(t for t in texts if t)) or None}
