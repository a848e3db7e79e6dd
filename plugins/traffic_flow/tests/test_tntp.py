"""Folders of the TransportationNetworks collection: a small one written here, good and broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from traffic_flow import benchmark, tntp

NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 5
<END OF METADATA>

~ \tinit\tterm\tcapacity\tlength\tfftime\tb\tpower\tspeed\ttoll\ttype\t;
\t1\t3\t100\t2.0\t1\t0.15\t4\t0\t0\t1\t;
\t3\t2\t50\t1.0\t6\t0.15\t4\t0\t10\t1\t;
\t3\t4\t50\t1.0\t2\t0.15\t4\t0\t0\t1\t;
\t4\t2\t50\t3.0\t3\t0.15\t4\t0\t0\t1\t;
\t2\t4\t50\t3.0\t0\t0\t0\t0\t0\t1\t;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 95.0
<END OF METADATA>

Origin  1
    1 :      5.0;     2 :     90.0;

Origin 2
    1 :      0.0;
"""
FLOWS = "From\tTo\tVolume\tCost\n1\t3\t90\t1\n3\t2\t60\t2\n3\t4\t30\t2\n4\t2\t30\t2\n"
README = "## Generalized Cost Weights\nToll: 0.02 minutes/cent\nDistance: 0.04 minutes/mile\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {"Tiny_net.tntp": NET, "Tiny_trips.tntp": TRIPS, "Tiny_flow.tntp": FLOWS, "README.md": README}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_that_a_folder_is_read_with_what_tolls_and_lengths_weigh(folder: Path) -> None:
    read = tntp.read(folder)
    links = read.links
    assert (read.name, links.nodes, links.zones, links.first_through, len(links)) == ("Tiny", 4, 2, 2, 5)
    assert links.tail.tolist() == [0, 2, 2, 3, 1]
    assert links.free_time.tolist() == [1, 6, 2, 3, 0]
    assert links.fixed == pytest.approx([0.08, 0.24, 0.04, 0.12, 0.12])
    assert read.demand.toarray().tolist() == [[5.0, 90.0], [0.0, 0.0]]
    assert read.best_flows is not None
    assert read.best_flows[:4].tolist() == [90, 60, 30, 30]
    assert np.isnan(read.best_flows[4])


def test_that_a_folder_without_best_flows_or_weights_is_read(folder: Path) -> None:
    (folder / "Tiny_flow.tntp").unlink()
    (folder / "README.md").unlink()
    read = tntp.read(folder)
    assert read.best_flows is None
    assert not read.links.fixed.any()


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("Tiny_net.tntp", "<NUMBER OF NODES> 4", "", "<NUMBER OF NODES>"),
        ("Tiny_net.tntp", "<NUMBER OF LINKS> 5", "<NUMBER OF LINKS> 6", "not the 6"),
        ("Tiny_net.tntp", "\t0.15\t4\t0\t0\t1\t;", ";", "fewer than"),
        ("Tiny_net.tntp", "\t1\t3\t100", "\t1\t9\t100", "not there"),
        ("Tiny_net.tntp", "\t1\t3\t100", "\tone\t3\t100", "could not convert"),
    ],
)
def test_that_broken_folders_get_a_sentence(folder: Path, name: str, old: str, new: str, words: str) -> None:
    path = folder / name
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ValueError, match=words):
        tntp.read(folder)


def test_that_a_folder_without_a_network_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="_net.tntp"):
        tntp.read(tmp_path)


def test_that_the_benchmark_prints_one_object_with_what_it_promises(folder: Path) -> None:
    command = [sys.executable, benchmark.__file__, "--tntp", str(folder), "--gap", "1e-9", "--repeat", "1"]
    said = subprocess.run([*command, "--close", "3-4"], capture_output=True, text=True, check=True, timeout=120)
    row = json.loads(said.stdout)
    assert (row["network"], row["zones"], row["nodes"], row["links"]) == ("Tiny", 2, 4, 5)
    assert row["relative_gap"] <= 1.1e-9
    assert row["max_node_imbalance_veh"] <= 1e-9
    assert row["unserved_trips"] == 0.0
    assert row["closed"] == [3]
    assert 0.0 < row["weighted_mae_vs_best_known"] < 1.0
    positive = ("objective", "iterations", "seconds", "cold_seconds", "warm_seconds")
    assert all(row[name] > 0 for name in positive)
    assert "peak_mb" in row


def test_that_trips_without_a_way_are_told_of_by_the_benchmark(folder: Path) -> None:
    row = benchmark.report(["--tntp", str(folder), "--close", "1", "--repeat", "1"])
    assert row["unserved_trips"] == 90.0


def test_that_links_are_named_by_number_or_by_their_nodes(folder: Path) -> None:
    links = tntp.read(folder).links
    assert benchmark.links_named(links, "1, 4-2,5") == [0, 3, 4]
    assert benchmark.links_named(links, "") == []
    for wrong in ("0", "6", "2-1"):
        with pytest.raises(SystemExit, match="no link"):
            benchmark.links_named(links, wrong)


def test_that_the_benchmark_says_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot be read"):
        benchmark.report(["--tntp", str(tmp_path)])
