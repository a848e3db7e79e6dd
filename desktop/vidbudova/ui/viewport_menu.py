"""The menu of a right click: what can be done with the thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from vidbudova.text import _
from vidbudova.ui import icons
from vidbudova.ui.commands import Command

if TYPE_CHECKING:
    from vidbudova.scene.pick import Pick
    from vidbudova.ui.viewport import Viewport


def offer(viewport: Viewport, pick: Pick, at: QPoint) -> QMenu:
    """Open the menu of a thing."""
    menu = QMenu(viewport)
    desk = viewport.desk
    for make in desk.offers:
        add(menu, make(pick), desk.theme)
    add(menu, always_offered(viewport, pick), desk.theme)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)
    return menu


def always_offered(viewport: Viewport, pick: Pick) -> list[Command]:
    """What can be done anywhere."""
    x, y, _z = pick.point
    words = f"{x:.1f} {y:.1f}"
    return [
        Command(
            "fly-here",
            _("Fly here"),
            lambda: viewport.fly_to(x, y, max(80.0, viewport.camera.distance * 0.4)),
            icon="fly",
        ),
        Command("copy-place", _("Copy coordinates"), lambda: QGuiApplication.clipboard().setText(words), icon="copy"),
    ]


def add(menu: QMenu, commands: Iterable[Command], theme: str) -> None:
    """Add the commands that can be done now, below a line."""
    now = [command for command in commands if command.enabled()]
    if menu.actions() and now:
        menu.addSeparator()
    for command in now:
        action = menu.addAction(command.title, command.run)
        if command.icon:
            action.setIcon(icons.icon(command.icon, theme))
