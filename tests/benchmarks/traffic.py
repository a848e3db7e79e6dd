"""The traffic equilibrium beside AequilibraE and TAP-B: the same network, the same gap, one thread, turn by turn.

    python tests/benchmarks/traffic.py [--tntp FOLDER] [--aequilibrae PYTHON] [--tapb PROGRAM] [--gap 1e-6]

PYTHON is that of an environment with AequilibraE, PROGRAM the `tap` of spartalab/tap-b made with `make serial`; what is
not named is left out. Times are of the solution alone, without reading files and without compiling; those of TAP-B are
what it says itself, and it does not count the calculation of its gap. Prints a table and one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import bench
import numpy as np

HERE = Path(__file__).resolve().parent
PLUGINS = HERE.parents[1] / "plugins"
FOLDER = bench.REAL_DATA / "tntp" / "Chicago-Sketch"
MOST_ITERATIONS = 20_000
WHAT_IF_GAP = 1e-5

sys.path.insert(0, str(PLUGINS))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tntp", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("--aequilibrae", type=Path, metavar="PYTHON")
    parser.add_argument("--tapb", type=Path, metavar="PROGRAM")
    parser.add_argument("--gap", type=float, default=1e-6)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--closures", type=int, default=9, help="so many what-ifs; links from the busiest to the idlest"
    )
    args = parser.parse_args()
    print(f"{bench.machine()}\n{bench.versions()}\nload at the start: {bench.load()}\n")
    with tempfile.TemporaryDirectory(prefix="vidbudova-traffic-") as folder:
        found = measured(args, Path(folder))
    if args.closures:
        found["what_if"] = what_ifs(args.tntp, args.closures)
    table(found)
    print(json.dumps(found))
    return 0


def measured(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Medians of each program; they take turns, so that a busy machine is busy for all."""
    peers = {"ours": lambda: ours(args.tntp, args.gap)}
    if args.aequilibrae:
        arrays = exported(args.tntp, folder)
        peers["aequilibrae"] = lambda: aequilibrae(args.aequilibrae, arrays, args.gap)
    if args.tapb:
        settings = tapb_settings(args.tntp, folder, args.gap)
        peers["tap-b"] = lambda: tapb(args.tapb, settings, folder)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in peers}
    for _ in range(args.repeat):
        for name, run in peers.items():
            runs[name].append(run())
    return {name: summary(each) for name, each in runs.items()}


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {**runs[-1], "seconds": statistics.median(run["seconds"] for run in runs), "runs": len(runs)}


def ours(folder: Path, gap: float, *more: str) -> dict[str, Any]:
    command = [sys.executable, PLUGINS / "traffic_flow" / "benchmark.py", "--tntp", folder, "--gap", str(gap), *more]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=one_thread())
    return dict(json.loads(said.stdout))


def one_thread() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def exported(folder: Path, to: Path) -> Path:
    """The network as arrays, with tolls and lengths already in minutes."""
    from traffic_flow import tntp

    network = tntp.read(folder)
    links = network.links
    names = ("tail", "head", "free_time", "b", "capacity", "power", "fixed")
    path = to / "network.npz"
    columns = {name: getattr(links, name) for name in names}
    blocked = links.first_through > 0
    np.savez(path, zones=links.zones, blocked=blocked, demand=network.demand.toarray(), **columns)
    return path


def aequilibrae(python: Path, arrays: Path, gap: float) -> dict[str, Any]:
    script = HERE / "peers" / "aequilibrae_assignment.py"
    command = [python, script, arrays, str(gap), str(MOST_ITERATIONS)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=one_thread())
    return dict(json.loads(said.stdout.strip().splitlines()[-1]))


