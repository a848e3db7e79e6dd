"""Whether the chosen analysis can run here, and if not, what is missing and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidbudova.model.schema import TABLES
from vidbudova.plugin.finding import Plugin
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


def lacks(desk: Desk, plugin: Plugin | None) -> list[str]:
    """Tables that it needs and the city has no rows of."""
    session = desk.session
    if session is None or plugin is None:
        return []
    needed = [name for name in plugin.reads if name not in plugin.optional]
    return [name for name in needed if not session.project.count(name)]


def words(desk: Desk, plugin: Plugin | None, lacking: list[str], listed: int) -> str:
    """Why it cannot run, as a sentence; "" if it can, or while analyses are looked for."""
    if plugin is None:
        return _("No analyses are installed") if not listed else ""
    if plugin.state != "ready":
        return plugin.reason
    if desk.session is None:
        return _("Open a project first.")
    if lacking:
        names = ", ".join(_(TABLES[name].title) for name in lacking)
        return _("The city lacks: {tables}. Bring in OpenStreetMap, or files with them (“Bring in files”).").format(
            tables=names
        )
    return _("The project is open to look only; a result could not be kept.") if desk.session.read_only else ""
