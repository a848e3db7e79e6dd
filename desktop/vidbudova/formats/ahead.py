"""The next batch of a file is read by a thread while the one before is taken in."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
BATCHES = 1
"""How many wait at most."""
WAIT_S = 0.1


def ahead(batches: Iterable[T]) -> Iterator[T]:
    """The same batches in the same order; an error comes where it would have come."""
    waiting: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(BATCHES)
    over = threading.Event()

    def put(item: tuple[T | None, BaseException | None]) -> bool:
        while not over.is_set():
            try:
                waiting.put(item, timeout=WAIT_S)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        trouble: BaseException | None = None
        try:
            for batch in batches:
                if not put((batch, None)):
                    return
        except BaseException as error:  # noqa: BLE001 - it is raised where the batch is wanted
            trouble = error
        put((None, trouble))

    reader = threading.Thread(target=read, name="reading ahead", daemon=True)
    reader.start()
    try:
        while (item := waiting.get())[0] is not None:
            yield item[0]
        if item[1] is not None:
            raise item[1]
    finally:
        over.set()
        reader.join()
