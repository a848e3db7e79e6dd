"""The main window: rail, top bar, view, panels, status bar; and what the desk asks of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QTabWidget, QToolBar, QWidget

from vidbudova.text import LANGUAGES, _
from vidbudova.ui import search_places, window_commands
from vidbudova.ui import theme as themes
from vidbudova.ui.camera_moves import Moves
from vidbudova.ui.commands import Command
from vidbudova.ui.desk import Desk
from vidbudova.ui.docks import Docks
from vidbudova.ui.loading import Loading
from vidbudova.ui.notices import Notices
from vidbudova.ui.project_opening import Opening
from vidbudova.ui.rail import Rail
from vidbudova.ui.start_page import StartPage
from vidbudova.ui.viewport import Viewport
from vidbudova.ui.window_files import Files

if TYPE_CHECKING:
    from vidbudova.ui.first_steps import FirstSteps
    from vidbudova.ui.status_bar import StatusBar
    from vidbudova.ui.strip import Strip
    from vidbudova.ui.top_bar import TopBar

GEOMETRY = "window/geometry"
MAXIMISED = "window/maximised"


class MainWindow(QMainWindow):
    """See the module. `desk` is what panels and tools get; `opening` opens and leaves projects."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("main")
        self.setWindowTitle(_("Vidbudova"))
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.desk = Desk(self, self)
        self.desk.viewport = Viewport(self.desk)
        self.opening = Opening(self.desk)
        self.moves = Moves(self.desk)
        self.docks = Docks(self.desk, self)
        self.files = Files(self)
        self.top: TopBar
        self.status: StatusBar
        self.strip: Strip
        self.first_steps: FirstSteps
        self._before_present = "city"
        self._painted = False
        self._build()
        self._wire()
        self._dress()
        self._restore()
        self.show_start()

    # -- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        from vidbudova.ui.first_steps import FirstSteps
        from vidbudova.ui.present_bar import PresentBar
        from vidbudova.ui.status_bar import StatusBar
        from vidbudova.ui.strip import Strip
        from vidbudova.ui.top_bar import TopBar

        self.start = StartPage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.desk.viewport)
        self.setCentralWidget(self.pages)
        self.rail = Rail()
        self._rail_bar = QToolBar()
        self._rail_bar.setObjectName("rail-bar")
        self._rail_bar.setMovable(False)
        self._rail_bar.setStyleSheet("QToolBar { border: none; padding: 0; margin: 0; spacing: 0; }")
        self._rail_bar.addWidget(self.rail)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self._rail_bar)
        self.notices = Notices(self.pages)
        self.loading = Loading(self.pages)
        self.strip = Strip(self.desk, self.desk.viewport)
        self.first_steps = FirstSteps(self.desk, self.desk.viewport)
        self.present_bar = PresentBar(self.desk)
        self._keys: dict[str, QAction] = {}
        self.desk.commands.added.append(self._add_key)
        window_commands.add_all(self)
        self.top = TopBar(self.desk)
        self.setMenuWidget(self.top)
        self.status = StatusBar(self.desk)
        self.setStatusBar(self.status)

    def _add_key(self, command: Command) -> None:
        old = self._keys.pop(command.key, None)
        if old is not None:
            self.removeAction(old)
            old.deleteLater()
        if not command.keys or command.in_view:
            return
        action = QAction(self)
        action.setShortcut(QKeySequence(command.keys))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda: self.desk.commands.run(command.key))
        self.addAction(action)
        self._keys[command.key] = action

    def _wire(self) -> None:
        self.start.chosen.connect(self.files.choose)
        self.start.opened.connect(lambda path: self.open_project(Path(path)))
        self.rail.chosen.connect(self.enter)
        self.opening.began.connect(self.loading.begin)
        self.opening.began.connect(self._follow_view)
        self.opening.ended.connect(self.loading.end)
        self.opening.shown.connect(self._city_shown)
        self.desk.jobs.changed.connect(lambda: self.loading.follow(self.desk.jobs.shown()))
        self.desk.project_changed.connect(self._project_changed)
        self.desk.viewport.fell_back.connect(self._gl_failed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._dress)

    def _follow_view(self) -> None:
        """From the first project on the view follows it; what that needs is not loaded before."""
        from vidbudova.ui.view_follows import Following

        if self.findChild(Following) is None:
            Following(self.desk, self.opening)

    def _restore(self) -> None:
        self.resize(QSize(1280, 800))
        geometry = self.desk.settings.value(GEOMETRY)
        if geometry is not None:
            self.restoreGeometry(geometry)

    # -- appearing ------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(30, self, self.opening.prepare)

    def _dress(self, *scheme: Any) -> None:
        theme = themes.wished(self.desk.settings)
        app = QApplication.instance()
        if isinstance(app, QApplication) and app.property("theme") != theme:
            themes.apply(app, theme)
            app.setProperty("theme", theme)
        self.desk.theme = theme
        self.notices.theme = theme
        for part in (self.rail, self.top, self.start, self.first_steps):
            part.dress(theme)
        self.desk.theme_changed.emit(theme)

    def choose_theme(self, choice: str) -> None:
        """Light, dark, or as the system."""
        self.desk.settings.setValue("theme", choice)
        self._dress()

    def choose_language(self, code: str) -> None:
        """Another language; the window is made anew in it at the next start."""
        self.desk.settings.setValue("language", code)
        self.notify(_("The language will be {name} at the next start.").format(name=LANGUAGES[code]))

    # -- pages and workspaces -------------------------------------------------------------------------------------

    def show_start(self) -> None:
        """The start page, without panels."""
        self.docks.leave()
        self.docks.hide_all()
        self._rail_bar.hide()
        self.first_steps.hide()
        self.strip.hide()
        self.start.show_recent(self.opening.recent())
        self.pages.setCurrentWidget(self.start)
        self.status.hide()
        self.top.follow()

    def _project_changed(self) -> None:
        if self.desk.session is None:
            self.leave_present()
            self.setWindowTitle(_("Vidbudova"))
            self.show_start()
        else:
            name = self.desk.session.project.path.name.removesuffix(".gpkg").removesuffix(".vbp")
            self.setWindowTitle(f"{name} – {_('Vidbudova')}")

    def _city_shown(self) -> None:
        self.pages.setCurrentWidget(self.desk.viewport)
        self._rail_bar.show()
        self.status.show()
        self.enter(self.desk.workspace if self.desk.workspace != "present" else "city")
        camera = self.files.remembered_camera() or self.moves.home_camera()
        if camera is not None:
            self.desk.viewport.set_camera(camera)
        self.strip.fill()
        self.desk.viewport.setFocus()
        self._load_crs()

    def _load_crs(self) -> None:
        session = self.desk.session
        if session is None:
            return
        crs = str(session.crs)

        def done(found: tuple[Any, Any]) -> None:
            if self.desk.session is session:
                self.top.search.to_project, self.status.lonlat = found

        self.desk.jobs.start(
            _("Reading the coordinate system"), lambda p, c: search_places.transforms(crs), done, quiet=True
        )

    def enter(self, workspace: str) -> None:
        """Bring a workspace to the front."""
        if self.desk.session is None:
            return
        if workspace == "present":
            self._present()
            return
        self.leave_present()
        self.desk.viewport.set_tool(None)
        self.desk.workspace = workspace
        self.rail.show_chosen(workspace)
        self.docks.enter(workspace)
        self.desk.workspace_changed.emit(workspace)

    def _present(self) -> None:
        """The view alone, on the whole screen; Esc comes back."""
        if self.desk.workspace == "present":
            self.leave_present()
            return
        self._before_present = self.desk.workspace
        self.desk.viewport.set_tool(None)
        self.docks.leave()
        self.docks.hide_all()
        for part in (self._rail_bar, self.top, self.status, self.strip, self.first_steps):
            part.hide()
        self.desk.workspace = "present"
        self.desk.settings.setValue(MAXIMISED, self.isMaximized())
        self.showFullScreen()
        self.desk.workspace_changed.emit("present")
        self.strip.hide()
        if not self.present_bar.isVisible():
            self.notify(_("Esc brings the panels back."))
        self.desk.viewport.setFocus()

    def leave_present(self) -> bool:
        """Bring the panels back; False if they are there."""
        if self.desk.workspace != "present":
            return False
        self.desk.workspace = self._before_present
        self.showMaximized() if str(self.desk.settings.value(MAXIMISED)) == "true" else self.showNormal()
        for part in (self._rail_bar, self.top, self.status):
            part.show()
        if self.desk.session is not None:
            self.enter(self._before_present)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc steps back also where the view has not the focus; "?" is a key of the shell."""
        if event.key() == Qt.Key.Key_Escape and (self.desk.viewport.navigator.step_back() or self.leave_present()):
            event.accept()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere: a project is opened, anything else is brought in."""
        if dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.take(dropped(event))
        event.acceptProposedAction()

    # -- what the desk asks ---------------------------------------------------------------------------------------

    def notify(self, text: str, action: Callable[[], object] | None = None, button: str = "", kind: str = "") -> None:
        """A quiet note."""
        self.notices.say(text, kind, action, button)

    def show_error(self, error: BaseException) -> None:
        """Sentences for a person; the log for us."""
        self.notices.say_error(error)

    def show_panel(self, key: str) -> QWidget | None:
        """Open a panel."""
        if self.desk.session is None:
            return None
        self.leave_present()
        return self.docks.show(key)

    def show_thing(self, table: str, id: str) -> None:
        """Select a row and fly to it."""
        self.desk.selection.replace([id], table)
        if not self.moves.to_thing(table, [id]):
            self.show_panel("inspector")

    def fly_to_selection(self) -> None:
        """Fly to what is selected."""
        self.moves.to_thing(self.desk.selection.table, list(self.desk.selection.ids))

    def show_shortcuts(self) -> None:
        """The list of keys."""
        from vidbudova.ui.shortcuts import Shortcuts

        Shortcuts(self.desk, self).open()

    def _gl_failed(self, reason: str) -> None:
        self.notices.say(
            _("The graphics driver did not work ({reason}). The city is drawn without it, a little slower.").format(
                reason=reason
            ),
            "warn",
        )
        if self.desk.city is not None and self.desk.session is not None:
            self.opening.show_city(self.desk.city)

    # -- files ----------------------------------------------------------------------------------------------------

    def open_project(self, path: Path) -> None:
        """Open a project file."""
        self.files.keep_camera()
        self.opening.open(path)

    def open_sample(self) -> None:
        """The sample city, made at the first time."""
        self.files.open_sample()

    def close_project(self) -> None:
        """Back to the start page."""
        self.files.keep_camera()
        self.docks.leave()
        self.opening.close_project()

    def ask_open(self) -> None:
        """Choose a project file."""
        self.files.ask_open()

    def ask_new(self) -> None:
        """Choose files for a new project."""
        self.files.ask_new()

    def ask_import(self) -> None:
        """Bring files into the open project."""
        self.files.ask_import()

    def ask_copy(self) -> None:
        """Save a copy elsewhere."""
        self.files.ask_copy()

    def ask_picture(self) -> None:
        """Save what is seen as a picture."""
        self.files.ask_picture()

    # -- the end --------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """In this order: keep the layout, stop the work, let the view go, close the file."""
        self.leave_present()
        self.desk.settings.setValue(GEOMETRY, self.saveGeometry())
        self.files.keep_camera()
        self.docks.leave()
        self.opening.stop()
        self.desk.jobs.close()
        self.notices.clear()
        self.opening.close_project()
        self.desk.viewport.forget_city()
        self.desk.settings.sync()
        super().closeEvent(event)


def dropped(event: QDropEvent) -> list[Path]:
    """The files of this computer that are being dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
