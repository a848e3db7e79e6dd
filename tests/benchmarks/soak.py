"""Half an hour of moving, picking, marking, drawing and importing in the real window; memory and warnings are watched.

    python tests/benchmarks/soak.py [--minutes 30] [--buildings 3000] [--seed 1]

Exit code 1 when memory grows by more than MOST_MB_A_MINUTE after the first third, or when anything warned.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench  # noqa: E402

MOST_MB_A_MINUTE = 1.0
EVERY_S = 10.0
QUIET = ("propagateSizeHints", "bad X server connection")
"""What Qt and VTK say of every virtual screen."""


def main() -> int:
    """Run the soak; prints a line a minute and one JSON object at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--buildings", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidbudova-soak-") as folder, bench.screen():
        os.environ["VIDBUDOVA_HOME"] = folder
        bench.prepare(Path(folder), args.buildings)
        found = Soak(Path(folder), args.seed).run(args.minutes)
    print(json.dumps(found))
    calm = found["growth_mb_a_minute"] is None or found["growth_mb_a_minute"] <= MOST_MB_A_MINUTE
    return 0 if calm and not found["warnings"] and not found["troubles"] else 1


class Soak:
    """One window, and hands that never rest."""

    def __init__(self, folder: Path, seed: int) -> None:
        from PySide6.QtCore import qInstallMessageHandler

        from vidbudova.ui.app import application
        from vidbudova.ui.window import MainWindow

        self.folder, self.random = folder, random.Random(seed)
        self.warned: list[str] = []
        self.troubles: list[str] = []
        self.done: Counter[str] = Counter()
        self.memory: list[tuple[float, float]] = []
        qInstallMessageHandler(lambda _kind, _context, words: self._warn(words))
        logging.getLogger().addHandler(Ear(self._warn))
        warnings.showwarning = lambda message, *_rest: self._warn(str(message))
        self.app = application(["vidbudova"])
        self.window = MainWindow()
        self.window.resize(1280, 800)
        self.window.show()
        setattr(self.window.notices, "say_error", self._trouble)  # noqa: B010 - it stands in for a method
        self.window.open_project(bench.sample(folder))
        self._until(lambda: self.window.desk.city is not None, 120.0)

    def _warn(self, words: str) -> None:
        if not any(quiet in words for quiet in QUIET):
            self.warned.append(words[:300])

    def _trouble(self, error: BaseException, *_rest: Any) -> None:
        self.troubles.append(repr(error)[:300])

    def _until(self, ready: Callable[[], bool], seconds: float = 20.0) -> bool:
        from PySide6.QtCore import QEvent

        end = time.monotonic() + seconds
        while not ready() and time.monotonic() < end:
            self.app.processEvents()
            # outside of exec() nobody else lets go of what was told to go later
            self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            time.sleep(0.002)
        return ready()

    def run(self, minutes: float) -> dict[str, Any]:
        """Do things at random until the time is over."""
        doings: list[tuple[Callable[[], None], int]] = [
            (self.move, 40), (self.walk, 8), (self.pick, 30), (self.mark, 20), (self.undo, 8), (self.zone, 3),
            (self.workspace, 6), (self.theme, 1), (self.bring, 2), (self.colour, 3),
        ]  # fmt: skip
        chosen, weights = zip(*doings, strict=True)
        begin = told = sampled = time.monotonic()
        while (now := time.monotonic()) - begin < 60 * minutes:
            doing = self.random.choices(chosen, weights)[0]
            doing()
            self.done[doing.__name__] += 1
            self._until(lambda: False, 0.05)
            if now - sampled >= EVERY_S:
                sampled = now
                self.memory.append(((now - begin) / 60, resident_mb()))
            if now - told >= 60 and self.memory:
                told = now
                print(f"{self.memory[-1][0]:5.1f} min {self.memory[-1][1]:7.0f} MB {dict(self.done)}", flush=True)
        self._until(lambda: not self.window.desk.jobs.running, 60.0)
        self.window.close()
        return {
            "minutes": minutes, "done": dict(self.done), "first_mb": self.memory[0][1] if self.memory else None,
            "last_mb": self.memory[-1][1] if self.memory else None, "growth_mb_a_minute": self.growth(),
            "warnings": self.warned[:20], "troubles": self.troubles[:20],
        }  # fmt: skip

    def growth(self) -> float | None:
        """The slope of memory over time after the first third, by least squares."""
        import numpy as np

        late = np.array(self.memory[len(self.memory) // 3 :])
        return round(float(np.polyfit(late[:, 0], late[:, 1], 1)[0]), 3) if len(late) >= 5 else None

    # -- what hands do --------------------------------------------------------------------------------------------

    def _place(self) -> tuple[float, float]:
        assert self.window.desk.city is not None
        x0, y0, x1, y1 = self.window.desk.city.bounds
        return self.random.uniform(x0, x1), self.random.uniform(y0, y1)

    def move(self) -> None:
        """Fly somewhere and turn."""
        from vidbudova.scene.camera import Camera

        view = self.window.desk.viewport
        view.navigator.steps.set_mode("")
        x, y = self._place()
        distance, turn = self.random.choice((90.0, 400.0, 1500.0, 5000.0)), self.random.uniform(0, 360)
        view.fly(Camera((x, y, 0.0), distance, turn, self.random.uniform(8, 70)))
        self._until(lambda: not view.motion.flying, 3.0)

    def walk(self) -> None:
        """Stand in the street and go on."""
        from PySide6.QtCore import Qt

        steps = self.window.desk.viewport.navigator.steps
        steps.set_mode(self.random.choice(("walk", "drone")))
        for key in (Qt.Key.Key_W, Qt.Key.Key_D):
            steps.press(key)
            self._until(lambda: False, 0.4)
            steps.release(key)

    def pick(self) -> None:
        """Hover and choose."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        view = self.window.desk.viewport
        place = QPoint(self.random.randrange(60, view.width() - 60), self.random.randrange(60, view.height() - 60))
        QTest.mouseMove(view, place)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def mark(self) -> None:
        """Grade a building."""
        from vidbudova.session import damage

        session, ids = self.window.desk.session, self.window.desk.city.table("buildings").ids
        if session is not None and len(ids):
            damage.mark(session, str(self.random.choice(ids)), grade=self.random.randrange(6))

    def undo(self) -> None:
        """Take the last back, and sometimes bring it again."""
        session = self.window.desk.session
        if session is not None and session.can_undo() is not None:
            self.window.desk.undo()
            if self.random.random() < 0.5:
                self.window.desk.redo()

    def zone(self) -> None:
        """Draw a zone somewhere and take it away."""
        import shapely

        from vidbudova.errors import UserError
        from vidbudova.session import zones

        session, (x, y) = self.window.desk.session, self._place()
        if session is None:
            return
        try:
            drawn = zones.add(
                session, shapely.box(x, y, x + 60, y + 40), name=f"Zone {self.done['zone']}", kind="green"
            )
        except UserError:
            return
        self._until(lambda: False, 0.1)
        zones.remove(session, [drawn.id])

    def workspace(self) -> None:
        """Another workspace."""
        self.window.enter(self.random.choice(("city", "damage", "zones", "analysis", "field")))

    def theme(self) -> None:
        """The other theme."""
        self.window.choose_theme("dark" if self.window.desk.theme == "light" else "light")

    def colour(self) -> None:
        """Other colours."""
        painting = self.window.desk.painting
        if painting is not None:
            painting.set_mode(self.random.choice(("damage", "use", "height_m", "levels")))
            self.window.desk.viewport.redraw()

    def bring(self) -> None:
        """Import a small file and take it back."""
        from vidbudova.session.importing import import_file

        session, (x, y) = self.window.desk.session, self._place()
        if session is None:
            return
        file = self.folder / "points.csv"
        rows = "".join(f"{k},{x + 3 * k},{y + 2 * k},Destroyed\n" for k in range(20))
        file.write_text(f"id,x,y,class\n{rows}", encoding="utf-8")
        ended: list[bool] = []
        self.window.desk.jobs.start(
            "soak import",
            lambda progress, cancelled: import_file(session, file, kind="features", crs=session.crs),
            lambda _report: ended.append(True),
            lambda error: (ended.append(True), self._trouble(error)),  # type: ignore[arg-type, func-returns-value]
        )
        self._until(lambda: bool(ended), 60.0)
        self.undo()


class Ear(logging.Handler):
    """Hears warnings of every logger."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Pass it on."""
        self._tell(record.getMessage())


def resident_mb() -> float:
    """What this process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
