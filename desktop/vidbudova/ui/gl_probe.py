"""Whether this machine can draw with GL: asked in a child process, for a broken driver takes its process along."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer

from vidbudova import paths

SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "microsoft basic", "swr", "software rasterizer", "gdi generic")
TIMEOUT_MS = 8000
CHOICE = "VIDBUDOVA_VIEWPORT"
MODULE = "vidbudova.ui.gl_probe"


@dataclass(frozen=True, slots=True)
class Answer:
    """Which back-end to use; `failed` says why GL does not work at all, "" where it does or was not asked."""

    backend: str
    renderer: str = ""
    failed: str = ""


def wish(environ: Mapping[str, str]) -> str:
    """What the person wishes: "gl", "picture" or ""."""
    value = environ.get(CHOICE, "").lower()
    return value if value in ("gl", "picture") else ""


def judged(output: str, exit_code: int, crashed: bool, late: bool) -> Answer:
    """The back-end for what the child said, or did not say."""
    if crashed or late or exit_code:
        return Answer("picture", "", "late" if late else "crashed" if crashed else f"exit {exit_code}")
    try:
        renderer = str(json.loads(output.strip().splitlines()[-1])["renderer"])
    except (ValueError, IndexError, KeyError, TypeError):
        return Answer("picture", "", "no answer")
    if not renderer:
        return Answer("picture", "", "no context")
    software = any(name in renderer.lower() for name in SOFTWARE)
    return Answer("picture" if software else "gl", renderer)


class Probe(QObject):
    """One question; `told(answer)` is called once, without waiting for it anywhere."""

    def __init__(self, told: Callable[[Answer], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: Callable[[Answer], None] | None = told
        self._late = False
        self._process = QProcess(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._too_late)

    def start(self) -> None:
        """Ask."""
        wished = wish(os.environ)
        if wished or QProcessEnvironment.systemEnvironment().value("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
            QTimer.singleShot(0, self, lambda: self._tell(Answer(wished or "picture")))
            return
        program, *arguments = paths.child_command(MODULE)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(lambda error: self._ended(1, QProcess.ExitStatus.CrashExit))
        self._process.start(program, arguments)
        self._timer.start(TIMEOUT_MS)

    def stop(self) -> None:
        """No answer is wanted any more."""
        self._told = None
        self._timer.stop()
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(2000)

    def _too_late(self) -> None:
        self._late = True
        self._process.kill()

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        output = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        self._tell(judged(output, code, status == QProcess.ExitStatus.CrashExit, self._late))

    def _tell(self, answer: Answer) -> None:
        self._timer.stop()
        told, self._told = self._told, None
        if told is not None:
            told(answer)


def renderer_name() -> str:
    """The name of the GL renderer, "" where there is no context."""
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

    app = QGuiApplication.instance() or QGuiApplication([])
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return ""
    name = str(context.functions().glGetString(0x1F01) or "")
    context.doneCurrent()
    del app
    return name


def draw_something() -> None:
    """Draw one small frame with the real renderer, so that a driver that breaks on it breaks here."""
    from vidbudova.scene.scene import Scene

    scene = Scene((64, 64), offscreen=True)
    scene.render("moving")
    scene.finalize()


def main() -> int:
    """Say the renderer's name as one JSON line; draw a frame where it is real hardware."""
    name = renderer_name()
    if name and not any(word in name.lower() for word in SOFTWARE):
        draw_something()
    sys.stdout.write(json.dumps({"renderer": name}) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
