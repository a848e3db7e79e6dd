"""`vidbudova analyse` gives the same numbers as the window, for one scenario, for several, and on a cluster."""

from __future__ import annotations

import csv
import json
import os
import time
from pathlib import Path

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


@pytest.fixture
def cities(city, tmp_path):
    """Three projects, two of one name in folders of their own."""
    for place in ("east", "west"):
        (tmp_path / place).mkdir()
        opened = open_project(city, read_only=True)
        opened.save_copy(tmp_path / place / "City.vbp.gpkg")
        opened.close()
    return [city, tmp_path / "east" / "City.vbp.gpkg", tmp_path / "west" / "City.vbp.gpkg"]


def test_that_several_cities_run_beside_each_other_and_each_says_which_it_is(cities, guest, capsys, tmp_path):
    told = analyse(capsys, *cities, guest, "--set", "gap=0.25", "--out", tmp_path / "out", "--keep")
    assert told["plugin"] == "guest" and "error" not in told
    assert [(run["project"], run["scenario"]) for run in told["runs"]] == [(str(path), "now") for path in cities]
    assert all(run["summary"] == {"buildings_count": 30, "gap": 0.25} for run in told["runs"])
    folders = [Path(run["files"][0]).parent for run in told["runs"]]
    assert len(set(folders)) == 3 and all(folder.parent == tmp_path / "out" for folder in folders)
    for path, run in zip(cities, told["runs"], strict=True):
        session = Session(open_project(path), "")
        assert [kept.id for kept in analyses.kept(session)] == [run["kept"]]
        session.close()


def test_that_cities_and_scenarios_go_together_and_a_city_named_twice_is_one(cities, guest, capsys, tmp_path):
    out = tmp_path / "out"
    told = analyse(capsys, cities[0], cities[1], cities[0], guest, "--scenarios", "A,B", "--out", out)
    asked = [(run["project"], run["scenario"]) for run in told["runs"]]
    assert asked == [(str(path), name) for path in cities[:2] for name in "AB"]
    assert sorted(path.relative_to(out).as_posix() for path in out.glob("*/*")) == [
        "City/A", "City/B", "City_2/A", "City_2/B",
    ]  # fmt: skip


def test_that_a_city_that_cannot_be_opened_or_analysed_does_not_end_the_others(cities, tmp_path, install, capsys):
    code = guests.body("if not city.has('buildings'):\n    raise PluginError('no houses there')\n")
    install(guests.write(tmp_path / "picky", code))
    empty = tmp_path / "Empty.vbp.gpkg"
    create(empty, CRS).close()
    missing = tmp_path / "Missing.vbp.gpkg"
    words = ["analyse", *map(str, (missing, cities[0], empty, cities[1])), "picky"]
    code = main([*words, "--json"])
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert [("error" in run) for run in told["runs"]] == [True, False, True, False]
    assert told["error"] == told["runs"][0]["error"] and told["error"]["key"] == "project-missing"
    assert told["runs"][2]["error"]["key"] == "plugin-said"
    assert code >= 10 and "Empty.vbp.gpkg: " in said.err and "no houses there" in said.err
    assert main(words) == code
    assert capsys.readouterr().out.splitlines()[0] == "City.vbp.gpkg"


def test_that_one_city_alone_is_told_and_fails_as_ever(city, guest, capsys, tmp_path):
    assert "runs" not in analyse(capsys, city, guest) and "project" not in analyse(capsys, city, city, guest)
    missing = tmp_path / "Missing.vbp.gpkg"
    assert main(["analyse", str(missing), guest, "--json"]) >= 10
    assert json.loads(capsys.readouterr().out)["error"]["key"] == "project-missing"
    assert main(["analyse", guest]) == 2, "a plugin and no city"


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


def test_that_several_cities_go_to_a_cluster(cities, guest, capsys, cluster, tmp_path):
    missing = tmp_path / "Missing.vbp.gpkg"
    words = [*cities[:2], missing, guest, "--scheduler", cluster.scheduler_address]
    told = analyse(capsys, *words, code=main(["analyse", str(missing), guest]))
    assert [run["project"] for run in told["runs"]] == [*map(str, cities[:2]), str(missing)]
    assert [run.get("summary", {}).get("buildings_count") for run in told["runs"]] == [30, 30, None]
    assert not [path for folder in (tmp_path, tmp_path / "east") for path in folder.glob(".vidbudova-cluster-*")]


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
