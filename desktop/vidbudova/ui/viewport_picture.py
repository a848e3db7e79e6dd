"""The view as a painted picture: for software rendering, and wherever GL fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene
    from vidbudova.ui.viewport import Viewport


class PictureSurface(QWidget):
    """An offscreen render window, read back and painted by Qt: for software rendering and where GL fails."""

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        from vidbudova.scene.scene import Scene

        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._viewport = viewport
        self._image = QImage()
        self.scene: Scene = Scene(viewport.pixels(), offscreen=True)

    def fit(self, size: QSize, pixels: tuple[int, int]) -> None:
        """Take another size."""
        self.resize(size)
        self.scene.resize(*pixels)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a new frame if one is due, then the picture."""
        if self._viewport.draw():
            self._image = picture_of(self.scene.window.bottom_up()[::-1])
            self._image.setDevicePixelRatio(self._viewport.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.end()

    def picture(self) -> QImage:
        """The last frame."""
        return self._image.copy()

    def release(self) -> None:
        """Give the graphics memory back; not usable after."""
        self.scene.finalize()


def picture_of(pixels: NDArray[np.uint8]) -> QImage:
    """An image of (h, w, 3 or 4) bytes, top row first, in the form that Qt paints quickest."""
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_RGBX8888
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, channels * width, kind).convertToFormat(QImage.Format.Format_RGB32)
