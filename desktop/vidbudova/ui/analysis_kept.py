"""What is done with a kept result: compare it with the run before, write it as a page, take it away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from vidbudova.session import analyses
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.ui.analysis_panel import AnalysisPanel


def pair(panel: AnalysisPanel) -> tuple[str, str] | None:
    """The older and the newer of two runs that are chosen, else the chosen run and the one before it."""
    rows = sorted({index.row() for index in panel.list.selectionModel().selectedRows()})
    if len(rows) == 2:
        newer, older = (panel.lines.id_of(row) for row in rows)
        return older, newer
    id = panel.chosen()
    before = None if id is None else panel.before(id)
    return None if id is None or before is None else (before, id)


def compare_two(panel: AnalysisPanel) -> None:
    """Show what differs between two runs."""
    from vidbudova.session.comparing import compare

    both, session = pair(panel), panel.desk.session
    if both is None or session is None:
        return
    before, id = both
    panel.desk.jobs.start(
        _("Comparing"),
        lambda progress, cancelled: compare(analyses.result_of(session, before), analyses.result_of(session, id)),
        panel.show_result,
    )


def write_report(panel: AnalysisPanel) -> None:
    """Write the chosen result as a PDF."""
    from vidbudova.ui.analysis_report import write

    id, session = panel.chosen(), panel.desk.session
    if id is None or session is None:
        return
    name = f"{panel.kept[id].title} {panel.kept[id].ran_at[:10]}.pdf"
    path, _kind = QFileDialog.getSaveFileName(panel, _("Write the report"), name, "*.pdf")
    if path:
        kept, picture = panel.kept[id], panel.desk.viewport.picture()
        if panel.desk.attempt(lambda: write(Path(path), kept, analyses.result_of(session, id), picture)):
            panel.desk.notify(_("Written: {file}").format(file=Path(path).name))


def forget_kept(panel: AnalysisPanel) -> None:
    """Take the chosen result out of the project."""
    id, session = panel.chosen(), panel.desk.session
    if id is not None and session is not None:
        panel.desk.attempt(lambda: analyses.forget(session, id))
        panel.clear_result()
        panel.refresh()
