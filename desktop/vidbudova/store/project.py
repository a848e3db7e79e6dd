"""The project: one GeoPackage with its log. Every edit is on the disk when `commit` returns."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.model import cells
from vidbudova.model.cells import RowHeads
from vidbudova.model.change import NOW, Change, Delta, digest, encode
from vidbudova.store import draft as drafts
from vidbudova.store import (
    drives,
    heads,
    identity,
    layer_files,
    layers,
    log,
    opening,
    reading,
    rebuild,
    receiving,
    snapshots,
    stack,
    starting,
    tables,
    undo,
)
from vidbudova.store.access import beside
from vidbudova.store.check import Problem, check
from vidbudova.store.connection import Connect, Connection, connect, mended, set_up
from vidbudova.store.draft import Draft
from vidbudova.store.view import View
from vidbudova.text import _, mark

__all__ = ["Draft", "Project", "create", "open_project"]


FOLDERS = ("media", "layers")
"""What belongs to a project beside its file: photos, and arrays of layers."""

AT_ONCE = 32 * 1024**2
"""A changed project up to this size gets its snapshot while it is opened; a larger one when it is asked for."""


class Project(View):
    """An open project that can be edited (see `Access` for its attributes)."""

    def commit(self, draft: Draft) -> Change | None:
        """Log one edit and fold it in; durable when it returns. None when it would change nothing."""
        with self.writing() as db:
            change = self._log(db, draft)
        self._note(change)
        return change

    def _log(self, db: Connection, draft: Draft) -> Change | None:
        rows, current = self._context(db, draft.deltas, draft.scenario)
        deltas = [drafts.complete(d, rows(d.table, d.id), current(d.table, d.id)) for d in draft.deltas]
        return self._append(db, draft, [d for d in deltas if d is not None], current)

    def _append(
        self, db: Connection, draft: Draft, deltas: Sequence[Delta], current: Callable[[str, str], RowHeads]
    ) -> Change | None:
        if not deltas:
            return None
        seq, chain = log.last(db, self.replica)
        change = Change(
            replica=self.replica,
            seq=seq + 1,
            time=max(draft.time_ms << 16, log.last_time(db) + 1),
            author=draft.author,
            title=draft.title,
            deltas=tuple(deltas),
            parents=cells.replaced(draft.scenario, deltas, current),
            scenario=draft.scenario,
            kind=draft.kind,
            of=draft.of,
            title_values=dict(draft.title_values),
        )
        data = encode(change)
        self._take_in(db, change, data, digest(chain, data))
        stack.note(db, change)
        return change

    def _take_in(self, db: Connection, change: Change, data: bytes, chain: str) -> None:
        heads.apply(db, change, log.append(db, change, data, chain))
        tables.refresh(db, [(d.table, d.id) for d in change.deltas], change.scenario, self.srs_id)
        if change.scenario == NOW:
            layers.settle(db, [d.id for d in change.deltas if d.table == "layers"], self.srs_id)

    def _note(self, change: Change | None) -> None:
        if change is not None and self._lock is not None:
            self._lock.note(self.replica, change.seq)

    def _context(
        self, db: Connection, deltas: Sequence[Delta], scenario: str
    ) -> tuple[Callable[[str, str], Any], Callable[[str, str], RowHeads]]:
        """The rows and current values that deltas are about, read together."""
        ids: dict[str, list[str]] = {}
        for d in deltas:
            ids.setdefault(d.table, []).append(d.id)
        rows = {t: reading.in_scenario(db, t, some, scenario) for t, some in ids.items()}
        current = {t: heads.load(db, t, some, scenario) for t, some in ids.items()}
        return lambda t, i: rows[t].get(i), lambda t, i: current[t].get(i, {})

    def take_back(self, side: str, author: str, time_ms: int) -> Change:
        """Undo ("undo") or redo ("redo") the latest Change made here; what others changed since stays."""
        with self.writing() as db:
            top = stack.top(db, side)
            if top is None:
                raise UserError(f"nothing-to-{side}")
            of = log.get(db, top)
            assert of is not None
            rows, current = self._context(db, of.deltas, of.scenario)
            back = undo.inverse(of, rows, current)
            wanted = Draft(of.title, back, author, time_ms, of.scenario, side, of.id, of.title_values)
            deltas = [drafts.complete(d, rows(d.table, d.id), current(d.table, d.id)) for d in wanted.deltas]
            change = self._append(db, wanted, [d for d in deltas if d is not None], current)
            if change is None:
                stack.drop(db, side, of.id)
        if change is None:
            raise UserError("undo-overtaken", title=of.title.format(**of.title_values), who=self._overtaker(of))
        self._note(change)
        return change

    def _overtaker(self, change: Change) -> str:
        for d in change.deltas:
            for later in reversed(self.history(d.table, d.id)):
                if later.replica != change.replica:
                    return later.author
        return change.author

    def receive(self, changes: Iterable[tuple[bytes, str]]) -> list[Change]:
        """Take in Changes of others (encoded bytes, chained hash): in any order, those already here count once."""
        taken: list[Change] = []
        with self.writing() as db:
            for data, chain in changes:
                change = receiving.decoded(data)
                if receiving.is_new(db, change, data, chain):
                    self._take_in(db, change, data, chain)
                    taken.append(change)
        return taken

    def add_layer(
        self,
        staging: Path,
        draft_fields: Mapping[str, Any],
        author: str,
        time_ms: int,
        progress: Callable[[float], None] = lambda done: None,
    ) -> Change:
        """Bring in what a reader staged: rows and their Change in one transaction, or nothing.

        The same rows of the same file twice change nothing: the Change that brought them is given back.
        """
        planned = layers.plan(staging, draft_fields)
        if not planned:
            raise UserError("import-empty", file=draft_fields.get("source", staging.name), reason=_("it has no rows"))
        with layer_files.brought(self, staging), self.writing() as db:
            known = {i for (i,) in db.execute("SELECT DISTINCT layer FROM vb_layer")}
            layers.copy_in(db, staging, [p for p in planned if p.id not in known], self.srs_id, progress)
            deltas = layers.deltas(db, planned)
            change = self._log(db, self._import_draft(deltas, planned[0], author, time_ms))
            if change is None:
                first = db.execute("SELECT min(n) FROM vb_touch WHERE tbl = 'layers' AND id = ?", (planned[0].id,))
                change = log.get(db, db.execute("SELECT id FROM vb_change WHERE n = ?", first.fetchone()).fetchone()[0])
        assert change is not None
        self._note(change)
        return change

    def rebuild(self) -> None:
        """Make every derived table again from the log and the imported rows; what was kept of them goes."""
        shutil.rmtree(self.beside("cache"), ignore_errors=True)
        with self.writing() as db:
            rebuild.rebuild(db, self.replica, self.srs_id)

    def check(self) -> list[Problem]:
        """Everything that is wrong with the project; empty when it is whole."""
        return check(self)

    def checkpoint(self) -> None:
        """Fold SQLite's log into the file, for quiet moments."""
        with self._mutex, mended(self.path):
            if self._writer is not None:
                self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def snapshot(self) -> Path:
        """Copy the project into its snapshots; the oldest goes."""
        return snapshots.take(self.path, self.beside("snapshots"), self.count_changes())

    def snapshot_if_changed(self, largest: int | None = None) -> Path | None:
        """A snapshot, if the log has grown since the newest one and the file is not larger than `largest` bytes."""
        newest = snapshots.listed(self.beside("snapshots"))[:1]
        lines = self.count_changes()
        too_large = largest is not None and self.path.stat().st_size > largest
        if too_large or not lines or (newest and snapshots.lines_of(newest[0]) == lines):
            return None
        try:
            return self.snapshot()
        except UserError as error:
            self.notices.append(_("No snapshot could be taken: {reason}").format(reason=error))
            return None

    def snapshots(self) -> list[Path]:
        """The snapshots beside the project, newest first; each can be opened as a project."""
        return snapshots.listed(self.beside("snapshots"))

    def save_copy(self, path: Path | str) -> None:
        """A whole copy, photos and files of layers too; opened, it is a replica of its own."""
        target = Path(path)
        folders = {self.beside(kind): beside(target, kind) for kind in FOLDERS}
        snapshots.save_copy(self.path, folders, target)

    def _import_draft(self, deltas: list[Delta], first: layers.Layer, author: str, time_ms: int) -> Draft:
        name = str(first.fields.get("source") or first.fields.get("name") or "")
        return Draft(mark("Import {file}"), deltas, author, time_ms, title_values={"file": name})


