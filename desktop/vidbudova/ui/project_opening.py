"""Opening and leaving projects: reading in a worker, VTK loaded step by step meanwhile, the city shown at the end."""

from __future__ import annotations

import gc
import getpass
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from vidbudova.errors import UserError
from vidbudova.text import _
from vidbudova.ui.gl_probe import Answer, Probe

if TYPE_CHECKING:
    from vidbudova.scene.city import City
    from vidbudova.session import Session
    from vidbudova.ui.desk import Desk
    from vidbudova.ui.painting import Model

HEAVY = (
    "vtkmodules.vtkCommonCore",
    "vtkmodules.vtkCommonDataModel",
    "vtkmodules.vtkCommonExecutionModel",
    "vtkmodules.vtkRenderingCore",
    "vtkmodules.vtkRenderingOpenGL2",
    "vtkmodules.util.numpy_support",
    "vidbudova.scene.scene",
    "vidbudova.ui.painting",
)
"""Imported one at a time on the main thread, so that the window answers in between."""
MOST_RECENT = 8


class Opening(QObject):
    """What is being opened, and what is needed before a city can be shown.

    began(name), ended() : for the page that waits. shown() : the city is on the view.
    """

    began = Signal(str)
    ended = Signal()
    shown = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._answer: Answer | None = None
        self._left = list(HEAVY)
        self._waiting: Callable[[], None] | None = None
        self._turn = 0
        self._probe = Probe(self._answered, self)
        self._loader = QTimer(self)
        self._loader.setInterval(1)
        self._loader.timeout.connect(self._load_next)

    # -- what a city needs ----------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Ask for GL and load VTK in small steps; called once the window is on the screen."""
        if self._answer is None:
            self._probe.start()
        self._loader.start()

    def _load_next(self) -> None:
        if self._left:
            import_module(self._left.pop(0))
        if not self._left:
            self._loader.stop()
            self._go_on()

    def _answered(self, answer: Answer) -> None:
        self._answer = answer
        self._desk.viewport.backend = "gl" if answer.backend == "gl" else "picture"
        if answer.failed:
            self._desk.viewport.fell_back.emit(answer.failed)
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting is not None and self._answer is not None and not self._left:
            waiting, self._waiting = self._waiting, None
            waiting()

    def when_ready(self, call: Callable[[], None]) -> None:
        """Call when VTK is loaded and the back-end is known."""
        self._waiting = call
        if self._left and not self._loader.isActive():
            self.prepare()
        self._go_on()

    def stop(self) -> None:
        """The window closes."""
        self._turn += 1
        self._waiting = None
        self._loader.stop()
        self._probe.stop()

    # -- projects -------------------------------------------------------------------------------------------------

    def open(self, path: Path, read_only: bool = False, then: Callable[[], None] = lambda: None) -> None:
        """Open a project file; the one that is open is closed first."""
        self.close_project()
        self._turn += 1
        turn = self._turn
        self.began.emit(path.name.removesuffix(".gpkg").removesuffix(".vbp"))

        def work(progress: Any, cancelled: Any) -> tuple[Session, City, Model]:
            from vidbudova.session import Session
            from vidbudova.store.project import open_project

            session = Session(open_project(path, read_only), author(self._desk))
            progress(-1, _("Reading the city"))
            return session, *ready(session)

        def done(result: tuple[Session, City, Model]) -> None:
            if turn != self._turn:
                result[0].close()
                return
            self.remember(path)
            self.when_ready(lambda: self._show(turn, *result, then))

        self._desk.jobs.start(_("Opening {name}").format(name=path.name), work, done, self._failed(turn, path))

    def _failed(self, turn: int, path: Path) -> Callable[[BaseException], None]:
        def failed(error: BaseException) -> None:
            if turn == self._turn:
                self.ended.emit()
            self._desk.show_error(error)
            if isinstance(error, UserError) and error.key == "project-missing":
                self.forget(path)

        return failed

    def _show(self, turn: int, session: Session, city: City, model: Model, then: Callable[[], None]) -> None:
        if turn != self._turn:
            session.close()
            return
        self._desk.set_session(session)
        self.show_city(city, model)
        self.ended.emit()
        self.shown.emit()
        for sentence in session.project.notices:
            self._desk.notify(sentence)
        self._keep(session, city)
        self._desk.jobs.start(_("Clearing up"), _clear_up, quiet=True)
        then()

    def _keep(self, session: Session, city: City) -> None:
        """Write what was read of a large city beside the project, once the person can look at it."""
        if city.unkept is None:
            return

        def work(progress: Any, cancelled: Any) -> None:
            from vidbudova.scene.city import keep

            keep(session, city)

        self._desk.jobs.start(_("Keeping the city for the next time"), work, quiet=True)

    def show_city(self, city: City, model: Model | None = None) -> None:
        """Put a city on the view, with the colours of its session."""
        from vidbudova.ui.painting import Painting

        desk = self._desk
        assert desk.session is not None
        desk.city = city
        scene = desk.viewport.show_city(city)
        if desk.painting is None:
            desk.painting = Painting()
            desk.painting.painted.append(desk.viewport.redraw)
        desk.painting.begin(desk.session, scene, model or model_of_city(desk.session, city))
        desk.city_changed.emit()

    def reload(self) -> None:
        """Read the city again: a layer came in, or a form changed."""
        desk, turn = self._desk, self._turn
        session = desk.session
        if session is None:
            return

        def work(progress: Any, cancelled: Any) -> tuple[City, Model]:
            return ready(session)

        first = desk.city is None or not any(len(shapes) for shapes in desk.city.shapes.values())

        def done(found: tuple[City, Model]) -> None:
            if turn == self._turn and desk.session is session:
                self.when_ready(lambda: self._show_again(*found, first))

        desk.jobs.start(_("Reading the city"), work, done)

    def _show_again(self, city: City, model: Model, first: bool) -> None:
        self.show_city(city, model)
        if self._desk.session is not None:
            self._keep(self._desk.session, city)
        if first and "home" in self._desk.commands:
            self._desk.commands.run("home")

    def close_project(self) -> None:
        """Close the open project: the view first, then the file."""
        self._turn += 1
        self._waiting = None
        session = self._desk.session
        if session is None:
            return
        self._desk.set_session(None)
        self._desk.viewport.forget_city()
        if self._desk.painting is not None:
            self._desk.painting.painted.clear()
            self._desk.painting = None
        session.close()
        gc.unfreeze()  # what runs of analyses put aside

    # -- what was open lately -------------------------------------------------------------------------------------

    def recent(self) -> list[Path]:
        """Projects that were open lately and are still there."""
        value: Any = self._desk.settings.value("recent", [])
        listed = [value] if isinstance(value, str) else list(value or [])
        return [Path(text) for text in listed if Path(text).exists()]

    def remember(self, path: Path) -> None:
        """Put a project at the head of the list."""
        others = [p for p in self.recent() if p != path.absolute()]
        self._desk.settings.setValue("recent", [str(p) for p in [path.absolute(), *others]][:MOST_RECENT])

    def forget(self, path: Path) -> None:
        """Take a project off the list."""
        self._desk.settings.setValue("recent", [str(p) for p in self.recent() if p != path.absolute()])


def ready(session: Session) -> tuple[City, Model]:
    """The city of a session and how its buildings are painted: all that can be done off the main thread."""
    from vidbudova.scene.city import load

    city = load(session)
    return city, model_of_city(session, city)


def model_of_city(session: Session, city: City) -> Model:
    """How the buildings of a city are painted."""
    from vidbudova.session.places import know_wholes
    from vidbudova.ui.painting import model_of

    buildings = city.table("buildings")
    part_of = buildings.columns.get("part_of", np.full(len(buildings), None))
    know_wholes(session, buildings.ids, part_of)
    return model_of(session, buildings.ids, part_of)


def author(desk: Desk) -> str:
    """Who edits: what the person said, else the name of the account."""
    said = str(desk.settings.value("author", "") or "")
    if said:
        return said
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return _("Someone")


def _clear_up(progress: Any, cancelled: Any) -> None:
    """Take away what programs that were killed have left among the temporary files."""
    from vidbudova.jobs.place import sweep

    sweep()
