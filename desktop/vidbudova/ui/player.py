"""Playing a camera path in the view: along its journey in real time, held, moved along, ended by any other move."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from vidbudova.scene.journey import Journey
    from vidbudova.ui.viewport import Viewport

FRAME_MS = 15


class Player(QObject):
    """Plays one journey at a time. moved(seconds) : where it is; changed : it began to play, was held, or ended."""

    moved = Signal(float)
    changed = Signal()

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.journey: Journey | None = None
        self.loop, self.path = False, ""
        self.seconds = 0.0
        self._began = 0.0
        self._moving = False
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._step)
        viewport.camera_moved.connect(self._other_move)

    @property
    def playing(self) -> bool:
        """Whether it moves the view now."""
        return self._timer.isActive()

    def take(self, journey: Journey | None, loop: bool = False, path: str = "") -> None:
        """Another journey (of the camera path of that id), or none; what was played ends."""
        self.hold()
        self.journey, self.loop, self.path, self.seconds = journey, loop, path, 0.0
        self.changed.emit()

    def play(self) -> None:
        """Go on from where it is, or from the beginning if it is at the end."""
        if self.journey is None or self._viewport.scene is None:
            return
        if self.seconds >= self.journey.duration_s - 1e-3:
            self.seconds = 0.0
        self._viewport.motion.land()
        self._began = time.monotonic() - self.seconds
        self._timer.start()
        self.changed.emit()

    def hold(self) -> None:
        """Stop where it is."""
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit()

    def go(self, seconds: float) -> None:
        """Show the moment of the journey."""
        if self.journey is None:
            return
        self.seconds = min(max(seconds, 0.0), self.journey.duration_s)
        self._began = time.monotonic() - self.seconds
        self._look()

    def _look(self) -> None:
        from vidbudova.scene.journey import above

        assert self.journey is not None
        scene = self._viewport.scene
        if scene is None:
            return
        relief = getattr(scene.city, "relief", None)
        camera = self.journey.at(self.seconds)
        self._moving = True
        try:
            self._viewport.set_camera(camera if relief is None else above(camera, relief.height))
        finally:
            self._moving = False
        self.moved.emit(self.seconds)

    def _step(self) -> None:
        if self.journey is None or self._viewport.scene is None:
            self.hold()
            return
        now = time.monotonic() - self._began
        if self.loop and now >= self.journey.duration_s > 0:
            now %= self.journey.duration_s
            self._began = time.monotonic() - now
        self.seconds = min(now, self.journey.duration_s)
        self._look()
        if not self.loop and self.seconds >= self.journey.duration_s:
            self.hold()

    def _other_move(self) -> None:
        """A hand took the view."""
        if not self._moving:
            self.hold()


def player_of(viewport: Viewport) -> Player:
    """The one player of a viewport."""
    found = viewport.findChild(Player)
    return found if found is not None else Player(viewport)
