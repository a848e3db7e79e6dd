"""Where a value is from: the source, a derivation, or a person; read from the row and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vidbudova.model.change import Change
from vidbudova.model.codes import HEIGHT_SOURCES
from vidbudova.model.schema import Field
from vidbudova.text import _, moment
from vidbudova.ui.form_values import shown

UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Origin:
    """What is said of a value, and the value of the source if a person has replaced it (else UNKNOWN)."""

    words: str
    base: Any = UNKNOWN

    @property
    def can_reset(self) -> bool:
        """Whether there is a value of the source to go back to."""
        return self.base is not UNKNOWN


def when(change: Change) -> str:
    """Date and time of a Change, as the language writes it."""
    return moment(datetime.fromtimestamp(change.time_ms / 1000, UTC))


def origin_of(field: Field, id: str, row: Mapping[str, Any], history: Sequence[Change]) -> Origin:
    """Who said a value of an imported row, and what it was before anyone did."""
    said = [(c, d) for c in history for d in c.deltas if d.id == id and field.name in (d.after or {})]
    edits = [(c, d) for c, d in said if d.before is not None]
    if edits:
        base = (edits[0][1].before or {}).get(field.name)
        if row.get(field.name) != base:
            last = edits[-1][0]
            words = _("{who}, {when}; the source says {base}")
            return Origin(words.format(who=last.author, when=when(last), base=shown(field, base) or "—"), base)
    if field.name == "height_m" and row.get("height_source"):
        return Origin(_(HEIGHT_SOURCES.get(str(row["height_source"]), str(row["height_source"]))))
    return Origin("")
