"""`plugins`: what can compute something here. None ship yet; finding and running them comes with them."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from vidbudova.cli.answers import Answer
from vidbudova.cli.options import command
from vidbudova.text import _


def register(commands: Any) -> None:
    """Add the commands of this file."""
    command(commands, "plugins", list_, _("the plugins there are"), project=False)


def list_(args: Namespace) -> Answer:
    """Name the plugins."""
    return Answer([], [_("There are no plugins.")])
