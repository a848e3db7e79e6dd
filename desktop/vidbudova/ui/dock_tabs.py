"""The tabs of panels that share a place: words while there is room for all of them, else icons with words as tips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMainWindow, QTabBar
from shiboken6 import Shiboken

from vidbudova.ui import icons

if TYPE_CHECKING:
    from vidbudova.ui.docks import Dock

ROOM_PX = 26
"""What a tab needs beside its words."""
ICON_PX = 18
CROWDED = f"QTabBar::tab {{ min-width: {ICON_PX}px; max-width: {ICON_PX}px; padding: 7px 11px; color: transparent; }}"
"""Qt writes the words on the tabs again and again; here they take no room and are not seen."""
LOOKS = (QEvent.Type.Paint, QEvent.Type.Resize, QEvent.Type.Show)


class DockTabs(QObject):
    """Dresses the tab bars that Qt makes and changes as panels come and go."""

    def __init__(self, window: QMainWindow, docks: dict[str, Dock], theme: str) -> None:
        super().__init__(window)
        self._window, self._docks, self._theme = window, docks, theme
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.dress)
        window.installEventFilter(self)

    def show_theme(self, theme: str) -> None:
        """Icons for a theme."""
        self._theme = theme
        for bar in self.bars():
            for at in range(bar.count()):
                bar.setTabIcon(at, QIcon())
        self.dress()

    def bars(self) -> list[QTabBar]:
        """The tab bars of the panels of this window."""
        return self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def dress(self) -> None:
        """Give every bar what it has room for."""
        known = {Shiboken.getCppPointer(dock)[0]: dock for dock in self._docks.values() if Shiboken.isValid(dock)}
        for bar in self.bars():
            bar.installEventFilter(self)
            if bar.iconSize().width() != ICON_PX:
                bar.setIconSize(QSize(ICON_PX, ICON_PX))
            found = [known.get(_pointer(bar.tabData(at))) for at in range(bar.count())]
            crowded = None not in found and _wide(bar) > bar.width()
            sheet = CROWDED if crowded else ""
            if bar.styleSheet() != sheet:
                bar.setStyleSheet(sheet)
            for at, dock in enumerate(found):
                if dock is not None and bar.tabIcon(at).isNull() == crowded:
                    bar.setTabIcon(at, icons.icon(dock.panel.icon, self._theme) if crowded else QIcon())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looks again, in a moment, when a bar comes or is drawn; takes nothing away."""
        if watched is self._window:
            if event.type() in (QEvent.Type.ChildPolished, QEvent.Type.LayoutRequest):
                self._soon.start(0)
        elif event.type() in LOOKS:
            self._soon.start(0)
        return False


def _wide(bar: QTabBar) -> int:
    """What its words take in one row."""
    return sum(bar.fontMetrics().horizontalAdvance(bar.tabText(at)) + ROOM_PX for at in range(bar.count()))


def _pointer(data: object) -> int:
    """Qt keeps the address of its panel with each tab."""
    return data if isinstance(data, int) else 0
