"""What is done with a result in the Analysis panel: play it, sort and copy rows, take a proposal, write files."""

from __future__ import annotations

import pytest
from jobs import guests
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from vidbudova.plugin import Chart, Series, finding
from vidbudova.ui import analysis_kept
from vidbudova.ui.analysis_chart import chart_widget
from vidbudova.ui.analysis_saving import draw_into, save_into

CODE = """
    import time
    from vidbudova.plugin import (
        Chart, Figure, PluginError, Proposal, ProposedDelta, Result, ResultTable, Series, Style,
    )

    def found(city, gap, closed=()):
        roads = city.table("roads")
        roads = roads[["id", roads.geometry.name]].copy()
        flow = [0.0 if id in closed else 100.0 + 10 * k for k, id in enumerate(roads["id"])]
        roads["flow_veh_h"] = flow
        roads["speed_m_s"] = 10.0
        table = ResultTable(
            "difference", "Flows", roads, {"flow_veh_h": "veh/h"}, {"flow_veh_h": "Flow"}, "roads",
            Style("flow", "flow_veh_h", "veh/h", width="flow_veh_h", speed="speed_m_s"),
        )
        figure = Figure(
            "flow_veh_h", "Whole flow", sum(flow), "veh/h", "sum of the flows", "roads", "A handbook", "2024-01-02"
        )
        return Result(
            {"flow_veh_h": sum(flow)}, (figure,), (table,),
            (Chart("curve", "A curve", "line", "x", "Flow, veh/h", (Series("a", [1, 2], [3.0, 4.0]),), True),),
            (Proposal("Widen", "because", (
                ProposedDelta("zones", "z1", "name", "First"), ProposedDelta("zones", "z2", "name", "Second"),
            )),),
            "# Findings\\nIt flows.", ("Only a test.",),
        )

    def run(city, parameters, progress):
        if parameters["mode"] == "badly":
            raise PluginError("There is no way across.")
        for k in range(3 if parameters["gap"] < 5 else 600):
            progress(k / 600, "counting cars")
            time.sleep(0.05)
        return found(city, parameters["gap"])

    class Explorer:
        def __init__(self, city):
            self.city, self.result = city, found(city, 0.5)

        def ask(self, question, progress):
            return found(self.city, 0.5, set(question["close"]))

    def explore(city, parameters, progress):
        return Explorer(city)
"""
LONG_MS = 60_000


@pytest.fixture
def guest(home):
    """An analysis that waits for approval."""
    folder = guests.write(home / "plugins" / "guest", CODE, reads=("roads",), writes=("zones",), explore=True)
    return finding.at(folder)


@pytest.fixture
def panel(guest, hands):
    """The panel with that analysis approved and chosen."""
    finding.approve(guest)
    made = hands.panel("analysis")
    choose(made, hands, "guest")
    return made


def choose(panel, hands, id):
    hands.qtbot.waitUntil(lambda: panel.which.findData(id) >= 0, timeout=LONG_MS)
    panel.which.setCurrentIndex(panel.which.findData(id))
    panel.which.activated.emit(panel.which.currentIndex())


def ran(panel, hands):
    """Press Run and wait for what is found."""
    before = len(panel.kept)
    hands.qtbot.mouseClick(panel.run, Qt.MouseButton.LeftButton)
    hands.qtbot.waitUntil(lambda: len(panel.kept) > before and panel.view is not None, timeout=LONG_MS)
    drawn(hands)
    return panel.view


def drawn(hands):
    hands.qtbot.waitUntil(lambda: not hands.desk.jobs.running, timeout=LONG_MS)


def line(panel, name):
    return panel.form.rows[name]


def test_that_a_broken_analysis_is_listed_with_its_reason(home, hands):
    folder = home / "plugins" / "odd"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text("id = [", encoding="utf-8")
    panel = hands.panel("analysis")
    choose(panel, hands, finding.at(folder).id)
    assert panel.state.text() and not panel.run.isEnabled() and panel.form is None


def test_that_cars_move_only_while_playing(panel, hands):
    view = ran(panel, hands)
    view.play.click()
    results = hands.view.scene.results
    began = results.clock_s
    hands.qtbot.waitUntil(lambda: results.clock_s > began, timeout=LONG_MS)
    view.play.click()
    stopped = results.clock_s
    hands.qtbot.wait(150)
    assert results.clock_s == stopped and not results.playing


