"""The log as a list that grows as it is scrolled, so that ten thousand steps open at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from vidbudova.model.change import Change
from vidbudova.model.schema import TABLES
from vidbudova.text import _, moment, ngettext
from vidbudova.ui import icons

if TYPE_CHECKING:
    from vidbudova.session import Session

Index = QModelIndex | QPersistentModelIndex
STEP = 120
KINDS = {"undo": "undo", "redo": "redo"}
ICONS = {"damage_marks": "damage", "zones": "zones", "layers": "import", "buildings": "building", "matches": "merge",
         "observations": "observations", "photos": "photo"}  # fmt: skip


class HistoryModel(QAbstractListModel):
    """Changes, the newest first."""

    def __init__(self, theme: str = "light") -> None:
        super().__init__()
        self.changes: list[Change] = []
        self.theme = theme
        self._rest: Iterator[Change] = iter(())
        self._more = False

    def show(self, session: Session | None) -> None:
        """Show a project's log from its end."""
        self.beginResetModel()
        self.changes = []
        self._rest = iter(session.changes(newest_first=True)) if session is not None else iter(())
        self._more = session is not None
        self._take(STEP)
        self.endResetModel()

    def add(self, change: Change) -> None:
        """One more at the top; only for a Change made here, which is newer than all that is known."""
        if any(known.id == change.id for known in self.changes[:STEP]):
            return
        self.beginInsertRows(QModelIndex(), 0, 0)
        self.changes.insert(0, change)
        self.endInsertRows()

    def _take(self, count: int) -> list[Change]:
        taken = []
        known = {c.id for c in self.changes}
        for change in self._rest:
            if change.id not in known:
                taken.append(change)
            if len(taken) == count:
                break
        self._more = len(taken) == count
        self.changes += taken
        return taken

    def canFetchMore(self, parent: Index) -> bool:
        """Whether older ones are still to be read."""
        return self._more

    def fetchMore(self, parent: Index) -> None:
        """Read some older ones."""
        before = len(self.changes)
        taken = self._take(STEP)
        if taken:
            self.changes = self.changes[:before]
            self.beginInsertRows(QModelIndex(), before, before + len(taken) - 1)
            self.changes += taken
            self.endInsertRows()

    def rowCount(self, parent: Index | None = None) -> int:
        """How many were read so far."""
        return 0 if parent is not None and parent.isValid() else len(self.changes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What, who and when."""
        change = self.changes[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{title_of(change)}\n{change.author} · {when(change)}"
        if role == Qt.ItemDataRole.DecorationRole:
            return icons.icon(icon_of(change), self.theme)
        return what_changed(change) if role == Qt.ItemDataRole.ToolTipRole else None


def title_of(change: Change) -> str:
    """The title in the reader's language; taking back and bringing again say so."""
    words = _(change.title).format(**change.title_values)
    if change.kind == "undo":
        return _("Undone: {what}").format(what=words)
    return _("Done again: {what}").format(what=words) if change.kind == "redo" else words


def when(change: Change) -> str:
    """Date and time as the language writes them."""
    return moment(datetime.fromtimestamp(change.time_ms / 1000, UTC))


def icon_of(change: Change) -> str:
    """An icon for what it is about."""
    table = change.deltas[0].table if change.deltas else ""
    return KINDS.get(change.kind) or ICONS.get(table, "pencil")


def what_changed(change: Change) -> str:
    """How many rows of which tables."""
    counts: dict[str, int] = {}
    for delta in change.deltas:
        counts[delta.table] = counts.get(delta.table, 0) + 1
    lines = [
        f"{_(TABLES[name].title) if name in TABLES else name}: {ngettext('{count} row', '{count} rows', count)}"
        for name, count in counts.items()
    ]
    return "\n".join(lines)
