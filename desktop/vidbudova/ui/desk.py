"""The desk: what every panel and every tool gets.

Panels
    A panel is a QWidget subclass made as ``Panel(desk)``, listed in `vidbudova.ui.workspaces`. It reads
    ``desk.session`` (None while no project is open), connects to the signals below, and edits with ``desk.do(...)``.
    It must work at 320 px and say in an empty state what it is for and how to begin.

Tools
    A tool is an object made as ``Tool(desk)`` with the methods of `Tool` below. ``desk.viewport.set_tool(tool)`` puts
    it in hand, ``set_tool(None)`` puts it away (then its ``finished()`` is called). Events have positions in logical
    pixels of the viewport; what a tool does not take (returns False) moves the camera or selects. ``hint`` is a line
    shown on the view. ``paint(painter)`` draws over the picture in logical pixels; ``desk.viewport.update()`` asks
    for it.

The view
    ``desk.viewport`` is always there; ``desk.viewport.scene`` is None until a city is shown (``desk.city_changed`` says
    when). After changing the scene call ``desk.viewport.redraw()``. See `vidbudova.ui.viewport.Viewport`.

Commands and menus
    ``desk.commands.add(Command("key", title, run, keys="Ctrl+I"))`` makes it findable in the search field and
    gives the key.
    ``desk.offers.append(f)``: ``f(pick)`` gives a list of Command for the menu of a right click on a thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.model.change import Change, Delta
from vidbudova.text import _
from vidbudova.ui.commands import Command, Commands
from vidbudova.ui.jobs import JobList
from vidbudova.ui.selection import Selection

if TYPE_CHECKING:
    from vidbudova.scene.city import City
    from vidbudova.scene.pick import Pick
    from vidbudova.session import Session
    from vidbudova.ui.painting import Painting
    from vidbudova.ui.viewport import Viewport


class Tool(Protocol):
    """What the viewport asks of a tool; every event method says whether the tool took it."""

    @property
    def hint(self) -> str: ...
    def press(self, event: QMouseEvent) -> bool: ...
    def move(self, event: QMouseEvent) -> bool: ...
    def release(self, event: QMouseEvent) -> bool: ...
    def double_click(self, event: QMouseEvent) -> bool: ...
    def key(self, event: QKeyEvent) -> bool: ...
    def wheel(self, event: QWheelEvent) -> bool: ...
    def paint(self, painter: QPainter) -> None: ...
    def finished(self) -> None: ...


class Shell(Protocol):
    """What the desk asks of the window around it."""

    def notify(
        self, text: str, action: Callable[[], object] | None = None, button: str = "", kind: str = ""
    ) -> None: ...
    def show_error(self, error: BaseException) -> None: ...
    def enter(self, workspace: str) -> None: ...
    def show_panel(self, key: str) -> QWidget | None: ...
    def show_thing(self, table: str, id: str) -> None: ...


class Desk(QObject):
    """See the module.

    Attributes
    ----------
    session : the open project, or None. city : what the view shows of it, or None while it is loaded.
    viewport, selection, jobs, commands, offers : see the module.
    painting : the colours of the buildings (`vidbudova.ui.painting.Painting`), None before the first city.
    shown_result : id of the kept result that lies on the city, and its table; pictures and films carry it.
    workspace : key of the workspace in front ("city", "damage", …). theme : "light" or "dark".
    settings : QSettings of this person (window layout, recent projects); what belongs to a project is in
        ``session.view_state``.

    Signals
    -------
    project_changed : another session, or none. city_changed : the view shows another city, `painting` is ready.
    changed(Change) : after every commit, on the main thread; a listener must not edit.
    workspace_changed(key), theme_changed(name).
    result_changed : another result lies on the city, or none. hide_result : asks whoever shows it to take it off.
    """

    project_changed = Signal()
    city_changed = Signal()
    changed = Signal(object)
    workspace_changed = Signal(str)
    theme_changed = Signal(str)
    result_changed = Signal()
    hide_result = Signal()
    _call = Signal(object)

    def __init__(self, shell: Shell, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shell = shell
        self.session: Session | None = None
        self.city: City | None = None
        self.painting: Painting | None = None
        self.viewport: Viewport
        self.selection = Selection(self)
        self.jobs = JobList(self)
        self.jobs.unhandled = self.show_error  # type: ignore[method-assign]
        self.commands = Commands()
        self.offers: list[Callable[[Pick], Sequence[Command]]] = []
        self.workspace = "city"
        self.theme = "light"
        self.shown_result: tuple[str, str] | None = None
        paths.settings_folder().mkdir(parents=True, exist_ok=True)
        self.settings = QSettings(str(paths.settings_folder() / "window.ini"), QSettings.Format.IniFormat)
        self._call.connect(lambda call: call())

    # -- the project ----------------------------------------------------------------------------------------------

    def set_session(self, session: Session | None) -> None:
        """Take over another open project; the old one is closed by the caller."""
        self.session, self.city, self.shown_result = session, None, None
        self.selection.clear()
        if session is not None:
            session.post = self.post
            session.subscribe(self.changed.emit)
        self.project_changed.emit()

    def post(self, call: Callable[[], None]) -> None:
        """Run a call on the main thread: at once if this is it, else as soon as it is free."""
        self._call.emit(call)

    def do(self, title: str, deltas: Sequence[Delta], **title_values: str) -> Change | None:
        """`session.do`, with a mendable error shown as a sentence; gives None then, or when nothing changed."""
        session = self.session
        if session is None:
            return None
        change: Change | None = self.attempt(lambda: session.do(title, deltas, **title_values))
        return change

    def undo(self) -> None:
        """Take the last Change back."""
        if self.session is not None:
            self.attempt(self.session.undo)

    def undo_this(self, change_id: str) -> None:
        """Take one Change back for the button of its notice, but only while it is what undo would take back."""
        session = self.session
        top = session.project.undo_stack() if session is not None else None
        if top is not None and top.id == change_id:
            self.undo()
            return
        words = _("This was not undone: something newer was done since. Undo goes step by step in History.")
        self.notify(words, lambda: self.show_panel("history"), _("History"))

    def redo(self) -> None:
        """Bring it again."""
        if self.session is not None:
            self.attempt(self.session.redo)

    def attempt(self, action: Callable[[], Any]) -> Any:
        """The result of an action; what a person can mend is shown, and gives None."""
        try:
            return action()
        except UserError as trouble:
            self.show_error(trouble)
            return None

    # -- the window -----------------------------------------------------------------------------------------------

    def notify(self, text: str, action: Callable[[], object] | None = None, button: str = "", kind: str = "") -> None:
        """Say quietly that something is done ("") or could not be ("warn"), with a button if there is an action."""
        self._shell.notify(text, action, button, kind)

    def show_error(self, error: BaseException) -> None:
        """Say what happened, what was kept and what to do; a defect of ours is logged and said too."""
        self._shell.show_error(error)

    def enter(self, workspace: str) -> None:
        """Bring a workspace to the front."""
        self._shell.enter(workspace)

    def show_panel(self, key: str) -> QWidget | None:
        """Open a panel in the workspace at hand, made if need be; None if no workspace has it."""
        return self._shell.show_panel(key)

    def show_thing(self, table: str, id: str) -> None:
        """Select a row and fly to it."""
        self._shell.show_thing(table, id)
