"""Every file of ../shared/data/bad_inputs through the real import: a report or a clear error, and nothing else.

Run it as `python tests/benchmarks/bad_inputs.py [--family NAME] [--jobs N] [--each N]`. It prints a table of outcomes
and every file that crashed its reader, took more than ten seconds, left something behind, or broke the program; exit
code 1 if there is one.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.session.core import Session
from vidbudova.session.importing import import_file
from vidbudova.store import project

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "bad_inputs"
SLOWEST_S = 10.0
CRASHED = "broke off"


@dataclass(frozen=True)
class Outcome:
    """What came of one file: the family, what was said, how long it took, and what was wrong with that."""

    file: str
    family: str
    said: str
    seconds: float
    wrong: str = ""


def files(family: str = "", each: int = 1) -> list[tuple[str, Path]]:
    """(family, path) of the manifest; every n-th of a family and ending, always the first."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    with (FOLDER / "MANIFEST.csv").open(encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            path = FOLDER / row["file"]
            if family in ("", row["family"]) and path.is_file():
                key = (row["family"], path.suffix.lower())
                if seen[key] % each == 0:
                    found.append((row["family"], path))
                seen[key] += 1
    return found


def tried(family: str, path: Path, city: Path) -> Outcome:
    """Import one file into a new project."""
    ticks = count(1_700_000_000_000)
    session = Session(project.create(city, "EPSG:32637"), "Bench", clock=lambda: next(ticks))
    began, wrong = time.monotonic(), ""
    try:
        report = import_file(session, path)
        said = "report"
        if report["read"] != report["kept"] + report["skipped"] or not report["read"]:
            wrong = f"does not add up: {report['read']} {report['kept']} {report['skipped']}"
        if session.project.count_changes() != 1:
            wrong = "no change was logged"
    except UserError as error:
        said = error.key
        if CRASHED in str(error.values.get("reason", "")):
            wrong = "its reader crashed"
        if not str(error) or session.project.count_changes() or session.count("layers"):
            wrong = "came in partly"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        said, wrong = "defect", repr(error)
    seconds = time.monotonic() - began
    session.close()
    left = [one.name for one in city.parent.iterdir() if "staging" in one.name or one.name.endswith(".part")]
    wrong = wrong or (f"left behind: {left}" if left else "")
    wrong = wrong or (f"took {seconds:.1f} s" if seconds > SLOWEST_S else "")
    outcome = Outcome(f"{path.parent.name}/{path.name}", family, said, seconds, wrong)
    print(f"{outcome.file}: {said} {seconds:.1f} s {wrong}", file=sys.stderr, flush=True)
    return outcome


def sweep(chosen: list[tuple[str, Path]], jobs: int = 2) -> list[Outcome]:
    """All of them, each in a project and a reader of its own."""
    with tempfile.TemporaryDirectory(prefix="vidbudova-bad-") as folder, ThreadPoolExecutor(jobs) as pool:
        cities = []
        for number in range(len(chosen)):
            city = Path(folder) / str(number) / "city.vbp.gpkg"
            city.parent.mkdir()
            cities.append(city)
        return list(pool.map(lambda one, city: tried(*one, city), chosen, cities))


SYSTEM = ("/usr", "/lib", "/etc", "/proc", "/sys", "/dev", "/opt")
_OPENED = re.compile(r'^(\d+) +open(?:at)?\((?:AT_FDCWD, )?"(/[^"]+)", .*\) = \d+', re.M)


def opened_elsewhere(trace: str, *own: Path) -> list[str]:
    """Files in a trace of strace that are neither the system's, nor the program's, nor of the input."""
    program = (*sys.path, sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]))
    known = (*SYSTEM, *(one for one in program if one), *map(str, own))
    return sorted({name for _pid, name in _OPENED.findall(trace) if not name.startswith(known)})


def main() -> int:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--each", type=int, default=1)
    asked = parser.parse_args()
    outcomes = sweep(files(asked.family, asked.each), asked.jobs)
    table = Counter((one.family, one.said) for one in outcomes)
    for (family, said), times in sorted(table.items()):
        print(f"{family:20} {said:22} {times:5}")
    slowest = max(outcomes, key=lambda one: one.seconds)
    print(f"{len(outcomes)} files, the slowest {slowest.seconds:.1f} s ({slowest.file})")
    for one in outcomes:
        if one.wrong:
            print(f"{one.file}: {one.said} {one.wrong}")
    return int(any(one.wrong for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
