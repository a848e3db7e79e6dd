"""`vidbudova analyse` gives the same numbers as the window, for one scenario, for several, and on a cluster."""

from __future__ import annotations

import csv
import json
import os
import time

import pytest
from houses import CRS, FIELDS, stage
from jobs import guests

from vidbudova.cli import main
from vidbudova.jobs import many, memory
from vidbudova.session import Session, analyses
from vidbudova.store.project import create, open_project


@pytest.fixture
def city(tmp_path):
    made = Session(create(tmp_path / "City.vbp.gpkg", CRS), "Olena")
    made.add_layer(stage(tmp_path / "houses"), FIELDS)
    made.close()
    return tmp_path / "City.vbp.gpkg"


@pytest.fixture
def guest(tmp_path, install):
    install(guests.write(tmp_path / "guest"))
    return "guest"


def analyse(capsys, *words, code=0):
    """What the command gives back as JSON."""
    assert main(["analyse", *map(str, words), "--json"]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_that_one_run_is_told_as_the_contract_has_it(city, guest, capsys):
    told = analyse(capsys, city, guest, "--set", "gap=1e-2", "--set", "mode=badly")
    assert told["plugin"] == "guest" and told["version"] == "1.0" and told["scenario"] == "now"
    assert told["parameters"] == {"gap": 0.01, "mode": "badly"}
    assert told["summary"] == {"buildings_count": 30, "gap": 0.01}
    assert len(told["tables"]["minutes"]) == 30 and told["tables"]["minutes"][2] == {"id": "b2", "minutes": 2.0}
    assert len(told["inputs_sha256"]) == 64 and told["seconds"] > 0 and told["warnings"] == ["Only a test."]


def test_that_it_can_be_kept_and_written_out(city, guest, capsys, tmp_path):
    out = tmp_path / "out" / "deep"
    told = analyse(capsys, city, guest, "--keep", "--out", out)
    with (out / "minutes.csv").open(encoding="utf-8-sig") as file:
        assert list(csv.DictReader(file))[3] == {"id": "b3", "minutes": "3.0"}
    written = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert written["charts"][0]["series"] == [{"title": "a", "x": [1, 2], "y": [3.0, 4.0]}]
    assert written["figures"][0]["title"] == "Buildings"
    assert told["files"] == [str(out / "minutes.csv"), str(out / "result.json")]
    session = Session(open_project(city), "")
    try:
        assert [k.id for k in analyses.kept(session)] == [told["kept"]]
        assert analyses.kept(session)[0].inputs_sha256 == told["inputs_sha256"]
    finally:
        session.close()


def test_that_a_person_reads_lines(city, guest, capsys):
    assert main(["analyse", str(city), guest]) == 0
    said = capsys.readouterr()
    assert "Buildings: 30" in said.out and "Minutes: 30 rows" in said.out and "Only a test." in said.out


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["--set", "gap=much"], "value-wrong"),
        (["--set", "gap=11"], "plugin-parameter"),
        (["--set", "mode=odd"], "plugin-parameter"),
        (["--set", "odd=1"], "no-such-thing"),
    ],
)
def test_that_nonsense_is_a_sentence(city, guest, capsys, words, key):
    assert main(["analyse", str(city), guest, *words, "--json"]) >= 10
    assert json.loads(capsys.readouterr().out)["error"]["key"] == key


def test_that_wrong_usage_is_told_apart(city, guest, capsys):
    for words in (["--set", "gap"], ["--scenarios", ","], ["--workers", "0"], ["--scenario", "a", "--scenarios", "b"]):
        assert main(["analyse", str(city), guest, *words]) == 2
    assert main(["analyse", str(city), "no-such-plugin"]) == 60


def test_that_several_scenarios_run_beside_each_other_and_one_that_fails_does_not_end_the_rest(
    city, tmp_path, install, capsys
):
    code = guests.body("if city.scenario == 'B':\n    raise PluginError('no roads in B')\n")
    install(guests.write(tmp_path / "picky", code))
    told = analyse(capsys, city, "picky", "--scenarios", "A,B,C", "--out", tmp_path / "out", code=74)
    assert [run["scenario"] for run in told["runs"]] == ["A", "B", "C"]
    assert [("error" in run) for run in told["runs"]] == [False, True, False]
    assert told["error"]["key"] == "plugin-said"
    assert (tmp_path / "out" / "C" / "result.json").is_file() and not (tmp_path / "out" / "B").exists()


def test_that_runs_beside_each_other_are_counted_by_memory_and_cores(monkeypatch):
    monkeypatch.setattr(memory, "free_mb", lambda: 4000)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert memory.workers(runs=20, need_mb=1000) == 3
    assert memory.workers(runs=20, need_mb=10_000) == 1, "one always runs"
    assert memory.workers(runs=2, need_mb=1) == 2
    assert memory.workers(runs=20, need_mb=1) == 8
    assert memory.workers(runs=20, need_mb=1, most=5) == 5
    assert memory.allowed_mb(3) == 1000


def test_that_never_more_runs_go_beside_each_other_than_allowed(city, install, tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "workers", lambda runs, need, most: 2)
    going, seen = [], []

    def each(*told):
        going.append(1)
        seen.append(len(going))
        time.sleep(0.05)
        going.pop()
        told[4](0.5, "half")
        return told[2]

    shares = []
    wanted = [many.Wanted(None, city, name) for name in "ABCDE"]
    assert many.run_many(wanted, lambda share, what: shares.append(share), each=each) == list("ABCDE")
    assert max(seen) == 2 and shares[-1] == 1.0 and shares == sorted(shares)


# -- a cluster ----------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """A scheduler and two workers, each a process of its own, that share the settings of this test."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED", "False")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
    ) as made:  # fmt: skip
        yield made


def test_that_a_cluster_of_two_workers_gives_the_same_numbers(city, guest, capsys, cluster):
    here = analyse(capsys, city, guest, "--set", "gap=0.25")
    told = analyse(
        capsys, city, guest, "--set", "gap=0.25", "--scenarios", "A,B,C", "--scheduler", cluster.scheduler_address
    )
    assert [run["scenario"] for run in told["runs"]] == ["A", "B", "C"]
    for run in told["runs"]:
        for name in ("summary", "tables", "parameters", "inputs_sha256"):
            assert run[name] == here[name]
    assert not list(city.parent.glob(".vidbudova-cluster-*"))
