"""The bar of Present: from view to view and along the camera path, gone while nobody moves the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from vidbudova.errors import UserError
from vidbudova.session import views
from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.player import player_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

HIDE_MS = 3500
FOOT_PX = 28
FORWARD = (Qt.Key.Key_PageDown, Qt.Key.Key_Right, Qt.Key.Key_Period)
BACK = (Qt.Key.Key_PageUp, Qt.Key.Key_Left, Qt.Key.Key_Comma)
"""Also what the buttons of a presenter's remote send."""


class PresentBar(QFrame):
    """Lies over the foot of the view in Present."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.viewport)
        self.setObjectName("toolstrip")
        self.desk = desk
        self.player = player_of(desk.viewport)
        self.at = -1
        self.back, self.forward, self.play, self.leave = (QToolButton() for _button in range(4))
        self.name = QLabel()
        self.name.setMinimumWidth(150)
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.path = QComboBox()
        self.path.setMinimumWidth(150)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(6)
        for part in (self.back, self.name, self.forward, self.path, self.play, self.leave):
            row.addWidget(part)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(HIDE_MS)
        self._rest.timeout.connect(self._sleep)
        self.back.clicked.connect(lambda: self.step(-1))
        self.forward.clicked.connect(lambda: self.step(1))
        self.play.clicked.connect(self.toggle)
        self.leave.clicked.connect(lambda: desk.commands.run("present"))
        self.player.changed.connect(self._dress)
        desk.workspace_changed.connect(self._workspace)
        desk.viewport.installEventFilter(self)
        self.hide()

    # -- when it is there -----------------------------------------------------------------------------------------

    def _workspace(self, key: str) -> None:
        if key == "present":
            self.at = -1
            self._fill()
            self.wake()
        else:
            self._rest.stop()
            self.hide()
            self.desk.viewport.unsetCursor()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.desk.workspace != "present":
            return False
        if event.type() == QEvent.Type.MouseMove:
            self.wake()
        elif event.type() == QEvent.Type.Resize:
            self._place()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Keys of a remote, while nobody walks."""
        if self.desk.viewport.navigator.walking:
            return False
        if event.key() in FORWARD or event.key() in BACK:
            self.step(1 if event.key() in FORWARD else -1)
            return True
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
            return True
        return False

    def wake(self) -> None:
        """Show it for a while."""
        session = self.desk.session
        if session is None or not (session.count("views") or session.count("camera_paths")):
            return
        self.desk.viewport.unsetCursor()
        self.show()
        self._place()
        self.raise_()
        self._rest.start()

    def _sleep(self) -> None:
        if self.underMouse() or self.path.view().isVisible():
            self._rest.start()
            return
        self.hide()
        if self.desk.workspace == "present":
            self.desk.viewport.setCursor(Qt.CursorShape.BlankCursor)

    def _place(self) -> None:
        self.adjustSize()
        host = self.desk.viewport
        self.move((host.width() - self.width()) // 2, host.height() - self.height() - FOOT_PX)

    # -- what it shows --------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        session = self.desk.session
        self.path.clear()
        for id, row in (session.rows("camera_paths") if session is not None else {}).items():
            self.path.addItem(str(row["name"] or _("Camera path")), id)
        self._dress()

    def _dress(self) -> None:
        session = self.desk.session
        rows = list(views.views(session).values()) if session is not None else []
        shown = rows[self.at]["name"] if 0 <= self.at < len(rows) else _("Views")
        self.name.setText(str(shown))
        of_views: tuple[QWidget, ...] = (self.back, self.name, self.forward)
        for part in of_views:
            part.setVisible(bool(rows))
        self.path.setVisible(self.path.count() > 0)
        self.play.setVisible(self.path.count() > 0)
        playing = self.player.playing
        for button, icon, words in (
            (self.back, "chevron-left", _("The view before")),
            (self.forward, "chevron-right", _("The next view")),
            (self.leave, "close", _("Bring the panels back (Esc)")),
            (self.play, "pause" if playing else "play", _("Pause") if playing else _("Play")),
        ):
            button.setIcon(icons.icon(icon, self.desk.theme))
            button.setIconSize(QSize(22, 22))
            button.setToolTip(words)
            button.setAccessibleName(words)

    # -- what it does ---------------------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Fly to the next view, or the one before; after the last comes the first."""
        from vidbudova.scene.video import camera_of

        session = self.desk.session
        rows = list(views.views(session).values()) if session is not None else []
        if not rows:
            return
        self.at = (self.at + by) % len(rows) if self.at >= 0 or by > 0 else len(rows) - 1
        self.player.hold()
        self.desk.viewport.fly(camera_of(rows[self.at]))
        self._dress()
        self.wake()

    def toggle(self) -> None:
        """Play the camera path, or hold it."""
        from vidbudova.scene.video import journey_of

        session, path = self.desk.session, str(self.path.currentData() or "")
        if self.player.playing:
            self.player.hold()
            return
        if session is None or not path:
            return
        try:
            journey = journey_of(session, path)
        except UserError as trouble:
            self.desk.show_error(trouble)
            return
        at_end = self.player.journey is None or self.player.seconds >= self.player.journey.duration_s - 1e-3
        if at_end or self.player.path != path:
            self.player.take(journey, bool((session.row("camera_paths", path) or {}).get("loop")), path)
        self.player.play()
