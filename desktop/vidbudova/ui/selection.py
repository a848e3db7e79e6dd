"""What is selected: rows of one table, the same for the view, the table, the inspector and every tool."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Ids in the order they were chosen; the last one is the current one.

    changed : emitted after every real change.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = "buildings"
        self.ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, id: str) -> bool:
        return id in self.ids

    @property
    def current(self) -> str | None:
        """The id chosen last."""
        return self.ids[-1] if self.ids else None

    def replace(self, ids: Iterable[str], table: str = "buildings") -> None:
        """Select these rows of a table and nothing else."""
        new = tuple(dict.fromkeys(ids))
        if (new, table) == (self.ids, self.table):
            return
        self.ids, self.table = new, table
        self.changed.emit()

    set = replace

    def toggle(self, id: str, table: str = "buildings") -> None:
        """Add a row, or take it out if it is in; another table begins anew."""
        before = self.ids if table == self.table else ()
        self.replace([i for i in before if i != id] if id in before else [*before, id], table)

    def clear(self) -> None:
        """Select nothing."""
        self.replace((), self.table)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change; gives the call that ends it."""
        self.changed.connect(listener)

        def end() -> None:
            self.changed.disconnect(listener)

        return end
