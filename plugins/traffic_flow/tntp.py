"""Reads folders of the TransportationNetworks collection (`*_net.tntp`, `*_trips.tntp`, `*_flow.tntp`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .links import Links

Floats = NDArray[np.float64]

_FIELDS = ("tail", "head", "capacity", "length", "free_time", "b", "power", "speed", "toll", "kind")
_WEIGHT = re.compile(r"^\s*(toll|distance)\s*:\s*([0-9.eE+-]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Network:
    """One folder: the links, (zones, zones) trips, and best-known flows (m,) where the folder has them."""

    name: str
    links: Links
    demand: sparse.csr_array
    best_flows: Floats | None


def read(folder: Path) -> Network:
    """Reads the folder.

    Tolls and lengths count with the weights that the README of the folder gives (minutes for a unit of toll and of
    distance), 0 where it gives none. Node numbers begin at 1 in the files and at 0 here.

    Raises
    ------
    FileNotFoundError, ValueError
        If a file is missing, or is not of this form.
    """
    net = _only(folder, "_net.tntp")
    name = net.name[: -len("_net.tntp")]
    toll, distance = weights(folder)
    links = _links(net, toll, distance)
    flows = folder / f"{name}_flow.tntp"
    best = _best_flows(flows, links) if flows.exists() else None
    return Network(name, links, _trips(_only(folder, "_trips.tntp"), links.zones), best)


def _only(folder: Path, end: str) -> Path:
    found = sorted(folder.glob(f"*{end}"))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder} holds {len(found)} files *{end}, not one")
    return found[0]


def weights(folder: Path) -> tuple[float, float]:
    readme = next(iter(sorted(folder.glob("README*"))), None)
    words = readme.read_text("utf-8", errors="replace") if readme else ""
    weights = words.partition("Generalized Cost Weights")[2]
    found = {name.lower(): float(value) for name, value in reversed(_WEIGHT.findall(weights))}
    return found.get("toll", 0.0), found.get("distance", 0.0)


def _split(path: Path) -> tuple[dict[str, str], list[str]]:
    """What stands between < and > with its value, and the other lines that are not comments."""
    said: dict[str, str] = {}
    lines = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        line = line.strip()
        match = re.match(r"<([^>]*)>\s*([^~]*)", line)
        if match:
            said[match[1].strip().upper()] = match[2].strip()
        elif line and not line.startswith("~"):
            lines.append(line)
    return said, lines


def _links(path: Path, toll: float, distance: float) -> Links:
    said, lines = _split(path)
    rows = [line.rstrip("; \t").split()[: len(_FIELDS)] for line in lines]
    if any(len(row) < len(_FIELDS) for row in rows):
        raise ValueError(f"{path.name} has lines with fewer than {len(_FIELDS)} values")
    table = np.array(rows, dtype=np.float64).reshape(-1, len(_FIELDS)).T
    field = dict(zip(_FIELDS, table, strict=True))
    zones, nodes = _whole(said, path, "NUMBER OF ZONES"), _whole(said, path, "NUMBER OF NODES")
    if len(rows) != int(said.get("NUMBER OF LINKS", len(rows))):
        raise ValueError(f"{path.name} has {len(rows)} links, not the {said['NUMBER OF LINKS']} it says")
    return Links(
        tail=field["tail"].astype(np.int32) - 1,
        head=field["head"].astype(np.int32) - 1,
        nodes=nodes,
        zones=zones,
        first_through=_whole(said, path, "FIRST THRU NODE") - 1,
        free_time=field["free_time"],
        b=field["b"],
        capacity=field["capacity"],
        power=field["power"],
        fixed=toll * field["toll"] + distance * field["length"],
    )


def _whole(said: dict[str, str], path: Path, name: str) -> int:
    try:
        return int(said[name])
    except (KeyError, ValueError):
        raise ValueError(f"{path.name} does not say <{name}>") from None


def _trips(path: Path, zones: int) -> sparse.csr_array:
    _, lines = _split(path)
    origins, ends, trips = [], [], []
    origin = 0
    for line in lines:
        if line.lower().startswith("origin"):
            origin = int(line.split()[1])
            continue
        for end, number in re.findall(r"(\d+)\s*:\s*([0-9.eE+-]+)", line):
            origins.append(origin - 1)
            ends.append(int(end) - 1)
            trips.append(float(number))
    return sparse.csr_array((trips, (origins, ends)), shape=(zones, zones), dtype=np.float64)


def _best_flows(path: Path, links: Links) -> Floats:
    """The third number of each line that begins with two nodes; parallel links take them in the order of the file."""
    waiting: dict[tuple[int, int], list[float]] = {}
    for line in _split(path)[1]:
        words = line.replace(":", " ").replace(";", " ").split()
        try:
            tail, head, flow = int(words[0]), int(words[1]), float(words[2])
        except (ValueError, IndexError):
            continue
        waiting.setdefault((tail - 1, head - 1), []).append(flow)
    flows = []
    for pair in zip(links.tail.tolist(), links.head.tolist(), strict=True):
        left = waiting.get(pair, [])
        flows.append(left.pop(0) if left else np.nan)
    return np.array(flows)
