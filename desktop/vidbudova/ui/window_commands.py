"""The commands of the window itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from vidbudova.text import LANGUAGES, _
from vidbudova.ui.commands import Command
from vidbudova.ui.workspaces import WORKSPACES

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk
    from vidbudova.ui.window import MainWindow

LARGE = {"4K": "3840x2160", "8K": "7680x4320"}


def add_all(window: MainWindow) -> None:
    """Every command the shell brings; panels and tools add their own."""
    for command in [*files(window), *edits(window), *views(window), *looks(window)]:
        window.desk.commands.add(command)


def files(window: MainWindow) -> list[Command]:
    """Projects and files."""
    opened, group = (lambda: window.desk.session is not None), _("Project")
    return [
        Command("search", _("Find or do something"), lambda: window.top.search.ask(), "Ctrl+K", "search", group=group),
        Command(
            "import", _("Bring in files …"), window.ask_import, "Ctrl+I", "import", opened, _("import add layer"), group
        ),
        Command("open", _("Open a project …"), window.ask_open, "Ctrl+O", "folder", words=_("file"), group=group),
        Command("new", _("New project from files …"), window.ask_new, "Ctrl+N", "new", words=_("create"), group=group),
        Command(
            "sample", _("Open the sample city"), window.open_sample, "", "city", words=_("example demo"), group=group
        ),
        Command(
            "save-copy", _("Save a copy …"), window.ask_copy, "Ctrl+Shift+S", "save-copy", opened, _("backup"), group
        ),
        Command(
            "start", _("Close the project"), window.close_project, "Ctrl+W", "close", opened, _("start page"), group
        ),
        Command("quit", _("Quit"), window.close, "Ctrl+Q", "close", group=group),
    ]


def edits(window: MainWindow) -> list[Command]:
    """Undo and redo."""
    desk = window.desk

    def can_undo() -> bool:
        return desk.session is not None and not desk.session.read_only and desk.session.can_undo() is not None

    def can_redo() -> bool:
        return desk.session is not None and not desk.session.read_only and desk.session.can_redo() is not None

    def some() -> bool:
        return bool(len(desk.selection))

    group = _("Edit")
    return [
        Command("undo", _("Undo"), desk.undo, "Ctrl+Z", "undo", can_undo, group=group),
        Command("redo", _("Redo"), desk.redo, "Ctrl+Shift+Z", "redo", can_redo, group=group),
        Command("deselect", _("Select nothing"), desk.selection.clear, "", "close", some, group=group),
        Command(
            "fly-to-selection",
            _("Fly to the selection"),
            window.fly_to_selection,
            "Shift+Z",
            "fly",
            some,
            group=_("View"),
            in_view=True,
        ),
    ]


def views(window: MainWindow) -> list[Command]:
    """The camera, pictures, workspaces and panels."""
    desk, group = window.desk, _("View")
    walker = desk.viewport.navigator

    def shown() -> bool:
        return desk.viewport.scene is not None

    def opened() -> bool:
        return desk.session is not None

    found = [
        Command("home", _("Whole city"), window.moves.home, "H", "home", shown, group=group, in_view=True),
        Command("fit", _("Fit what is selected"), window.moves.fit, "Z", "fit", shown, group=group, in_view=True),
        Command("top", _("From above"), window.moves.top, "T", "top", shown, group=group, in_view=True),
        Command("north", _("North up"), window.moves.north, "N", "north", shown, group=group, in_view=True),
        Command(
            "walk",
            _("Walk"),
            lambda: walker.set_walking(walker.steps.mode != "walk"),
            "F",
            "walk",
            shown,
            _("street"),
            group,
            True,
        ),
        Command(
            "drone",
            _("Fly as a drone"),
            lambda: walker.steps.set_mode("" if walker.steps.mode == "drone" else "drone"),
            "Shift+F",
            "drone",
            shown,
            _("fly"),
            group,
            True,
        ),
        Command(
            "light",
            _("Light, date and section"),
            partial(desk.show_panel, "light"),
            "L",
            "daylight",
            shown,
            _("sun shadow time before war day"),
            group,
            True,
        ),
        Command(
            "section",
            _("Cut a section through the city"),
            partial(section_tool, desk),
            "X",
            "section",
            shown,
            _("clip plane cut"),
            group,
            True,
        ),
        Command(
            "picture",
            _("Save a picture of the view …"),
            window.ask_picture,
            "Ctrl+Shift+P",
            "picture",
            shown,
            _("export png screenshot"),
            group,
        ),
        *(
            Command(
                f"picture-{title}",
                _("Save a large picture of the view: {size} …").format(size=title),
                partial(window.files.ask_large_picture, size, title),
                "",
                "picture",
                shown,
                _("export png print"),
                group,
            )
            for title, size in LARGE.items()
        ),
        Command(
            "present",
            _("Present: the view alone"),
            lambda: desk.enter("present"),
            "F11",
            "fullscreen",
            shown,
            group=group,
        ),
    ]
    for n, workspace in enumerate(WORKSPACES[:-1], 1):
        title = _("Go to {workspace}").format(workspace=_(workspace.title))
        found.append(
            Command(
                f"workspace-{workspace.key}",
                title,
                partial(desk.enter, workspace.key),
                f"Ctrl+{n}",
                workspace.icon,
                opened,
                group=_("Workspaces"),
            )
        )
    for panel in window.docks.known().values():
        title = _("Panel: {panel}").format(panel=_(panel.title))
        found.append(
            Command(
                f"panel-{panel.key}",
                title,
                partial(desk.show_panel, panel.key),
                "",
                panel.icon,
                opened,
                group=_("Panels"),
            )
        )
    return found


def section_tool(desk: Desk) -> None:
    """Take the section in hand."""
    from vidbudova.ui.tool_section import SectionTool

    desk.viewport.set_tool(SectionTool(desk))
    desk.viewport.setFocus()


def looks(window: MainWindow) -> list[Command]:
    """Theme, language and help."""
    themes = (
        ("light", _("Light theme"), "sun"),
        ("dark", _("Dark theme"), "moon"),
        ("system", _("Theme of the system"), "settings"),
    )
    found = [
        Command(f"theme-{key}", title, partial(window.choose_theme, key), "", icon, words=_("theme colours"))
        for key, title, icon in themes
    ]
    found += [
        Command(
            f"language-{code}",
            _("Language: {name}").format(name=name),
            partial(window.choose_language, code),
            "",
            "language",
            words="language мова 언어",
        )
        for code, name in LANGUAGES.items()
    ]
    found.append(
        Command(
            "shortcuts",
            _("List of shortcuts"),
            window.show_shortcuts,
            "?",
            "question",
            words=_("keys help"),
            group=_("Everywhere"),
        )
    )
    return found
