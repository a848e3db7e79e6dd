"""The view as a GL widget: where a graphics card draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QOpenGLContext
from PySide6.QtOpenGLWidgets import QOpenGLWidget

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene
    from vidbudova.ui.viewport import Viewport

UNRELEASED: set[Scene] = set()
"""Scenes in GL widgets whose memory was not given back. They stay: when VTK ends such a window, it deletes buffers by
their numbers in whatever context is current, which are then those of another view; that crashes in the driver."""


class GlSurface(QOpenGLWidget):
    """A GL widget that VTK draws into."""

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

        from vidbudova.scene.scene import Scene

        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._viewport = viewport
        self._released = False
        self.window_of_vtk = vtkGenericOpenGLRenderWindow()
        self.window_of_vtk.SetMultiSamples(0)
        self.window_of_vtk.SetOwnContext(0)
        self.window_of_vtk.SetFrameBlitModeToBlitToCurrent()
        self._observers = [
            self.window_of_vtk.AddObserver("WindowMakeCurrentEvent", self._make_current),  # type: ignore[arg-type]
            self.window_of_vtk.AddObserver("WindowIsCurrentEvent", self._is_current),  # type: ignore[arg-type]
        ]
        self.window_of_vtk.SetSize(*viewport.pixels())
        self.scene: Scene = Scene(viewport.pixels(), offscreen=False, render_window=self.window_of_vtk)
        UNRELEASED.add(self.scene)

    def _make_current(self, caller: Any, event: str) -> None:
        if not self._released:
            self.makeCurrent()

    def _is_current(self, caller: Any, event: str) -> None:
        current = QOpenGLContext.currentContext()
        self.window_of_vtk.SetIsCurrent(current is not None and current == self.context())

    def fit(self, size: QSize, pixels: tuple[int, int]) -> None:
        """Take another size."""
        self.resize(size)
        self.scene.resize(*pixels)

    def initializeGL(self) -> None:
        """Tell VTK that the context is there, and to leave before it goes."""
        self.window_of_vtk.SetReadyForRendering(True)
        self.window_of_vtk.OpenGLInitContext()
        self.context().aboutToBeDestroyed.connect(self.release, Qt.ConnectionType.DirectConnection)

    def paintGL(self) -> None:
        """Draw a frame into the widget's framebuffer."""
        if self._released:
            return
        try:
            self._viewport.draw(always=True)
        except Exception as trouble:  # noqa: BLE001 - the border to the driver: the other back-end takes over
            self._viewport.fall_back(str(trouble))

    def picture(self) -> QImage:
        """The last frame."""
        return self.grabFramebuffer()

    def release(self) -> None:
        """Give the graphics memory back while the context is still there; not usable after."""
        if self._released:
            return
        self.makeCurrent()
        self.scene.finalize()
        self.window_of_vtk.Finalize()
        self._released = True
        UNRELEASED.discard(self.scene)
        for tag in self._observers:
            self.window_of_vtk.RemoveObserver(tag)
        self.doneCurrent()