def test_that_rows_are_sorted_copied_and_lead_to_their_place(panel, hands):
    view = ran(panel, hands)
    view.which.setCurrentIndex(1)
    view.show_rows()
    given = [view.rows.rows.id_at(n) for n in range(3)]
    assert given == view.result.tables[0].frame["id"].head(3).tolist(), "as the analysis gave them"
    at = view.rows.rows.columns.index("flow_veh_h")
    view.rows.sortByColumn(at, Qt.SortOrder.DescendingOrder)
    frame = view.result.tables[0].frame
    assert view.rows.rows.id_at(0) == frame["id"].iloc[-1]
    view.rows.selectRow(0)
    view.rows.copy()
    view.rows.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert [view.rows.rows.id_at(n) for n in range(3)] == given
    view.rows.sortByColumn(at, Qt.SortOrder.DescendingOrder)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2 and "Flow, veh/h" in lines[0]
    before = hands.view.camera
    view.go_to(0)
    hands.qtbot.waitUntil(lambda: hands.view.camera != before, timeout=LONG_MS)


def test_that_only_what_is_ticked_of_a_proposal_is_taken_and_it_can_be_undone(panel, hands):
    view = ran(panel, hands)
    proposal = view.proposals[0]
    model = proposal.deltas
    assert "First" in model.data(model.index(0))
    model.setData(model.index(1), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert "1" in proposal.take.text()
    proposal.take.click()
    assert hands.session.row("zones", "z1")["name"] == "First" and hands.session.row("zones", "z2") is None
    _words, action, button = hands.said[-1]
    assert button
    action()
    assert hands.session.row("zones", "z1") is None
    model.tick_all(False)
    assert not proposal.take.isEnabled()


def test_that_a_closed_street_changes_the_figures_and_its_end_ends_the_process(panel, hands):
    what_if = panel.what_if
    what_if.start()
    hands.qtbot.waitUntil(lambda: what_if.explorer is not None, timeout=LONG_MS)
    drawn(hands)
    road = str(panel.view.result.tables[0].frame["id"].iloc[-1])
    base = panel.view.result.summary["flow_veh_h"]
    what_if.change(road)
    hands.qtbot.waitUntil(lambda: panel.view.result.summary["flow_veh_h"] < base, timeout=LONG_MS)
    assert "−" in panel.view.figures.rows["flow_veh_h"].value.text()
    what_if.change(road)
    hands.qtbot.waitUntil(lambda: panel.view.result.summary["flow_veh_h"] == base, timeout=LONG_MS)
    assert not what_if.edits
    explorer = what_if.explorer
    what_if.leave()
    drawn(hands)
    assert not explorer.alive and hands.view.tool is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("kind", "x", "y"),
    [
        ("line", [1, 2, 3], [1.0, float("nan"), 3.0]), ("step", [1, 2, 3], [1.0, 2.0, 3.0]),
        ("bar", ["a", "b", "c"], [1.0, 2.0, 3.0]), ("scatter", [1, 2, 3], [1.0, 2.0, 3.0]), ("line", [], []),
    ],
)  # fmt: skip
def test_that_every_kind_of_chart_is_drawn_and_saved(qtbot, tmp_path, theme, kind, x, y):
    chart = chart_widget(Chart("c", "Title", kind, "Time, h", "Cars", (Series("s", x, y), Series("t", x, y))), theme)
    qtbot.addWidget(chart)
    chart.resize(320, 230)
    for name in ("c.png", "c.svg"):
        draw_into(chart, tmp_path / name)
        assert (tmp_path / name).stat().st_size > 500


def test_that_the_tables_are_written_into_a_folder(panel, hands, tmp_path):
    view = ran(panel, hands)
    save_into(hands.desk, view.result, tmp_path / "out")
    drawn(hands)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"difference.geojson", "result.json"}


def test_that_the_panel_is_as_narrow_as_320_px_with_a_result(panel, hands):
    ran(panel, hands)
    assert panel.widget().minimumSizeHint().width() <= 320


def test_that_any_two_chosen_runs_are_compared_the_older_first(panel, hands):
    for _n in range(3):
        ran(panel, hands)
    newest, _middle, oldest = panel.kept
    assert analysis_kept.pair(panel) == (list(panel.kept)[1], newest)
    panel.list.setCurrentIndex(panel.lines.index(2, 0))
    assert not panel.compare.isEnabled(), "nothing was run before it"
    model = panel.list.selectionModel()
    model.select(panel.lines.index(0, 0), model.SelectionFlag.Select)
    assert analysis_kept.pair(panel) == (oldest, newest) and panel.compare.isEnabled()
    panel.compare.click()
    hands.qtbot.waitUntil(lambda: panel.view.table("figures") is not None, timeout=LONG_MS)
    drawn(hands)
