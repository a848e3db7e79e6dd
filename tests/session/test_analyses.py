"""Analyses of an open project: kept, stale when their inputs change, compared, and their proposals taken."""

from __future__ import annotations

import threading

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from houses import CRS, FIELDS, stage
from jobs import guests

from vidbudova.errors import UserError
from vidbudova.model.change import Delta
from vidbudova.plugin import Figure, Proposal, ProposedDelta, Result, ResultTable, Style, finding, installing
from vidbudova.session import Session, analyses
from vidbudova.session.comparing import compare
from vidbudova.session.exporting_results import export_result
from vidbudova.store.project import create, open_project
from vidbudova.store.results import path_of


@pytest.fixture
def session(tmp_path):
    made = Session(create(tmp_path / "City.vbp.gpkg", CRS), "Olena")
    made.add_layer(stage(tmp_path / "houses"), FIELDS)
    yield made
    made.close()


@pytest.fixture
def guest(tmp_path, install):
    """A plugin that is installed and approved."""
    install(guests.write(tmp_path / "guest"))
    return "guest"


def house(session, at=0):
    return str(session.columns("buildings", [])["id"][at])


def test_that_a_run_is_kept_with_what_it_rests_on(session, guest):
    kept = analyses.run_analysis(session, guest, {"gap": 0.25})
    assert analyses.kept(session) == [kept]
    assert (kept.plugin, kept.version, kept.title, kept.scenario) == ("guest", "1.0", "Guest", "now")
    assert kept.parameters == {"gap": 0.25, "mode": "well"}
    assert kept.summary["buildings_count"] == 30 and kept.warnings == ("Only a test.",)
    assert not kept.stale and kept.changes_since == 0 and kept.ran_at.endswith("+00:00")
    result = analyses.result_of(session, kept.id)
    assert len(result.tables[0].frame) == 30
    assert session.can_undo() is not None and session.project.count_changes() == 1, "a result is no edit"


def test_that_a_result_is_stale_once_a_table_it_read_changes_and_fresh_once_that_is_taken_back(session, guest):
    analyses.run_analysis(session, guest)
    session.do("Draw", [Delta("zones", "z1", None, {"name": "A"})])
    assert not analyses.kept(session)[0].stale, "it does not read zones"
    session.do("Correct", [Delta("buildings", house(session), None, {"height_m": 99.0})])
    stale = analyses.kept(session)[0]
    assert stale.stale and stale.changes_since == 1
    again = analyses.run_analysis(session, guest)
    assert not again.stale
    assert [k.stale for k in analyses.kept(session)] == [False, True], "the newest first"
    assert again.inputs_sha256 != stale.inputs_sha256


def test_that_a_change_during_a_run_makes_its_result_stale_at_once(session, install, tmp_path):
    install(guests.write(tmp_path / "slow", guests.body("progress(0.5, 'on')\ntime.sleep(0.5)\n")))
    changes = []

    def edit(share, what):
        if not changes:
            changes.append(session.do("Correct", [Delta("buildings", house(session), None, {"height_m": 99.0})]))

    kept = analyses.run_analysis(session, "slow", progress=edit)
    assert changes and kept.stale and kept.changes_since == 1
    assert [k.stale for k in analyses.kept(session)] == [True]
    session.undo()
    assert [k.stale for k in analyses.kept(session)] == [False]


def test_that_what_a_run_found_out_of_the_tables_is_not_computed_again(session, guest, monkeypatch):
    computed = []
    whole = session.project.inputs_sha256
    monkeypatch.setattr(session.project, "inputs_sha256", lambda *told: computed.append(told) or whole(*told))
    kept, result = analyses.run_and_read(session, guest)
    assert not kept.stale and result.summary == kept.summary and not analyses.kept(session)[0].stale
    assert not computed
    session.do("Correct", [Delta("buildings", house(session), None, {"height_m": 99.0})])
    assert analyses.kept(session)[0].stale and computed


def test_that_a_scenario_has_results_of_its_own(session, guest):
    analyses.run_analysis(session, guest, scenario="plan A")
    session.do("Correct", [Delta("buildings", house(session), None, {"height_m": 9.0})], "plan B")
    assert not analyses.kept(session)[0].stale
    session.do("Correct", [Delta("buildings", house(session), None, {"height_m": 9.0})], "plan A")
    assert analyses.kept(session)[0].stale


def test_that_a_result_is_stale_once_its_plugin_or_a_file_of_its_parameters_is_another(session, tmp_path, install):
    folder = guests.write(tmp_path / "reader", guests.body("Path(parameters['matrix']).read_text()\n"))
    with (folder / "plugin.toml").open("a", encoding="utf-8") as toml:
        toml.write('[[parameters]]\nname = "matrix"\ntype = "file"\n')
    install(folder)
    matrix = tmp_path / "trips.csv"
    matrix.write_text("1,2", encoding="utf-8")
    analyses.run_analysis(session, "reader", {"matrix": str(matrix)})
    assert not analyses.kept(session)[0].stale
    matrix.write_text("1,2,3", encoding="utf-8")
    assert analyses.kept(session)[0].stale
    matrix.unlink()
    assert not analyses.kept(session)[0].stale, "a file that is not here says nothing"
    (finding.own_folder() / "reader" / "more.py").write_text("", encoding="utf-8")
    assert analyses.kept(session)[0].stale
    installing.remove("reader")
    assert not analyses.kept(session)[0].stale, "nor does a plugin that is not here"


