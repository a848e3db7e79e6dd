"""The desktop program: the window first, everything heavy after it is on the screen."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon, QSurfaceFormat
from PySide6.QtWidgets import QApplication

from vidbudova import paths, text
from vidbudova.ui import crash
from vidbudova.ui.collector import Collector


def application(arguments: list[str] | None = None) -> QApplication:
    """The one QApplication, dressed for us; the GL format is set before any window."""
    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setVersion(3, 2)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setDepthBufferSize(24)
    wanted.setAlphaBufferSize(8)
    wanted.setSamples(0)
    QSurfaceFormat.setDefaultFormat(wanted)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(arguments or sys.argv[:1])
    app.setApplicationName("Vidbudova")
    app.setApplicationDisplayName("Vidbudova")
    app.setDesktopFileName("vidbudova")
    icon = paths.resources("icons", "vidbudova.svg")
    if icon.exists():
        app.setWindowIcon(QIcon(str(icon)))
    speak(app)
    Collector(app)
    return app


def speak(app: QApplication) -> None:
    """Let Qt's own words and numbers follow our language."""
    QLocale.setDefault(QLocale(text.language()))
    words = QTranslator(app)
    if words.load(f"qtbase_{text.language()}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)


def run(project: Path | None) -> int:
    """Open the window, on a project if one is given; gives the exit code when it is closed."""
    from vidbudova.ui.window import MainWindow

    crash.start_log()
    app = application()
    chosen_language(app)
    window = MainWindow()
    crash.catch(window.show_error)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    window.show()
    if project is not None:
        QTimer.singleShot(0, window, lambda: window.open_project(project))
    code = app.exec()
    sys.excepthook = sys.__excepthook__
    return int(code)


def chosen_language(app: QApplication) -> None:
    """The language that was chosen in the window goes before the system's."""
    import os

    from PySide6.QtCore import QSettings

    said = QSettings(str(paths.settings_folder() / "window.ini"), QSettings.Format.IniFormat).value("language", "")
    # Windows, and macOS when started from the desktop, set no LANG.
    said = said or ("" if os.environ.get("LANG") else QLocale.system().name())
    if said and "VIDBUDOVA_LANGUAGE" not in os.environ:
        text.use_language(str(said), paths.locale())
        speak(app)
