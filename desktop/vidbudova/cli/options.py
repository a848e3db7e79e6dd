"""Options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vidbudova.cli.answers import Answer
from vidbudova.text import _


def command(
    commands: Any, name: str, handler: Callable[[Any], Answer], about: str, *, project: bool = True, edits: bool = False
) -> ArgumentParser:
    """A new command with what all have: its project, --json, and --by where it edits."""
    parser: ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(handler=handler)
    if project:
        parser.add_argument("project", type=Path, metavar="PROJECT", help=_("project file (.vbp.gpkg)"))
    if edits:
        parser.add_argument("--by", metavar="NAME", help=_("who does it; else the name of the account"))
    parser.add_argument("--json", action="store_true", help=_("one JSON object on standard output, nothing else there"))
    return parser


def group(commands: Any, name: str, about: str) -> Any:
    """A command that has commands of its own."""
    parser: ArgumentParser = commands.add_parser(name, help=about, description=about)
    return parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=True)


def picture_size(words: str) -> tuple[int, int]:
    """WxH in pixels."""
    width, cross, height = words.lower().replace("×", "x").partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise ArgumentTypeError(_("“{words}” is no size like 1280x720").format(words=words))
    size = int(width), int(height)
    if not all(16 <= side <= 16384 for side in size):
        raise ArgumentTypeError(_("a side has 16 to 16384 pixels"))
    return size
