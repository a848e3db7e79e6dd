"""The report of a project: results in an order, with notes, kept beside them and not in the log."""

from __future__ import annotations

import pytest
from houses import CRS, FIELDS, stage
from jobs import guests

from vidbudova.errors import UserError
from vidbudova.model.change import Delta
from vidbudova.session import Session, analyses
from vidbudova.session.reporting import Entry, Report, changed_since, keep_report, printed, report_of
from vidbudova.store.project import create, open_project


@pytest.fixture
def session(tmp_path):
    made = Session(create(tmp_path / "City.vbp.gpkg", CRS), "Olena")
    made.add_layer(stage(tmp_path / "houses"), FIELDS)
    yield made
    made.close()


@pytest.fixture
def three(session, tmp_path, install):
    """Three kept runs, the first of which is stale."""
    install(guests.write(tmp_path / "guest"))
    first = analyses.run_analysis(session, "guest", {"gap": 0.25})
    house = str(session.columns("buildings", [])["id"][0])
    session.do("Correct", [Delta("buildings", house, None, {"height_m": 99.0})])
    session.do("Draw", [Delta("zones", "z1", None, {"name": "A"})])
    return [first.id, *(analyses.run_analysis(session, "guest", {"gap": gap}).id for gap in (0.5, 1.0))]


def test_that_entries_are_added_moved_and_taken_out():
    report = Report().with_entry(Entry("a")).with_entry(Entry("b")).with_entry(Entry("c"))
    assert [one.id for one in report.moved("c", -1).entries] == ["a", "c", "b"]
    assert [one.id for one in report.moved("a", -5).entries] == ["a", "b", "c"]
    assert [one.id for one in report.moved("a", 9).entries] == ["b", "c", "a"]
    assert report.moved("x", 1) == report
    noted = report.with_entry(Entry("b", "why"))
    assert [one.note for one in noted.entries] == ["", "why", ""]
    assert [one.id for one in noted.without("b").entries] == ["a", "c"]


def test_that_the_report_is_kept_with_the_project_and_is_no_edit(session, three, tmp_path):
    changes = session.project.count_changes()
    wanted = Report("What we found", (Entry(three[2], "look", "tab", (1.0, 2, 3, 4, 5, 6, 7)), Entry(three[0])))
    keep_report(session, wanted)
    assert session.project.count_changes() == changes
    session.close()
    again = Session(open_project(tmp_path / "City.vbp.gpkg", read_only=True), "Petro")
    assert report_of(again) == wanted
    with pytest.raises(UserError) as trouble:
        keep_report(again, Report())
    assert trouble.value.key == "project-read-only" and report_of(again) == wanted
    again.close()


def test_that_a_forgotten_result_leaves_the_report(session, three):
    keep_report(session, Report("", tuple(Entry(id) for id in three)))
    analyses.forget(session, three[1])
    assert [one.id for one in report_of(session).entries] == [three[0], three[2]]


def test_that_without_a_choice_what_was_added_is_told_else_all_that_still_holds(session, three):
    _report, kept = printed(session)
    assert {one.id for one in kept} == set(three[1:]), "the first is stale"
    keep_report(session, Report("T", (Entry(three[0], "old"), Entry(three[2]))))
    report, kept = printed(session)
    assert [one.id for one in kept] == [three[0], three[2]] and report.title == "T"
    report, kept = printed(session, [three[1], three[0], three[1]])
    assert [one.id for one in kept] == [three[1], three[0]]
    assert [one.note for one in report.entries] == ["", "old"]
    with pytest.raises(UserError) as trouble:
        printed(session, ["nothing"])
    assert trouble.value.key == "no-such-thing"


def test_that_nothing_to_tell_is_a_sentence(session):
    with pytest.raises(UserError) as trouble:
        printed(session)
    assert trouble.value.key == "report-empty" and trouble.value.exit_code == 81


@pytest.mark.parametrize(
    "said", ["words", [1], {"entries": 5}, {"entries": [5, {"id": 7}, {"id": "gone"}], "title": None}]
)
def test_that_a_report_that_cannot_be_read_is_an_empty_one(session, said):
    session.set_view_state("report", said)
    assert report_of(session) == Report()


def test_that_what_changed_since_a_result_is_told_by_what_was_done(session, three):
    since = changed_since(session, three[0], lambda change: change.title.upper())
    assert [(one.title, one.count) for one in since] == [("CORRECT", 1)], "zones are not read"
    assert changed_since(session, three[2]) == [] == changed_since(session, "nothing")
