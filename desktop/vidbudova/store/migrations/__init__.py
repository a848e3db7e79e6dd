"""Numbered steps that bring an older file up to the format of this version, all in one transaction."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from vidbudova.store import snapshots
from vidbudova.store.access import beside
from vidbudova.store.connection import Connection, transaction
from vidbudova.store.ddl import FORMAT

STEPS = {1: "vidbudova.store.migrations.0001_chain_and_history"}
"""Format that a step starts from -> its module, whose `up(db)` makes the next format."""


def migrate(db: Connection, path: Path, found: int) -> None:
    """Bring a file up; a snapshot of it as it was is taken first. Killed half-way, it is as it was."""
    snapshots.back_up(path, beside(path, "snapshots") / f"format-{found}{snapshots.ENDING}")
    with transaction(db):
        for step in range(found, FORMAT):
            import_module(STEPS[step]).up(db)
        db.execute("UPDATE vb_meta SET value = ? WHERE key = 'format'", (FORMAT,))
