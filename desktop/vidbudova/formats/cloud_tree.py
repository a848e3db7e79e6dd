"""The octree of a cloud: each point in exactly one node, coarse nodes hold a thinned sample, finer ones add to it.

Points are put into buckets of neighbouring cubes first, so that only one bucket has to be in memory. In it, points have
random ranks; of each small cube of a level the point of the highest rank stands for it. That point also stands
for every smaller cube round it, so that a level is what the next finer one adds to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats.cloud_spool import BATCH, RECORD, Spool

GRID_BITS = 6
"""A node is thinned to one point in each of 64 × 64 × 64 small cubes."""
DEEPEST = 13
BITS = GRID_BITS + DEEPEST
BUCKET_BITS = 7
MOST_BUCKET = 3_000_000
LEAF = 6000
"""A cube with no more points than this is not divided further."""

Ints = NDArray[np.int64]
Progress = Callable[[float], None]


@dataclass(slots=True)
class Nodes:
    """The nodes of one bucket in the order of their points: key (level and place), count, and bounds of the points."""

    key: Ints
    count: Ints
    low: NDArray[np.int32]
    high: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Cube:
    """The root: its corner and its side, in quanta of the spool."""

    low: Ints
    side: float

    def keys(self, xyz: NDArray[np.int32]) -> Ints:
        """(n,) places as Morton numbers of 3 × BITS bits."""
        cells = ((xyz.astype(np.float64) - self.low) * ((1 << BITS) / self.side)).astype(np.int64)
        cells = np.clip(cells, 0, (1 << BITS) - 1)
        return _spread(cells[:, 0]) | _spread(cells[:, 1]) << 1 | _spread(cells[:, 2]) << 2


def cube_of(spool: Spool) -> Cube:
    """The smallest cube round all points."""
    low = spool.low.astype(np.int64)
    side = float((spool.high.astype(np.int64) - low).max()) + 1.0
    return Cube(low, side)


def bucketed(spool: Spool, cube: Cube, path: Path, progress: Progress) -> tuple[Ints, Ints]:
    """Write the records of a spool by bucket; gives the count of each bucket, and of each cube of BUCKET_BITS."""
    counts = np.zeros(1 << 3 * BUCKET_BITS, np.int64)
    for done, records in _batches(spool.path, spool.count):
        counts += np.bincount(cube.keys(records["xyz"]) >> 3 * (BITS - BUCKET_BITS), minlength=len(counts))
        progress(0.5 * done)
    bucket_of = _buckets(counts)
    sizes = np.bincount(bucket_of, counts).astype(np.int64)
    cursor = np.r_[0, np.cumsum(sizes)[:-1]]
    with path.open("wb") as out:
        for done, records in _batches(spool.path, spool.count):
            bucket = bucket_of[cube.keys(records["xyz"]) >> 3 * (BITS - BUCKET_BITS)]
            order = np.argsort(bucket, kind="stable")
            there, first = np.unique(bucket[order], return_index=True)
            sorted_records = records[order]
            for k, begin, end in zip(there.tolist(), first, np.r_[first[1:], len(order)], strict=True):
                out.seek(int(cursor[k]) * RECORD.itemsize)
                sorted_records[begin:end].tofile(out)
                cursor[k] += end - begin
            progress(0.5 + 0.5 * done)
    return sizes, counts


def _batches(path: Path, count: int) -> Any:
    with path.open("rb") as file:
        for begin in range(0, count, BATCH):
            yield min((begin + BATCH) / count, 1.0), np.fromfile(file, RECORD, min(BATCH, count - begin))


def _buckets(counts: Ints) -> Ints:
    """The bucket of each cube: as many neighbours as fit."""
    filled = np.flatnonzero(counts)
    found = np.zeros(len(counts), np.int64)
    bucket, inside = 0, 0
    for cell, count in zip(filled.tolist(), counts[filled].tolist(), strict=True):
        if inside and inside + count > MOST_BUCKET:
            bucket, inside = bucket + 1, 0
        inside += count
        found[cell] = bucket
    return found


def sort_bucket(records: NDArray[Any], cube: Cube, counts: Ints, seed: int) -> tuple[NDArray[Any], Nodes]:
    """The records of one bucket in the order of their nodes."""
    keys = cube.keys(records["xyz"])
    order = np.argsort(keys, kind="stable")
    records, keys = records[order], keys[order]
    levels = np.minimum(_levels(keys, seed), _caps(keys, counts)).astype(np.int64)
    node = levels << 3 * BITS | keys >> 3 * (BITS - levels)
    order = np.argsort(node, kind="stable")
    records, node = records[order], node[order]
    first = np.flatnonzero(np.r_[True, node[1:] != node[:-1]])
    xyz = records["xyz"]
    low, high = np.minimum.reduceat(xyz, first, axis=0), np.maximum.reduceat(xyz, first, axis=0)
    return records, Nodes(node[first], np.diff(np.r_[first, len(node)]), low, high)


def _levels(keys: Ints, seed: int) -> NDArray[np.uint8]:
    """The coarsest level at which each point stands for its small cube; keys are sorted."""
    rank = np.random.default_rng(seed).permutation(len(keys)).astype(np.int32)
    found = np.full(len(keys), DEEPEST, np.uint8)
    for level in range(DEEPEST - 1, -1, -1):
        first = _runs(keys, GRID_BITS + level)
        if len(first) == len(keys):
            found[:] = level
            continue
        best = np.maximum.reduceat(rank, first)
        found[rank == np.repeat(best, np.diff(np.r_[first, len(keys)]))] = level
    return found


def _caps(keys: Ints, counts: Ints) -> NDArray[np.uint8]:
    """The level below which each point's cube is not divided; `counts` are those of all buckets."""
    found = np.full(len(keys), DEEPEST, np.uint8)
    for level in range(DEEPEST - 1, -1, -1):
        if level <= BUCKET_BITS:
            first = _runs(keys, level)
            inside = counts.reshape(1 << 3 * level, -1).sum(1)[keys[first] >> 3 * (BITS - level)]
        else:
            first = _runs(keys, level)
            inside = np.diff(np.r_[first, len(keys)])
        few = np.repeat(inside <= LEAF, np.diff(np.r_[first, len(keys)]))
        found[few] = level
    return found


def _runs(keys: Ints, depth: int) -> Ints:
    """Where each cube of a depth begins among sorted keys."""
    cell = keys >> 3 * (BITS - depth)
    return np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])


def _spread(v: Ints) -> Ints:
    """Two empty bits after each of the 21 lower bits."""
    for shift, keep in (
        (32, 0x1F00000000FFFF), (16, 0x1F0000FF0000FF), (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3), (2, 0x1249249249249249),
    ):  # fmt: skip
        v = (v | v << shift) & keep
    return v
