"""The window loads the city in one thread while the view is made in another: imports of the room must allow that."""

from __future__ import annotations

import subprocess
import sys

import pytest

TOGETHER = """
import importlib, sys, threading
sys.setswitchinterval(1e-5)
wrong, gate = [], threading.Barrier({count})
def load(name):
    gate.wait()
    try:
        importlib.import_module(name)
    except Exception as error:
        wrong.append(repr(error))
threads = [threading.Thread(target=load, args=(name,)) for name in {names}]
[t.start() for t in threads]
[t.join() for t in threads]
print(wrong)
"""


@pytest.mark.parametrize("room", ["scene", "session"])
def test_that_files_of_a_room_can_be_loaded_by_several_threads_at_once(room: str) -> None:
    names = {
        "scene": ["vidbudova.scene.scene", "vidbudova.scene.city", "vidbudova.scene.still"],
        "session": ["vidbudova.session.importing", "vidbudova.session.damage", "vidbudova.session.zones"],
    }[room]
    code = TOGETHER.format(names=names, count=len(names))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
