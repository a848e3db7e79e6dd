"""Whose analyses run here: looking at one before it may, bringing one in, taking one away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QMessageBox

from vidbudova.model.schema import TABLES
from vidbudova.plugin import finding, translate
from vidbudova.text import _, language

if TYPE_CHECKING:
    from vidbudova.ui.analysis_panel import AnalysisPanel

FILES = "*.zip plugin.toml"


def look(panel: AnalysisPanel) -> None:
    """Show what a plugin says of itself, and let it run if the person wants that."""
    plugin = panel.plugin
    if plugin is None:
        return
    reads = ", ".join(_(TABLES[name].title) for name in plugin.reads)
    writes = ", ".join(_(TABLES[name].title) for name in plugin.writes) or _("nothing unless you say so")
    words = "\n\n".join((
        f"{plugin.name} {plugin.version}\n{translate(plugin.about, language())}",
        _("Reads: {tables}").format(tables=reads), _("May propose changes to: {tables}").format(tables=writes),
        _("Folder: {folder}").format(folder=plugin.folder), _(
            "Python is no sandbox: a plugin that runs can do all that you can do on this computer, whatever it"
            " says of itself. Approve only what comes from someone you trust."
        ),
    ))  # fmt: skip
    box = QMessageBox(QMessageBox.Icon.Warning, _("Approve this analysis?"), words, parent=panel)
    box.setObjectName("approve-box")
    yes = box.addButton(_("Approve"), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(_("Not now"), QMessageBox.ButtonRole.RejectRole))
    box.exec()
    if box.clickedButton() is yes:
        finding.approve(plugin)
        panel.look_for()


def ask_install(panel: AnalysisPanel) -> None:
    """Choose a zip and install it."""
    found, _kind = QFileDialog.getOpenFileName(panel, panel.install.text(), "", FILES)
    if found:
        path = Path(found)
        install_from(panel, path.parent if path.name == "plugin.toml" else path)


def install_from(panel: AnalysisPanel, path: Path) -> None:
    """Install a plugin from a folder or zip."""
    from vidbudova.plugin.installing import install

    def done(plugin: Any) -> None:
        panel.desk.notify(_("Installed: {id} {version}.").format(id=plugin.id, version=plugin.version))
        panel.desk.settings.setValue("analysis", plugin.id)
        panel.which.setCurrentIndex(-1)
        panel.look_for()

    panel.desk.jobs.start(_("Installing an analysis"), lambda progress, cancelled: install(path).plugin, done)


def ask_remove(panel: AnalysisPanel) -> None:
    """Take the chosen plugin away, after a question."""
    from vidbudova.plugin.installing import remove

    plugin = panel.plugin
    words = "" if plugin is None else _("Remove “{name}” from this computer?").format(name=plugin.name)
    if plugin is not None and QMessageBox.question(panel, words, words) == QMessageBox.StandardButton.Yes:
        panel.desk.attempt(lambda: remove(plugin.id))
        panel.look_for()
