"""Water lies level: cells of a grid under a lake take the height of its lowest shore, under a river they calm down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.relief import Heights
from vidbudova.scene.solids import Floats, bounds_by_feature, vertex_offsets

STILL_M = 3.0
"""Shores that differ by more belong to water that flows: it keeps its fall."""
LOWEST_PERCENT, HIGHEST_PERCENT = 5.0, 80.0
"""Between these the shore is taken as it is; single cells of a survey are off."""
FEWEST_CELLS, MOST_CELLS = 4.0, 40_000_000


def levelled(grid: Heights, water: Shapes) -> Heights:
    """The grid with water lying level. Its values are changed where they are."""
    if not len(water) or not len(water.xy):
        return grid
    low, high = bounds_by_feature(water, vertex_offsets(water))
    west, south, east, north = grid.bounds
    within = (low[:, 0] < east) & (high[:, 0] > west) & (low[:, 1] < north) & (high[:, 1] > south)
    large = (high - low).prod(1) >= FEWEST_CELLS * grid.cell_m**2
    for row in np.flatnonzero(within & large).tolist():
        _level(grid, water, row)
    return replace(grid)


def _level(grid: Heights, water: Shapes, row: int) -> None:
    rings, holes = _rings(grid, water, row)
    if not rings:
        return
    shore = np.concatenate([grid.at(_along(water, k, grid.cell_m))[0] for k in _parts(water, row)])
    low, high = np.percentile(shore, [LOWEST_PERCENT, HIGHEST_PERCENT])
    window, mask = _cells(grid, rings, holes)
    if mask is None:
        return
    part = grid.values[window]
    part[mask] = low if high - low <= STILL_M else _calm(part)[mask]


def _parts(water: Shapes, row: int) -> range:
    return range(int(water.feature_offsets[row]), int(water.feature_offsets[row + 1]))


def _rings(grid: Heights, water: Shapes, row: int) -> tuple[list[Floats], list[Floats]]:
    """Outlines and holes in columns and rows of the grid."""
    found: tuple[list[Floats], list[Floats]] = ([], [])
    for k in _parts(water, row):
        xy = water.xy[water.part_offsets[k] : water.part_offsets[k + 1]]
        if len(xy) >= 3:
            cells = np.c_[(xy[:, 0] - grid.x0) / grid.cell_m, (grid.y0 - xy[:, 1]) / grid.cell_m]
            found[bool(water.is_hole[k])].append(cells)
    return found


def _along(water: Shapes, part: int, step_m: float) -> Floats:
    """Places along a ring, no further apart than a cell."""
    xy = water.xy[water.part_offsets[part] : water.part_offsets[part + 1]]
    way = np.roll(xy, -1, axis=0) - xy
    count = np.maximum(np.ceil(np.hypot(way[:, 0], way[:, 1]) / step_m), 1).astype(int)
    of = np.repeat(np.arange(len(xy)), count)
    share = (np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)) / count[of]
    return np.asarray(xy[of] + way[of] * share[:, None])


def _cells(
    grid: Heights, rings: list[Floats], holes: list[Floats]
) -> tuple[tuple[slice, slice], NDArray[np.bool_] | None]:
    """A window of the grid and which of its cells have their middle in the water; None for none."""
    from PIL import Image, ImageDraw

    rows, cols = grid.values.shape
    every = np.concatenate(rings)
    i0, j0 = np.maximum(np.floor(every.min(0)), 0).astype(int)
    i1, j1 = np.minimum(np.ceil(every.max(0)) + 1, [cols, rows]).astype(int)
    window = (slice(int(j0), int(j1)), slice(int(i0), int(i1)))
    if i1 - i0 < 1 or j1 - j0 < 1 or (i1 - i0) * (j1 - j0) > MOST_CELLS:
        return window, None
    picture = Image.new("L", (int(i1 - i0), int(j1 - j0)))
    draw = ImageDraw.Draw(picture)
    for fill, outlines in ((1, rings), (0, holes)):
        for outline in outlines:
            draw.polygon([(float(x), float(y)) for x, y in outline - [i0, j0]], fill=fill)
    mask = np.asarray(picture, bool)
    return window, mask if mask.any() else None


def _calm(part: NDArray[np.float32]) -> NDArray[np.float32]:
    """The lowest of the cells around each, twice."""
    for _ in range(2):
        wide = np.pad(part, 1, mode="edge")
        rows = np.minimum(np.minimum(wide[:-2], wide[1:-1]), wide[2:])
        part = np.minimum(np.minimum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return part
