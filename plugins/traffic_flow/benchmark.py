"""Solves a folder of the TransportationNetworks collection and prints what it took, as one JSON object.

    python benchmark.py --tntp FOLDER [--gap 1e-6] [--close LINK,LINK] [--repeat 3]

LINK is the number of a link in the order of the file, from 1, or its two nodes as TAIL-HEAD. One thread; the time to
compile is not counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from traffic_flow.assignment import Equilibrium, Solution
    from traffic_flow.links import Links
    from traffic_flow.tntp import Network


def _find_the_engine() -> None:
    """Makes the package's modules importable without running what needs the program beside them."""
    package = types.ModuleType("traffic_flow")
    package.__path__ = [str(Path(__file__).resolve().parent)]
    sys.modules.setdefault("traffic_flow", package)


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tntp", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--gap", type=float, default=1e-6, help="relative gap to reach")
    parser.add_argument("--close", default="", metavar="LINK,LINK", help="links to close after the base is solved")
    parser.add_argument("--what-if-gap", type=float, default=None, help="gap after closing; that of --gap if not given")
    parser.add_argument("--repeat", type=int, default=3, help="times are the median of so many runs")
    return parser.parse_args(words)


def links_named(links: Links, names: str) -> list[int]:
    """Numbers of links, from 0, of words like ``12,547-1``; parallel links of two nodes all count."""
    found: list[int] = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        tail, dash, head = name.partition("-")
        if dash:
            at = ((links.tail == int(tail) - 1) & (links.head == int(head) - 1)).nonzero()[0].tolist()
        else:
            at = [int(name) - 1] if 0 < int(name) <= len(links) else []
        if not at:
            raise SystemExit(f"There is no link {name}.")
        found += at
    return found


def timed(work: Callable[[], Solution]) -> tuple[float, Solution]:
    begin = time.perf_counter()
    solution = work()
    return time.perf_counter() - begin, solution


def cold(network: Network, gap: float, closed: list[int]) -> tuple[float, Solution, Equilibrium]:
    """Seconds from the arrays of the network to the solution, and both it and the model."""
    from traffic_flow.assignment import Equilibrium

    begin = time.perf_counter()
    model = Equilibrium(network.links, network.demand)
    model.close(closed)
    solution = model.solve(gap)
    return time.perf_counter() - begin, solution, model


def what_if(network: Network, base: Equilibrium, gap: float, closed: list[int], repeat: int) -> dict[str, Any]:
    """Seconds to the equilibrium without those links: from the base, and from nothing."""
    warm, anew, solution = [], [], None
    for _ in range(repeat):
        model = base.copy()
        model.close(closed)
        seconds, solution = timed(lambda model=model: model.solve(gap))  # type: ignore[misc]
        warm.append(seconds)
        anew.append(cold(network, gap, closed)[0])
    assert solution is not None
    return {
        "closed": [number + 1 for number in closed],
        "cold_seconds": round(statistics.median(anew), 6),
        "warm_seconds": round(statistics.median(warm), 6),
        "what_if_relative_gap": certificate(network, solution, base, closed),
        "unserved_trips": solution.unserved_trips,
    }


def certificate(network: Network, solution: Solution, base: Equilibrium, closed: list[int]) -> float:
    """The relative gap by another hand than the one that solved."""
    from traffic_flow.certificate import certify

    shut = base.closed
    shut[closed] = True
    return certify(network.links, network.demand, solution.flows, shut).relative_gap


def mean_error(flows: NDArray[np.float64], best: NDArray[np.float64] | None) -> float | None:
    """Sum of the differences to the best-known flows over the sum of these; None where there are none."""
    if best is None:
        return None
    known = best == best
    return float(abs(flows[known] - best[known]).sum() / best[known].sum())


def peak_mb() -> float | None:
    """Most memory this process has held; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def report(words: list[str] | None = None) -> dict[str, Any]:
    """What main() prints."""
    from traffic_flow.tntp import read

    asked = arguments(words)
    try:
        network = read(asked.tntp)
    except (OSError, ValueError) as wrong:
        raise SystemExit(f"This folder cannot be read: {wrong}") from wrong
    closed = links_named(network.links, asked.close)
    compile_all(network, closed)
    runs = [cold(network, asked.gap, []) for _ in range(max(1, asked.repeat))]
    _, solution, model = runs[-1]
    said: dict[str, Any] = {
        "network": network.name,
        "zones": network.links.zones,
        "nodes": network.links.nodes,
        "links": len(network.links),
        "relative_gap": certificate(network, solution, model, []),
        "objective": solution.objective,
        "iterations": solution.iterations,
        "seconds": round(statistics.median(run[0] for run in runs), 6),
        "max_node_imbalance_veh": solution.max_node_imbalance,
        "weighted_mae_vs_best_known": mean_error(solution.flows, network.best_flows),
        "unserved_trips": solution.unserved_trips,
    }
    if closed:
        said |= what_if(network, model, asked.what_if_gap or asked.gap, closed, max(1, asked.repeat))
    return {**said, "peak_mb": peak_mb()}


def compile_all(network: Network, closed: list[int]) -> None:
    """Runs everything once, so that no time below holds a compilation."""
    model = cold(network, 0.5, [])[2]
    model.close(closed)
    model.solve(0.5)


def main(words: list[str] | None = None) -> None:
    sys.stdout.write(json.dumps(report(words), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    _find_the_engine()
    main()
