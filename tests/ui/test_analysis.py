"""The Analysis panel in the real window: run, see, compare, print, ask what if, and trust."""

from __future__ import annotations

import gc
import os
import textwrap
from pathlib import Path

import numpy as np
import pytest
from jobs import guests
from PySide6.QtWidgets import QFileDialog, QMessageBox

from vidbudova.jobs import spare
from vidbudova.model.change import Delta
from vidbudova.plugin import finding
from vidbudova.scene import results
from vidbudova.session import analyses
from vidbudova.ui import analysis_kept, analysis_trust
from vidbudova.ui.analysis_panel import AnalysisPanel
from vidbudova.ui.film import of_result

LONG_MS = 60_000

SHOWN = """
    import numpy as np
    from vidbudova.plugin import Chart, Figure, PluginError, Result, ResultTable, Series, Style

    def run(city, parameters, progress):
        for step in range(200 if parameters["mode"] == "badly" else 1):
            import time
            time.sleep(0.02)
            progress(step / 200, "counting")
        if parameters["gap"] == 3:
            raise PluginError("Three is too much.")
        houses = city.table("buildings", ["geometry", "height_m"])
        houses["minutes"] = np.arange(len(houses)) % 7 * 1.5 * parameters["gap"]
        table = ResultTable("minutes", "Minutes", houses, {"minutes": "min"}, {"minutes": "Minutes"}, "buildings",
                            Style("graduated", "minutes", "min"))
        total = float(houses.minutes.sum())
        return Result(
            {"minutes_total": total}, (Figure("minutes_total", "All minutes", total, "min", "sum", "buildings", "us"),),
            (table,),
            (Chart("c", "A chart", "bar", "x", "y", (Series("a", ["p", "q"], [1, 2]), Series("b", ["p"], [3]))),),
            report="# Heading\\nWords.", warnings=("Made up.",),
        )
"""


@pytest.fixture
def guest(home, tmp_path):
    """A plugin of a person's own, approved before the window opens."""
    folder = guests.write(finding.own_folder() / "guest", SHOWN, reads=("buildings",))
    assert finding.approve(finding.at(folder)).state == "ready"
    return folder


@pytest.fixture
def panel(guest, hands, qtbot):
    return opened(hands, qtbot, "guest")


def opened(hands, qtbot, plugin):
    hands.desk.enter("analysis")
    panel = hands.desk.show_panel("analysis")
    qtbot.waitUntil(lambda: bool(panel.plugins), timeout=LONG_MS)
    panel.which.setCurrentIndex(panel.which.findData(plugin))
    panel.choose()
    return panel


def ran(panel, qtbot):
    panel.run.click()
    qtbot.waitUntil(lambda: panel.job is None, timeout=LONG_MS)
    qtbot.waitUntil(lambda: bool(panel.kept) and panel.chosen() is not None, timeout=LONG_MS)


def drawn(hands):
    return hands.view.scene.results.table


def test_that_a_run_shows_figures_with_their_source_a_layer_a_chart_and_rows(hands, panel, qtbot):
    panel.form.rows["gap"].put(2.0)
    ran(panel, qtbot)
    row = panel.view.figures.rows["minutes_total"]
    assert row.value.text().endswith("min") and not row.origin.isVisible()
    row.head.click()
    assert "Formula: sum" in row.origin.text() and "Source: us" in row.origin.text() and row.origin.isVisible()
    qtbot.waitUntil(lambda: drawn(hands) is not None, timeout=LONG_MS)
    assert drawn(hands).name == "minutes" and panel.view.legend_column.count() > 2
    panel.view.which.setCurrentIndex(1)
    panel.view.show_rows()
    rows = panel.view.rows.rows
    assert rows.columns[-1] == "id" and rows.rowCount() == len(hands.desk.city.table("buildings"))
    rows.sort(rows.columns.index("minutes"))
    words = [rows.data(rows.index(n, rows.columns.index("minutes"))) for n in (0, rows.rowCount() - 1)]
    assert words == ["0", "18"]
    assert of_result(hands.desk.shown_result) == ["--result", panel.chosen(), "--table", "minutes"]
    panel.view.layers.setCurrentIndex(0)
    assert drawn(hands) is None and of_result(hands.desk.shown_result) == []


