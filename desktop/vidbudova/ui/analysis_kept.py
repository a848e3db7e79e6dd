"""What is done with kept results: compare two, write them as PDF, take one away."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QTreeView

from vidbudova.session import analyses
from vidbudova.session.analyses import Kept
from vidbudova.text import _, moment, number

if TYPE_CHECKING:
    from vidbudova.ui.analysis_panel import AnalysisPanel
    from vidbudova.ui.desk import Desk


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


def write_result(panel: AnalysisPanel) -> None:
    """Write the chosen result as a PDF, seen as the view shows the city now."""
    id = panel.chosen()
    if id is None or panel.desk.session is None:
        return
    name = f"{panel.kept[id].title} {panel.kept[id].ran_at[:10]}.pdf"
    path, _kind = QFileDialog.getSaveFileName(panel, _("Write the report"), name, "*.pdf")
    if path:
        table = panel.view.layers.currentData() if panel.view is not None and panel.view.kept == id else None
        print_into(panel.desk, Path(path), [id, *(["--table", str(table)] if table else []), *camera_words(panel.desk)])


def print_into(desk: Desk, path: Path, words: list[str]) -> None:
    """Have a child draw and set a report, with its progress in the list of jobs."""
    from vidbudova.ui.film import film
    from vidbudova.ui.window_files import reveal

    session = desk.session
    if session is None:
        return
    out = path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf")
    command = ["report", str(session.project.path), "--out", str(out), "--by", session.author, *words]
    desk.jobs.start(
        _("Writing the report"), lambda progress, cancelled: film(command, out, progress, cancelled),
        lambda _body: desk.notify(_("Written: {file}").format(file=out.name), lambda: reveal(out), _("Show")),
    )  # fmt: skip


def camera_of_view(desk: Desk) -> tuple[float, ...]:
    """How the view shows the city, as seven numbers; none while there is no picture."""
    from vidbudova.scene.video import numbers_of

    return () if desk.viewport.scene is None else tuple(numbers_of(desk.viewport.camera).values())


def camera_words(desk: Desk) -> list[str]:
    """The same for a command; in plain digits, for a power of ten would be taken for an option."""
    numbers = camera_of_view(desk)
    return ["--camera", *(f"{value:.6f}" for value in numbers)] if numbers else []


def forget_kept(panel: AnalysisPanel) -> None:
    """Take the chosen result out of the project."""
    id, session = panel.chosen(), panel.desk.session
    if id is not None and session is not None:
        panel.desk.attempt(lambda: analyses.forget(session, id))
        panel.clear_result()
        panel.refresh()


def line_of(kept: Kept) -> str:
    """What the list says of a result: its name and time, and below why it no longer holds."""
    when = moment(datetime.fromisoformat(kept.ran_at))
    words = f"{kept.title} · {when}"
    if not kept.stale:
        return words
    if not kept.changes_since:
        return f"{words}\n" + _("stale, the analysis is another now")
    return f"{words}\n" + _("stale, {n} changes since").format(n=number(kept.changes_since))


def fit(list: QTreeView, most: int) -> None:
    """As high as its first rows, each of which has a line or two."""
    model, frame = list.model(), 2 * list.frameWidth() + 4
    heights = [list.sizeHintForIndex(model.index(row, 0)).height() for row in range(min(model.rowCount(), most))]
    list.setFixedHeight(max(sum(heights), 2 * list.fontMetrics().height() + 12) + frame)
