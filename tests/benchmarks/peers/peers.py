"""The same 100,000 buildings, the same cameras, the same rasteriser: this program beside the web's 3D maps.

    python tests/benchmarks/peers/peers.py --modules FOLDER/node_modules [--buildings N] [--browser chromium]

FOLDER is one where `npm install maplibre-gl cesium deck.gl` was run; nothing of it is kept here. Each peer is a page
in Chromium that draws with Mesa through ANGLE, as this program does through VTK; it times its own frames, each
finished by reading a pixel back, and reports to the server that this script is.
"""

from __future__ import annotations

import argparse
import http.server
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bench  # noqa: E402

HERE = Path(__file__).resolve().parent
SIZE = (1280, 720)
FRAMES, PICKS = 25, 15
WAIT_S = 240.0
PEERS = ("maplibre", "cesium", "deck")
GREYS = ("#EFEBE2", "#E4DFD4", "#D9D3C6", "#BF3F3B", "#F4BF5F")


def main() -> int:
    """Measure all, print one table and one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=Path, required=True, help="node_modules with maplibre-gl, cesium and deck.gl")
    parser.add_argument("--buildings", type=int, default=100_000)
    parser.add_argument("--project", type=Path, help="a sample city that is there already")
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--only", choices=(*PEERS, "ours"))
    args = parser.parse_args()
    print(f"{bench.machine()}\n{bench.versions()}\nload at the start: {bench.load()}\n")
    with tempfile.TemporaryDirectory(prefix="vidbudova-peers-") as folder, bench.screen():
        os.environ["VIDBUDOVA_HOME"] = folder
        place = Path(folder)
        if args.project:
            _copied(args.project, bench.sample(place))
        else:
            bench.prepare(place, args.buildings)
        views = prepare(place)
        found = {}
        for name in ("ours", *PEERS):
            if args.only in (None, name):
                found[name] = ours(place, views) if name == "ours" else peer(name, place, views, args)
    show(found)
    print(json.dumps(found, default=str))
    print(f"load at the end: {bench.load()}")
    return 0


def _copied(project: Path, target: Path) -> None:
    from vidbudova.store.project import open_project

    opened = open_project(project)
    opened.save_copy(target)
    opened.close()


def prepare(folder: Path) -> list[dict[str, Any]]:
    """Write the buildings for the peers; gives the cameras of the measurement for both worlds."""
    import shapely

    from vidbudova.model.crs import transform
    from vidbudova.session.exporting import export

    session = bench.opened(folder)
    ids, shapes = session.geometries("buildings")
    values = session.columns("buildings", ("height_m", "part_of"))
    world = shapely.transform(shapes, lambda xy: transform(xy, session.crs, "EPSG:4326"))
    tall = dict(zip(values["id"].tolist(), values["height_m"].tolist(), strict=True))
    with (folder / "buildings.geojson").open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[')
        written = 0
        for id, outline in zip(ids.tolist(), world, strict=True):
            for polygon in shapely.get_parts(outline):
                height = tall[id] if tall[id] == tall[id] else 6.0
                colour = GREYS[zlib.crc32(id.encode()) % len(GREYS)]
                said = {"id": id, "height": round(float(height), 1), "colour": colour}
                out.write(
                    ("," if written else "")
                    + f'{{"type":"Feature","properties":{json.dumps(said)},"geometry":{shapely.to_geojson(polygon)}}}'
                )
                written += 1
        out.write("]}")
    with suppress(Exception):
        export(session, "buildings", folder / "tiles" / "tileset.json")
    x0, y0, x1, y1 = session.bounds("buildings")
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    wide = max(x1 - x0, y1 - y0)
    views = [
        _view("overview", middle, 1.25 * wide, 35.0, session.crs),
        _view("district", middle, 1800.0, 32.0, session.crs),
        _view("street", middle, 260.0, 14.0, session.crs),
    ]
    session.close()
    return views


def _view(name: str, at: tuple[float, float], distance: float, pitch: float, crs: str) -> dict[str, Any]:
    """One camera: ours, and the zoom that gives a web map the same metres to a pixel in the middle."""
    import numpy as np

    from vidbudova.model.crs import transform

    lon, lat = transform(np.array([at]), crs, "EPSG:4326")[0].tolist()
    fov = math.degrees(2 * math.atan(1 / 3))
    metres = 2 * distance * math.tan(math.radians(fov) / 2) / SIZE[1]
    zoom = math.log2(40_075_016.686 * math.cos(math.radians(lat)) / 512 / metres)
    fov_wide = math.degrees(2 * math.atan(math.tan(math.radians(fov) / 2) * SIZE[0] / SIZE[1]))
    return {
        "name": name, "at": [lon, lat], "focus": [*at, 0.0], "distance": distance, "pitch": pitch, "heading": 22.0,
        "zoom": zoom, "fov": fov, "fov_wide": fov_wide,
    }  # fmt: skip


# --- this program -----------------------------------------------------------------------------------------------


def ours(folder: Path, views: list[dict[str, Any]]) -> dict[str, Any]:
    """This program in a process of its own."""
    (folder / "views.json").write_text(json.dumps(views))
    command = [sys.executable, str(HERE / "ours.py"), str(folder)]
    for _warming in range(2):
        done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        return {"error": done.stderr[-1500:]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- the peers --------------------------------------------------------------------------------------------------


class Desk(http.server.SimpleHTTPRequestHandler):
    """Serves pages, modules and data; takes the report."""

    reports: list[dict[str, Any]] = []

    def __init__(self, *args: Any, folder: Path, modules: Path, views: list[dict[str, Any]], **rest: Any) -> None:
        self.folder, self.modules, self.views = folder, modules, views
        super().__init__(*args, directory=str(HERE), **rest)

    def translate_path(self, path: str) -> str:
        plain = path.split("?")[0].lstrip("/")
        if ".." in plain:
            return str(HERE / "nothing")
        if plain.startswith("modules/"):
            return str(self.modules / plain.removeprefix("modules/"))
        if plain.startswith(("buildings.", "tiles/")):
            return str(self.folder / plain)
        return str(HERE / plain)

    def do_GET(self) -> None:
        if self.path.startswith("/setting.json"):
            body = json.dumps({"views": self.views, "frames": FRAMES, "picks": PICKS}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        super().do_GET()

    def do_POST(self) -> None:
        Desk.reports.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Quiet."""


