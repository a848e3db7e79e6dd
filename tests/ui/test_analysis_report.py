"""The report in the Analysis panel: results are added, put in order, noted, and written as one file."""

from __future__ import annotations

import pytest
from jobs import guests
from ui.test_analysis_results import CODE, choose, drawn, ran

from vidbudova.plugin import finding
from vidbudova.session import analyses
from vidbudova.session.reporting import report_of
from vidbudova.ui import analysis_reported

LONG_MS = 60_000


@pytest.fixture
def panel(home, hands):
    """The panel with an analysis that was run twice."""
    folder = guests.write(home / "plugins" / "guest", CODE, reads=("roads",), writes=("zones",), explore=True)
    finding.approve(finding.at(folder))
    made = hands.panel("analysis")
    choose(made, hands, "guest")
    for _n in range(2):
        ran(made, hands)
    return made


def chosen(panel, row):
    panel.list.setCurrentIndex(panel.lines.index(row, 0))


def entries(hands):
    return [one.id for one in report_of(hands.session).entries]


def test_that_results_are_added_with_what_the_view_shows_moved_and_taken_out(panel, hands):
    newest, oldest = panel.kept
    assert panel.reported.empty.isVisibleTo(panel) is False, "the section is closed at first"
    chosen(panel, 0)
    panel.add.click()
    assert entries(hands) == [newest] and panel.add.isChecked()
    entry = report_of(hands.session).entries[0]
    assert entry.table == "difference" and entry.camera[3] == pytest.approx(hands.view.camera.distance)
    chosen(panel, 1)
    assert not panel.add.isChecked()
    panel.add.click()
    assert entries(hands) == [newest, oldest] and report_of(hands.session).entries[1].camera == (), "another is shown"
    panel.reported._move(oldest, -1)
    assert entries(hands) == [oldest, newest]
    chosen(panel, 0)
    assert panel.add.isChecked()
    panel.add.click()
    assert entries(hands) == [oldest]
    assert hands.session.can_undo() is None or "report" not in hands.session.can_undo().lower(), "it is no edit"


def test_that_the_title_and_notes_are_kept_as_they_are_typed(panel, hands):
    chosen(panel, 0)
    panel.add.click()
    reported = panel.reported
    id = entries(hands)[0]
    reported.notes[id].setPlainText("Two bridges carry it all.")
    reported.title.setText("To the council")
    reported.title.textEdited.emit("To the council")
    hands.qtbot.waitUntil(lambda: report_of(hands.session).title == "To the council", timeout=LONG_MS)
    assert report_of(hands.session).entry(id).note == "Two bridges carry it all."
    chosen(panel, 1)
    panel.add.click()
    assert reported.notes[id].toPlainText() == "Two bridges carry it all.", "another entry does not wipe a note"


def test_that_words_typed_just_before_the_project_is_closed_are_kept(panel, hands):
    from vidbudova.store.project import open_project

    chosen(panel, 0)
    panel.add.click()
    id, path = entries(hands)[0], hands.session.project.path
    panel.reported.notes[id].setPlainText("The last word.")
    assert report_of(hands.session).entry(id).note == "", "the hand has not rested yet"
    hands.window.opening.close_project()
    project = open_project(path, read_only=True)
    try:
        assert "The last word." in str(project.view_state("report"))
    finally:
        project.close()


def test_that_a_forgotten_result_leaves_the_report_and_the_panel(panel, hands):
    for row in (0, 1):
        chosen(panel, row)
        panel.add.click()
    analyses.forget(hands.session, list(panel.kept)[0])
    panel.refresh()
    drawn(hands)
    assert len(panel.reported.report.entries) == len(panel.reported.notes) == 1


def test_that_the_report_is_written_in_order_by_a_child(panel, hands, tmp_path, monkeypatch):
    asked = []

    def film(words, out, progress, cancelled):
        asked.append(words)
        return {"out": str(out)}

    monkeypatch.setattr("vidbudova.ui.film.film", film)
    for row in (1, 0):
        chosen(panel, row)
        panel.add.click()
    path = tmp_path / "Report.pdf"
    monkeypatch.setattr(analysis_reported.QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    panel.reported.write.click()
    hands.qtbot.waitUntil(lambda: bool(asked), timeout=LONG_MS)
    drawn(hands)
    newest, oldest = panel.kept
    assert asked[0][0] == "report" and asked[0][-2:] == [oldest, newest] and str(path) in asked[0]
    assert hands.said[-1][0].endswith("Report.pdf") and hands.said[-1][2]


def test_that_the_panel_with_a_report_is_as_narrow_as_320_px(panel, hands):
    chosen(panel, 0)
    panel.add.click()
    assert panel.widget().minimumSizeHint().width() <= 320