def create(path: Path | str, crs: str, connector: Connect = connect) -> Project:
    """Make an empty project file and open it."""
    path = Path(path)
    if path.exists():
        raise UserError("project-exists", path=path)
    with mended(path):
        lock = starting.lock_of(path)
    try:
        with mended(path):
            db = connector(path, "rwc")
            try:
                set_up(db, writer=True)
                opening.write_new(db, crs, {"replica": identity.new_replica()})
            finally:
                db.close()
            facts, _notices = starting.for_writing(path, connector, lock)
        return Project(path, facts, lock, connector)
    except BaseException:
        _forget(path)
        lock.release()
        raise


def _forget(path: Path) -> None:
    """Leave no half-made project."""
    for ending in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + ending).unlink(missing_ok=True)


def open_project(path: Path | str, read_only: bool = False, connector: Connect = connect) -> Project:
    """Open a project file; UserError says why not.

    On a network or removable drive, and where nothing can be written, it is opened to look only, with a notice.
    """
    path = Path(path)
    opening.look(path)
    reason = "" if read_only else drives.why_read_only(path)
    if read_only or reason:
        return _open_to_look(path, reason, connector)
    with mended(path):
        lock = starting.lock_of(path)
    try:
        with mended(path):
            facts, notices = starting.for_writing(path, connector, lock)
        project = Project(path, facts, lock, connector)
    except BaseException:
        lock.release()
        raise
    project.notices += notices
    project.snapshot_if_changed(AT_ONCE)
    return project


def _open_to_look(path: Path, reason: str, connector: Connect) -> Project:
    with mended(path):
        facts, copy = starting.for_reading(path, connector)
        project = Project(path, facts, None, connector, starting.read_mode(path))
        if copy is not None:
            project.read_from(copy)
    if reason:
        notice = _("The project was opened to look only: {reason} Save a copy on this computer to go on there.")
        project.notices.append(notice.format(reason=reason))
    return project