Desk.extensions_map = {**Desk.extensions_map, ".mjs": "text/javascript", ".glb": "model/gltf-binary"}


def peer(name: str, folder: Path, views: list[dict[str, Any]], args: argparse.Namespace) -> dict[str, Any]:
    """One page in a browser of its own."""
    if shutil.which(args.browser) is None:
        return {"error": f"there is no {args.browser}"}
    if name == "cesium" and not (folder / "tiles" / "tileset.json").is_file():
        return {"error": "the buildings could not be written as 3D Tiles"}
    Desk.reports.clear()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Desk, folder=folder, modules=args.modules, views=views)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    profile = folder / f"profile {name}"
    command = [
        args.browser, "--no-sandbox", "--no-first-run", "--disable-gpu-sandbox", "--ignore-gpu-blocklist",
        "--use-gl=angle", "--use-angle=gl", "--enable-unsafe-swiftshader", "--disable-frame-rate-limit",
        "--disable-gpu-vsync", "--force-device-scale-factor=1", "--window-size=1300,860",
        "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
        f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_address[1]}/{name}.html",
    ]  # fmt: skip
    environment = {**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1"}
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    peak, end = 0.0, time.monotonic() + WAIT_S
    try:
        while not Desk.reports and time.monotonic() < end and browser.poll() is None:
            time.sleep(0.25)
            peak = max(peak, memory_mb(browser.pid))
    finally:
        browser.terminate()
        with suppress(subprocess.TimeoutExpired):
            browser.wait(10)
        browser.kill()
        server.shutdown()
        server.server_close()
    if not Desk.reports:
        return {"error": f"no report within {WAIT_S:.0f} s"}
    return {**Desk.reports[0], "memory_mb": peak}


def memory_mb(pid: int) -> float:
    """What a process and its children hold, shared pages counted once (proportional set size)."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        with suppress(OSError, ValueError, StopIteration):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            total += float(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1e3
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
    return total


# --- the table --------------------------------------------------------------------------------------------------


def show(found: dict[str, dict[str, Any]]) -> None:
    """One line for each."""
    print(f"{'':<10}{'first picture':>14}{'overview':>11}{'district':>11}{'street':>11}{'pick':>11}{'memory':>11}")
    for name, said in found.items():
        if "error" in said:
            print(f"{name:<10}could not be run: {str(said['error']).splitlines()[0]}")
            continue
        frames = _columns(said["frames"])
        first = f"{said['first_picture_ms'] / 1e3:.2f} s"
        print(f"{name:<10}{first:>14}{frames}{said['pick_ms']:>8.2f} ms{said['memory_mb']:>8.0f} MB")
        if "bare_frames" in said:
            print(f"{'buildings alone':<24}{_columns(said['bare_frames'])}")
        print(f"{'':<10}{said.get('version', '')} {said.get('renderer', '')}")


def _columns(frames: dict[str, float]) -> str:
    return "".join(f"{frames[view]:>8.1f} ms" for view in ("overview", "district", "street"))


if __name__ == "__main__":
    raise SystemExit(main())
