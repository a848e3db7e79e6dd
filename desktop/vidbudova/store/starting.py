"""Opening and making projects: what is looked at before a file is trusted, and what a person is told."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from vidbudova.store import ddl, drives, identity, log, migrations, opening, schema_fit, snapshots
from vidbudova.store.access import beside
from vidbudova.store.connection import Connect, Connection, set_up, transaction
from vidbudova.store.ddl import FORMAT
from vidbudova.store.lock import Lock
from vidbudova.text import _, ngettext


def lock_of(path: Path) -> Lock:
    """The writer's lock."""
    return Lock(path, beside(path, "snapshots") / "lock")


def read_mode(path: Path) -> str:
    """How to open a file to look only: where nothing can be written, SQLite must not try to share memory."""
    log_file = path.with_name(path.name + "-wal")
    shared = log_file.exists() and log_file.stat().st_size > 0
    return "ro" if shared or not drives.is_protected(path) else "immutable"


def for_reading(path: Path, connect: Connect) -> tuple[dict[str, Any], Path | None]:
    """Look through a project that is opened to look only; gives its facts.

    One that an older version made is read from a copy that was brought up to this one; the file stays as it is.
    """
    db = connect(path, read_mode(path))
    try:
        facts = opening.check_ours(db, path)
        older = facts["format"] < FORMAT or facts.get("schema") != ddl.fingerprint()
        if not older:
            opening.check_objects(db, path)
    finally:
        db.close()
    return facts, _brought_up_copy(path, connect) if older else None


def _brought_up_copy(path: Path, connect: Connect) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="vidbudova-look-"))
    try:
        copy = folder / path.name
        snapshots.back_up(path, copy)
        db = connect(copy, "rw")
        try:
            facts = opening.check_ours(db, copy)
            set_up(db, writer=True)
            _bring_up(db, copy, facts)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            db.close()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return copy


def for_writing(path: Path, connect: Connect, lock: Lock) -> tuple[dict[str, Any], list[str]]:
    """Bring a project up to this version and make sure whose it is; gives its facts and notices."""
    db = connect(path, "rw")
    try:
        facts = opening.check_ours(db, path)
        set_up(db, writer=True)
        notices = _bring_up(db, path, facts)
        notices += _identify(db, path, lock)
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return opening.meta(db), notices
    finally:
        db.close()


def _bring_up(db: Connection, path: Path, facts: dict[str, Any]) -> list[str]:
    """Migrate an older file, take out triggers that are not ours, add what the schema has gained."""
    notices = []
    if strangers := opening.strangers(db, path):
        with transaction(db):
            opening.drop_strangers(db, strangers)
        notices.append(_("Another program had added triggers or an index to the file; they were taken out."))
    if facts["format"] < FORMAT:
        migrations.migrate(db, path, facts["format"])
        notices.append(_("The project was brought up to this version's format; it is kept as it was, too."))
    schema_fit.fit(db)
    opening.check_objects(db, path)
    return notices


def _identify(db: Connection, path: Path, lock: Lock) -> list[str]:
    """A copied file becomes a new replica, and so does one that is older than what was acknowledged here."""
    facts = opening.meta(db)
    mine = identity.fingerprint(path)
    notices = []
    replica = facts["replica"]
    known = facts.get("fingerprint")
    missing = lock.last(replica) - log.last(db, replica)[0]
    if known != mine or missing > 0:
        replica = identity.new_replica()
    if known == mine and missing > 0:
        text = ngettext(
            "This file is older than what was last written here: {count} change is missing. Look at the snapshots.",
            "This file is older than what was last written here: {count} changes are missing. Look at the snapshots.",
            missing,
        )
        notices.append(text)
    elif known is not None and known != mine:
        notices.append(_copied(bool(facts.get("open"))))
    with transaction(db):
        if replica != facts["replica"]:
            db.execute("DELETE FROM vb_stack")
        new = {"replica": replica, "fingerprint": mine, "open": 1}
        db.executemany("INSERT OR REPLACE INTO vb_meta VALUES (?, ?)", list(new.items()))
    lock.note(replica, log.last(db, replica)[0])
    return notices


def _copied(while_open: bool) -> str:
    if while_open:
        return _(
            "This file was copied by hand while it was open; its latest changes may be missing. "
            "“Save a copy” takes everything along."
        )
    return _("This file was copied by hand; from now on it counts as a copy of its own.")
