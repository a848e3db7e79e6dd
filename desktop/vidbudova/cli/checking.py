"""`check`: whether a project is whole, and making it anew; `copy`: a copy that is whole while it is open."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vidbudova.cli.answers import DONE, Answer
from vidbudova.cli.opened import to_edit, to_look
from vidbudova.cli.options import command
from vidbudova.errors import TROUBLES, UserError
from vidbudova.session import Session
from vidbudova.text import _

BEYOND_REBUILDING = ("file", "log")
"""Problems that the tables cannot be made anew from."""


def register(commands: Any) -> None:
    """Add the commands of this file."""
    check = command(commands, "check", check_, _("whether a project is whole"))
    check.add_argument("--rebuild", action="store_true", help=_("make every table anew from the log"))
    check.add_argument("--crs", default="", metavar="EPSG:N", help=_("for a damaged project that cannot say its own"))
    copy = command(commands, "copy", copy_, _("a whole copy, photos too, also while the project is open"))
    copy.add_argument("--to", required=True, type=Path, metavar="FILE", help=_("project file (.vbp.gpkg)"))


def check_(args: Namespace) -> Answer:
    """Look at the file, the log, the tables, the layers and the photos; mend what the log can mend."""
    if not args.rebuild:
        with to_look(args) as session:
            return _said(session, rebuilt=False)
    if _broken(args):
        return _rescued(Path(args.project), args.crs)
    with to_edit(args) as session:
        session.project.rebuild()
        return _said(session, rebuilt=True)


def _broken(args: Namespace) -> bool:
    """Whether the file or its log is damaged; it is opened to look only, so that nothing is written to it."""
    try:
        with to_look(args) as session:
            return any(problem.kind in BEYOND_REBUILDING for problem in session.project.check())
    except UserError as trouble:
        if trouble.key != "project-damaged":
            raise
        return True


def _said(session: Session, rebuilt: bool) -> Answer:
    problems = session.project.check()
    changes = session.project.count_changes()
    body = {"ok": not problems, "problems": [asdict(p) for p in problems], "rebuilt": rebuilt, "changes": changes}
    lines = [f"{p.kind}: {p.message}" for p in problems] or [_("The project is whole.")]
    return Answer(body, lines, TROUBLES["project-damaged"].code if problems else DONE)


def _rescued(damaged: Path, crs: str) -> Answer:
    """A new project beside a damaged one, from its log; the damaged file is not touched."""
    from vidbudova.store.rescue import rescue

    target = free_name(damaged)
    lost = rescue(damaged, target, crs)
    said = _("{path} is damaged. What could be read is in {target}; the damaged file was left as it is.")
    lines = [said.format(path=damaged, target=target), *(lost or [_("Nothing is missing.")])]
    return Answer({"ok": False, "rebuilt": True, "rescued_to": str(target), "lost": lost}, lines)


def free_name(damaged: Path) -> Path:
    """A name beside a damaged project that nothing has yet."""
    stem = damaged.name.removesuffix(".gpkg").removesuffix(".vbp")
    number = 1
    while (target := damaged.with_name(f"{stem} (rescued {number}).vbp.gpkg")).exists():
        number += 1
    return target


def copy_(args: Namespace) -> Answer:
    """Save a copy; opened, it is a replica of its own."""
    with to_look(args) as session:
        session.project.save_copy(args.to)
    return Answer({"project": str(args.project), "copy": str(args.to)}, [_("Copied to {path}.").format(path=args.to)])
