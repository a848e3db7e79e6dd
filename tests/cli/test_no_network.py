"""Everything works without a network: no command and no window ever reaches for one."""

import json
import os
import shutil
import subprocess
import sys

import pytest

NO_NETWORK = """
import socket

def refuse(self, *address):
    if self.family != getattr(socket, "AF_UNIX", None):
        raise AssertionError(f"the network was reached for: {address}")
    return there(self, *address)

def no_names(*asked, **said):
    raise AssertionError(f"a name was looked up: {asked}")

there = socket.socket.connect
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = no_names
"""

WINDOW = """
import sys
from pathlib import Path
from PySide6.QtTest import QTest
from vidbudova.ui import app as program
from vidbudova.ui.window import MainWindow
app = program.application(["vidbudova"])
window = MainWindow()
window.show()
window.open_project(Path(sys.argv[1]))
for _tick in range(3000):
    QTest.qWait(20)
    if window.desk.city is not None and not window.loading.isVisible():
        break
for key in ("city", "damage", "zones"):
    window.enter(key)
QTest.qWait(100)
assert window.desk.city is not None and window.notices.notes == []
window.close()
print("shown")
"""

HOUSES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"building": "yes"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[37.6, 47.1], [37.601, 47.1], [37.601, 47.101], [37.6, 47.101], [37.6, 47.1]]],
            },
        }
    ],
}


@pytest.fixture
def alone(tmp_path):
    """Run Python where sockets are refused, and where the machine can, in a network namespace with nothing in it."""
    folder = tmp_path / "before"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    environ = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
        "VIDBUDOVA_HOME": str(tmp_path / "home"), "VIDBUDOVA_VIEWPORT": "picture", "QT_QPA_PLATFORM": "offscreen",
    }  # fmt: skip
    apart = ["unshare", "-rn"] if shutil.which("unshare") else []
    if apart and subprocess.run([*apart, "true"], capture_output=True).returncode:
        apart = []

    def run(*words):
        done = subprocess.run(
            [*apart, sys.executable, *map(str, words)], capture_output=True, text=True, env=environ, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_that_the_refusal_sees_a_reach_for_the_network(alone):
    probe = "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 1)\n"
    assert alone("-c", probe + "except AssertionError:\n    print('seen')\n").strip() == "seen"


def test_that_every_command_and_the_window_work_without_a_network(alone, tmp_path):
    """Cesium stops when an address is out of reach: this does not happen here.

    https://github.com/CesiumGS/cesium/issues/8272 and https://github.com/CesiumGS/cesium/issues/11335.
    """
    project, source = tmp_path / "City.vbp.gpkg", tmp_path / "houses.geojson"
    source.write_text(json.dumps(HOUSES), encoding="utf-8")

    def command(*words):
        return json.loads(alone("-m", "vidbudova", *words, "--json"))

    command("new", project, "--crs", "EPSG:32637")
    assert command("import", project, source)["files"][0]["kept"] == 1
    assert command("info", project)["buildings"] == 1
    command("damage", "match", project, "--within", 12)
    ring = "((397000 5216000, 397400 5216000, 397400 5216400, 397000 5216000))"
    command("zone", "add", project, "--name", "North", "--wkt", f"POLYGON{ring}")
    command("undo", project)
    command("redo", project)
    command("log", project)
    command("export", project, "--layer", "buildings", "--out", tmp_path / "out.geojson")
    assert command("render", project, "--out", tmp_path / "city.png", "--size", "160x90")["bytes"] > 500
    assert command("check", project)["ok"]
    assert alone("-c", WINDOW, project).strip().endswith("shown")
