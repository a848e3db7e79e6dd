"""`vidbudova report`: kept results as one PDF, whole or not there."""

from __future__ import annotations

import json
import re

import pytest
from houses import CRS, FIELDS, stage
from jobs import guests

from vidbudova.cli import main
from vidbudova.model.change import Delta
from vidbudova.session import Session, analyses
from vidbudova.session.reporting import Entry, Report, keep_report
from vidbudova.store.project import create, open_project


@pytest.fixture
def city(tmp_path, install):
    """A project with two kept results, the older of which is stale, and their ids."""
    install(guests.write(tmp_path / "guest"))
    session = Session(create(tmp_path / "City.vbp.gpkg", CRS), "Olena")
    session.add_layer(stage(tmp_path / "houses"), FIELDS)
    old = analyses.run_analysis(session, "guest").id
    house = str(session.columns("buildings", [])["id"][0])
    session.do("Correct", [Delta("buildings", house, None, {"height_m": 44.0})])
    ids = [old, analyses.run_analysis(session, "guest", {"gap": 2.0}).id]
    session.close()
    return tmp_path / "City.vbp.gpkg", ids


def report(capsys, *words, code=0):
    """What the command gives back as JSON."""
    assert main(["report", *map(str, words), "--json"]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def pages_of(file):
    """How many pages a PDF says that it has."""
    return max(int(n) for n in re.findall(rb"/Count (\d+)", file.read_bytes()))


def test_that_named_results_become_one_file_in_that_order(city, capsys, tmp_path):
    project, (old, new) = city
    out = tmp_path / "both.pdf"
    told = report(capsys, project, "--out", out, new, old)
    assert told["results"] == [new, old] and told["stale"] == [old] and told["out"] == str(out)
    assert out.read_bytes().startswith(b"%PDF") and told["bytes"] == out.stat().st_size
    assert told["pages"] == pages_of(out) >= 3, "a first page and at least one a result"
    assert not list(tmp_path.glob("*part*"))


def test_that_without_names_the_report_of_the_project_is_written(city, capsys, tmp_path):
    project, (old, new) = city
    assert report(capsys, project, "--out", tmp_path / "a.pdf")["results"] == [new], "the older no longer holds"
    session = Session(open_project(project), "Olena")
    keep_report(session, Report("Our report", (Entry(old, "note"),)))
    session.close()
    assert report(capsys, project, "--out", tmp_path / "b.pdf")["results"] == [old]


def test_that_nothing_to_tell_and_unknown_results_are_sentences_and_leave_no_file(city, capsys, tmp_path):
    project, (_old, new) = city
    out = tmp_path / "no.pdf"
    told = report(capsys, project, "--out", out, "nothing", code=30)
    assert told["error"]["key"] == "no-such-thing"
    session = Session(open_project(project), "Olena")
    analyses.forget(session, new)
    session.close()
    told = report(capsys, project, "--out", out, code=81)
    assert told["error"]["key"] == "report-empty" and "City" in told["error"]["message"] and told["error"]["next"]
    assert not out.exists()


def test_that_a_place_that_cannot_be_written_to_is_a_sentence(city, capsys, tmp_path):
    project, (_old, new) = city
    told = report(capsys, project, new, "--out", tmp_path / "no such folder" / "a.pdf", code=51)
    assert told["error"]["key"] == "export-failed" and not list(tmp_path.rglob("*part*"))


def test_that_a_result_whose_file_is_gone_is_named(city, capsys, tmp_path):
    project, (_old, new) = city
    for file in (tmp_path / "City.layers").glob("*.result"):
        file.unlink()
    told = report(capsys, project, new, "--out", tmp_path / "a.pdf", code=77)
    assert told["error"]["key"] == "result-missing" and not (tmp_path / "a.pdf").exists()
