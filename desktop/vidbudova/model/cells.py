"""Cells: what a Change writes, what it replaces, and what a row shows of the values that are current."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from vidbudova.model.change import ROW, Cell, Change, Delta, Value
from vidbudova.model.schema import TABLES

Written = dict[str, Value] | bool
"""The value of a cell: the fields of a group; for a set element or the row itself, whether it is there."""


class Head(NamedTuple):
    """One current value of a cell.

    Attributes
    ----------
    change, time, author, kind : of the Change that wrote it.
    value : what it wrote.
    seen : for a deleted row, the Changes whose values the delete had seen.
    """

    change: str
    time: int
    author: str
    value: Written
    seen: tuple[str, ...] = ()
    kind: str = "do"


RowHeads = Mapping[str, Sequence[Head]]
"""The current values of one row by cell group."""


@cache
def _groups(table: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]], frozenset[str]]:
    """field -> group, group -> fields, and the set fields of a table (all empty for an unknown one)."""
    fields = TABLES[table].fields if table in TABLES else ()
    of = {f.name: f.cell_group for f in fields}
    members: dict[str, tuple[str, ...]] = {}
    for f in fields:
        members[f.cell_group] = (*members.get(f.cell_group, ()), f.name)
    return of, members, frozenset(f.name for f in fields if f.kind == "set")


def group_fields(table: str, group: str) -> tuple[str, ...]:
    """The fields of a group; an unknown group is a field of its own."""
    return _groups(table)[1].get(group, (group,))


def is_known(table: str, group: str) -> bool:
    """Whether this version knows the group."""
    return group in _groups(table)[1]


def element_of(table: str, group: str) -> tuple[str, str] | None:
    """(field, element) when the group is one element of a set field, else None."""
    field, slash, element = group.partition("/")
    if not slash or (table in TABLES and field in _groups(table)[0] and field not in _groups(table)[2]):
        return None
    return field, element


def _is_set(table: str, field: str, *values: Value) -> bool:
    return field in _groups(table)[2] or any(isinstance(v, (frozenset, set)) for v in values)


def field_writes(table: str, before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Written]:
    """The cells that a delta's fields write: whole groups, and the set elements that came or went."""
    of = _groups(table)[0]
    written: dict[str, Written] = {}
    for name, value in after.items():
        old = before.get(name)
        if _is_set(table, name, value, old):
            for element in _elements(value) ^ _elements(old):
                written[f"{name}/{element}"] = element in _elements(value)
        else:
            group = written.setdefault(of.get(name, name), {})
            assert isinstance(group, dict)
            group[name] = value
    return written


def _elements(value: Value) -> frozenset[str]:
    return frozenset(value) if isinstance(value, (frozenset, set)) else frozenset()


def delta_writes(delta: Delta, named: Sequence[str]) -> dict[str, Written]:
    """What one delta writes, by cell group.

    Parameters
    ----------
    named : the groups of this row for which the Change names parents. A create empties what it names and does not
        fill, so that nothing of an earlier life of the row comes back; an edit that names the row itself
        brings it back.
    """
    if delta.after is None:
        return {ROW: False}
    written = field_writes(delta.table, delta.before or {}, delta.after)
    if delta.before is None:
        written[ROW] = True
        for group in named:
            if group not in written:
                written[group] = _emptied(delta.table, group)
    elif ROW in named:
        written[ROW] = True
    return written


def _emptied(table: str, group: str) -> Written:
    if element_of(table, group):
        return False
    return dict.fromkeys(group_fields(table, group))


def writes(change: Change) -> Iterator[tuple[Cell, Written]]:
    """Every cell that a Change writes, with its value."""
    named: dict[tuple[str, str], list[str]] = {}
    for cell in change.parents:
        if cell.scenario == change.scenario:
            named.setdefault((cell.table, cell.id), []).append(cell.group)
    for delta in change.deltas:
        for group, value in delta_writes(delta, named.get((delta.table, delta.id), ())).items():
            yield Cell(change.scenario, delta.table, delta.id, group), value


def replaced(
    scenario: str, deltas: Sequence[Delta], heads_of: Callable[[str, str], RowHeads]
) -> dict[Cell, tuple[str, ...]]:
    """The parents of a Change about to be made: for every cell it writes, the Changes whose values are current.

    Parameters
    ----------
    heads_of : gives the current values of a row by (table, id).
    """
    parents: dict[Cell, tuple[str, ...]] = {}
    for delta in deltas:
        heads = heads_of(delta.table, delta.id)
        for group in _touched(delta, heads):
            ids = {h.change for g in (heads if delta.after is None else (group,)) for h in heads.get(g, ())}
            parents[Cell(scenario, delta.table, delta.id, group)] = tuple(sorted(ids))
    return parents


def _touched(delta: Delta, heads: RowHeads) -> set[str]:
    """The groups that a delta writes onto a row with these heads."""
    if delta.after is None:
        return {ROW}
    groups = set(field_writes(delta.table, delta.before or {}, delta.after))
    if delta.before is None:
        return groups | {ROW} | set(heads)
    return groups | {ROW} if deletes(heads) else groups


def deletes(heads: RowHeads) -> list[Head]:
    """The current deletes of a row."""
    return [h for h in heads.get(ROW, ()) if h.value is False]


def is_gone(heads: RowHeads) -> bool:
    """Whether a row is deleted: there is a current delete, and the deletes had seen every value that is current."""
    gone = deletes(heads)
    if not gone:
        return False
    seen = {change for h in gone for change in h.seen}
    return all(h.change in seen for hs in heads.values() for h in hs if h not in gone)


def winner(table: str, group: str, heads: Sequence[Head]) -> Head:
    """The value that is displayed: the latest, or the worse where the schema says so (damage)."""
    if len(heads) == 1:
        return heads[0]
    if element_of(table, group):
        return max(heads, key=lambda h: (h.value is True, h.time, h.change))
    if table in TABLES and group in TABLES[table].worst:
        first = group_fields(table, group)[0]
        return max(heads, key=lambda h: (_rank(h.value, first), h.time, h.change))
    return max(heads, key=lambda h: (h.time, h.change))


def _rank(value: Written, field: str) -> float:
    graded = value.get(field) if isinstance(value, dict) else None
    return float(graded) if isinstance(graded, (int, float)) else float("-inf")


def shown(table: str, heads: RowHeads) -> dict[str, Value]:
    """The fields of a row as displayed; fields that no Change wrote are left out."""
    row: dict[str, Value] = {}
    sets: dict[str, set[str]] = {}
    for group, candidates in heads.items():
        if group == ROW or not candidates:
            continue
        value = winner(table, group, candidates).value
        if isinstance(value, dict):
            row.update(dict.fromkeys(group_fields(table, group)))
            row.update(value)
        elif (part := element_of(table, group)) is not None:
            sets.setdefault(part[0], set()).update({part[1]} if value else ())
    row.update({name: frozenset(elements) for name, elements in sets.items()})
    return row


def plain(value: Written | None) -> Any:
    """A value for comparing: a field that is None counts as one that is not there."""
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def differ(heads: Sequence[Head]) -> bool:
    """Whether several current values really differ."""
    first = plain(heads[0].value)
    return any(plain(h.value) != first for h in heads[1:])
