"""The panels as docks: made when first shown, placed as each workspace was left."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, QSize, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QScrollArea,
    QToolButton,
    QWidget,
)

from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.dock_tabs import DockTabs
from vidbudova.ui.workspaces import WORKSPACES, Panel, made, workspace

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

AREAS = {
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
WIDTH_PX, HEIGHT_PX = 340, 240
LAYOUT = 1
log = logging.getLogger(__name__)


class Dock(QDockWidget):
    """One panel; at least 320 px wide at first, down to what the panel bears."""

    def __init__(self, panel: Panel, widget: QWidget, theme: str, parent: QWidget) -> None:
        super().__init__(_(panel.title), parent)
        self.setObjectName(f"dock-{panel.key}")
        self.panel = panel
        self.inside = widget
        self.setWidget(scrolling(widget) if panel.area != "bottom" else widget)
        self.setMinimumWidth(280)
        self.setTitleBarWidget(TitleBar(self, theme))

    def dress(self, theme: str) -> None:
        """Buttons for a theme."""
        bar = self.titleBarWidget()
        if isinstance(bar, TitleBar):
            bar.dress(theme)

    def sizeHint(self) -> QSize:
        """The width or height that a dock begins with."""
        hint = super().sizeHint()
        return QSize(hint.width(), HEIGHT_PX) if self.panel.area == "bottom" else QSize(WIDTH_PX, hint.height())


class TitleBar(QFrame):
    """The head of a panel: its name, out of the window or back, and close."""

    def __init__(self, dock: QDockWidget, theme: str) -> None:
        super().__init__(dock)
        self.setObjectName("paneltitle")
        self._buttons: list[tuple[QToolButton, str]] = []
        title = QLabel(dock.windowTitle())
        title.setProperty("role", "title")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(2)
        row.addWidget(title, 1)
        row.addWidget(self._button("float", _("Float, or dock again"), lambda: dock.setFloating(not dock.isFloating())))
        row.addWidget(self._button("close", _("Close"), dock.close))
        self.dress(theme)

    def _button(self, icon: str, words: str, press: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setIconSize(QSize(15, 15))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: press())
        self._buttons.append((button, icon))
        return button

    def dress(self, theme: str) -> None:
        """Icons for a theme."""
        for button, icon in self._buttons:
            button.setIcon(icons.icon(icon, theme, "muted"))


def scrolling(widget: QWidget) -> QWidget:
    """A panel in a scroll area of its own, unless it scrolls itself."""
    if isinstance(widget, QScrollArea) or bool(getattr(widget, "scrolls", False)):
        return widget
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area


class Docks(QObject):
    """All docks of the window, by the key of their panel."""

    def __init__(self, desk: Desk, window: QMainWindow) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self.docks: dict[str, Dock] = {}
        self.current = ""
        self.tabs = DockTabs(window, self.docks, desk.theme)
        desk.theme_changed.connect(self.tabs.show_theme)

    def known(self) -> dict[str, Panel]:
        """Every panel of every workspace that is there."""
        panels = {panel.key: panel for w in WORKSPACES for panel in w.panels}
        return {key: panel for key, panel in panels.items() if is_there(panel)}

    def enter(self, key: str) -> None:
        """Show the panels of a workspace as they were left there; the others are made when they are asked for."""
        self.leave()
        self.current = key
        opened = self._left_open(key)
        own = [panel.key for panel in workspace(key).panels]
        known = self.known()
        order = [*own, *(name for name in known if name not in own)]
        panels = [known[name] for name in order if name in opened and name in known]
        for panel in panels:
            self._make(panel)
        self.hide_all()
        saved = self._desk.settings.value(f"layout/{key}")
        if not (isinstance(saved, QByteArray) and self._window.restoreState(saved, LAYOUT)):
            self._first_layout(panels)
        for name, dock in self.docks.items():
            dock.setVisible(name in opened)
        if panels:
            self.docks[panels[0].key].raise_()

    def _left_open(self, key: str) -> set[str]:
        """The panels that were open when the workspace was left, or are at first."""
        said: Any = self._desk.settings.value(f"open/{key}")
        if said is None:
            return {panel.key for panel in workspace(key).panels if panel.shown and is_there(panel)}
        return {said} if isinstance(said, str) else set(said)

    def _first_layout(self, panels: list[Panel]) -> None:
        for area in AREAS:
            docks = shown = [self.docks[p.key] for p in panels if p.area == area]
            for dock in docks:
                dock.setFloating(False)
                self._window.addDockWidget(AREAS[area], dock)
                dock.show()
            for one, other in zip(docks, docks[1:], strict=False):
                self._window.tabifyDockWidget(one, other)
            if shown:
                shown[0].raise_()
                way = Qt.Orientation.Vertical if area == "bottom" else Qt.Orientation.Horizontal
                size = HEIGHT_PX if area == "bottom" else WIDTH_PX
                self._window.resizeDocks(shown[:1], [size], way)

    def leave(self) -> None:
        """Remember how the panels of the workspace at hand are placed."""
        if self.current:
            opened = [key for key, dock in self.docks.items() if not dock.isHidden()]
            self._desk.settings.setValue(f"open/{self.current}", opened)
            self._desk.settings.setValue(f"layout/{self.current}", self._window.saveState(LAYOUT))
        self.current = ""

    def hide_all(self) -> None:
        """No panels: the start page, or a full view."""
        for dock in self.docks.values():
            dock.hide()

    def show(self, key: str) -> QWidget | None:
        """Open a panel wherever one is, and bring it to the front."""
        panel = self.known().get(key)
        if panel is None:
            return None
        fresh = key not in self.docks
        dock = self._make(panel)
        if fresh or self._window.dockWidgetArea(dock) == Qt.DockWidgetArea.NoDockWidgetArea:
            self._window.addDockWidget(AREAS[panel.area], dock)
        self._beside_others(dock)
        dock.show()
        dock.raise_()
        return dock.inside

    def _beside_others(self, dock: Dock) -> None:
        """A panel that opens on a side where another is shares its place as a tab."""
        if dock.isVisible() or dock.isFloating():
            return
        area = self._window.dockWidgetArea(dock)
        for other in self.docks.values():
            if (
                other is not dock
                and other.isVisible()
                and not other.isFloating()
                and self._window.dockWidgetArea(other) == area
            ):
                self._window.tabifyDockWidget(other, dock)
                return

    def _make(self, panel: Panel) -> Dock:
        dock = self.docks.get(panel.key)
        if dock is None:
            dock = Dock(panel, made(panel.made_by, self._desk), self._desk.theme, self._window)
            self._desk.theme_changed.connect(dock.dress)
            self.docks[panel.key] = dock
            self._window.addDockWidget(AREAS[panel.area], dock)
        return dock


def is_there(panel: Panel) -> bool:
    """Whether the module of a panel is part of this build."""
    return importlib.util.find_spec(panel.made_by.partition(":")[0]) is not None
