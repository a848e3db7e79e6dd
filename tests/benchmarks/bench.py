"""One table of what matters to a person at work, measured by driving the real code; run by `dev.py bench`.

Every measurement is a process of its own, so that none warms another up and memory is its own.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from opening import MEASUREMENTS as OPENING
from terrain import terrain

Row = tuple[str, str]
SIZE = (1280, 720)
MARKS = 500
PICKS = 400
REAL_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
"""Real extracts, where they lie beside the checkout."""

LIBRARIES = ("PySide6-Essentials", "vtk", "numpy", "shapely", "pyogrio", "osmium")


def main() -> int:
    """Measure everything, or with --one a single thing in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buildings", type=int, nargs="+", default=[3000], help="one column for each size")
    parser.add_argument("--project", type=Path, action="append", default=[], help="measure this one, do not make it")
    parser.add_argument("--only", help="measure only what has this in its name")
    parser.add_argument("--one", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(MEASUREMENTS[args.one[0]](Path(args.one[1]))))
        return 0
    with tempfile.TemporaryDirectory(prefix="vidbudova-bench-") as folder, screen():
        os.environ["VIDBUDOVA_HOME"] = folder
        return measure_all(Path(folder), args.buildings, args.project, args.only or "")


def measure_all(folder: Path, sizes: list[int], projects: list[Path], only: str) -> int:
    """Print one table with a column for each size; 1 if any measurement failed."""
    print(f"{machine()}\n{versions()}\nload at the start: {load()}\n")
    columns: dict[str, dict[str, str]] = {}
    for place, buildings in enumerate(sizes):
        title = f"{buildings:,} buildings"
        columns[title] = measure(folder / str(buildings), buildings, projects[place : place + 1], only)
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    width = max(len(name) for name in names)
    wide = {title: max(len(title), *map(len, column.values())) for title, column in columns.items()}
    print(" " * width, *(f"{title:<{wide[title]}}" for title in columns), sep="  ")
    for name in names:
        print(f"{name:<{width}}", *(f"{column.get(name, ''):<{wide[t]}}" for t, column in columns.items()), sep="  ")
    print(f"\nload at the end: {load()}")
    return int(any("failed" in column.values() for column in columns.values()))


def measure(folder: Path, buildings: int, projects: list[Path], only: str) -> dict[str, str]:
    """The rows of one size."""
    folder.mkdir()
    found: dict[str, str] = {}
    if projects:
        for part in projects[0].parent.glob(f"{projects[0].name}*"):
            shutil.copyfile(part, folder / part.name.replace(projects[0].name, sample(folder).name))
        heavy = projects[0].with_name(projects[0].name.removesuffix(".vbp.gpkg") + ".layers")
        if heavy.is_dir():
            shutil.copytree(heavy, folder / sample(folder).name.replace(".vbp.gpkg", ".layers"))
    else:
        found["make the sample city"] = f"{timed(lambda: prepare(folder, buildings))[0]:.2f} s"
    for name in (n for n in MEASUREMENTS if only in n):
        found |= dict(in_child(name, folder) or [(name, "failed")])
    return found


def in_child(name: str, folder: Path) -> list[Row]:
    """The rows of one measurement, made in a new process; none if it failed."""
    os.environ["BENCH_STARTED"] = repr(time.time())
    command = [sys.executable, __file__, "--one", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        print(f"{name} failed:\n{done.stderr[-2000:]}", file=sys.stderr)
        return []
    return [(row[0], row[1]) for row in json.loads(done.stdout.splitlines()[-1])]


# --- the machine -------------------------------------------------------------------------------------------------


def machine() -> str:
    """Processor, cores, memory, system."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    return f"{model}, {os.cpu_count()} cores{memory}, {platform.platform()}"


def versions() -> str:
    """Python and what the numbers depend on."""
    named = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    return f"Python {platform.python_version()}, {named}"


def load() -> str:
    """How busy the machine is, where the system says so."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "not known"


def peak_mb() -> float:
    """The most memory this process had."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


@contextmanager
def screen() -> Iterator[None]:
    """A virtual screen where there is none."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY"):
        yield
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1200x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as answer:
        os.environ["DISPLAY"] = ":" + answer.readline().strip()
    try:
        yield
    finally:
        server.terminate()
        server.wait(10)


