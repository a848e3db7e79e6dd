"""From what a person wants to the Change that is logged: whole groups, true befores, nothing idle, parents named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vidbudova.errors import UserError
from vidbudova.model import cells
from vidbudova.model.cells import RowHeads
from vidbudova.model.change import NOW, Delta, Fields, Value
from vidbudova.model.schema import GEOM, TABLES
from vidbudova.store.values import fitted


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit before it is stamped; `time_ms` is the clock's, in milliseconds since 1970, UTC."""

    title: str
    deltas: Sequence[Delta]
    author: str
    time_ms: int
    scenario: str = NOW
    kind: str = "do"
    of: str = ""
    title_values: Mapping[str, str] = field(default_factory=dict)


def complete(delta: Delta, row: Fields | None, heads: RowHeads) -> Delta | None:
    """The delta as it is logged, or None when it would change nothing.

    `row` is the row as it is shown now. A create over a row that is there becomes an edit; an edit or delete of a
    row that is not there is refused.
    """
    if row is None:
        if delta.before is not None:
            raise UserError("no-such-thing", what=delta.table, id=delta.id)
        return Delta(delta.table, delta.id, None, _fit(delta.table, delta.after or {}))
    if delta.after is None:
        return Delta(delta.table, delta.id, _filled(row), None)
    return _edit(delta.table, delta.id, row, _fit(delta.table, delta.after), heads)


def _filled(row: Fields) -> dict[str, Value]:
    """A row without what is empty."""
    return {name: value for name, value in row.items() if value is not None and value != frozenset()}


def _edit(table: str, id: str, row: Fields, after: Fields, heads: RowHeads) -> Delta | None:
    reopened = bool(cells.deletes(heads))
    names: dict[str, Value] = {}
    for name, value in after.items():
        group = TABLES[table].group_of(name) if table in TABLES else name
        idle = _same(row.get(name), value) and len(heads.get(group, ())) < 2
        if not idle or reopened:
            names[name] = value
    if not names:
        return None
    whole = {**_rest_of_groups(table, row, heads, names), **names}
    return Delta(table, id, {name: row.get(name) for name in whole}, whole)


def _same(old: Value, new: Value) -> bool:
    return old == new and isinstance(old, bool) == isinstance(new, bool)


def _rest_of_groups(table: str, row: Fields, heads: RowHeads, names: Mapping[str, Value]) -> dict[str, Value]:
    """The other fields of the groups that are written, also those that only a newer version knows."""
    rest: dict[str, Value] = {}
    for name in names:
        group = TABLES[table].group_of(name) if table in TABLES else name
        members = cells.group_fields(table, group)
        if len(members) > 1:
            rest.update({m: row.get(m) for m in members})
        if group in heads and isinstance(value := cells.winner(table, group, heads[group]).value, dict):
            rest.update({m: v for m, v in value.items() if m not in rest})
    return rest


def _fit(table: str, fields: Fields) -> dict[str, Value]:
    """Geometry as the table wants it."""
    fitting = dict(fields)
    shape = fitting.get(GEOM)
    if isinstance(shape, bytes) and table in TABLES:
        fitting[GEOM] = fitted([shape], TABLES[table].geometry)[0]
    return fitting
