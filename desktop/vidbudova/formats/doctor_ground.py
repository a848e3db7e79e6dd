"""Models and scans against the terrain of the project: those that float or sink, by how much, and putting them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats import arrays
from vidbudova.formats.findings import Finding
from vidbudova.formats.mends import Mends
from vidbudova.formats.staging import Staging
from vidbudova.model.crs import Floats

LEAST_M = 5.0
"""Nearer to the ground than this is a matter of the terrain's own cells, not of another height."""
FEW = 3
SPREAD = 0.5
"""Offsets that differ among each other by more than this share of themselves are slopes and bridges, no datum."""
GROUND_CLASS = 2
MOST_POINTS = 200_000


def check(staging: Staging, terrain: Iterable[str], mends: Mends) -> list[Finding]:
    """What stands off the ground, as one finding; it is moved where that was asked for."""
    if mends.get("shift-heights"):
        for table, id, sha256 in _filed(staging):
            moved = shift(staging, sha256, float(mends.get("shift-heights")))
            staging.update(f'UPDATE "{table}" SET file = ? WHERE id = ?', [(moved, id)])
    filed = _filed(staging)
    grids = [arrays.open_arrays(Path(path)) for path in terrain]
    if not grids or not filed:
        return []
    feet = [foot for _table, _id, sha256 in filed for foot in _feet(_path(staging, sha256))]
    return off_the_ground(np.concatenate(feet), grids) if feet else []


def _filed(staging: Staging) -> list[tuple[str, str, str]]:
    """(table, id, checksum of the file) of every model and scan."""
    return [
        (table, id, sha256) for table in ("models", "clouds") if table in staging.counts
        for id, sha256 in staging.query(f'SELECT id, file FROM "{table}"')
    ]  # fmt: skip


def off_the_ground(feet: Floats, grids: Iterable[arrays.Arrays]) -> list[Finding]:
    """A finding when feet (n, 3) of things are, as a whole, above or below the ground."""
    offsets = feet[:, 2] - ground(feet[:, :2], grids)
    offsets = offsets[np.isfinite(offsets)]
    if len(offsets) < FEW:
        return []
    middle = float(np.median(offsets))
    if abs(middle) < LEAST_M or float(np.median(np.abs(offsets - middle))) > SPREAD * abs(middle):
        return []
    code = "heights-float" if middle > 0 else "heights-sink"
    mend = f"shift-heights={-middle:.1f}"
    return [Finding(code, len(offsets), mends=(mend,), values={"metres": f"{abs(middle):.1f}"})]


def ground(xy: Floats, grids: Iterable[arrays.Arrays]) -> Floats:
    """Heights of the ground at places (n, 2), bilinear in the finest grid that has them; nan beyond all grids."""
    found = np.full(len(xy), np.nan)
    for grid in sorted(grids, key=lambda one: float(one.meta["cell_m"])):
        x = (xy[:, 0] - float(grid.meta["x0"])) / float(grid.meta["cell_m"])
        y = (float(grid.meta["y0"]) - xy[:, 1]) / float(grid.meta["cell_m"])
        z = grid["heights"]
        rows, cols = z.shape
        there = np.isnan(found) & (x >= 0) & (y >= 0) & (x <= cols - 1) & (y <= rows - 1)
        i = np.clip(x[there].astype(np.int64), 0, cols - 2)
        j = np.clip(y[there].astype(np.int64), 0, rows - 2)
        u, v = x[there] - i, y[there] - j
        north = z[j, i] * (1 - u) + z[j, i + 1] * u
        south = z[j + 1, i] * (1 - u) + z[j + 1, i + 1] * u
        found[there] = north * (1 - v) + south * v
    return found


def _path(staging: Staging, sha256: str) -> Path:
    return staging.files / f"{sha256}.{arrays.ENDING}"


def _feet(path: Path) -> Iterator[Floats]:
    """Where the things of a file stand (n, 3): the lowest corner of each building, or scanned ground."""
    file = arrays.open_arrays(path)
    if "origin" not in file.meta:
        return
    origin = np.array(file.meta["origin"], np.float64)
    if "xyz" in file and "class" in file:
        at = np.flatnonzero(file["class"] == GROUND_CLASS)
        at = at[:: max(len(at) // MOST_POINTS, 1)]
        if len(at):
            yield origin + file["xyz"][at]
    elif "points" in file and file.meta.get("heights") == "absolute":
        yield origin + _lowest(file["points"], file["triangles"], file["owner"])


def _lowest(points: NDArray[np.float32], triangles: NDArray[np.int32], owner: NDArray[np.int32]) -> Floats:
    """The lowest corner (n, 3) of each thing."""
    corners, of = triangles.reshape(-1), np.repeat(owner, 3)
    order = np.lexsort((points[corners, 2], of))
    first = np.unique(of[order], return_index=True)[1]
    return np.asarray(points[corners[order][first]], np.float64)


def shift(staging: Staging, sha256: str, metres: float) -> str:
    """Move the heights of a staged file; gives its new checksum."""
    path = _path(staging, sha256)
    meta = arrays.open_arrays(path).meta
    if "origin" not in meta:
        return sha256
    x, y, z = meta["origin"]
    arrays.amend(path, {**meta, "origin": [x, y, z + metres]})
    return staging.add_file(path)
