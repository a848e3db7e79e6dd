"""Opening and marking as a person meets them: a window on the screen, a project or a file, and the first picture."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = tuple[str, str]
TIMES, MARKS = 3, 15
PATIENCE_S, REST_S = 300.0, 10.0


def warm(folder: Path) -> list[Row]:
    """From the command to the first picture in a window that is up, with the city kept beside its project."""
    path = folder / "Bench.vbp.gpkg"
    first = Window()
    cold, kept = first.opened(path), first.settled(path)
    seconds = []
    for _ in range(TIMES):
        first.window.opening.close_project()
        seconds.append(first.opened(path))
    rows = [
        ("open, window up, cache cold", f"{cold:.2f} s"),
        ("open, window up, cache warm" + ("" if kept else " (too small for a cache)"), _spread(seconds)),
        ("memory after reading all, and four openings", f"{_now_mb():,.0f} / {_most_mb():,.0f} MB"),
    ]
    first.close()
    return rows


def held(folder: Path) -> list[Row]:
    """What a program holds that opened the city as it was kept, and stood until the picture was whole."""
    shown = Window()
    shown.opened(folder / "Bench.vbp.gpkg")
    shown.wait(lambda: False, REST_S)
    row = ("memory with the window, now / most", f"{_now_mb():,.0f} / {_most_mb():,.0f} MB")
    shown.close()
    return [row]


def clicks(folder: Path) -> list[Row]:
    """A mark from the click to durable, and to its colour in the window's picture."""
    from vidbudova.session import damage

    shown = Window()
    shown.opened(_copy(folder))
    shown.wait(lambda: False, 3.0)
    ids = shown.desk.city.table("buildings").ids
    durable, visible = [], []
    for n in range(MARKS):
        shown.drawn = 0.0
        began = time.perf_counter()
        damage.mark(shown.desk.session, str(ids[n * 7]), grade=3)
        durable.append(time.perf_counter() - began)
        shown.wait(lambda: shown.drawn > 0.0, 20.0)
        visible.append(shown.drawn - began)
    shown.close()
    return [("click to durable", _spread(durable)), ("click to durable and visible", _spread(visible))]


def cold(folder: Path) -> list[Row]:
    """A GeoPackage of the city's footprints, as other programs write them, into an empty project until it is seen."""
    from vidbudova.session import Session
    from vidbudova.session.importing import import_file
    from vidbudova.store.project import create

    source = _footprints(folder)
    shown = Window()
    path = folder / "Cold.vbp.gpkg"
    began = time.perf_counter()
    session = Session(create(path, "EPSG:32637"), "bench")
    report = import_file(session, source, kind="buildings")
    taken = time.perf_counter() - began
    session.close()
    shown.opened(path)
    seconds = shown.drawn - began
    rows = [
        ("GeoPackage taken in", f"{taken:.2f} s for {report['kept']:,} buildings"),
        ("GeoPackage to first picture, cold", f"{seconds:.2f} s"),
        ("memory of the program while taking in", f"{_most_mb():,.0f} MB"),
    ]
    shown.close()
    return rows


class Window:
    """The real window on whatever screen there is, with its libraries loaded.

    drawn : when the city was drawn last, 0 for not yet.
    """

    def __init__(self) -> None:
        from vidbudova.ui.app import application
        from vidbudova.ui.viewport import Viewport
        from vidbudova.ui.window import MainWindow

        self.app = application(["vidbudova"])
        self.window = MainWindow()
        self.window.resize(1280, 800)
        self.window.show()
        self.desk = self.window.desk
        self.drawn = 0.0
        self._watch(Viewport)
        self.wait(lambda: not self.window.opening._left and self.window.opening._answer is not None, 60.0)

    def _watch(self, viewport: Any) -> None:
        draw = viewport.draw

        def watched(view: Any, *args: Any, **options: Any) -> Any:
            result = draw(view, *args, **options)
            if self.desk.city is not None and self.drawn == 0.0:
                self.drawn = time.perf_counter()
            return result

        viewport.draw = watched

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Let the window work until something is so; whether it came to be."""
        end = time.perf_counter() + seconds
        while not until():
            if time.perf_counter() > end:
                return False
            self.app.processEvents()
            # a person's window sleeps between events; without it the jobs would wait for Python's lock
            time.sleep(0.001)
        return True

    def opened(self, path: Path) -> float:
        """Seconds from the command to the first picture."""
        self.drawn = 0.0
        began = time.perf_counter()
        self.window.open_project(path)
        if not self.wait(lambda: self.drawn > 0.0, PATIENCE_S):
            raise TimeoutError(f"{path.name} was not shown")
        return self.drawn - began

    def settled(self, path: Path) -> bool:
        """Wait for what is done after the first picture; whether the city was kept."""
        index = path.with_name(path.name.removesuffix(".vbp.gpkg") + ".cache") / "city.json"
        self.wait(lambda: not self.desk.jobs.running, PATIENCE_S)
        return index.exists()

    def close(self) -> None:
        """Close it as a person does."""
        self.window.close()
        self.app.processEvents()


def _copy(folder: Path) -> Path:
    from vidbudova.store.project import open_project

    path = folder / "Clicks.vbp.gpkg"
    original = open_project(folder / "Bench.vbp.gpkg")
    original.save_copy(path)
    original.close()
    return path


def _footprints(folder: Path) -> Path:
    import geopandas
    import pyogrio

    from vidbudova.store.project import open_project

    project = open_project(folder / "Bench.vbp.gpkg", read_only=True)
    ids, shapes = project.geometries("buildings")
    columns = project.columns("buildings", ["use", "levels", "street", "house_number"])
    frame = geopandas.GeoDataFrame(
        {"ref": ids, **{name: columns[name] for name in columns if name != "id"}}, geometry=shapes, crs=project.crs
    )
    project.close()
    path = folder / "footprints.gpkg"
    pyogrio.write_dataframe(frame, path)
    return path


def _spread(seconds: list[float]) -> str:
    middle = statistics.median(seconds)
    return f"p50 {_said(middle)}, worst {_said(max(seconds))} ({len(seconds)} times)"


def _said(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1.0 else f"{seconds * 1e3:.1f} ms"


def _now_mb() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) / 1e3 if lines else 0.0


def _most_mb() -> float:
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


MEASUREMENTS: dict[str, Callable[[Path], list[Row]]] = {
    "open in the window": warm,
    "open and stand": held,
    "click to picture": clicks,
    "file to picture": cold,
}

if __name__ == "__main__":
    os.environ.setdefault("VIDBUDOVA_HOME", sys.argv[2])
    for row in MEASUREMENTS[sys.argv[1]](Path(sys.argv[2])):
        print(*row, sep="  ")
