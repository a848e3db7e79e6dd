"""The Change: a titled list of field-level deltas. Undo, history, events, sync and recovery are all this one type."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = None | bool | int | float | str | bytes | frozenset[str]
Fields = Mapping[str, Value]

NOW = "now"
"""The scenario of what is true; every other scenario names its parent."""

ROW = "_row"
"""The cell group that says whether a row exists."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What merging looks at: one field group (or one element of a set field) of one row in one scenario.

    For a set field the group is ``field/element``: additions from both sides stay because they are different cells.
    """

    scenario: str
    table: str
    id: str
    group: str

    def key(self) -> tuple[str, str, str, str]:
        """The four parts as a plain tuple, for sorting and for SQL."""
        return (self.scenario, self.table, self.id, self.group)


@dataclass(frozen=True, slots=True)
class Delta:
    """What changes in one row: the fields it names, before and after.

    before is None: the row comes into being; after is None: it is deleted; otherwise both name the same fields.

    Raises
    ------
    ValueError
        If both are None, or an edit names different fields before and after.
    """

    table: str
    id: str
    before: Fields | None
    after: Fields | None

    def __post_init__(self) -> None:
        if self.before is None and self.after is None:
            raise ValueError("a delta must have a before or an after")
        if self.before is not None and self.after is not None and set(self.before) != set(self.after):
            raise ValueError("an edit must name the same fields before and after")

    def inverse(self) -> Delta:
        """The delta that takes this one back."""
        return Delta(self.table, self.id, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Change:
    """One edit as it is logged, shown, merged and undone.

    Attributes
    ----------
    replica, seq : the project file on one installation, and its running number there; together the identity.
    time : hybrid logical clock, ``milliseconds since 1970 << 16 | counter`` (int, orders causally related Changes).
    author : who did it.
    scenario : the scenario it belongs to; ``now`` is what is true.
    title : English message for history, translatable where it is shown; ``title_values`` fill its braces.
    deltas : the field-level deltas, in order; at most one per (table, id).
    parents : for every cell the Change touches, the ids of the Changes whose current value it replaced.
    kind : ``do``, ``undo`` or ``redo``.
    of : the Change id that an undo takes back or a redo brings again, else "".
    """

    replica: str
    seq: int
    time: int
    author: str
    title: str
    deltas: tuple[Delta, ...]
    parents: Mapping[Cell, tuple[str, ...]]
    scenario: str = NOW
    kind: str = "do"
    of: str = ""
    title_values: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a newer version wrote beside these: kept and passed on untouched."""

    @property
    def id(self) -> str:
        """Replica and sequence: what other Changes and cells refer to."""
        return f"{self.replica}:{self.seq}"

    @property
    def time_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self.time >> 16

    def tables(self) -> frozenset[str]:
        """The tables it touches (plugin results that read them go stale)."""
        return frozenset(d.table for d in self.deltas)

    def inverse(self) -> tuple[Delta, ...]:
        """The deltas that take this Change back, last first."""
        return tuple(d.inverse() for d in reversed(self.deltas))


def encode(change: Change) -> bytes:
    """Canonical JSON of a Change: the same Change gives the same bytes on every machine."""
    body = {
        **change.extra,
        "replica": change.replica,
        "seq": change.seq,
        "time": change.time,
        "author": change.author,
        "scenario": change.scenario,
        "title": change.title,
        "title_values": dict(change.title_values),
        "kind": change.kind,
        "of": change.of,
        "deltas": [[d.table, d.id, _plain(d.before), _plain(d.after)] for d in change.deltas],
        "parents": sorted([*cell.key(), list(ids)] for cell, ids in change.parents.items()),
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def decode(data: bytes) -> Change:
    """The Change that `encode` wrote.

    Raises
    ------
    ValueError
        If the bytes are not a Change (also KeyError and TypeError are turned into it).
    """
    try:
        body = json.loads(data)
        deltas = tuple(Delta(t, i, _rich(b), _rich(a)) for t, i, b, a in body.pop("deltas"))
        parents = {Cell(s, t, i, g): tuple(ids) for s, t, i, g, ids in body.pop("parents")}
        known = {name: body.pop(name) for name in _PLAIN_NAMES}
        return Change(deltas=deltas, parents=parents, extra=body, **known)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a Change: {error}") from error


_PLAIN_NAMES = ("replica", "seq", "time", "author", "scenario", "title", "title_values", "kind", "of")


def digest(previous: str, data: bytes) -> str:
    """sha256 (hex) that chains a replica's Changes: over the hash of the one before and the canonical bytes."""
    return hashlib.sha256(previous.encode() + b"\n" + data).hexdigest()


def encode_value(value: Value) -> Any:
    """A value as JSON: bytes as {"b64": …}, sets as {"set": [...]}, the rest as they are."""
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, (frozenset, set)):
        return {"set": sorted(value)}
    return value


def decode_value(value: Any) -> Value:
    """The inverse of `encode_value`."""
    if isinstance(value, dict):
        return base64.b64decode(value["b64"]) if "b64" in value else frozenset(value["set"])
    return value  # type: ignore[no-any-return]


def _plain(fields: Fields | None) -> Any:
    return None if fields is None else {name: encode_value(value) for name, value in fields.items()}


def _rich(fields: Any) -> Fields | None:
    return None if fields is None else {name: decode_value(value) for name, value in fields.items()}


def edit(table: str, id: str, row: Fields, **after: Value) -> Delta:
    """The delta that sets some fields of an existing row; `row` gives what they were.

    Parameters
    ----------
    row : the row as it is now (fields it lacks count as None).
    after : the new values by field name.
    """
    return Delta(table, id, {name: row.get(name) for name in after}, dict(after))


def without_idle(deltas: Sequence[Delta]) -> tuple[Delta, ...]:
    """The deltas without fields that stay as they were, and without deltas that then do nothing."""
    kept: list[Delta] = []
    for d in deltas:
        if d.before is None or d.after is None:
            kept.append(d)
            continue
        names = [n for n in d.after if d.before[n] != d.after[n]]
        if names:
            kept.append(Delta(d.table, d.id, {n: d.before[n] for n in names}, {n: d.after[n] for n in names}))
    return tuple(kept)
