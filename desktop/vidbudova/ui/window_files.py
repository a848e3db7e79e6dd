"""Choosing files: open, sample, new from files, import, copy, picture; and the camera that a project remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.text import _, ngettext

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
    from vidbudova.ui.window import MainWindow

ENDING = ".vbp.gpkg"
CAMERA = "camera"
FOLDER = "folder"


class Files(QObject):
    """See the module."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk

    def choose(self, choice: str) -> None:
        """One of the three choices of the start page."""
        {"sample": self.open_sample, "open": self.ask_open, "new": self.ask_new}[choice]()

    # -- folders --------------------------------------------------------------------------------------------------

    def folder(self) -> str:
        """Where the last file was chosen, else the documents."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        said = str(self._desk.settings.value(FOLDER, "") or "")
        return said if said and Path(said).is_dir() else documents

    def _keep_folder(self, file: str) -> Path:
        path = Path(file)
        self._desk.settings.setValue(FOLDER, str(path.parent))
        return path

    # -- projects -------------------------------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Choose a project."""
        kinds = _("Vidbudova projects") + " (*.gpkg)"
        name, _kind = QFileDialog.getOpenFileName(self._window, _("Open a project"), self.folder(), kinds)
        if name:
            self._window.open_project(self._keep_folder(name))

    def sample_path(self) -> Path:
        """Where the sample city is kept."""
        return paths.settings_folder() / "sample" / f"Sample city{ENDING}"

    def open_sample(self) -> None:
        """Open the sample city; it is made at the first time, with progress and cancel."""
        path = self.sample_path()
        if path.exists():
            self._open_then_steps(path)
            return

        def work(progress: Any, cancelled: Any) -> Path:
            from vidbudova.session.sample import make_sample

            path.parent.mkdir(parents=True, exist_ok=True)
            return make_sample(path, progress=lambda done, what: progress(done, _(what)), cancelled=cancelled)

        loading = self._window.loading
        loading.begin("")
        job = self._desk.jobs.start(
            _("Building the sample city"), work, lambda _made: self._open_then_steps(path), self._failed
        )
        loading.watch(job)

    def _open_then_steps(self, path: Path) -> None:
        self.keep_camera()
        self._window.opening.open(path, then=self._window.first_steps.begin)

    def _failed(self, error: BaseException) -> None:
        self._window.loading.end()
        self._desk.show_error(error)

    def ask_new(self) -> None:
        """Choose files, then where the new project goes; the first file gives its coordinate system."""
        files = self.ask_files(_("Files for the new project"))
        if files:
            self.ask_place(files)

    def ask_place(self, files: Sequence[Path]) -> None:
        """Choose where the new project of some files goes, and make it."""
        suggested = Path(self.folder()) / f"{files[0].name.partition('.')[0]}{ENDING}"
        name, _kind = QFileDialog.getSaveFileName(
            self._window, _("Where to keep the new project"), str(suggested), _("Vidbudova projects") + f" (*{ENDING})",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if name:
            self.make_new(with_ending(Path(name)), files)

    def make_new(self, path: Path, files: Sequence[Path]) -> None:
        """Make a project from files and open it; nothing that is there is touched."""
        if (taken := left_of(path)) is not None:
            self._desk.show_error(UserError("project-exists", path=taken))
            return

        def work(progress: Any, cancelled: Any) -> None:
            from vidbudova.formats.whereabouts import fitting_crs
            from vidbudova.store.project import create

            system = fitting_crs(files[0], progress, cancelled)
            create(path, system).close()

        loading = self._window.loading
        loading.begin(path.name)
        job = self._desk.jobs.start(
            _("Looking where the files lie"),
            work,
            lambda _done: self._window.opening.open(path, then=lambda: self.bring_in(files)),
            self._failed,
        )
        loading.watch(job)

    def take(self, files: Sequence[Path]) -> None:
        """What was dropped on the window: a project is opened, anything else is brought in, or becomes a project."""
        projects = [path for path in files if path.name.lower().endswith(ENDING)]
        if projects:
            self._window.open_project(projects[0])
        elif files and self._desk.session is not None:
            self.bring_in(files)
        elif files:
            self.ask_place(files)

    # -- files ----------------------------------------------------------------------------------------------------

    def ask_files(self, title: str) -> list[Path]:
        """Choose files that can be read."""
        from vidbudova.formats.endings import ENDINGS

        kinds = _("Map data") + f" ({' '.join('*' + ending for ending in ENDINGS)})"
        names, _kind = QFileDialog.getOpenFileNames(
            self._window, title, self.folder(), f"{kinds};;{_('All files')} (*)"
        )
        return [self._keep_folder(name) for name in names]

    def ask_import(self) -> None:
        """The panel for bringing in files, or a choice of files where it is not there."""
        panel = self._desk.show_panel("import")
        if panel is None:
            files = self.ask_files(_("Bring in files"))
            if files:
                self.bring_in(files)
        elif hasattr(panel, "ask"):
            panel.ask()

    def bring_in(self, files: Sequence[Path]) -> None:
        """Import files one after the other in a job."""
        panel = self._desk.show_panel("import")
        if panel is not None and hasattr(panel, "start"):
            panel.start(list(files))
            return
        session = self._desk.session
        if session is None:
            return

        def work(progress: Any, cancelled: Any) -> list[Any]:
            from vidbudova.session.importing import import_many

            return import_many(session, files, progress, cancelled)

        self._desk.jobs.start(_("Bringing in files"), work, self._brought)

    def _brought(self, results: list[Any]) -> None:
        kept = sum(int(result["kept"]) for result in results if not isinstance(result, UserError))
        for result in results:
            if isinstance(result, UserError):
                self._desk.show_error(result)
        if kept:
            words = ngettext("{count} feature was brought in", "{count} features were brought in", kept)
            # several Changes may have come: which to take back is chosen in the list of them
            self._desk.notify(words, lambda: self._desk.show_panel("history"), _("History"))
            self._window.moves.home()

    def ask_copy(self) -> None:
        """Choose where a copy goes."""
        session = self._desk.session
        if session is None:
            return
        name, _kind = QFileDialog.getSaveFileName(
            self._window, _("Save a copy"), self.folder(), _("Vidbudova projects") + f" (*{ENDING})"
        )
        if name:
            self.save_copy(with_ending(self._keep_folder(name)))

    def save_copy(self, target: Path) -> None:
        """A whole copy of project and photos."""
        session = self._desk.session
        if session is None:
            return
        self._desk.jobs.start(
            _("Saving a copy"),
            lambda progress, cancelled: session.project.save_copy(target),
            lambda _done: self._desk.notify(
                _("A copy is at {path}.").format(path=target), lambda: reveal(target), _("Show")
            ),
        )

    def ask_picture(self) -> None:
        """Choose where a picture of the view goes."""
        image = self._desk.viewport.picture()
        suggested = str(Path(self.folder()) / "vidbudova.png")
        name, _kind = QFileDialog.getSaveFileName(
            self._window, _("Save a picture"), suggested, _("Pictures") + " (*.png)"
        )
        if name:
            self.save_picture(self._keep_folder(name), image)

    def ask_large_picture(self, size: str, title: str) -> None:
        """Choose where a large picture of the view goes."""
        suggested = str(Path(self.folder()) / f"vidbudova {title}.png")
        name, _kind = QFileDialog.getSaveFileName(
            self._window, _("Save a picture"), suggested, _("Pictures") + " (*.png)"
        )
        if name:
            self.save_large_picture(self._keep_folder(name), size)

    def save_large_picture(self, target: Path, size: str) -> None:
        """Draw what the view shows in another size, in a process of its own."""
        from vidbudova.scene.video import numbers_of
        from vidbudova.ui.film import film, of_result

        session, painting = self._desk.session, self._desk.painting
        if session is None:
            return
        out = target if target.suffix.lower() == ".png" else target.with_name(target.name + ".png")
        numbers = [repr(value) for value in numbers_of(self._desk.viewport.camera).values()]
        words = ["render", str(session.project.path), "--out", str(out), "--size", size, "--camera", *numbers]
        words += ["--colour-by", painting.mode if painting is not None else "damage"]
        words += of_result(self._desk.shown_result)
        self._desk.jobs.start(
            _("Drawing a large picture"),
            lambda progress, cancelled: film(words, out, progress, cancelled),
            lambda _body: self._desk.notify(
                _("The picture is at {path}.").format(path=out), lambda: reveal(out), _("Show")
            ),
        )

    def save_picture(self, target: Path, image: Any = None) -> None:
        """Write the view as PNG, in a job: encoding a large one takes a while."""
        target = target if target.suffix.lower() == ".png" else target.with_name(target.name + ".png")
        picture = image if image is not None else self._desk.viewport.picture()

        def work(progress: Any, cancelled: Any) -> None:
            if not picture.save(str(target)):
                raise UserError("export-failed", file=target.name, reason=_("the place cannot be written to"))

        self._desk.jobs.start(
            _("Saving a picture"),
            work,
            lambda _done: self._desk.notify(
                _("The picture is at {path}.").format(path=target), lambda: reveal(target), _("Show")
            ),
            quiet=True,
        )

    # -- the camera that a project remembers ----------------------------------------------------------------------

    def keep_camera(self) -> None:
        """Remember where the view is seen from."""
        session, viewport = self._desk.session, self._desk.viewport
        if session is not None and viewport.scene is not None and not session.read_only:
            session.set_view_state(CAMERA, asdict(viewport.camera))

    def remembered_camera(self) -> Camera | None:
        """Where the view of this project was left, None at the first time."""
        from vidbudova.scene.camera import Camera

        said = self._desk.session.view_state(CAMERA) if self._desk.session is not None else None
        try:
            return None if not said else Camera(**{**said, "focus": tuple(said["focus"])})
        except (TypeError, KeyError):
            return None


def with_ending(path: Path) -> Path:
    """The path with our ending."""
    return path if path.name.lower().endswith(".gpkg") else path.with_name(path.name + ENDING)


def left_of(path: Path) -> Path | None:
    """What is there already of a project of that name, even if its own file is gone; None if the place is free."""
    from vidbudova.store.access import beside

    parts = [path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))]
    parts += [beside(path, "media"), beside(path, "layers"), beside(path, "snapshots")]
    return next((part for part in parts if part.exists()), None)


def reveal(path: Path) -> None:
    """Open the folder of a file."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
