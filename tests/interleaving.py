"""Several people editing apart and uniting their logs at random: the simulation and what must hold afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from vidbudova.model import cells
from vidbudova.model.change import NOW, ROW, Change, Delta
from vidbudova.model.merge import Folding, State

ROWS = ("a", "b", "c")
FIELDS = {"zones": ("name", "phase", "starts_on", "ends_on"), "damage_marks": ("grade", "evidence", "note", "photos")}


class Person:
    """One replica: what it knows, and a clock that runs as it likes."""

    def __init__(self, name: str, skew: int, folding: Callable[[], Folding] = Folding) -> None:
        self.name, self.skew, self.seq, self.time = name, skew, 0, 0
        self.folding = folding()

    def edit(self, deltas: Sequence[Delta], now: int) -> Change:
        """Make a Change out of deltas, seeing what this person knows."""
        self.seq += 1
        self.time = max(self.time, now + self.skew) + 1
        parents = cells.replaced(NOW, deltas, lambda table, id: self.folding.row_heads(NOW, table, id))
        change = Change(self.name, self.seq, self.time << 16, self.name, "Edit", tuple(deltas), parents)
        self.folding.add(change)
        return change

    def receive(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self.folding.add(change)
            self.time = max(self.time, change.time >> 16)


def random_delta(person: Person, chance: random.Random) -> Delta:
    """A create, an edit or a delete of some row, as that person sees it."""
    table = chance.choice(("zones", "damage_marks"))
    id = chance.choice(ROWS)
    heads = person.folding.row_heads(NOW, table, id)
    there = any(heads.values()) and not cells.is_gone(heads)
    if not there:
        return Delta(table, id, None, {name: _value(name, chance) for name in chance.sample(FIELDS[table], 2)})
    row = cells.shown(table, heads)
    if chance.random() < 0.2:
        return Delta(table, id, row, None)
    names = chance.sample(FIELDS[table], chance.randint(1, 2))
    return Delta(table, id, {n: row.get(n) for n in names}, {n: _value(n, chance) for n in names})


def _value(name: str, chance: random.Random) -> object:
    if name == "photos":
        return frozenset(chance.sample("pqr", chance.randint(0, 3)))
    if name in ("grade", "phase"):
        return chance.randint(0, 5)
    return chance.choice("uvwx")


def play(seed: int, steps: int = 18) -> list[Change]:
    """Two to six people, most of whose edits the others see late, twice, or out of order."""
    chance = random.Random(seed)
    people = [Person(f"p{i}", chance.randint(-3, 3)) for i in range(chance.randint(2, 6))]
    made: list[Change] = []
    for now in range(steps):
        person = chance.choice(people)
        if made and chance.random() < 0.4:
            some = chance.sample(made, chance.randint(1, len(made)))
            person.receive(some)
        else:
            made.append(person.edit([random_delta(person, chance)], now))
    return made


def folded(changes: Sequence[Change], folding: Callable[[], Folding] = Folding) -> Folding:
    """Everything taken in, in this order."""
    whole = folding()
    for change in changes:
        whole.add(change)
    return whole


def lost_values(changes: Sequence[Change], whole: Folding, state: State) -> list[tuple[object, ...]]:
    """Values that are gone without a successor that had seen them and without a conflict. There must be none."""
    conflicts = {(c.scenario, c.table, c.id, c.group): c for c in state.conflicts}
    lost: list[tuple[object, ...]] = []
    for change in changes:
        for cell, value in cells.writes(change):
            if cell.group == ROW or _is_shown(state, cell, value):
                continue
            if not _has_successor(changes, change, cell) and not _is_open(conflicts, change, cell):
                lost.append((change.id, cell, value))
    return lost


def _is_shown(state: State, cell: cells.Cell, value: cells.Written) -> bool:
    row = state.rows.get((cell.scenario, cell.table, cell.id))
    if row is None:
        return False
    part = cells.element_of(cell.table, cell.group)
    if part is None:
        assert isinstance(value, dict)
        return all(row.get(name) == field for name, field in value.items())
    # An addition must be there. A removal counts as answered where someone else added: additions stay.
    return value is False or part[1] in (row.get(part[0]) or frozenset())


def _has_successor(changes: Sequence[Change], change: Change, cell: cells.Cell) -> bool:
    """Whether someone who had seen the value replaced it, or deleted the row."""
    row = cells.Cell(cell.scenario, cell.table, cell.id, ROW)
    return any(change.id in (*c.parents.get(cell, ()), *_seen_by_delete(c, row)) for c in changes)


def _seen_by_delete(change: Change, row: cells.Cell) -> tuple[str, ...]:
    deletes = any(d.after is None and (d.table, d.id) == (row.table, row.id) for d in change.deltas)
    return change.parents.get(row, ()) if deletes else ()


def _is_open(conflicts: dict[tuple[str, str, str, str], object], change: Change, cell: cells.Cell) -> bool:
    for group in (cell.group, ROW):
        found = conflicts.get((cell.scenario, cell.table, cell.id, group))
        if found is not None and change.id in [v.change for v in found.values]:  # type: ignore[attr-defined]
            return True
    return False
