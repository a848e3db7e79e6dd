"""The view of the city: where VTK meets Qt, behind one widget with two back-ends (a GL widget, a painted picture)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from vidbudova.text import _
from vidbudova.ui.collector import Collector
from vidbudova.ui.navigate import Navigator
from vidbudova.ui.touch import Touch
from vidbudova.ui.viewport_motion import PRESSING, Backend, Motion, Quality
from vidbudova.ui.viewport_overlay import Overlay
from vidbudova.ui.viewport_picture import PictureSurface

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
    from vidbudova.scene.city import City
    from vidbudova.scene.scene import Scene
    from vidbudova.ui.desk import Desk, Tool

UNRELEASED: set[Scene] = set()
"""Scenes in GL widgets that did not give their memory back. They stay: VTK ends such a window by deleting buffers by
their numbers in whatever context is current, those of another view by then, and the driver crashes."""
GROUND = {"light": QColor("#DCE4EB"), "dark": QColor("#23282E")}
log = logging.getLogger(__name__)


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


class Viewport(QWidget):
    """The view that tools and panels know.

    Attributes
    ----------
    scene : None until a city is shown. backend : "gl" or "picture". tool : the tool in hand, or None.
    overlay : what is painted over the picture (labels, legend, attribution; see `Overlay`).

    Signals
    -------
    pointed(x, y, z) or pointed(None) : the place on the ground or thing under the cursor.
    camera_moved : after every move. tool_changed : another tool, or none. fell_back(reason) : GL failed.
    """

    pointed = Signal(object)
    camera_moved = Signal()
    tool_changed = Signal()
    fell_back = Signal(str)

    touch: Touch | None = None
    """Qt sends events before this widget is whole."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.backend: Backend = "picture"
        self.surface: GlSurface | PictureSurface | None = None
        self.tool: Tool | None = None
        self._due: Quality | Literal[""] = ""
        self._last: Quality | Literal[""] = ""
        self.motion = Motion(self)
        self.navigator = Navigator(self)
        self.touch = Touch(self)
        self.overlay = Overlay(self)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setObjectName("viewport")
        self.setAccessibleName(_("3D view of the city"))

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def scene(self) -> Scene | None:
        """The scene, once there is one."""
        return None if self.surface is None else self.surface.scene

    def pixels(self) -> tuple[int, int]:
        """Width and height in physical pixels."""
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def show_city(self, city: City) -> Scene:
        """Show a city; makes the surface at the first time (this loads VTK)."""
        if self.surface is None:
            self._make_surface()
        assert self.surface is not None
        self.surface.scene.set_city(city)
        self.surface.scene.set_theme("dark" if self.desk.theme == "dark" else "light")
        self.redraw()
        return self.surface.scene

    def _make_surface(self) -> None:
        make: type[GlSurface] | type[PictureSurface] = GlSurface if self.backend == "gl" else PictureSurface
        try:
            self.surface = make(self)
        except Exception as trouble:
            if make is PictureSurface:
                raise
            log.exception("the GL widget could not be made")
            self.backend = "picture"
            self.surface = PictureSurface(self)
            self.fell_back.emit(str(trouble))
        self.surface.fit(self.size(), self.pixels())
        self.surface.show()
        self.overlay.raise_()

    def fall_back(self, reason: str) -> None:
        """GL failed: paint offscreen pictures from now on."""
        log.error("the GL widget failed: %s", reason)
        before, self.surface = self.surface, None
        self.backend = "picture"
        camera = before.scene.camera if before is not None else None
        if before is not None:
            before.hide()
            # not now: it may be drawing
            QTimer.singleShot(0, before, lambda: (before.release(), before.deleteLater()))
        self._make_surface()
        if camera is not None and self.scene is not None:
            self.scene.set_camera(camera)
        self.fell_back.emit(reason)

    def forget_city(self) -> None:
        """Nothing is open any more: the surface goes, in the order that graphics drivers like."""
        self.motion.stop()
        self.set_tool(None)
        self.overlay.forget()
        surface, self.surface = self.surface, None
        if surface is not None:
            surface.release()
            surface.hide()
            surface.deleteLater()
            Collector.hurry()
        self._due = ""

    # -- frames ---------------------------------------------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Whether the last frame was a still one."""
        return self._last == "still"

    def redraw(self, quality: Quality = "still") -> None:
        """The scene changed: draw a frame at the next paint. Many calls make one frame, of what is most pressing."""
        if not self._due or PRESSING.index(quality) > PRESSING.index(self._due):
            self._due = quality
        if self.surface is not None:
            self.surface.update()
        self.overlay.update()

    def draw(self, always: bool = False) -> bool:
        """Draw the frame that is due; for the surface while it paints. Whether there is a new one."""
        if self.scene is None or not (self._due or always):
            return False
        quality = self._due or self._last or "still"
        if quality != "moving":
            quality = "playing" if self.scene.results.playing else "still"
        self._due, self._last = "", quality
        self.scene.render("moving" if quality == "playing" and self.motion.unsettled else quality)
        if quality == "moving":
            self.motion.settle_later()
        elif quality == "still" and getattr(self.scene, "incomplete", False):
            self.motion.go_on_later()
        return True

    def update(self, *region: Any) -> None:
        """Paint the overlay again, not the city."""
        self.overlay.update(*region)

    def picture(self, overlay: bool = True) -> QImage:
        """What is seen, at full quality, as an image."""
        if self.surface is None:
            return QImage()
        if self._last == "moving" or self._due:
            self._due = "still"
            self.surface.repaint()
        image = self.surface.picture()
        image.setDevicePixelRatio(self.devicePixelRatioF())
        if overlay:
            painter = QPainter(image)
            self.overlay.paint_lasting(painter)
            painter.end()
        return image

    # -- the camera -----------------------------------------------------------------------------------------------

    @property
    def camera(self) -> Camera:
        """Where the view is seen from."""
        from vidbudova.scene.camera import Camera

        return Camera() if self.scene is None else self.scene.camera

    def set_camera(self, camera: Camera) -> None:
        """Look from there, at moving quality until the hand rests; from over the ground if that is in it."""
        from vidbudova.scene.standing import kept_above

        if self.scene is not None:
            self.scene.set_camera(kept_above(camera, self.scene.city.relief))
            self.redraw("moving")
            self.camera_moved.emit()

    def ground_m(self, place: Sequence[float] | NDArray[np.float64]) -> float:
        """The height of the ground at a place."""
        relief = None if self.scene is None else self.scene.city.relief
        return 0.0 if relief is None else relief.at(float(place[0]), float(place[1]))

    def fly(self, camera: Camera) -> None:
        """Go there in a short flight."""
        self.motion.fly(camera)

    def fly_to(self, x: float, y: float, distance_m: float = 350.0) -> None:
        """Fly until a place is in the middle."""
        from vidbudova.scene.camera import fly_to

        self.fly(fly_to(self.camera, np.array([x, y, self.ground_m((x, y))]), distance_m))

    def fly_to_bounds(self, bounds: tuple[float, float, float, float], height_m: float = 0.0) -> None:
        """Fly until (minx, miny, maxx, maxy) fills the view."""
        from vidbudova.scene.camera import fit

        x0, y0, x1, y1 = bounds
        room = max(0.0, 60.0 - max(x1 - x0, y1 - y0)) / 2
        wide, ground_m = (x0 - room, y0 - room, x1 + room, y1 + room), self.ground_m(((x0 + x1) / 2, (y0 + y1) / 2))
        self.fly(fit(self.camera, wide, self.pixels(), height_m, ground_m=ground_m))

    # -- tools ----------------------------------------------------------------------------------------------------

    def set_tool(self, tool: Tool | None) -> None:
        """Put a tool in hand, or the one in hand away."""
        if tool is self.tool:
            return
        before, self.tool = self.tool, tool
        if before is not None:
            before.finished()
        self.setCursor(Qt.CursorShape.ArrowCursor if tool is None else Qt.CursorShape.CrossCursor)
        self.tool_changed.emit()
        self.overlay.update()

    def _offer(self, event: Any, of_tool: Callable[[Tool], bool], of_camera: Callable[[], bool]) -> None:
        if (self.tool is not None and self.scene is not None and of_tool(self.tool)) or of_camera():
            event.accept()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._offer(event, lambda tool: tool.press(event), lambda: self.navigator.press(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._offer(event, lambda tool: tool.move(event), lambda: self.navigator.move(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._offer(event, lambda tool: tool.release(event), lambda: self.navigator.release(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._offer(event, lambda tool: tool.double_click(event), lambda: self.navigator.double_click(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._offer(event, lambda tool: tool.wheel(event), lambda: self.navigator.wheel(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._offer(event, lambda tool: tool.key(event), lambda: self.navigator.key(event))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.navigator.key_up(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.navigator.left()

    def event(self, event: QEvent) -> bool:
        """Touches; and Tab belongs to a tool that draws (typed lengths and angles), not to the focus chain."""
        if self.touch is not None and self.touch.take(event):
            return True
        tab = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if tab and self.tool is not None and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if self.tool.key(event):
                return True
        return super().event(event)

    # -- sizes ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.overlay.resize(self.size())
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit()
        super().changeEvent(event)

    def _fit(self) -> None:
        if self.surface is not None:
            self.surface.fit(self.size(), self.pixels())
            self.redraw("moving")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sky of the theme, until there is a city."""
        if self.surface is None:
            painter = QPainter(self)
            painter.fillRect(event.rect(), GROUND.get(self.desk.theme, GROUND["light"]))
            painter.end()

    def physical(self, position: QPointF) -> tuple[float, float]:
        """A widget position in the pixels of the scene."""
        ratio = self.devicePixelRatioF()
        return position.x() * ratio, position.y() * ratio

    def closeEvent(self, event: QCloseEvent) -> None:
        self.forget_city()
        super().closeEvent(event)
