"""Time in the view: flights, steps while walking, and full quality once the hand rests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
    from vidbudova.ui.viewport import Viewport

Backend = Literal["gl", "picture"]
Quality = Literal["playing", "still", "moving"]
PRESSING: tuple[Quality, ...] = ("playing", "still", "moving")
REST_MS = 150
FRAME_MS = 15


class Motion(QObject):
    """Timers of one viewport."""

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._flight: tuple[Camera, Camera, float, float] | None = None
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self._step)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._settle)

    @property
    def flying(self) -> bool:
        """Whether a flight is under way."""
        return self._flight is not None

    @property
    def unsettled(self) -> bool:
        """Whether the camera was moved a moment ago."""
        return self.flying or self._rest.isActive()

    def fly(self, target: Camera) -> None:
        """Fly from where the view is; another move ends the flight there."""
        from vidbudova.scene.camera import flight_s

        if self._viewport.scene is None:
            return
        start = self._viewport.camera
        self._flight = (start, target, time.monotonic(), flight_s(start, target))
        self._frames.start()

    def land(self) -> None:
        """End a flight where it is."""
        self._flight = None
        self._frames.stop()

    def stop(self) -> None:
        """No more frames."""
        self.land()
        self._rest.stop()

    def settle_later(self) -> None:
        """A frame of moving quality was drawn: draw a still one unless another follows."""
        self._rest.start(REST_MS)

    def go_on_later(self) -> None:
        """A still frame was not complete: draw the next soon."""
        self._rest.start(FRAME_MS)

    def _settle(self) -> None:
        if self._flight is None:
            self._viewport.redraw("still")

    def _step(self) -> None:
        from vidbudova.scene.camera import between

        if self._flight is None:
            self._frames.stop()
            return
        start, target, began, lasts = self._flight
        t = (time.monotonic() - began) / max(lasts, 1e-3)
        if t >= 1.0:
            self.land()
        self._viewport.set_camera(target if t >= 1.0 else between(start, target, t))
