"""Spooled points become a cloud: an octree in a file of arrays, and its row."""

from __future__ import annotations

import contextlib
import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import arrays, cloud_tree, filed
from vidbudova.formats.cloud_spool import QUANTUM_M, RECORD, Spool
from vidbudova.formats.cloud_tree import BITS, GRID_BITS, Cube, Ints, Nodes
from vidbudova.formats.intake import Intake
from vidbudova.text import _

READ_SHARE, BUCKET_SHARE, SORT_SHARE = 0.5, 0.15, 0.2
"""How much of the bar each step is; writing has the rest."""


def take(spool: Spool, intake: Intake, datum: str, dated_on: str | None = None) -> None:
    """Stage what was spooled as one cloud."""
    spool.close()
    if not spool.count:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no points"))
    folder = Path(intake.job.scratch)
    cube = cloud_tree.cube_of(spool)
    bucketed, path = folder / "bucketed", folder / "clouds.arrays"

    def bar(begin: float, share: float, what: str) -> cloud_tree.Progress:
        return lambda done: intake.progress(begin + share * done, what)

    sizes, counts = cloud_tree.bucketed(spool, cube, bucketed, bar(READ_SHARE, BUCKET_SHARE, _("Sorting points")))
    spool.path.unlink()
    at = READ_SHARE + BUCKET_SHARE
    listed = _sorted(bucketed, cube, sizes, counts, bar(at, SORT_SHARE, _("Building levels of detail")))
    at += SORT_SHARE
    _write(path, spool, cube, bucketed, listed, bar(at, 1.0 - at, _("Writing points")), datum, intake.job.project_crs)
    bucketed.unlink()
    _stage(path, spool, intake, datum, dated_on)


def _stage(path: Path, spool: Spool, intake: Intake, datum: str, dated_on: str | None) -> None:
    low, high = (spool.anchor + corner * QUANTUM_M for corner in (spool.low, spool.high))
    half = 0.05
    bounds = float(low[0]) - half, float(low[1]) - half, float(high[0]) + half, float(high[1]) + half
    filed.stage(intake, "clouds", path, bounds, {"points": spool.count, "dated_on": dated_on, "height_datum": datum})
    intake.read += spool.count
    intake.kept += spool.count
    if not datum:
        intake.note("height-datum-unknown")
    elif datum.startswith("ellipsoid"):
        intake.note("height-ellipsoidal", datum)
    if spool.lost:
        intake.note("points-not-finite", count=spool.lost)
    if not spool.has_rgb:
        intake.note("cloud-not-coloured")


def _sorted(path: Path, cube: Cube, sizes: Ints, counts: Ints, progress: cloud_tree.Progress) -> list[Nodes]:
    """Sort each bucket in place."""
    listed = []
    with path.open("r+b") as file:
        begin = 0
        for number, size in enumerate(sizes.tolist()):
            file.seek(begin * RECORD.itemsize)
            records = np.fromfile(file, RECORD, size)
            records, nodes = cloud_tree.sort_bucket(records, cube, counts, number)
            file.seek(begin * RECORD.itemsize)
            records.tofile(file)
            listed.append(nodes)
            begin += size
            progress(begin / max(int(sizes.sum()), 1))
    return listed


def _write(
    path: Path, spool: Spool, cube: Cube, bucketed: Path, listed: list[Nodes], progress: cloud_tree.Progress,
    datum: str, crs: str,
) -> None:  # fmt: skip
    key, place = np.unique(np.concatenate([nodes.key for nodes in listed]), return_inverse=True)
    count = np.zeros(len(key), np.int64)
    np.add.at(count, place, np.concatenate([nodes.count for nodes in listed]))
    first = np.r_[0, np.cumsum(count)[:-1]]
    middle = np.round(spool.anchor + (spool.low.astype(np.float64) + spool.high) / 2 * QUANTUM_M)
    shift = spool.anchor - middle
    with arrays.Writer(path) as writer:
        kinds = (
            ("xyz", (3,), np.float32),
            ("rgb", (3,), np.uint8),
            ("class", (), np.uint8),
            ("intensity", (), np.uint8),
        )
        out = {name: writer.array(name, (spool.count, *shape), kind) for name, shape, kind in kinds}
        _spread_out(out, spool, bucketed, listed, first, key, shift, progress)
        out.clear()
        writer.put("nodes", np.column_stack([first, count]))
        writer.put("node_box", _boxes(listed, place, len(key), shift))
        writer.put("node_level", (key >> 3 * BITS).astype(np.int32))
        writer.put("node_parent", parents(key))
        writer.close(
            {
                "origin": middle.tolist(), "spacing_m": cube.side * QUANTUM_M / (1 << GRID_BITS),
                "has_rgb": spool.has_rgb, "has_class": spool.has_class, "crs": crs, "height_datum": datum,
            }
        )  # fmt: skip


def _spread_out(
    out: dict[str, NDArray[Any]], spool: Spool, bucketed: Path, listed: list[Nodes], first: Ints, key: Ints,
    shift: NDArray[np.float64], progress: cloud_tree.Progress,
) -> None:  # fmt: skip
    cursor, done = first.copy(), 0
    bright = spool.brightness()
    with bucketed.open("rb") as file:
        for nodes in listed:
            records = np.fromfile(file, RECORD, int(nodes.count.sum()))
            columns: dict[str, NDArray[Any]] = {
                "xyz": (records["xyz"] * QUANTUM_M + shift).astype(np.float32),
                "rgb": (records["rgb"] >> 8 if spool.brightest > 255 else records["rgb"]).astype(np.uint8),
                "class": records["class"],
                "intensity": np.minimum(records["intensity"] / bright, 255).astype(np.uint8),
            }
            begin = 0
            for at, size in zip(np.searchsorted(key, nodes.key).tolist(), nodes.count.tolist(), strict=True):
                to = int(cursor[at])
                for name, values in columns.items():
                    out[name][to : to + size] = values[begin : begin + size]
                cursor[at] += size
                begin += size
            for array in out.values():
                _let_go(array)
            done += len(records)
            progress(done / spool.count)


def _let_go(array: NDArray[Any]) -> None:
    """Written pages of a mapped file need not stay in the memory of this process."""
    mapped = getattr(array, "_mmap", None)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        with contextlib.suppress(OSError, ValueError):
            mapped.flush()
            mapped.madvise(mmap.MADV_DONTNEED)


def _boxes(listed: list[Nodes], place: Ints, count: int, shift: NDArray[np.float64]) -> NDArray[np.float32]:
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, place, np.concatenate([nodes.low for nodes in listed]) * QUANTUM_M + shift)
    np.maximum.at(high, place, np.concatenate([nodes.high for nodes in listed]) * QUANTUM_M + shift)
    return np.concatenate([low, high], axis=1).astype(np.float32)


def parents(key: Ints) -> NDArray[np.int32]:
    """The nearest node above each; -1 for the root."""
    row = {one: at for at, one in enumerate(key.tolist())}
    found = np.full(len(key), -1, np.int32)
    for at, one in enumerate(key.tolist()):
        level, cell = one >> 3 * BITS, one & ((1 << 3 * BITS) - 1)
        while level and found[at] < 0:
            level, cell = level - 1, cell >> 3
            found[at] = row.get(level << 3 * BITS | cell, -1)
    return found
