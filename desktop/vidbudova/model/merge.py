"""Merging: the union of the Changes, folded into rows and open conflicts. The reference that the store must equal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from vidbudova.model import cells
from vidbudova.model.cells import Head, RowHeads
from vidbudova.model.change import ROW, Cell, Change, Value

RowKey = tuple[str, str, str]
"""(scenario, table, id)"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the open values of a conflict; fields is None where it is a delete."""

    change: str
    fields: dict[str, Value] | None
    author: str
    time_ms: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Values of one cell that were set without seeing each other.

    Attributes
    ----------
    values : the open values, latest last.
    shown : id of the Change whose value is displayed meanwhile.
    kind : ``values``, or ``deleted`` when a delete had not seen an edit (the row stays; group is ``_row``).
    """

    scenario: str
    table: str
    id: str
    group: str
    values: tuple[Candidate, ...]
    shown: str
    kind: Literal["values", "deleted"]


@dataclass(slots=True)
class State:
    """What a set of Changes folds to.

    Attributes
    ----------
    rows : (scenario, table, id) -> fields as displayed; for imported features only what Changes override.
    conflicts : sorted by cell.
    """

    rows: dict[RowKey, dict[str, Value]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)


class Folding:
    """Changes taken in one by one, in any order; a Change taken in twice counts once."""

    def __init__(self) -> None:
        self.known: dict[str, Change] = {}
        self.heads: dict[RowKey, dict[str, list[Head]]] = {}
        self.gone: dict[Cell, set[str]] = {}

    def add(self, change: Change) -> None:
        """Take in one Change: its values become current unless a known Change has replaced them already."""
        if change.id in self.known:
            return
        self.known[change.id] = change
        for cell, value in cells.writes(change):
            parents = change.parents.get(cell, ())
            replaced = self.gone.setdefault(cell, set())
            replaced.update(parents)
            row = self.heads.setdefault((cell.scenario, cell.table, cell.id), {})
            current = [h for h in row.get(cell.group, ()) if h.change not in replaced]
            if change.id not in replaced:
                seen = parents if value is False and cell.group == ROW else ()
                current.append(Head(change.id, change.time, change.author, value, seen, change.kind))
            row[cell.group] = current

    def row_heads(self, scenario: str, table: str, id: str) -> RowHeads:
        """The current values of a row by cell group."""
        return self.heads.get((scenario, table, id), {})

    def state(self) -> State:
        """Rows and conflicts of everything taken in so far."""
        state = State()
        for key in sorted(self.heads):
            heads = self.heads[key]
            if cells.is_gone(heads) or not any(heads.values()):
                continue
            state.rows[key] = cells.shown(key[1], heads)
            state.conflicts.extend(conflicts_of(key, heads))
        return state


def fold(changes: Iterable[Change]) -> State:
    """Rows and conflicts of a set of Changes; the order does not matter.

    Parameters
    ----------
    changes : in any order, repeated or not.
    """
    folding = Folding()
    for change in changes:
        folding.add(change)
    return folding.state()


def conflicts_of(key: RowKey, heads: RowHeads) -> list[Conflict]:
    """The open conflicts of one row that is not gone, sorted by group.

    Parameters
    ----------
    key : (scenario, table, id).
    heads : its current values by cell group.
    """
    found: list[Conflict] = []
    for group in sorted(heads):
        candidates = heads[group]
        if group == ROW:
            if deleting := cells.deletes(heads):
                found.append(_deleted(key, deleting, heads))
        elif len(candidates) > 1 and cells.is_known(key[1], group) and cells.differ(candidates):
            shown = cells.winner(key[1], group, candidates).change
            found.append(Conflict(*key, group, _candidates(candidates), shown, "values"))
    return found


def _deleted(key: RowKey, deleting: list[Head], heads: RowHeads) -> Conflict:
    """The conflict of deletes with the values they had not seen; the values are displayed."""
    seen = {change for h in deleting for change in h.seen}
    unseen = {h.change: h for hs in heads.values() for h in hs if h not in deleting and h.change not in seen}
    kept = {
        id: head._replace(value=cells.shown(key[1], {g: [h for h in hs if h.change == id] for g, hs in heads.items()}))
        for id, head in unseen.items()
    }
    shown = max(kept.values(), key=lambda h: (h.time, h.change)).change
    return Conflict(*key, ROW, _candidates([*deleting, *kept.values()]), shown, "deleted")


def _candidates(heads: Iterable[Head]) -> tuple[Candidate, ...]:
    ordered = sorted(heads, key=lambda h: (h.time, h.change))
    return tuple(
        Candidate(h.change, dict(h.value) if isinstance(h.value, dict) else None, h.author, h.time >> 16)
        for h in ordered
    )