def test_that_a_result_is_stale_after_an_edit_and_two_are_compared(hands, panel, qtbot):
    ran(panel, qtbot)
    session = hands.desk.session
    house = str(session.columns("buildings", [])["id"][0])
    session.do("Correct", [Delta("buildings", house, None, {"height_m": 44.0})])
    qtbot.waitUntil(lambda: "stale" in panel.lines.rows[0][1][0], timeout=LONG_MS)
    panel.form.rows["gap"].put(1.0)
    ran(panel, qtbot)
    qtbot.waitUntil(lambda: len(panel.kept) == 2, timeout=LONG_MS)
    assert panel.compare.isEnabled()
    before = panel.view
    analysis_kept.compare_two(panel)
    qtbot.waitUntil(lambda: panel.view is not None and panel.view is not before, timeout=LONG_MS)
    assert "figures" in [table.name for table in panel.view.result.tables]


def test_that_a_result_is_printed_and_taken_away(hands, panel, qtbot, tmp_path, monkeypatch):
    ran(panel, qtbot)
    qtbot.waitUntil(lambda: drawn(hands) is not None, timeout=LONG_MS)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "page"), ""))
    panel.report.click()
    qtbot.waitUntil(lambda: (tmp_path / "page.pdf").exists() and not hands.desk.jobs.running, timeout=LONG_MS)
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF") and len(list(tmp_path.glob("*part*"))) == 0
    analysis_kept.forget_kept(panel)
    qtbot.waitUntil(lambda: not panel.kept, timeout=LONG_MS)
    assert panel.view is None and drawn(hands) is None


def test_that_what_is_open_is_put_aside_from_the_collector_until_the_project_is_closed(hands, panel, qtbot):
    before = gc.get_freeze_count()
    ran(panel, qtbot)
    qtbot.waitUntil(lambda: gc.get_freeze_count() > before, timeout=LONG_MS)
    hands.window.opening.close_project()
    assert gc.get_freeze_count() == 0


def test_that_a_run_can_be_cancelled_and_keeps_nothing(hands, panel, qtbot):
    panel.form.rows["mode"].put("badly")
    panel.run.click()
    assert panel.doing.text() and panel.doing.isVisible(), "the wait for a process is told"
    qtbot.waitUntil(lambda: panel.doing.text() == "counting", timeout=LONG_MS)
    assert panel.cancel.isVisible() and not panel.run.isVisible()
    panel.cancel.click()
    qtbot.waitUntil(lambda: panel.job is None, timeout=LONG_MS)
    assert analyses.kept(hands.desk.session) == [] and panel.run.isVisible()


def test_that_what_a_plugin_says_is_told_as_a_sentence(hands, panel, qtbot, monkeypatch):
    said = []
    monkeypatch.setattr(hands.desk, "show_error", lambda error: said.append(str(error)))
    panel.form.rows["gap"].put(3.0)
    panel.run.click()
    qtbot.waitUntil(lambda: bool(said), timeout=LONG_MS)
    assert "Three is too much." in said[0] and panel.job is None


def test_that_a_value_that_cannot_be_is_told_at_its_place_and_nothing_runs(panel):
    row = panel.form.rows["gap"]
    row.line.setText("100")
    row.line.editingFinished.emit()
    assert "10" in row.problem.text() and row.problem.isVisibleTo(panel)
    panel.run.click()
    assert panel.job is None
    panel.form.reset()
    assert panel.form.values()["gap"] == 0.5 and not row.problem.isVisibleTo(panel)


def test_that_values_are_remembered_with_the_project(hands, panel):
    panel.form.rows["gap"].put(7.5)
    panel.form.rows["gap"].line.editingFinished.emit()
    panel.choose()
    assert panel.form.values()["gap"] == 7.5
    assert hands.desk.session.view_state("analysis")["guest"]["gap"] == 7.5


def test_that_a_plugin_runs_only_after_it_was_looked_at_and_approved(hands, panel, qtbot, guest, monkeypatch):
    (guest / "__init__.py").write_text(textwrap.dedent(SHOWN) + "\n# another\n", encoding="utf-8")
    panel.look_for()
    qtbot.waitUntil(lambda: panel.plugin is not None and panel.plugin.state == "unapproved", timeout=LONG_MS)
    assert panel.approve.isVisible() and not panel.run.isEnabled() and "approved" in panel.state.text()
    told = []

    def answer(box):
        told.append(box.text())
        yes = next(b for b in box.buttons() if box.buttonRole(b) == QMessageBox.ButtonRole.AcceptRole)
        yes.click()

    monkeypatch.setattr(QMessageBox, "exec", answer)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda box: box.buttons()[0])
    analysis_trust.look(panel)
    assert "no sandbox" in told[0] and "Buildings" in told[0] and str(guest) in told[0]
    qtbot.waitUntil(lambda: panel.plugin is not None and panel.plugin.state == "ready", timeout=LONG_MS)
    assert panel.run.isEnabled()


