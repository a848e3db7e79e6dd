"""`log`, `undo` and `redo`."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from vidbudova.cli.answers import Answer
from vidbudova.cli.opened import to_edit, to_look
from vidbudova.cli.options import command
from vidbudova.model.change import Change
from vidbudova.session import Session
from vidbudova.text import _, moment


def register(commands: Any) -> None:
    """Add the commands of this file."""
    log = command(commands, "log", tell, _("the history, the latest first"))
    log.add_argument("--limit", type=int, default=0, metavar="N", help=_("only the latest N"))
    log.add_argument("--building", metavar="ID", help=_("only what was said of one building"))
    command(commands, "undo", undo, _("take the latest change back"), edits=True)
    command(commands, "redo", redo, _("bring back what was undone last"), edits=True)


def tell(args: Namespace) -> Answer:
    """The Changes, the latest first."""
    from vidbudova.session.places import find_id

    limit = max(args.limit, 0) or None
    with to_look(args) as session:
        total = session.project.count_changes()
        if args.building:
            told = session.history("damage_marks", find_id(session, args.building))[::-1][:limit]
        else:
            told = list(session.changes(limit=limit, newest_first=True))
    return Answer({"changes": [_body(c) for c in told], "total": total}, [_line(c) for c in told])


def undo(args: Namespace) -> Answer:
    """Take the latest Change back."""
    with to_edit(args) as session:
        return _stepped(session, session.undo(), _("Undone: {title}"))


def redo(args: Namespace) -> Answer:
    """Bring back what was undone last."""
    with to_edit(args) as session:
        return _stepped(session, session.redo(), _("Done again: {title}"))


def _stepped(session: Session, change: Change, said: str) -> Answer:
    body = {**_body(change), "can_undo": session.can_undo(), "can_redo": session.can_redo()}
    return Answer(body, [said.format(title=_title(change))])


def _title(change: Change) -> str:
    return _(change.title).format(**change.title_values)


def _body(change: Change) -> dict[str, Any]:
    return {
        "id": change.id, "time": _time(change).isoformat(timespec="milliseconds"), "author": change.author,
        "title": _title(change), "kind": change.kind, "of": change.of, "scenario": change.scenario,
        "tables": sorted(change.tables()), "rows": len(change.deltas),
    }  # fmt: skip


def _line(change: Change) -> str:
    done = {"do": "", "undo": _("(undo) "), "redo": _("(redo) ")}.get(change.kind, "")
    return f"{moment(_time(change))}  {change.author}  {done}{_title(change)}"


def _time(change: Change) -> datetime:
    return datetime.fromtimestamp(change.time_ms / 1000, UTC)