def tapb_settings(folder: Path, to: Path, gap: float) -> Path:
    """The files of the folder with the weights of tolls and lengths written into the network, as TAP-B reads them."""
    from traffic_flow import tntp

    net, trips = (next(folder.glob(end)) for end in ("*_net.tntp", "*_trips.tntp"))
    toll, distance = tntp.weights(folder)
    words = net.read_text("utf-8", errors="replace")
    weights = f"<TOLL FACTOR> {toll}\n<DISTANCE FACTOR> {distance}\n<END OF METADATA>"
    (to / net.name).write_text(words.replace("<END OF METADATA>", weights, 1), "utf-8")
    shutil.copy(trips, to / trips.name)
    lines = {
        "NETWORK FILE": net.name,
        "TRIPS FILE": trips.name,
        "FILE PATH": f"{to}/",
        "DATA PATH": f"{to}/",
        "FLOWS FILE": to / "flows.txt",
        "CONVERGENCE GAP": gap,
        "NUMBER OF THREADS": 1,
    }
    settings = to / "settings.txt"
    settings.write_text("".join(f"<{name}> {value}\n" for name, value in lines.items()), "utf-8")
    return settings


def tapb(program: Path, settings: Path, folder: Path) -> dict[str, Any]:
    said = subprocess.run([program, settings], capture_output=True, text=True, check=True, cwd=folder).stdout
    begun = re.search(r"Initialization done in ([0-9.]+)", said)
    steps = re.findall(r"Iteration (\d+):.*?gap ([0-9.e+-]+), obj ([0-9.e+-]+), time ([0-9.]+)", said)
    if begun is None or not steps:
        raise SystemExit(f"TAP-B said nothing that is understood here:\n{said}")
    count, gap, objective, seconds = steps[-1]
    return {
        "seconds": float(begun[1]) + float(seconds),
        "relative_gap": float(gap),
        "objective": float(objective),
        "iterations": int(count),
    }


def what_ifs(folder: Path, many: int) -> dict[str, Any]:
    """After one closure, of links from the busiest to the idlest that are used and are not the way into a zone."""
    from traffic_flow import tntp
    from traffic_flow.assignment import Equilibrium

    network = tntp.read(folder)
    links = network.links
    flows = Equilibrium(links, network.demand).solve(1e-4).flows
    inner = np.minimum(links.tail, links.head) >= links.first_through
    used = np.flatnonzero(inner & (flows > 0))
    used = used[np.argsort(-flows[used])]
    picked = used[np.linspace(0, used.size - 1, many).astype(int)]
    rows = []
    for link in picked:
        more = ("--close", str(link + 1), "--what-if-gap", str(WHAT_IF_GAP), "--repeat", "5")
        said = ours(folder, 1e-6, *more)
        rows.append({"link": int(link) + 1, "vehicles": float(flows[link]), **_times(said)})
    warm = statistics.median(row["warm_seconds"] for row in rows)
    cold = statistics.median(row["cold_seconds"] for row in rows)
    return {"warm_seconds": warm, "cold_seconds": cold, "times_faster": cold / warm, "gap": WHAT_IF_GAP, "each": rows}


def _times(said: dict[str, Any]) -> dict[str, float]:
    return {name: said[name] for name in ("cold_seconds", "warm_seconds", "unserved_trips", "what_if_relative_gap")}


def table(found: dict[str, Any]) -> None:
    print("| | seconds | relative gap | iterations | objective |\n| --- | ---: | ---: | ---: | ---: |")
    for name, row in found.items():
        if name != "what_if":
            objective = row.get("objective", "")
            print(f"| {name} | {row['seconds']:.3f} | {row['relative_gap']:.1e} | {row['iterations']} | {objective} |")
    for name in ("aequilibrae", "tap-b"):
        if name in found:
            print(f"ours is {found[name]['seconds'] / found['ours']['seconds']:.1f} times as fast as {name}")
    if "what_if" in found:
        row = found["what_if"]
        print(f"what-if: {row['warm_seconds']:.3f} s, from nothing {row['cold_seconds']:.3f} s")
        for each in row["each"]:
            warm, cold = each["warm_seconds"], each["cold_seconds"]
            print(f"  link {each['link']} of {each['vehicles']:.0f} vehicles: {warm:.3f} s, from nothing {cold:.3f} s")
    print()


if __name__ == "__main__":
    sys.exit(main())