# --- measuring ---------------------------------------------------------------------------------------------------


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that a call took, and what it gave."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def ms(seconds: list[float]) -> str:
    """Median and the slowest of a hundred, in milliseconds."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered) * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms ({len(ordered)} times)"


def sample(folder: Path) -> Path:
    """Where the sample city is."""
    return folder / "Bench.vbp.gpkg"


def prepare(folder: Path, buildings: int) -> None:
    """Write the sample city."""
    from vidbudova.session.sample import make_sample

    make_sample(sample(folder), buildings=buildings, seed=1)


def opened(folder: Path, copy_as: str = "") -> Any:
    """A session on the sample city, or on a copy of it."""
    from vidbudova.session import Session
    from vidbudova.store.project import create, open_project

    if copy_as:
        original = open_project(sample(folder))
        path = folder / f"{copy_as}.vbp.gpkg"
        original.save_copy(path)
        original.close()
        return Session(open_project(path), "bench")
    assert create is not None
    return Session(open_project(sample(folder)), "bench")


def shown(session: Any) -> Any:
    """A Scene of the whole city, drawn once."""
    from vidbudova.scene import city as cities
    from vidbudova.scene.scene import Scene

    scene = Scene(SIZE)
    scene.set_city(cities.load(session))
    scene.render("still")
    return scene


def first_picture(folder: Path) -> list[Row]:
    """From the file to the first picture of the whole city."""
    from vidbudova.scene import scene  # noqa: F401 - the import of VTK is not part of opening

    def show() -> Any:
        session = opened(folder)
        shown(session).image()
        return session

    seconds, session = timed(show)
    session.close()
    return [("open to first picture", f"{seconds:.2f} s"), ("memory with the city shown", f"{peak_mb():,.0f} MB")]


def picking(folder: Path) -> list[Row]:
    """What is under the cursor."""
    session = opened(folder)
    scene = shown(session)
    width, height = SIZE
    spots = [(37 * n % width, 91 * n % height) for n in range(PICKS)]
    scene.pick(*spots[0])
    seconds = [timed(lambda spot=spot: scene.pick(*spot))[0] for spot in spots]
    scene.finalize()
    session.close()
    return [("pick", ms(seconds))]


def marking(folder: Path) -> list[Row]:
    """One mark until it is durable, and one undo."""
    from vidbudova.session import damage

    session = opened(folder, copy_as="marking")
    buildings = sorted(session.rows("buildings"))[:MARKS]
    seconds = [timed(lambda b=b: damage.mark(session, b, grade=3))[0] for b in buildings]
    back = [timed(session.undo)[0] for _ in buildings]
    session.close()
    return [("mark to durable", ms(seconds)), ("undo to durable", ms(back))]


def seeing(folder: Path) -> list[Row]:
    """One mark until its colour is in the picture."""
    import numpy as np

    from vidbudova.session import damage

    session = opened(folder, copy_as="seeing")
    scene = shown(session)
    ids = list(scene.city.table("buildings").ids)
    red = np.array([[191, 63, 59]], np.uint8)

    def mark(index: int) -> None:
        damage.mark(session, str(ids[index]), grade=4)
        scene.recolour([index], red)
        scene.render("moving")
        scene.image()

    seconds = [timed(lambda index=index: mark(index))[0] for index in range(min(40, len(ids)))]
    scene.finalize()
    session.close()
    return [("mark to visible (overview)", ms(seconds))]


def frames(folder: Path) -> list[Row]:
    """Pictures while the camera turns about the city."""
    import numpy as np

    from vidbudova.scene.camera import Camera, orbit_about

    session = opened(folder)
    scene = shown(session)

    def turn() -> None:
        scene.set_camera(orbit_about(scene.camera, np.array(scene.camera.focus), 3.0, 0.0))
        scene.render("moving")
        scene.image()

    seconds = [timed(turn)[0] for _ in range(60)]
    x0, y0, x1, _y1 = scene.city.bounds
    scene.set_camera(Camera(((x0 + x1) / 2, y0, 0.0), 250.0, 0.0, 3.0))
    near = [timed(turn)[0] for _ in range(60)]
    scene.finalize()
    session.close()
    return [("frame while turning (overview)", ms(seconds)), ("frame while turning (at the horizon)", ms(near))]


def count(folder: Path) -> list[Row]:
    """The rows of the table that fit, and what a zone holds."""
    from counting import counting

    return counting(folder)


def window(folder: Path) -> list[Row]:
    """From the start of the process to a window on the screen, before and with VTK."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from vidbudova.ui.window import MainWindow

    started = float(os.environ["BENCH_STARTED"])
    app = QApplication([])
    main_window = MainWindow()
    main_window.show()
    while not (main_window.windowHandle() and main_window.windowHandle().isExposed()):
        app.processEvents()
    seconds = time.time() - started
    early = "vtkmodules" not in sys.modules
    QTimer.singleShot(0, main_window.close)
    app.processEvents()
    return [("start to window", f"{seconds:.2f} s{'' if early else ' (VTK was loaded)'}")]


