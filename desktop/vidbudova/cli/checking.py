"""`check`: whether a project is whole, and making its tables anew."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from vidbudova.cli.answers import DONE, Answer
from vidbudova.cli.opened import to_edit, to_look
from vidbudova.cli.options import command
from vidbudova.errors import TROUBLES
from vidbudova.text import _


def register(commands: Any) -> None:
    """Add the commands of this file."""
    check = command(commands, "check", check_, _("whether a project is whole"))
    check.add_argument("--rebuild", action="store_true", help=_("make every table anew from the log"))


def check_(args: Namespace) -> Answer:
    """Look at the file, the log, the tables, the layers and the photos."""
    with to_edit(args) if args.rebuild else to_look(args) as session:
        if args.rebuild:
            session.project.rebuild()
        problems = session.project.check()
        changes = session.project.count_changes()
    body = {
        "ok": not problems, "problems": [asdict(p) for p in problems], "rebuilt": args.rebuild, "changes": changes,
    }  # fmt: skip
    lines = [f"{p.kind}: {p.message}" for p in problems] or [_("The project is whole.")]
    return Answer(body, lines, TROUBLES["project-damaged"].code if problems else DONE)
