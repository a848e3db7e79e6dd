"""The deltas that take a Change back, restricted to the cells it still heads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vidbudova.model import cells
from vidbudova.model.cells import Head, RowHeads, Written
from vidbudova.model.change import ROW, Change, Delta, Fields, Value

RowOf = Callable[[str, str], Fields | None]
HeadsOf = Callable[[str, str], RowHeads]


def inverse(change: Change, row_of: RowOf, heads_of: HeadsOf) -> list[Delta]:
    """The deltas that take a Change back without touching what others have changed since."""
    written: dict[tuple[str, str], dict[str, Written]] = {}
    for cell, value in cells.writes(change):
        written.setdefault((cell.table, cell.id), {})[cell.group] = value
    found = []
    for delta in reversed(change.deltas):
        groups = written.get((delta.table, delta.id), {})
        heads = heads_of(delta.table, delta.id)
        back = _inverse(change, delta, groups, row_of(delta.table, delta.id), heads)
        if back is not None:
            found.append(back)
    return found


def _inverse(
    change: Change, delta: Delta, written: Mapping[str, Written], row: Fields | None, heads: RowHeads
) -> Delta | None:
    if delta.before is None:
        mine = all(_ours(change, h, written.get(g)) for g, hs in heads.items() for h in hs)
        return Delta(delta.table, delta.id, row, None) if row is not None and mine else None
    if delta.after is None:
        mine = all(_ours(change, h, False) for h in heads.get(ROW, ()))
        return Delta(delta.table, delta.id, None, delta.before) if row is None and mine else None
    return None if row is None else _edit_back(change, delta, written, row, heads)


def _ours(change: Change, head: Head, value: Written | None) -> bool:
    """Whether a current value is this Change's, or was brought back to it by our own undo or redo."""
    if head.change == change.id:
        return True
    ours = head.kind != "do" and head.change.partition(":")[0] == change.replica
    wanted, found = cells.plain(value), cells.plain(head.value)
    return ours and (found == wanted or (not found and not wanted))


def _edit_back(
    change: Change, delta: Delta, written: Mapping[str, Written], row: Fields, heads: RowHeads
) -> Delta | None:
    assert delta.before is not None and delta.after is not None
    after: dict[str, Value] = {}
    for group, value in written.items():
        others = [h for h in heads.get(group, ()) if not _ours(change, h, value)]
        if group == ROW or len(others) == len(heads.get(group, ())):
            continue
        if part := cells.element_of(delta.table, group):
            if others:
                continue
            after[part[0]] = _element_back(after.get(part[0], row.get(part[0])), part[1], value is True)
        elif isinstance(value, dict):
            after.update(_group_back(delta.table, group, value, delta.before, others))
    return Delta(delta.table, delta.id, {name: row.get(name) for name in after}, after) if after else None


def _element_back(current: Value, element: str, was_added: bool) -> Value:
    elements = frozenset(current) if isinstance(current, frozenset) else frozenset()
    return elements - {element} if was_added else elements | {element}


def _group_back(
    table: str, group: str, value: Mapping[str, Value], before: Fields, others: list[Head]
) -> dict[str, Value]:
    """What a group goes back to: what it was, or what someone else set without seeing this Change."""
    if others:
        winner = cells.winner(table, group, others).value
        return dict(winner) if isinstance(winner, dict) and not cells.differ(others) else {}
    return {name: before.get(name) for name in value}
