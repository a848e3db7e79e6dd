"""The command line: words in, one answer out. What the commands do is in the rooms below."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from vidbudova.cli.answers import DONE, WRONG_USAGE, Answer, give, refuse, say
from vidbudova.errors import UserError
from vidbudova.text import _

CANCELLED = 130
"""What shells use for Ctrl+C."""

Handler = Callable[[argparse.Namespace], Answer]

TWO_WORDS = {("conflicts", "resolve"): "conflicts-resolve"}
"""Commands whose second word would be taken for a project."""


def main(argv: Sequence[str]) -> int:
    """Run one command; gives its exit code (0 done, 2 wrong usage, 10–99 something a person can mend)."""
    words = _joined(list(argv))
    as_json = "--json" in words
    try:
        args = parser().parse_args(words)
        handler: Handler = args.handler
        return give(handler(args), as_json)
    except WrongUsage as wrong:
        if as_json:
            give(Answer({"error": {"key": "usage", "message": str(wrong), "kept": "", "next": ""}}), as_json)
        return WRONG_USAGE
    except SystemExit as asked:
        return int(asked.code or DONE)
    except UserError as error:
        return refuse(error, as_json)
    except KeyboardInterrupt:
        say(_("Cancelled."))
        return CANCELLED


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    from vidbudova.cli import (
        analyse,
        checking,
        conflicts,
        damage,
        history,
        importing,
        info,
        journeys,
        making,
        pictures,
        plugins,
        report,
        zones,
    )

    whole = Parser(prog="vidbudova", description=_("3D twin of a city for the people who rebuild it."))
    commands = whole.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=True)
    looking = (info, history, conflicts, pictures, journeys, checking)
    for room in (making, importing, *looking, damage, zones, plugins, analyse, report):
        room.register(commands)
    return whole


class WrongUsage(Exception):
    """The words make no command."""


class Parser(argparse.ArgumentParser):
    """An argument parser that leaves ending the process to `main`; a `mixed` one takes words after options as well."""

    mixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Once with words and options in any order, if it is a mixed one."""
        if not self.mixed:
            return super().parse_known_args(args, namespace)
        self.mixed = False
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.mixed = True

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)  # noqa: T201
        raise WrongUsage(message)


def _joined(words: list[str]) -> list[str]:
    known = TWO_WORDS.get((words[0], words[1])) if len(words) > 1 else None
    return [known, *words[2:]] if known else words
