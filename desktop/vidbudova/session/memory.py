"""What was computed from tables and stays true until a Change touches them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from vidbudova.model.change import Change

T = TypeVar("T")
Touched = frozenset[tuple[str, str]]
"""(table, id) of the rows that Changes touched since."""

FEW = 1000
"""Up to so many touched rows an answer is mended; beyond, computing it anew is quicker."""


@dataclass(slots=True)
class _Answer:
    tables: frozenset[str]
    value: Any
    mend: Callable[[Any, Touched], Any] | None
    touched: set[tuple[str, str]] = field(default_factory=set)


class Memory:
    """Answers by name. Safe to use from several threads: an answer that a Change overtook is never kept."""

    def __init__(self) -> None:
        self._answers: dict[str, _Answer] = {}
        self._changes = 0
        self._mutex = threading.RLock()

    def recall(
        self,
        name: str,
        tables: Iterable[str],
        compute: Callable[[], T],
        mend: Callable[[T, Touched], T | None] | None = None,
    ) -> T:
        """The answer of that name: as it was, mended, or computed anew.

        `mend` gives the answer after some rows were touched, or None if it must be computed anew.
        """
        with self._mutex:
            known, before = self._answers.get(name), self._changes
            touched = frozenset(known.touched) if known else frozenset()
        value: T | None = cast(T, known.value) if known else None
        if known is None or (touched and mend is not None):
            value = mend(cast(T, known.value), touched) if known is not None and mend is not None else None
            value = compute() if value is None else value
            with self._mutex:
                if before == self._changes:
                    self._answers[name] = _Answer(frozenset(tables) | {"layers"}, value, mend)
        return cast(T, value)

    def note(self, change: Change) -> None:
        """Forget what a Change made untrue, or note which of its rows have to be mended."""
        tables = change.tables()
        with self._mutex:
            self._changes += 1
            for name, answer in list(self._answers.items()):
                if not answer.tables & tables:
                    continue
                answer.touched.update((d.table, d.id) for d in change.deltas if d.table in answer.tables)
                if answer.mend is None or "layers" in tables or len(answer.touched) > FEW:
                    del self._answers[name]

    def clear(self) -> None:
        """Forget everything."""
        with self._mutex:
            self._answers.clear()
            self._changes += 1
