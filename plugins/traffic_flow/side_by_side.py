"""Work on many bushes at once: in parts that do not depend on how many threads there are, so that results do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TypeVar

import numpy as np

from .bush import Ints

T = TypeVar("T")
B = TypeVar("B")

PART = 150_000
"""Links of bushes in a part: some milliseconds of work, so that a person's cancel is heard."""


def parts(rows: Ints, lengths: Ints, most: int = PART) -> list[Ints]:
    """These rows in order, cut where about `most` links are together; at least one row in each."""
    if not rows.size:
        return []
    through = np.cumsum(lengths[rows].astype(np.int64)) // most
    return [part for part in np.split(rows, np.flatnonzero(np.diff(through)) + 1) if part.size]


def each(
    work: Callable[[B, Ints], T], pieces: Sequence[Ints], benches: Sequence[B], pool: Executor | None
) -> Iterator[T]:
    """What `work(bench, part)` gives for each part, in order; as many at a time as there are benches."""
    if pool is None:
        for piece in pieces:
            yield work(benches[0], piece)
        return
    for k in range(0, len(pieces), len(benches)):
        yield from list(pool.map(work, benches, pieces[k : k + len(benches)]))
