"""What is done with all bushes at once: begun, mended, reshaped, balanced, measured; with a word in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np

from .bush import Bench, Bushes, Floats, Graph, Ints, Road, bench, refresh_all
from .bush_gap import measure
from .bush_mend import mend
from .bush_shape import balance_each, reshape_each
from .bush_start import load, plant
from .side_by_side import each, parts

FEW = 8
"""So many bushes are reshaped at the same times before they are balanced: enough for some threads, and few enough that
all do not crowd into the same new way."""


class Work:
    """The bushes of a network, the flows of all of them on its roads, and room to work on as many as there are threads.

    What is done bush by bush with the times of now (reshaping, measuring) is shared out; what moves flow goes from bush
    to bush. `word` is called after every few milliseconds of work; what it raises ends the work between two bushes.
    """

    def __init__(self, graph: Graph, road: Road, bushes: Bushes, nodes: int, threads: int) -> None:
        self.graph, self.road, self.bushes, self._nodes = graph, road, bushes, nodes
        self._benches = [bench(nodes, graph.head.size) for _ in range(max(threads, 1))]
        self._pool: ThreadPoolExecutor | None = None
        self._word: Callable[[], object] = _silence

    @contextmanager
    def told(self, word: Callable[[], object]) -> Iterator[None]:
        """For as long as this holds, `word` is called and there are threads."""
        self._word = word
        pool = ThreadPoolExecutor(len(self._benches)) if len(self._benches) > 1 else None
        self._pool = pool
        try:
            yield
        finally:
            self._pool, self._word = None, _silence
            if pool is not None:
                pool.shutdown()

    def every(self) -> Ints:
        return np.arange(self.bushes.used.size, dtype=np.int32)

    def begin(self) -> None:
        """Begins every bush with the shortest tree, at the times that the ones before have left."""
        self._make_room(self._nodes)
        graph, road, bushes = self.graph, self.road, self.bushes
        road.flow[:] = 0.0
        refresh_all(road)
        for few in _few(self.every()):
            self._share_out(lambda room, part: plant(graph, road, bushes, room, part), few)
            load(graph, road, bushes, self._benches[0], few)
            self._word()

    def mend(self, opened: Ints) -> Ints:
        """Mends what closed links and `opened` ones touch; gives the rows of those bushes."""
        self._make_room(self._nodes)
        mended = []
        for part in parts(self.every(), self.bushes.used):
            mended.append(mend(self.graph, self.road, self.bushes, self._benches[0], part, opened))
            self._word()
        return np.concatenate(mended) if mended else np.zeros(0, np.int32)

    def visit(self, rows: Ints, rounds: int) -> float:
        """Reshapes these bushes and balances each of them `rounds` times; gives their whole time before.

        A few are reshaped at a time, at the same times, and balanced before the next few: they see each other's flows.
        """
        self._make_room(self._nodes // 4 + 16)
        graph, road, bushes, spent = self.graph, self.road, self.bushes, np.zeros(self.bushes.used.size)
        for few in _few(rows):
            self._share_out(lambda room, part: reshape_each(graph, road, bushes, room, part, spent), few)
            self._balance(few)
        for _ in range(rounds - 1):
            for part in parts(rows, bushes.live):
                self._balance(part)
        return float(spent[rows].sum())

    def _balance(self, rows: Ints) -> None:
        balance_each(self.graph, self.road, self.bushes, self._benches[0], rows, 0.0, 1)
        self._word()

    def _share_out(self, work: Callable[[Bench, Ints], None], rows: Ints) -> None:
        pieces = [rows] if self._pool is None else np.array_split(rows, len(self._benches))
        for _ in each(work, pieces, self._benches, self._pool):
            pass

    def measure(self) -> tuple[Floats, Floats]:
        """Excess time and whole time of each bush; flows and times of the roads lose what rounding has added up."""
        graph, road, bushes = self.graph, self.road, self.bushes
        excess, spent = np.zeros(bushes.used.size), np.zeros(bushes.used.size)
        flows = np.zeros(road.flow.size)

        def look(room: Bench, part: Ints) -> Floats:
            own = np.zeros(flows.size)
            measure(graph, road, bushes, room, part, own, excess, spent)
            return own

        for own in each(look, parts(self.every(), bushes.used), self._benches, self._pool):
            flows += own
            self._word()
        road.flow[:] = flows
        refresh_all(road)
        return excess, spent

    def _make_room(self, more: int) -> None:
        """Rows take up to `more` links beyond the longest row of now."""
        most = int(self.bushes.used.max(initial=0)) + more
        rows, width = self.bushes.link.shape
        if most <= width:
            return
        link, flow = np.zeros((rows, most), np.int32), np.zeros((rows, most))
        link[:, :width], flow[:, :width] = self.bushes.link, self.bushes.flow
        self.bushes = self.bushes._replace(link=link, flow=flow)

    def __deepcopy__(self, memo: dict[int, Any]) -> Work:
        return Work(self.graph, _own(self.road), _own(self.bushes), self._nodes, len(self._benches))


def _few(rows: Ints) -> list[Ints]:
    return np.split(rows, range(FEW, rows.size, FEW)) if rows.size else []


def _own(arrays: Any) -> Any:
    return type(arrays)(*(array.copy() for array in arrays))


def _silence() -> None:
    """Nobody listens."""
