"""`sample` and `new`: projects come into being."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from vidbudova.cli.answers import Answer, Progress
from vidbudova.cli.options import command
from vidbudova.session import Session
from vidbudova.store.project import create, open_project
from vidbudova.text import _, number

BUILDINGS = 3000
MOST_BUILDINGS = 1_000_000


def register(commands: Any) -> None:
    """Add the commands of this file."""
    sample = command(commands, "sample", make_sample, _("write the sample city"))
    sample.add_argument("--buildings", type=_count, default=BUILDINGS, metavar="N", help=_("how many, about"))
    sample.add_argument("--seed", type=int, default=1, metavar="S", help=_("the same seed gives the same city"))
    new = command(commands, "new", make_new, _("make an empty project"))
    new.add_argument("--crs", required=True, metavar="EPSG:N", help=_("its coordinate system, in metres"))


def make_sample(args: Namespace) -> Answer:
    """Write the sample city and say what is in it."""
    from vidbudova.session.sample import make_sample as write

    started, progress = time.perf_counter(), Progress()
    write(args.project, buildings=args.buildings, seed=args.seed, progress=progress)
    progress.end()
    session = Session(open_project(args.project, read_only=True), "")
    try:
        counts = {table: session.count(table) for table in ("buildings", "roads", "observations", "damage_marks")}
    finally:
        session.close()
    seconds = round(time.perf_counter() - started, 2)
    line = _("{path}: {n} buildings in {s} s").format(
        path=args.project, n=number(counts["buildings"]), s=number(seconds, 1)
    )
    return Answer({"project": str(args.project), "seed": args.seed, **counts, "seconds": seconds}, [line])


def make_new(args: Namespace) -> Answer:
    """Make an empty project."""
    from vidbudova.model.crs import check_project

    project = create(args.project, check_project(args.crs))
    crs = project.crs
    project.close()
    return Answer({"project": str(args.project), "crs": crs}, [_("{path} in {crs}").format(path=args.project, crs=crs)])


def _count(words: str) -> int:
    from argparse import ArgumentTypeError

    if not words.isdigit() or not 1 <= int(words) <= MOST_BUILDINGS:
        raise ArgumentTypeError(_("a number from 1 to {n}").format(n=number(MOST_BUILDINGS)))
    return int(words)
