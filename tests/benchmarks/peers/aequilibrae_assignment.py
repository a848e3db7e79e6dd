"""Solves an assignment with AequilibraE's bi-conjugate Frank-Wolfe; run by the Python that has AequilibraE.

    python aequilibrae_assignment.py ARRAYS.npz GAP MOST_ITERATIONS

Prints one JSON object as its last line. Links of no time get a millionth of a minute: AequilibraE refuses 0.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import sys
import time

import numpy as np
import pandas as pd
from aequilibrae.matrix import AequilibraeMatrix
from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

LEAST_TIME = 1e-6


def graph(arrays: dict[str, np.ndarray]) -> Graph:
    zones = int(arrays["zones"])
    columns = {name: arrays[name] for name in ("b", "capacity", "power", "fixed")}
    columns["free_time"] = np.maximum(arrays["free_time"], LEAST_TIME)
    ends = {"a_node": arrays["tail"] + 1, "b_node": arrays["head"] + 1}
    made = Graph()
    made.mode = "c"
    made.network = pd.DataFrame({"link_id": np.arange(1, arrays["tail"].size + 1), **ends, "direction": 1, **columns})
    made.prepare_graph(np.arange(1, zones + 1))
    made.set_graph("free_time")
    made.set_blocked_centroid_flows(bool(arrays["blocked"]))
    return made


def matrix(demand: np.ndarray) -> AequilibraeMatrix:
    zones = demand.shape[0]
    made = AequilibraeMatrix()
    made.create_empty(zones=zones, matrix_names=["trips"], memory_only=True)
    made.index[:] = np.arange(1, zones + 1)
    made.matrix["trips"][:, :] = demand
    made.computational_view(["trips"])
    return made


def main() -> None:
    logging.disable(logging.CRITICAL)
    arrays = dict(np.load(sys.argv[1]))
    cars = TrafficClass("car", graph(arrays), matrix(arrays["demand"]))
    if arrays["fixed"].any():
        cars.set_fixed_cost("fixed", 1.0)
    assignment = TrafficAssignment()
    assignment.set_classes([cars])
    assignment.set_vdf("BPR")
    assignment.set_vdf_parameters({"alpha": "b", "beta": "power"})
    assignment.set_capacity_field("capacity")
    assignment.set_time_field("free_time")
    assignment.set_cores(1)
    assignment.set_algorithm("bfw")
    assignment.rgap_target, assignment.max_iter = float(sys.argv[2]), int(sys.argv[3])
    begin = time.perf_counter()
    assignment.execute()
    seconds = time.perf_counter() - begin
    report = assignment.report()
    last = {"relative_gap": float(report.rgap.iloc[-1]), "iterations": int(report.iteration.iloc[-1])}
    print()
    print(json.dumps({"seconds": seconds, **last, "version": importlib.metadata.version("aequilibrae")}))


if __name__ == "__main__":
    main()
