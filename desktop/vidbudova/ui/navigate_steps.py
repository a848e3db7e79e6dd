"""Steps by keys: on foot through the streets, or as a drone over them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
    from vidbudova.scene.walking import Walker
    from vidbudova.ui.viewport import Viewport

Mode = Literal["", "walk", "drone"]
WALK_M_S, RUN = 1.9, 4.0
"""A brisk step, for people who look around; Shift runs."""
FRAME_MS, LONGEST_S = 15, 0.1
SOFT_S = 0.18
"""A drone takes about this long to reach its speed and to stop."""
QUICKER, LEAST_PACE, MOST_PACE = 1.25, 0.1, 12.0
STEPS = {
    Qt.Key.Key_W: (1, 0, 0), Qt.Key.Key_Up: (1, 0, 0), Qt.Key.Key_S: (-1, 0, 0), Qt.Key.Key_Down: (-1, 0, 0),
    Qt.Key.Key_D: (0, 1, 0), Qt.Key.Key_Right: (0, 1, 0), Qt.Key.Key_A: (0, -1, 0), Qt.Key.Key_Left: (0, -1, 0),
    Qt.Key.Key_E: (0, 0, 1), Qt.Key.Key_PageUp: (0, 0, 1), Qt.Key.Key_Q: (0, 0, -1), Qt.Key.Key_PageDown: (0, 0, -1),
}  # fmt: skip
UPWARD = {Qt.Key.Key_E, Qt.Key.Key_PageUp, Qt.Key.Key_Q, Qt.Key.Key_PageDown}


class Steps(QObject):
    """What the step keys do. mode : "" (they do nothing), "walk" or "drone"; changed : another mode."""

    changed = Signal(str)

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.mode: Mode = ""
        self.pace = 1.0
        self._keys: set[int] = set()
        self._speed = [0.0, 0.0, 0.0]
        self._stepped = 0.0
        self._walker: tuple[object, Walker] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._step)

    def set_mode(self, mode: Mode) -> None:
        """Stand on the ground where the view looks, fly on as a drone, or rise again."""
        if mode == self.mode or self._viewport.scene is None:
            return
        before, self.mode = self.mode, mode
        self._keys.clear()
        self._speed, self.pace = [0.0, 0.0, 0.0], 1.0
        camera = self._viewport.camera
        if mode == "walk":
            self._viewport.fly(self.walker().stand(camera))
        elif mode == "" and before == "walk":
            self._viewport.fly(risen(camera))
        self.changed.emit(mode)
        self._viewport.update()

    def walker(self) -> Walker:
        """Who walks in the city that is shown."""
        from vidbudova.scene.walking import walker_of

        scene = self._viewport.scene
        assert scene is not None
        if self._walker is None or self._walker[0] is not scene.solids:
            self._walker = scene.solids, walker_of(scene)
        self._walker[1].hidden = scene.picker.hidden
        return self._walker[1]

    def press(self, key: int) -> bool:
        """A step key goes down; whether it is one now."""
        if not self.mode or key not in STEPS or (self.mode == "walk" and key in UPWARD):
            return False
        self._keys.add(key)
        if not self._timer.isActive():
            self._stepped = time.monotonic()
            self._timer.start()
        return True

    def release(self, key: int) -> None:
        """A step key comes up."""
        self._keys.discard(key)

    def faster(self, clicks: float) -> None:
        """The wheel makes a drone quicker or slower."""
        self.pace = min(max(self.pace * QUICKER**clicks, LEAST_PACE), MOST_PACE)

    def _step(self) -> None:
        now = time.monotonic()
        seconds, self._stepped = min(now - self._stepped, LONGEST_S), now
        if not self.mode or self._viewport.scene is None or not (self._keys or self._drifts()):
            self._timer.stop()
            return
        self._viewport.motion.land()
        self._viewport.set_camera(self.moved(self._viewport.camera, seconds))

    def _drifts(self) -> bool:
        return self.mode == "drone" and max(map(abs, self._speed)) > 0.05

    def moved(self, camera: Camera, seconds: float) -> Camera:
        """The camera after so much time with the keys as they are."""
        from PySide6.QtWidgets import QApplication

        fast = RUN if QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        wanted = [sum(STEPS[Qt.Key(k)][axis] for k in self._keys) * fast for axis in range(3)]
        walker = self.walker()
        if self.mode == "walk":
            way = WALK_M_S * seconds
            return walker.walk(camera, wanted[0] * way, wanted[1] * way, seconds)
        top = walker.speed_m_s(camera) * self.pace
        share = min(seconds / SOFT_S, 1.0)
        self._speed = [now + (to * top - now) * share for now, to in zip(self._speed, wanted, strict=True)]
        return walker.fly(camera, *(speed * seconds for speed in self._speed))


def risen(camera: Camera) -> Camera:
    """The view from above the place where someone stands."""
    x, y, z = camera.eye()
    return replace(camera, focus=(float(x), float(y), float(z) - 1.7), distance=400.0, pitch_deg=40.0)
