"""One open project and the one path that every edit takes: do, commit, tell every listener once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.change import NOW, Change, Delta, Value
from vidbudova.model.merge import Conflict
from vidbudova.model.schema import TABLES, Field
from vidbudova.model.shapes import Shapes
from vidbudova.session.memory import Memory, Touched
from vidbudova.store.draft import Draft
from vidbudova.store.project import Project
from vidbudova.text import _

Listener = Callable[[Change], None]
T = TypeVar("T")


def system_clock() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class Session:
    """An open project for one person.

    Attributes
    ----------
    project : the file.
    author : who edits.
    clock : gives milliseconds since 1970, UTC.
    post : runs a call where listeners live; the window sets it to its main thread's queue, elsewhere it calls at once.
    """

    def __init__(
        self,
        project: Project,
        author: str,
        clock: Callable[[], int] = system_clock,
        post: Callable[[Callable[[], None]], None] = lambda call: call(),
    ) -> None:
        self.project = project
        self.author = author
        self.clock = clock
        self.post = post
        self._listeners: list[Listener] = []
        self._telling = False
        self._memory = Memory()

    # -- editing --------------------------------------------------------------------------------------------------

    def do(self, title: str, deltas: Sequence[Delta], scenario: str = NOW, **title_values: str) -> Change | None:
        """Make one edit, durable when it returns; None when it would change nothing.

        `title` is an English message for history; `title_values` fill its braces.
        """
        self._refuse_inside_listener()
        for delta in deltas:
            check_values(delta)
        draft = Draft(title, deltas, self.author, self.clock(), scenario, title_values=title_values)
        return self._tell(self.project.commit(draft))

    def undo(self) -> Change:
        """Take back the latest Change made here."""
        self._refuse_inside_listener()
        return self._told(self.project.take_back("undo", self.author, self.clock()))

    def redo(self) -> Change:
        """Bring back what was undone last."""
        self._refuse_inside_listener()
        return self._told(self.project.take_back("redo", self.author, self.clock()))

    def can_undo(self) -> str | None:
        """The title of what undo would take back, filled in and translated; None when there is nothing."""
        return _title(self.project.undo_stack())

    def can_redo(self) -> str | None:
        """The title of what redo would bring back; None when there is nothing."""
        return _title(self.project.redo_stack())

    def receive(self, changes: Iterable[tuple[bytes, str]]) -> list[Change]:
        """Take in Changes of others; listeners hear of each."""
        self._refuse_inside_listener()
        taken = self.project.receive(changes)
        for change in taken:
            self._tell(change)
        return taken

    def add_layer(
        self, staging: Path, fields: Mapping[str, Any], progress: Callable[[float], None] = lambda done: None
    ) -> Change:
        """Bring in what a reader staged, rows and Change together."""
        self._refuse_inside_listener()
        before = self.project.count_changes()
        change = self.project.add_layer(staging, fields, self.author, self.clock(), progress)
        return self._told(change) if self.project.count_changes() > before else change

    def close(self) -> None:
        """Close the project; listeners are forgotten."""
        self._listeners.clear()
        self._memory.clear()
        self.project.close()

    # -- telling --------------------------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` once for every Change, after it is durable; gives the call that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self, change: Change | None) -> Change | None:
        if change is not None:
            self._memory.note(change)
            self.post(lambda: self._call_listeners(change))
        return change

    def _told(self, change: Change) -> Change:
        self._tell(change)
        return change

    def _call_listeners(self, change: Change) -> None:
        self._telling = True
        try:
            for listener in list(self._listeners):
                listener(change)
        finally:
            self._telling = False

    def _refuse_inside_listener(self) -> None:
        if self._telling:
            raise RuntimeError("a listener must not edit")

    # -- remembering ----------------------------------------------------------------------------------------------

    def remembered(
        self,
        name: str,
        tables: Iterable[str],
        compute: Callable[[], T],
        mend: Callable[[T, Touched], T | None] | None = None,
    ) -> T:
        """What was computed from some tables, mended or computed anew once a Change touches one of them (or any layer).

        It is noted before listeners are called, so that none of them sees an old answer.
        """
        return self._memory.recall(name, tables, compute, mend)

    # -- reading --------------------------------------------------------------------------------------------------

    @property
    def crs(self) -> str:
        """The project's coordinate system."""
        return self.project.crs

    @property
    def read_only(self) -> bool:
        """Whether the project can only be looked at."""
        return self.project.read_only

    def row(self, table: str, id: str, scenario: str = NOW) -> dict[str, Value] | None:
        """One row, or None."""
        return self.project.row(table, id, scenario)

    def rows(self, table: str, ids: Iterable[str] | None = None) -> dict[str, dict[str, Value]]:
        """Rows by id."""
        return self.project.rows(table, ids)

    def columns(
        self, table: str, names: Sequence[str], ids: Sequence[str] | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Arrays in the order of the table, with "id"; of all rows, or of some."""
        return self.project.columns(table, names, ids)

    def shapes(self, table: str, columns: Sequence[str] = (), ids: Sequence[str] | None = None) -> Shapes:
        """Features as flat arrays; of all rows, or of some."""
        return self.project.shapes(table, columns, ids)

    def geometries(self, table: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """(ids, shapely geometries)."""
        return self.project.geometries(table)

    def layer_file(self, sha256: str) -> Path | None:
        """The file of arrays that a row of terrain, imagery, clouds or models names; None if it is not here."""
        return self.project.layer_file(sha256)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.project.count(table)

    def bounds(self, table: str | None = None) -> tuple[float, float, float, float] | None:
        """The extent of a table, or of everything."""
        return self.project.bounds(table)

    def history(self, table: str, id: str) -> list[Change]:
        """The Changes that touched a row, oldest first."""
        return self.project.history(table, id)

    def changes(
        self, after: str | None = None, limit: int | None = None, newest_first: bool = False
    ) -> Iterator[Change]:
        """The log in order of time."""
        return self.project.changes(after, limit, newest_first)

    def conflicts(self) -> list[Conflict]:
        """The open conflicts."""
        return self.project.conflicts()

    def view_state(self, name: str) -> Any:
        """What this file remembers about how it is looked at."""
        return self.project.view_state(name)

    def set_view_state(self, name: str, value: Any) -> None:
        """Remember how the project is looked at (JSON; not logged)."""
        self.project.set_view_state(name, value)


def _title(change: Change | None) -> str | None:
    return None if change is None else _(change.title).format(**change.title_values)


def check_values(delta: Delta) -> None:
    """Refuse values outside the schema's bounds and choices; fields of a newer version are let through."""
    table = TABLES.get(delta.table)
    for name, value in (delta.after or {}).items():
        field = next((f for f in table.fields if f.name == name), None) if table else None
        if field is not None and value is not None and (reason := _wrong(field, value)):
            raise UserError("value-wrong", value=value, field=_(field.title), reason=reason)


_KINDS: dict[str, tuple[type, ...]] = {
    "integer": (int,), "real": (int, float), "boolean": (bool,), "bytes": (bytes,), "geometry": (bytes,),
    "set": (frozenset, set),
}  # fmt: skip


def _wrong(field: Field, value: Value) -> str:
    """Why a field cannot have a value; "" when it can."""
    if not isinstance(value, _KINDS.get(field.kind, (str,))) or (isinstance(value, bool) and field.kind != "boolean"):
        return _("it is of another kind")
    if isinstance(value, (int, float)):
        return _out_of_bounds(field, value)
    elements = value if isinstance(value, (frozenset, set)) else {value}
    if field.choices is not None and not elements <= set(field.choices):
        return _("it must be one of: {choices}").format(choices=", ".join(field.choices))
    return ""


def _out_of_bounds(field: Field, value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return _("it is no number")
    if field.minimum is not None and value < field.minimum:
        return _("it must be at least {minimum}").format(minimum=field.minimum)
    if field.maximum is not None and value > field.maximum:
        return _("it must be at most {maximum}").format(maximum=field.maximum)
    return ""