def test_that_an_explorer_is_asked_while_the_city_is_edited_and_its_run_is_kept(session, tmp_path, install):
    install(guests.write(tmp_path / "asked", guests.EXPLORER, explore=True))
    with analyses.explore(session, "asked", {"gap": 0.25}) as explorer:
        assert analyses.rests_on_now(session, explorer)
        fresh = analyses.keep_explored(session, explorer)
        assert not fresh.stale and fresh.summary == {"base_count": 1} and fresh.parameters["gap"] == 0.25
        session.do("Correct", [Delta("buildings", house(session), None, {"height_m": 99.0})])
        assert explorer.ask({"number": 4}).summary["twice"] == 8
        assert not analyses.rests_on_now(session, explorer)
        assert analyses.kept(session)[0].stale
        session.undo()
        assert analyses.rests_on_now(session, explorer)


def test_that_a_run_goes_on_beside_edits_and_is_stale_if_one_came_meanwhile(session, guest):
    came, id = [], house(session)
    runs = threading.Thread(target=lambda: came.extend(analyses.run_analysis(session, guest) for _ in range(2)))
    runs.start()
    edits = 0
    while runs.is_alive():
        session.do("Correct", [Delta("buildings", id, None, {"height_m": float(edits + 1)})])
        edits += 1
        runs.join(0.01)
    assert [kept.stale for kept in analyses.kept(session)] == [True, True] and len(came) == 2
    assert analyses.kept(session)[-1].changes_since in range(1, edits + 1)
    assert session.project.check() == []
    again = analyses.run_analysis(session, guest)
    assert not again.stale and again.changes_since == 0


def test_that_a_forgotten_result_is_gone_and_a_missing_file_is_a_sentence(session, guest):
    kept = analyses.run_analysis(session, guest)
    file = next(session.project.beside("layers").glob("*.result"))
    whole = file.read_bytes()
    for broken in (whole[:100], b""):
        file.write_bytes(broken)
        with pytest.raises(UserError) as missing:
            analyses.result_of(session, kept.id)
        assert missing.value.key == "result-missing"
    analyses.forget(session, kept.id)
    assert analyses.kept(session) == [] and not file.exists()
    for ask in (analyses.result_of, analyses.forget):
        with pytest.raises(UserError) as unknown:
            ask(session, kept.id)
        assert unknown.value.key == "no-such-thing"


def test_that_a_run_that_breaks_off_or_is_cancelled_keeps_nothing(session, guest, tmp_path, install):
    install(guests.write(tmp_path / "broken", guests.body("raise ValueError('odd')\n")))
    with pytest.raises(UserError, match="odd"):
        analyses.run_analysis(session, "broken")
    with pytest.raises(UserError) as stopped:
        analyses.run_analysis(session, guest, cancelled=lambda: True)
    assert stopped.value.key == "plugin-cancelled"
    assert analyses.kept(session) == []


def test_that_nothing_is_run_that_could_not_be_kept(session, guest):
    looking = Session(open_project(session.project.path, read_only=True), "")
    try:
        with pytest.raises(UserError) as refused:
            analyses.run_analysis(looking, guest)
        assert refused.value.key == "project-read-only"
    finally:
        looking.close()


def test_that_nonsense_is_refused_before_anything_starts(session, guest):
    for parameters in ({"gap": "much"}, {"gap": 11.0}, {"gap": float("nan")}, {"mode": "odd"}, {"unknown": 1}):
        with pytest.raises(UserError) as refused:
            analyses.run_analysis(session, guest, parameters)
        assert refused.value.exit_code != 1
    with pytest.raises(UserError) as unknown:
        analyses.run_analysis(session, "no-such-plugin")
    assert unknown.value.key == "plugin-unknown"


def test_that_a_proposal_is_taken_as_one_change_that_can_be_undone(session):
    ids = [house(session, at) for at in range(3)]
    deltas = tuple(ProposedDelta("buildings", id, "height_m", 12) for id in ids)
    deltas += (ProposedDelta("zones", "z1", "name", "Mend first"),)
    deltas += (ProposedDelta("zones", "z1", "geom", "MULTIPOLYGON (((0 0, 50 0, 50 50, 0 50, 0 0)))"),)
    change = analyses.take(session, Proposal("Order of repair", "because", deltas))
    assert change.title_values == {"proposal": "Order of repair"} and len(change.deltas) == 4
    assert session.row("buildings", ids[2])["height_m"] == 12.0
    assert shapely.from_wkb(session.row("zones", "z1")["geom"]).area == 2500
    session.undo()
    assert session.row("zones", "z1") is None and session.row("buildings", ids[0])["height_m"] == 15.0


