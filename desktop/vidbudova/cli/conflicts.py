"""`conflicts` and `conflicts resolve`."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from vidbudova.cli.answers import Answer, plain
from vidbudova.cli.opened import to_edit, to_look
from vidbudova.cli.options import command
from vidbudova.model.merge import Conflict
from vidbudova.text import _, moment


def register(commands: Any) -> None:
    """Add the commands of this file."""
    command(commands, "conflicts", list_, _("values that two people set without seeing each other's"))
    resolve = command(commands, "conflicts-resolve", resolve_, _("settle a conflict"), edits=True)
    resolve.prog = "vidbudova conflicts resolve"
    resolve.add_argument("id", metavar="ID", help=_("as “conflicts” names it"))
    resolve.add_argument("--take", required=True, metavar="A|B|both", help=_("the value to keep"))


def list_(args: Namespace) -> Answer:
    """Name the open conflicts."""
    with to_look(args) as session:
        found = session.conflicts()
    lines = [line for c in found for line in _lines(c)] or [_("There are no open conflicts.")]
    return Answer({"conflicts": [_body(c) for c in found]}, lines)


def resolve_(args: Namespace) -> Answer:
    """Settle one."""
    from vidbudova.session.conflicts import resolve

    with to_edit(args) as session:
        change = resolve(session, args.id, args.take)
        left = len(session.conflicts())
    body = {"resolved": args.id, "take": args.take, "change": change.id if change else "", "conflicts": left}
    return Answer(body, [_("Settled. Open conflicts: {n}").format(n=left)])


def _body(conflict: Conflict) -> dict[str, Any]:
    from vidbudova.session.conflicts import can_take_both, id_of, letters

    values = [
        {"take": letter, "author": c.author, "time": _time(c.time_ms).isoformat(), "fields": plain(c.fields),
         "change": c.change, "shown": c.change == conflict.shown}
        for letter, c in letters(conflict).items()
    ]  # fmt: skip
    return {
        "id": id_of(conflict), "scenario": conflict.scenario, "table": conflict.table, "row": conflict.id,
        "group": conflict.group, "kind": conflict.kind, "values": values, "both": can_take_both(conflict),
    }  # fmt: skip


def _lines(conflict: Conflict) -> list[str]:
    body = _body(conflict)
    lines = [f"{body['id']}  {conflict.table} {conflict.id} {conflict.group}"]
    for value in body["values"]:
        said = _("deleted") if value["fields"] is None else value["fields"]
        lines.append(f"  {value['take']}  {value['author']}  {moment(datetime.fromisoformat(value['time']))}  {said}")
    return lines


def _time(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)