def test_that_an_analysis_is_installed_from_a_folder(hands, panel, qtbot, tmp_path, monkeypatch):
    folder = guests.write(tmp_path / "other_guest", SHOWN, reads=("rail",))
    analysis_trust.install_from(panel, folder)
    qtbot.waitUntil(lambda: panel.which.findData("other-guest") >= 0, timeout=LONG_MS)
    finding.approve(finding.find("other-guest"))
    panel.look_for()
    qtbot.waitUntil(
        lambda: panel.plugin is not None and panel.plugin.id == "other-guest" and panel.plugin.state == "ready",
        timeout=LONG_MS,
    )
    if not hands.desk.session.project.count("rail"):
        assert "OpenStreetMap" in panel.state.text() and not panel.run.isEnabled()
        asked = []
        monkeypatch.setattr(hands.desk, "show_panel", asked.append)
        assert panel.bring.isVisible()
        panel.bring.click()
        assert asked == ["import"], "how to get it is one click away"


def test_that_closing_a_bridge_is_answered_and_the_process_ends_with_the_questions(hands, home, qtbot):
    panel = opened(hands, qtbot, "traffic-flow")
    panel.what_if_section.open()
    what_if = panel.what_if
    what_if.begin.click()
    qtbot.waitUntil(lambda: what_if.explorer is not None, timeout=4 * LONG_MS)
    pid = what_if.explorer.pid
    roads = hands.desk.session.rows("roads")
    bridges = [id for id, row in roads.items() if row["bridge"]]
    assert bridges, "the sample city has a river with bridges"
    for bridge in bridges:
        what_if.change(bridge)
    qtbot.waitUntil(lambda: not what_if._asking, timeout=LONG_MS)
    summary = panel.view.result.summary
    assert summary["unserved_trips_veh_h"] > 0 or summary["loss_veh_h"] > 0
    assert panel.view.layers.currentData() == "difference"
    qtbot.waitUntil(lambda: drawn(hands) is not None and drawn(hands).name == "difference", timeout=LONG_MS)
    what_if.take_back()
    qtbot.waitUntil(lambda: not what_if._asking, timeout=LONG_MS)
    assert panel.view.result.summary["loss_veh_h"] == pytest.approx(0, abs=1e-3)
    what_if.leave()
    qtbot.waitUntil(lambda: gone(pid), timeout=LONG_MS)


def gone(pid):
    """Whether there is no such process, nor what is left of one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_that_a_result_is_worked_out_for_the_city_once(hands, panel, qtbot, monkeypatch):
    asked = []
    prepare = results.prepare
    monkeypatch.setattr(results, "prepare", lambda *told: asked.append(told[0].name) or prepare(*told))
    ran(panel, qtbot)
    qtbot.waitUntil(lambda: drawn(hands) is not None, timeout=LONG_MS)
    assert asked == ["minutes"]
    panel.show_result(panel.view.result)
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=LONG_MS)


def test_that_a_process_is_ready_before_run_is_pressed_and_goes_with_the_project(hands, panel, qtbot, monkeypatch):
    monkeypatch.setattr(spare, "LEAST_FREE_MB", 0)
    panel.ahead.look()
    qtbot.waitUntil(spare.is_ready, timeout=LONG_MS)
    pid = spare._spare.process.pid
    ran(panel, qtbot)
    assert panel.view.result.summary["minutes_total"] > 0 and gone(pid), "it has served"
    panel.ahead.look()
    qtbot.waitUntil(spare.is_ready, timeout=LONG_MS)
    pid = spare._spare.process.pid
    hands.window.opening.close_project()
    assert gone(pid)


def test_that_a_click_takes_the_street_under_it(hands, home, qtbot):
    from vidbudova.ui.analysis_what_if import StreetTool

    panel = opened(hands, qtbot, "traffic-flow")
    chosen = []
    tool = StreetTool(hands.desk, chosen.append)
    roads = hands.desk.city.table("roads")
    middle = roads.xy[roads.part_offsets[0] : roads.part_offsets[0] + 2].mean(axis=0)
    hands.look(float(middle[0]), float(middle[1]), 150.0)
    place = hands.view.scene.project(np.array([[*middle, hands.view.ground_m(middle)]]))[0][0]
    assert tool.street(float(place[0]), float(place[1])) in set(roads.ids.tolist())
    assert panel.plugin.explore


def test_that_without_a_project_the_panel_says_so(guest, make_window, qtbot):
    window = make_window()
    assert window.desk.show_panel("analysis") is None, "panels come with a project"
    panel = AnalysisPanel(window.desk)
    panel.setParent(window)
    qtbot.waitUntil(lambda: bool(panel.plugins), timeout=LONG_MS)
    assert "project" in panel.state.text() and not panel.run.isEnabled()
    assert Path(panel.plugins[0].folder).is_dir()
