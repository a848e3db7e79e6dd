"""The fence round the child: neither Python nor a library in it opens what is not its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from vidbudova.formats.report import Job

TRY = """
import ctypes, json, sys
from vidbudova.formats import fence
from vidbudova.formats.report import Job
fence.put_up(Job(**json.loads(sys.argv[1])))
def tried(what):
    try:
        return bool(what())
    except OSError:
        return False
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
own, other, scratch = sys.argv[2:5]
def dial():
    import socket
    with socket.socket() as line:
        line.settimeout(1)
        return line.connect_ex(("127.0.0.1", int(sys.argv[5]))) == 0
print(json.dumps({
    "own": tried(lambda: open(own).read()),
    "scratch": tried(lambda: open(scratch + "/made", "w").write("x")),
    "other": tried(lambda: open(other).read()),
    "other by a library": tried(lambda: libc.fopen(other.encode(), b"r")),
    "beside, written by a library": tried(lambda: libc.fopen((own + ".new").encode(), b"w")),
    "network": tried(dial),
}))
"""


@pytest.fixture
def tried(tmp_path: Path) -> dict[str, bool]:
    """What a child behind the fence can do."""
    import socket

    own, other, scratch = tmp_path / "own.geojson", tmp_path / "other.txt", tmp_path / "scratch"
    own.write_text("mine")
    other.write_text("secret")
    scratch.mkdir()
    job = Job(str(own), own.name, "0" * 64, "EPSG:32637", str(tmp_path / "s.sqlite"), str(scratch))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        told = [json.dumps(asdict(job)), str(own), str(other), str(scratch), str(port)]
        done = subprocess.run([sys.executable, "-c", TRY, *told], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_that_the_child_opens_its_own_file_and_its_scratch_folder(tried):
    assert tried["own"] and tried["scratch"]


def test_that_python_in_the_child_opens_no_other_file(tried):
    assert not tried["other"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps libraries within bounds")
def test_that_no_library_in_the_child_opens_another_file_or_the_network(tried):
    if tried["other by a library"] and tried["network"]:
        pytest.skip("this kernel has no Landlock")
    assert not tried["other by a library"]
    assert not tried["beside, written by a library"]
    assert not tried["network"]


def test_that_a_built_program_may_read_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from vidbudova import paths
    from vidbudova.formats import fence

    program = tmp_path / "vidbudova"
    program.write_bytes(b"with its modules in it")
    monkeypatch.setattr(paths, "is_frozen", lambda: True)
    monkeypatch.setattr(sys, "executable", str(program))
    assert program in fence._programs()