@pytest.mark.parametrize(
    "delta",
    [
        ProposedDelta("vb_change", "x", "title", "odd"),
        ProposedDelta("zones", "x", "no_field", 1),
        ProposedDelta("buildings", "x", "height_m", -5.0),
        ProposedDelta("zones", "x", "geom", "no outline"),
    ],
)
def test_that_an_odd_proposal_is_refused_and_changes_nothing(session, delta):
    before = session.project.count_changes()
    with pytest.raises(UserError):
        analyses.take(session, Proposal("Odd", "", (ProposedDelta("zones", "z1", "name", "A"), delta)))
    assert session.project.count_changes() == before


def table(minutes, ids="abc"):
    places = [shapely.Point(i, 0) for i in range(len(ids))]
    frame = gpd.GeoDataFrame({"id": list(ids), "kind": "home", "minutes": minutes}, geometry=places, crs=CRS)
    style = Style("graduated", "minutes", "min")
    return ResultTable("access", "Access", frame, {"minutes": "min"}, {"minutes": "Minutes"}, "buildings", style)


def test_that_two_results_are_compared_number_by_number_and_row_by_row():
    figure = Figure("delay_veh_h", "Delay", 10.0, "veh·h")
    a = Result({"delay_veh_h": 10.0, "name": "A"}, figures=(figure,), tables=(table([1.0, 2.0, 3.0]),))
    b = Result({"delay_veh_h": 15.0, "name": "B", "new_count": 1}, tables=(table([2.0, 2.0, 9.0], "abd"),))
    both = compare(a, b)
    assert both.summary == {"delay_veh_h_difference": 5.0}
    figures = both.tables[0].frame.set_index("name")
    assert dict(figures.loc["delay_veh_h"]) == {
        "title": "Delay", "unit": "veh·h", "a": 10.0, "b": 15.0, "difference": 5.0, "change_percent": 50.0,
    }  # fmt: skip
    assert figures.loc["new_count", "a"] is None and figures.loc["new_count", "b"] == 1
    rows = both.tables[1].frame.set_index("id")
    assert isinstance(both.tables[1].frame, gpd.GeoDataFrame) and both.tables[1].frame.crs == CRS
    assert rows.loc["a", "minutes_difference"] == 1.0 and rows.loc["b", "minutes_difference"] == 0.0
    assert pd.isna(rows.loc["c", "minutes_b"]) and pd.isna(rows.loc["d", "minutes_a"])
    assert rows.loc["c", "geometry"] == shapely.Point(2, 0), "a row that only one has keeps its place"
    assert both.tables[1].style == Style("difference", "minutes_difference", "min")
    assert both.tables[1].units["minutes_difference"] == "min"
    assert both.tables[1].titles["minutes_a"] == "Minutes (A)"


def test_that_a_result_compared_with_itself_differs_nowhere():
    one = Result({"delay_veh_h": 3.0}, tables=(table([1.0, 2.0, 3.0]),))
    both = compare(one, one)
    assert both.summary == {"delay_veh_h_difference": 0.0} and both.warnings == ()
    assert list(both.tables[1].frame["minutes_difference"]) == [0.0, 0.0, 0.0]


def test_that_tables_that_cannot_be_joined_are_left_out_and_named():
    a = Result({}, tables=(ResultTable("t", "T", pd.DataFrame({"x": [1]})), table([1.0], "a")))
    both = compare(a, Result({}, tables=(ResultTable("t", "T", pd.DataFrame({"x": [2]})),)))
    assert [t.name for t in both.tables] == ["figures"]
    assert len(both.warnings) == 1 and "access" in both.warnings[0]


def test_that_tables_of_whatever_name_are_written_inside_the_folder_each_to_its_own_file(tmp_path):
    names = ["../../odd", "/etc/odd", "a", "A", "a_2", "con", "", "..", "шляхи 1", "x" * 300, "n\0ul"]
    tables = tuple(ResultTable(name, "T", pd.DataFrame({"x": [at]})) for at, name in enumerate(names))
    written = export_result(Result({}, tables=tables), CRS, tmp_path / "in" / "here")
    assert len({path.name.casefold() for path in written}) == len(names) + 1
    assert {path.parent for path in written} == {tmp_path / "in" / "here"}
    assert sorted(tmp_path.rglob("*.*")) == sorted(written), "nothing lies elsewhere"
    assert written[2].name == "a.csv" and written[8].name == "шляхи 1.csv"


def test_that_results_are_found_by_their_checksum(session, guest):
    analyses.run_analysis(session, guest)
    file = next(session.project.beside("layers").glob("*.result"))
    assert path_of(session.project, file.stem) == file and path_of(session.project, "../odd") is None
