"""What each block is: the city grows from the bridges outward, by nearness and by chance, and ends in fields."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vidbudova.session.sampling.plan import COUNTRY_M, Cell, Floats

Spot = tuple[int, int]


class Chance:
    """Chance that is smooth from block to block, of about unit spread."""

    def __init__(self, rng: np.random.Generator, shortest: float, longest: float) -> None:
        waves = rng.uniform(shortest, longest, 7)
        heading = rng.uniform(0, 2 * math.pi, 7)
        self.along = np.stack([np.cos(heading), np.sin(heading)], axis=-1) * (2 * math.pi / waves)[:, None]
        self.phase = rng.uniform(0, 2 * math.pi, 7)

    def at(self, spots: Iterable[Spot]) -> Floats:
        """(n,) by block."""
        p = np.array(list(spots), float).reshape(-1, 2)
        return np.asarray(np.sin(p @ self.along.T + self.phase).sum(axis=1) / math.sqrt(3.5))


def kinds(
    cols: int, rows: int, river_row: int, bridges: tuple[int, ...], blocks: int, rng: np.random.Generator
) -> dict[Spot, str]:
    """The blocks of the city with what each is; the rest of the lattice is country."""
    spots = [(i, j) for j in range(rows) if j != river_row for i in range(cols)]
    far = _far(spots, cols, rows, river_row, bridges, rng)
    city = _grown(spots, far, river_row, bridges, min(blocks, len(spots)))
    villages = _villages(set(city), cols, rows, river_row, bridges, blocks // 30, rng)
    found = dict(zip(city, _named(city, cols, rows, river_row, rng), strict=True))
    return found | dict.fromkeys(villages, "houses")


def _far(
    spots: list[Spot], cols: int, rows: int, river_row: int, bridges: tuple[int, ...], rng: np.random.Generator
) -> Floats:
    """How late each block is built: from the middle outward, sooner along the ways out, and by chance."""
    at = np.array(spots, float)
    x = (at[:, 0] + 0.5) / cols * 2 - 0.97
    across = at[:, 1] - river_row
    y = np.where(across > 0, (across - 0.5) / (rows - river_row - 1), (-across - 0.5) / max(1, river_row))
    near = np.min(np.abs(at[:, :1] + 0.5 - np.array(bridges)[None]), axis=1)
    fingers = np.where((near < 1) | (across == 2) | (across == -1), 0.13, 0.0)
    works = np.where((at[:, 1] == 0) & (np.abs(x) < 0.45), 0.45, 0.0)
    return np.hypot(x, y) + 0.15 * Chance(rng, 3.0, 11.0).at(spots) - fingers - works


def _grown(spots: list[Spot], far: Floats, river_row: int, bridges: tuple[int, ...], blocks: int) -> list[Spot]:
    """Blocks in the order they join: both banks between the bridges, then always the nearest beside what is there."""
    late = dict(zip(spots, far.tolist(), strict=True))
    front = [(i, j) for j in (river_row - 1, river_row + 1) for i in range(bridges[0] - 1, bridges[-1] + 1)]
    seen = set(front)
    city: list[Spot] = []
    heap = [(-9.0, spot) for spot in front if spot in late]
    heapq.heapify(heap)
    while heap and len(city) < max(blocks, len(front)):
        _when, (i, j) = heapq.heappop(heap)
        city.append((i, j))
        for spot in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
            if spot in late and spot not in seen:
                seen.add(spot)
                heapq.heappush(heap, (late[spot], spot))
    return sorted(city, key=lambda spot: (spot[1], spot[0]))


def _villages(
    city: set[Spot],
    cols: int,
    rows: int,
    river_row: int,
    bridges: tuple[int, ...],
    count: int,
    rng: np.random.Generator,
) -> list[Spot]:
    """Blocks of houses out on the ways out of the city."""
    avenue = [(i, j) for i in range(cols) for j in (river_row + 1, river_row + 2)]
    north = [(i, j) for i in (bridges[0] - 1, bridges[0]) for j in range(river_row + 1, rows)]
    south = [(i, j) for i in (bridges[-1] - 1, bridges[-1]) for j in range(river_row)]
    free = sorted({spot for spot in avenue + north + south if spot not in city and 0 <= spot[1] < rows})
    free = [s for s in free if not city & {(s[0] + a, s[1] + b) for a in (-1, 0, 1) for b in (-1, 0, 1)}]
    return [free[k] for k in rng.permutation(len(free))[:count].tolist()]


def _named(city: list[Spot], cols: int, rows: int, river_row: int, rng: np.random.Generator) -> list[str]:
    """Old town by the river on the right bank, slabs round it, houses at the edge, works by the railway."""
    at = np.array(city, float)
    n = len(city)
    across = at[:, 1] - river_row
    side = np.abs(at[:, 0] + 0.5 - 0.47 * cols)
    far = np.hypot(side, np.where(across > 0, across - 0.5, 1.6 - across))
    order = np.argsort(far + 0.16 * math.sqrt(n) * rng.uniform(0, 0.5, n), kind="stable")
    found = np.full(n, "houses", object)
    old = max(2, round(n * 0.12 if n < 100 else 12 + 0.045 * (n - 100)))
    patches = Chance(rng, 4.0, 9.0).at(city)
    later = np.argsort(far + 0.13 * math.sqrt(n) * patches, kind="stable")
    later = later[~np.isin(later, order[:old])]
    slabs = max(3, round(n * 0.37))
    found[later[:slabs]] = "slabs"
    found[order[:old]] = "old"
    _works(found, at, cols, far, rng)
    _estates(found, city, far, rng)
    _green(found, at, across, order[old:], rows, rng)
    if not (found == "slabs").any():
        found[later[0]] = "slabs"
    found[order[0]] = "centre"
    return [str(k) for k in found]


def _works(found: NDArray[np.object_], at: Floats, cols: int, far: Floats, rng: np.random.Generator) -> None:
    """By the railway in the south, and in a large city in a few places of their own."""
    n = len(found)
    edge = np.flatnonzero(at[:, 1] == at[:, 1].min())
    edge = edge[np.argsort(np.abs(at[edge, 0] - 0.6 * cols), kind="stable")]
    found[edge[: max(1, round(n * 0.06))]] = "works"
    for _zone in range(n // 90):
        heart = int(rng.choice(np.flatnonzero(far > np.quantile(far, 0.45))))
        near = np.abs(at - at[heart]).max(axis=1) <= 1
        found[near & (rng.random(n) < 0.75)] = "works"


def _estates(found: NDArray[np.object_], city: list[Spot], far: Floats, rng: np.random.Generator) -> None:
    """Towers of the last twenty years among the slabs' outer blocks, gardens with sheds at the very edge."""
    n = len(found)
    outer = np.flatnonzero((found == "slabs") & (far > np.quantile(far, 0.3)))
    patches = Chance(rng, 2.5, 5.0).at(city)
    found[outer[np.argsort(-patches[outer], kind="stable")[: n // 22]]] = "estate"
    there = set(city)
    fringe = [k for k, (i, j) in enumerate(city) if not {(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)} <= there]
    fringe = [k for k in fringe if found[k] == "houses"]
    found[[fringe[k] for k in rng.permutation(len(fringe))[: max(1, n // 26)].tolist()]] = "gardens"


def _green(
    found: NDArray[np.object_],
    at: Floats,
    across: Floats,
    order: NDArray[np.int64],
    rows: int,
    rng: np.random.Generator,
) -> None:
    """A park on the bank, others spread out, cemeteries at the edge; the works of a small town stay."""
    n = len(found)
    banks = [k for k in order.tolist() if abs(across[k]) == 1 and found[k] in ("slabs", "houses")]
    found[banks[:1] + banks[5::7]] = "park"
    taken = [k for k in range(n) if found[k] == "park"]
    for k in rng.permutation(n).tolist():
        if len(taken) >= n // 24 + 1:
            break
        if found[k] in ("slabs", "houses") and all(np.abs(at[k] - at[t]).max() > 2 for t in taken):
            found[k] = "park"
            taken.append(k)
    outer = [k for k in order[::-1].tolist() if found[k] == "houses"]
    found[outer[: max(1, n // 70)]] = "cemetery"


def country(
    us: Floats, vs: Floats, river_row: int, city: dict[Spot, str], rings: int, rng: np.random.Generator
) -> tuple[Cell, ...]:
    """Fields, meadows and woods where there is no city, and rings of them round the lattice."""
    ring = COUNTRY_M * np.arange(1, rings + 1)
    wide, high = np.r_[us[0] - ring[::-1], us, us[-1] + ring], np.r_[vs[0] - ring[::-1], vs, vs[-1] + ring]
    spots = [
        (i, j)
        for j in range(-rings, len(vs) - 1 + rings)
        for i in range(-rings, len(us) - 1 + rings)
        if (i, j) not in city and j != river_row
    ]
    wood, wet = Chance(rng, 4.0, 10.0).at(spots), Chance(rng, 3.0, 8.0).at(spots)
    found = []
    for k, (i, j) in enumerate(spots):
        kind = "forest" if wood[k] > 0.75 else "meadow" if wet[k] > 0.5 or abs(j - river_row) == 1 else "farmland"
        a, b = i + rings, j + rings
        found.append(Cell(i, j, float(wide[a]), float(wide[a + 1]), float(high[b]), float(high[b + 1]), kind))
    return tuple(found)
