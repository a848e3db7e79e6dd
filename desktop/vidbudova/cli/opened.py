"""Opening the project that a command names."""

from __future__ import annotations

import getpass
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from vidbudova.cli.answers import say
from vidbudova.session import Session
from vidbudova.store.project import open_project
from vidbudova.text import _


@contextmanager
def to_look(args: Namespace) -> Iterator[Session]:
    """The project, to look only: also while it is open in the window."""
    with _opened(args, read_only=True) as session:
        yield session


@contextmanager
def to_edit(args: Namespace) -> Iterator[Session]:
    """The project, to change."""
    with _opened(args, read_only=False) as session:
        yield session


@contextmanager
def _opened(args: Namespace, read_only: bool) -> Iterator[Session]:
    session = Session(open_project(args.project, read_only=read_only), author(args))
    try:
        for notice in session.project.notices:
            say(notice)
        yield session
    finally:
        session.close()


def author(args: Namespace) -> str:
    """Who edits: --by, else the name of the account."""
    named = getattr(args, "by", None)
    if named:
        return str(named)
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return _("Someone")