def importing(folder: Path) -> list[Row]:
    """The buildings of the sample city brought in from each format, through the child process."""
    from vidbudova.session import Session
    from vidbudova.session.importing import import_file
    from vidbudova.store.project import create

    source = opened(folder)
    rows: list[Row] = []
    for name, path in exported(source, folder).items():
        session = Session(create(folder / f"import {name}.vbp.gpkg", source.crs), "bench")
        crs = "EPSG:4326" if name == "csv" else None
        bring = partial(import_file, session, path, kind=None if name == "osm.pbf" else "buildings", crs=crs)
        seconds, report = timed(bring)
        title = f"import {name}" + (f" ({path.name})" if name == "osm.pbf" else "")
        rows.append((title, f"{seconds:.2f} s for {report['kept']:,} features"))
        session.close()
    source.close()
    return rows


def exported(session: Any, folder: Path) -> dict[str, Path]:
    """The footprints of the sample city as files of other programs."""
    import geopandas
    import shapely

    ids, shapes = session.geometries("buildings")
    frame = geopandas.GeoDataFrame({"ref": ids}, geometry=shapes, crs=session.crs)
    files = {name: folder / f"buildings.{name}" for name in ("gpkg", "geojson", "shp", "csv")}
    frame.to_file(files["gpkg"], driver="GPKG")
    frame.to_crs("EPSG:4326").to_file(files["geojson"], driver="GeoJSON")
    frame.to_file(files["shp"], driver="ESRI Shapefile")
    world = frame.to_crs("EPSG:4326")
    texts = (f'{ref},"{shapely.to_wkt(shape)}"\n' for ref, shape in zip(world["ref"], world.geometry, strict=True))
    files["csv"].write_text("ref,wkt\n" + "".join(texts), encoding="utf-8")
    district = next(iter(sorted(REAL_DATA.glob("osm/*.osm.pbf"), key=lambda p: p.stat().st_size)), None)
    return files | ({"osm.pbf": district} if district else {})


def looks(folder: Path) -> list[Row]:
    """Frames in four views and how like the full picture they are (see views.py)."""
    import views

    return views.main(sample(folder))


def film(folder: Path) -> list[Row]:
    """A camera path as a 1080p video (see filming.py)."""
    import filming

    return filming.filming(folder)


def analysing(folder: Path) -> list[Row]:
    """From pressing Run to the traffic on the city (see analysing.py)."""
    import analysing

    return analysing.analysing(folder)


MEASUREMENTS: dict[str, Callable[[Path], list[Row]]] = {
    "window": window,
    "first picture": first_picture,
    "frames": frames,
    "counting": count,
    "picking": picking,
    "marking": marking,
    "seeing": seeing,
    "importing": importing,
    "terrain": terrain,
    "views": looks,
    "film": film,
    "analysing": analysing,
    **OPENING,
}

if __name__ == "__main__":
    raise SystemExit(main())
