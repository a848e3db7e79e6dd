"""Files known to break readers, through the real import: a report or a sentence, whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from benchmarks import bad_inputs

A_FAMILY = 4
"""So many files of each family, of different endings first; all 679 by tests/benchmarks/bad_inputs.py."""


def chosen() -> list[tuple[str, bad_inputs.Path]]:
    """A few of each family, those of rare endings first."""
    every = bad_inputs.files()
    rarity = Counter((family, path.suffix.lower()) for family, path in every)
    taken: Counter[str] = Counter()
    endings: Counter[tuple[str, str]] = Counter()
    found = []
    for family, path in sorted(every, key=lambda one: (rarity[one[0], one[1].suffix.lower()], one[1].name)):
        key = (family, path.suffix.lower())
        if taken[family] < A_FAMILY and not endings[key]:
            taken[family] += 1
            endings[key] += 1
            found.append((family, path))
    return found


@pytest.mark.usefixtures("shared_data")
def test_that_bad_files_of_every_family_give_a_report_or_a_sentence():
    outcomes = bad_inputs.sweep(chosen())
    assert len(outcomes) > 25 and len({one.family for one in outcomes}) >= 14
    assert [(one.file, one.wrong) for one in outcomes if one.wrong and "took" not in one.wrong] == []
    assert {one.said for one in outcomes} > {"report", "file-unknown-format"}


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace here")
@pytest.mark.parametrize("ending", ["gpkg", "kml", "geojson"])
def test_that_nothing_outside_of_the_input_is_opened(tmp_path, ending):
    """What the kernel saw: a file that points to another one beside it, and to one of the system."""
    beside, scratch = tmp_path / "beside.csv", tmp_path / "scratch"
    beside.write_text("lon,lat\n37.5,47.1\n")
    scratch.mkdir()
    innocent = tmp_path / f"innocent.{ending}"
    innocent.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="beside"><SrcDataSource>{beside}</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>"
    )
    code = (
        "from pathlib import Path; from vidbudova.formats import reading; from vidbudova.errors import UserError\n"
        f"try: reading.read(Path({str(innocent)!r}), project_crs='EPSG:32637', staging=Path({str(scratch / 's')!r}))\n"
        "except UserError: pass"
    )
    trace = scratch / "trace"
    command = ["strace", "-f", "-qq", "-e", "trace=openat,open", "-o", str(trace), sys.executable, "-c", code]
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    if "ptrace" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    said = trace.read_text(errors="replace")
    assert str(innocent) in said
    assert bad_inputs.opened_elsewhere(said, innocent, scratch) == []
