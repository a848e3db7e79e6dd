"""Streets: straight in the plan, split at every crossing, bent to the map; so the network is connected and planar."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling import names
from vidbudova.session.sampling.plan import BANK_M, Cell, Floats, Plan

SHAPE = {
    "primary": (4, 50.0, 21.0),
    "secondary": (4, 50.0, 15.0),
    "tertiary": (2, 50.0, 10.0),
    "residential": (2, 50.0, 7.0),
    "service": (1, 20.0, 4.0),
    "footway": (0, 5.0, 3.0),
    "path": (0, 5.0, 2.0),
}
"""Lanes, speed (km/h) and width (m) by class."""


@dataclass(slots=True)
class Streets:
    """Stretches in the plan: along u at v (way 0) or along v at u (way 1)."""

    way: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    a: list[float] = field(default_factory=list)
    b: list[float] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    bridge: list[bool] = field(default_factory=list)
    oneway: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    def add(
        self, way: int, at: float, a: float, b: float, kind: str, name: str, bridge: bool = False, oneway: str = "no"
    ) -> None:
        for column, value in zip(
            (self.way, self.at, self.a, self.b, self.kind, self.name, self.bridge, self.oneway),
            (way, at, a, b, kind, name, bridge, oneway),
            strict=True,
        ):
            column.append(value)  # type: ignore[attr-defined]

    def named(self, key: str) -> str:
        """The name of a street by its line in the plan, so that it keeps it from block to block."""
        return self.known.setdefault(key, names.street(len(self.known)))


@dataclass(frozen=True, slots=True)
class Network:
    """Pieces of road between crossings, in map coordinates, and where they lie in the plan."""

    lines: NDArray[np.object_]
    kind: NDArray[np.object_]
    name: NDArray[np.object_]
    bridge: NDArray[np.bool_]
    oneway: NDArray[np.object_]
    way: NDArray[np.int64]
    middle: Floats
    """(n,) position of the middle along the street, in the plan."""

    def width(self) -> Floats:
        """(n,) metres."""
        return np.array([SHAPE[k][2] for k in self.kind])


def main_streets(plan: Plan) -> Streets:
    """The lattice where there are blocks: embankments, avenues, and streets between the blocks; the ways out."""
    out = Streets()
    for j, v in enumerate(plan.vs.tolist()):
        kind, name = row_kind(plan, j), _row_name(plan, j, out)
        through = j == plan.river_row + 2
        there = [through or bool({(i, j), (i, j - 1)} & plan.kinds.keys()) for i in range(len(plan.us) - 1)]
        for a, b in _runs(there):
            out.add(0, v, float(plan.us[a]), float(plan.us[b]), kind, name)
    for i, u in enumerate(plan.us.tolist()):
        _column(plan, out, i, u)
    _ways_out(plan, out)
    return out


def _column(plan: Plan, out: Streets, i: int, u: float) -> None:
    kind = column_kind(plan, i)
    name = names.avenue(1 + plan.bridges.index(i)) if i in plan.bridges else out.named(f"u{i}")
    first, last = i == plan.bridges[0], i == plan.bridges[-1]
    there = []
    for j in range(len(plan.vs) - 1):
        through = (first and j > plan.river_row) or (last and j < plan.river_row)
        there.append(j != plan.river_row and (through or bool({(i, j), (i - 1, j)} & plan.kinds.keys())))
    for a, b in _runs(there):
        out.add(1, u, float(plan.vs[a]), float(plan.vs[b]), kind, name)
    if i in plan.bridges:
        out.add(1, u, -BANK_M, BANK_M, kind, name, True)


def _runs(there: list[bool]) -> list[tuple[int, int]]:
    """(first line, last line) of each stretch of edges without a gap."""
    edge = np.flatnonzero(np.diff(np.r_[False, there, False].astype(int)))
    return list(zip(edge[::2].tolist(), edge[1::2].tolist(), strict=True))


def _ways_out(plan: Plan, out: Streets) -> None:
    """The avenues go on into the country; to the south over the railway."""
    west, east, low, high = float(plan.us[0]), float(plan.us[-1]), float(plan.vs[0]), float(plan.vs[-1])
    avenue, away = float(plan.vs[plan.river_row + 2]), plan.far_m - 60
    out.add(0, avenue, west - away, west, "primary", "Західне шосе")
    out.add(0, avenue, east, east + away, "primary", "Східне шосе")
    north, south = float(plan.us[plan.bridges[0]]), float(plan.us[plan.bridges[-1]])
    out.add(1, north, high, high + away, "primary", "Північне шосе")
    out.add(1, south, low - 100, low, "primary", "Південний шляхопровід", True)
    out.add(1, south, low - away, low - 100, "primary", "Південне шосе")


def row_kind(plan: Plan, j: int) -> str:
    """The class of a street along the river."""
    step = j - plan.river_row
    if step in (0, 1):
        return "tertiary"
    if step == 2 or step % 6 == 5:
        return "primary"
    return "secondary" if step % 2 else "tertiary"


def column_kind(plan: Plan, i: int) -> str:
    """The class of a street across the river."""
    if i in plan.bridges:
        return "primary"
    return "secondary" if i % 3 == 0 else "tertiary"


def _row_name(plan: Plan, j: int, out: Streets) -> str:
    step = j - plan.river_row
    if step == 1:
        return "Набережна вулиця"
    if step == 0:
        return "Лівобережна набережна"
    return names.avenue(0 if step == 2 else 3 + j) if row_kind(plan, j) == "primary" else out.named(f"v{j}")


def half_widths(plan: Plan, cell: Cell) -> tuple[float, float, float, float]:
    """Half the width of the street at the left, right, bottom and top of a block."""
    kinds = (
        column_kind(plan, cell.i),
        column_kind(plan, cell.i + 1),
        row_kind(plan, cell.j),
        row_kind(plan, cell.j + 1),
    )
    a, b, c, d = (SHAPE[k][2] / 2 for k in kinds)
    return a, b, c, d


def network(plan: Plan, streets: Streets) -> Network:
    """Split every stretch where another meets it, and bend the pieces to the map."""
    way, at = np.array(streets.way), np.array(streets.at)
    a, b = np.array(streets.a), np.array(streets.b)
    owner, cut = _cuts(way, at, a, b)
    order = np.lexsort((cut, owner))
    owner, cut = owner[order], np.round(cut[order], 3)
    new = np.r_[True, (np.diff(owner) != 0) | (np.diff(cut) > 0.04)]
    owner, cut = owner[new], cut[new]
    joined = owner[1:] == owner[:-1]
    piece, start, end = owner[1:][joined], cut[:-1][joined], cut[1:][joined]
    kind, bridge = np.array(streets.kind, object)[piece], np.array(streets.bridge)[piece]
    lines = _bent(plan, way[piece], at[piece], start, end)
    name, oneway = np.array(streets.name, object)[piece], np.array(streets.oneway, object)[piece]
    return Network(lines, kind, name, bridge, oneway, way[piece], (start + end) / 2)


def _cuts(way: NDArray[np.int64], at: Floats, a: Floats, b: Floats) -> tuple[NDArray[np.int64], Floats]:
    """(owner, position): the ends of every stretch and where stretches of the other way meet it."""
    flat, up = np.flatnonzero(way == 0), np.flatnonzero(way == 1)
    lying = shapely.linestrings(np.stack([np.c_[a[flat], at[flat]], np.c_[b[flat], at[flat]]], axis=1))
    standing = shapely.linestrings(np.stack([np.c_[at[up], a[up]], np.c_[at[up], b[up]]], axis=1))
    f, s = shapely.STRtree(standing).query(lying, predicate="intersects")
    every = np.arange(len(way))
    owner = np.r_[every, every, flat[f], up[s]]
    return owner, np.r_[a, b, at[up[s]], at[flat[f]]]


def _bent(plan: Plan, way: NDArray[np.int64], at: Floats, start: Floats, end: Floats) -> NDArray[np.object_]:
    """Lines with a vertex every 25 m or so."""
    steps = np.maximum(1, np.ceil((end - start) / 25).astype(int))
    line = np.repeat(np.arange(len(at)), steps + 1)
    first = np.r_[0, np.cumsum(steps + 1)[:-1]]
    share = (np.arange(len(line)) - first[line]) / steps[line]
    along = start[line] + (end - start)[line] * share
    along = np.where(share == 1.0, end[line], along)
    u, v = np.where(way[line] == 0, along, at[line]), np.where(way[line] == 0, at[line], along)
    return np.asarray(shapely.linestrings(plan.place(u, v), indices=line))


def grid(low: float, high: float, spacing: float) -> list[float]:
    """Positions that cut a stretch into parts of about a spacing, ends left out."""
    parts = max(1, math.floor((high - low) / spacing + 0.35))
    return [round(low + (high - low) * k / parts, 1) for k in range(1, parts)]
