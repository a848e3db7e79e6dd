"""Light and dark: the palette and the style sheet of the window, from one table of colours."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from types import MappingProxyType

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from vidbudova import paths

LIGHT = MappingProxyType({
    "window": "#F4F2EE", "panel": "#FBFAF8", "field": "#FFFFFF", "raised": "#FFFFFF", "line": "#DFDBD3",
    "line_strong": "#C6C1B7", "text": "#22262B", "muted": "#5C636A", "faint": "#9AA0A6", "accent": "#0B5FA5",
    "accent_text": "#FFFFFF", "accent_soft": "#E1ECF6", "hover": "#ECE9E3", "pressed": "#E1DDD5", "rail": "#EBE8E2",
    "good": "#2E7D4F", "warn": "#9A6200", "warn_soft": "#FBF0DA", "bad": "#B3261E", "bad_soft": "#FBE9E7",
})  # fmt: skip
DARK = MappingProxyType({
    "window": "#1C2024", "panel": "#22262B", "field": "#191C20", "raised": "#2A2F35", "line": "#343A41",
    "line_strong": "#4A525A", "text": "#E9E7E2", "muted": "#A3ABB3", "faint": "#6F777F", "accent": "#6CB1EA",
    "accent_text": "#10161C", "accent_soft": "#26394A", "hover": "#2C3138", "pressed": "#353B43", "rail": "#181B1F",
    "good": "#6FC392", "warn": "#E5B45C", "warn_soft": "#3A3222", "bad": "#F28B80", "bad_soft": "#412A29",
})  # fmt: skip
CHOICES = ("system", "light", "dark")


def tokens(theme: str) -> Mapping[str, str]:
    """The colours of a theme by name."""
    return DARK if theme == "dark" else LIGHT


def wished(settings: QSettings) -> str:
    """The theme to show: what the person chose, else what the system shows."""
    choice = str(settings.value("theme", "system"))
    if choice in ("light", "dark"):
        return choice
    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def apply(app: QApplication, theme: str) -> None:
    """Dress the whole program."""
    app.setStyle("Fusion")
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))


def palette(theme: str) -> QPalette:
    """Qt's palette in our colours."""
    t = {name: QColor(value) for name, value in tokens(theme).items()}
    found = QPalette()
    role = QPalette.ColorRole
    for one, colour in (
        (role.Window, "window"), (role.WindowText, "text"), (role.Base, "field"), (role.AlternateBase, "panel"),
        (role.Text, "text"), (role.Button, "panel"), (role.ButtonText, "text"), (role.Highlight, "accent"),
        (role.HighlightedText, "accent_text"), (role.ToolTipBase, "raised"), (role.ToolTipText, "text"),
        (role.PlaceholderText, "muted"), (role.Link, "accent"), (role.Mid, "line_strong"), (role.Midlight, "line"),
        (role.Light, "raised"), (role.Dark, "line_strong"), (role.BrightText, "bad"), (role.Accent, "accent"),
    ):  # fmt: skip
        found.setColor(one, t[colour])
    for one in (role.WindowText, role.Text, role.ButtonText):
        found.setColor(QPalette.ColorGroup.Disabled, one, t["faint"])
    return found


def style_sheet(theme: str) -> str:
    """Our style sheet with the colours of a theme filled in."""
    sheet = paths.resources("styles", "window.qss").read_text(encoding="utf-8")
    icons = paths.resources("icons").as_posix()
    return Template(sheet).substitute(tokens(theme), icons=icons, theme=theme)
