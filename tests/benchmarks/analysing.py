"""From pressing Run in the Analysis panel to the picture with the result on the city, and what of it is whose.

    python tests/benchmarks/analysing.py PROJECT [--times 3] [--cold] [--plugin ID]

The project is copied first. The window is the real one, on whatever screen there is. A spare process is waited for
before each run, as it is there for a person who has looked at the form; `--cold` ends it instead. Prints the seconds of
each run and their median, and one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TIMES = 3
PATIENCE_S = 300.0
PLUGIN = "traffic-flow"
Row = tuple[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--cold", action="store_true", help="with no spare process")
    parser.add_argument("--plugin", default=PLUGIN)
    args = parser.parse_args()
    import bench

    with tempfile.TemporaryDirectory(prefix="vidbudova-bench-") as folder, bench.screen():
        os.environ.setdefault("VIDBUDOVA_HOME", folder)
        found = measured(args.project, Path(folder), args.times, args.plugin, is_cold=args.cold)
    names = list(found[0])
    print(f"{bench.machine()}\n{bench.versions()}\nload at the end: {bench.load()}\n")
    for name in names:
        each = [run[name] for run in found]
        print(f"{name:<44}{statistics.median(each):8.2f}   {'  '.join(f'{one:.2f}' for one in each)}")
    print(json.dumps({name: statistics.median(run[name] for run in found) for name in names}))
    return 0


def analysing(folder: Path) -> list[Row]:
    """Rows for the table of all benchmarks."""
    found = measured(folder / "Bench.vbp.gpkg", folder, TIMES, PLUGIN)
    whole = sorted(run["click to picture"] for run in found)
    outside = statistics.median(run["of it outside the child"] for run in found)
    return [
        ("traffic flow, Run to picture", f"p50 {statistics.median(whole):.2f} s, worst {whole[-1]:.2f} s"),
        ("of it before, after and beside the child", f"{outside * 1e3:.0f} ms"),
    ]


def measured(project: Path, folder: Path, times: int, plugin: str, *, is_cold: bool = False) -> list[dict[str, float]]:
    """What each run took, in seconds; the first compiles what was never compiled here and is not counted."""
    from opening import Window

    from vidbudova.store.project import open_project

    path = folder / "Analysed.vbp.gpkg"
    original = open_project(project, read_only=True)
    original.save_copy(path)
    original.close()
    shown = Window()
    shown.opened(path)
    shown.wait(lambda: not shown.desk.jobs.running, PATIENCE_S)
    panel = opened(shown, plugin)
    clock = Clock(shown)
    try:
        run(shown, panel, clock, is_cold)
        return [run(shown, panel, clock, is_cold) for _ in range(times)]
    finally:
        shown.close()


def opened(shown: Any, plugin: str) -> Any:
    """The panel with an analysis chosen."""
    shown.desk.enter("analysis")
    panel = shown.desk.show_panel("analysis")
    _need(shown, lambda: bool(panel.plugins), "there are no analyses")
    panel.which.setCurrentIndex(panel.which.findData(plugin))
    panel.choose()
    return panel


def run(shown: Any, panel: Any, clock: Clock, is_cold: bool) -> dict[str, float]:
    """One click, and the seconds from it to what came of it."""
    from vidbudova import jobs
    from vidbudova.jobs import spare

    panel.ahead.look()
    if is_cold:
        jobs.cool()
    else:
        _need(shown, spare.is_ready, "no process got ready")
    shown.wait(lambda: False, 0.5)
    clock.begin()
    panel.run.click()
    clicked = time.perf_counter()
    _need(shown, lambda: clock.drawn > 0.0, "nothing was drawn")
    _need(shown, lambda: not shown.desk.jobs.running, "something goes on")
    return clock.told(clicked)


class Clock:
    """Notes when the child is ordered and ends, when the result is on the main thread, and when it is drawn."""

    def __init__(self, shown: Any) -> None:
        from vidbudova.jobs.process import Process
        from vidbudova.ui.analysis_panel import AnalysisPanel

        self._shown = shown
        self._before: Any = None
        self.drawn = 0.0
        self._child = [0.0, 0.0]
        self._came = [0.0, 0.0]
        self._began = 0.0
        self._note(Process, "follow", self._child)
        self._note(AnalysisPanel, "_came", self._came)
        draw = shown.desk.viewport.draw

        def watched(*args: Any, **options: Any) -> Any:
            result = draw(*args, **options)
            scene = shown.desk.viewport.scene
            table = None if scene is None else scene.results.table
            if self.drawn == 0.0 and table is not None and table is not self._before:
                self.drawn = time.perf_counter()
            return result

        shown.desk.viewport.draw = watched

    def begin(self) -> None:
        """From here on it counts."""
        scene = self._shown.desk.viewport.scene
        self._before = None if scene is None else scene.results.table
        self._began, self.drawn = time.perf_counter(), 0.0

    def told(self, clicked: float) -> dict[str, float]:
        """Where the seconds went."""
        (ordered, ended), (came, shown) = self._child, self._came
        return {
            "click to picture": self.drawn - self._began,
            "  the click itself": clicked - self._began,
            "  click until the child is ordered": ordered - self._began,
            "  in the child": ended - ordered,
            "  child's end until it is in the window": came - ended,
            "  making the panel": shown - came,
            "  preparing and drawing the layer": self.drawn - shown,
            "of it outside the child": (ordered - self._began) + (came - ended),
        }

    def _note(self, owner: type, name: str, times: list[float]) -> None:
        whole = getattr(owner, name)

        def noted(*args: Any, **options: Any) -> Any:
            times[0] = time.perf_counter()
            try:
                return whole(*args, **options)
            finally:
                times[1] = time.perf_counter()

        setattr(owner, name, noted)


def _need(shown: Any, until: Any, otherwise: str) -> None:
    if not shown.wait(until, PATIENCE_S):
        raise TimeoutError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
