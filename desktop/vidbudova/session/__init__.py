"""The conductor: do, undo, redo, receive, subscribe."""

from vidbudova.session.core import Session

__all__ = ["Session"]
