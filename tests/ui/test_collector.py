"""What is left in cycles ends in the main thread, whichever thread makes objects."""

from __future__ import annotations

import gc
import itertools
import threading
import time as clock
import weakref

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vidbudova.ui.collector import Collector


class Round:
    """Only the collector can end it."""

    def __init__(self) -> None:
        self.itself = self


def test_that_cycles_end_in_the_main_thread(qapp: QApplication, qtbot: QtBot) -> None:
    """Qt and VTK crash when windows end in another thread: a thread that makes many objects must not end them."""
    assert qapp.findChild(Collector) is not None and not gc.isenabled()
    ended: list[threading.Thread] = []
    left = Round()
    weakref.finalize(left, lambda: ended.append(threading.current_thread()))
    del left
    busy = threading.Thread(target=lambda: [[[n] for n in range(1000)] for _ in range(1000)])
    busy.start()
    busy.join()
    assert ended == []
    made = []
    while not ended:
        made.append([Round() for _ in range(1000)])
        qtbot.wait(20)
    assert ended == [threading.main_thread()]


def test_that_what_a_closed_view_held_goes_soon(qapp: QApplication, qtbot: QtBot) -> None:
    """Python counts objects, and few of them hold the memory of a city."""
    gc.collect()
    ended: list[str] = []
    left = Round()
    weakref.finalize(left, lambda: ended.append("left"))
    del left
    Collector.hurry()
    qtbot.waitUntil(lambda: ended == ["left"])


def test_that_looking_through_everything_takes_a_small_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a look to take a second, three of 250 might be spent so; Python alone would have looked 250 times."""
    parent = QObject()
    collector = Collector(parent)
    seconds, whole = itertools.count(), list[tuple[str, int]]()
    monkeypatch.setattr(clock, "perf_counter", lambda: float(next(seconds)))

    def told(phase: str, info: dict[str, int]) -> None:
        whole.append((phase, info["generation"]))

    gc.collect()
    gc.callbacks.append(told)
    try:
        for _ in range(250):
            for _ in range(12):
                gc.collect(1)
            collector.collect()
    finally:
        gc.callbacks.remove(told)
        parent.deleteLater()
    assert whole.count(("start", 2)) == 3
