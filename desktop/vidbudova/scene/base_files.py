"""The ground of a project: its grids of heights, with water lying level, and its pictures from above."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats import arrays
from vidbudova.model.shapes import Shapes
from vidbudova.scene.imagery import TILE_PX, Sheet
from vidbudova.scene.relief import Heights, Relief
from vidbudova.scene.water_level import levelled

if TYPE_CHECKING:
    from vidbudova.session import Session

log = logging.getLogger(__name__)
BROKEN = (OSError, ValueError, KeyError, TypeError, IndexError)
MOST_LEVELS = 32


def relief(session: Session, water: Shapes) -> Relief | None:
    """The relief of all terrain layers; None where there is none that can be read."""
    rows = list(_opened(session, "terrain"))
    grids = [grid for row, found in rows for grid in _tried(heights, row, found)]
    if not grids:
        return None
    ends = [[row.get("lowest_m"), row.get("highest_m")] for row, _ in rows]
    known = [float(end) for pair in ends for end in pair if isinstance(end, (int, float))]
    grids = [levelled(grid, water) for grid in grids]
    return Relief(grids, min(known), max(known)) if len(known) == 2 * len(rows) else Relief(grids)


def imagery(session: Session) -> tuple[Sheet, ...]:
    """All layers of pictures that can be read."""
    return tuple(one for row, found in _opened(session, "imagery") for one in _tried(sheet, row, found))


def _opened(session: Session, table: str) -> Iterator[tuple[dict[str, Any], arrays.Arrays]]:
    """Rows of a table with their files; what is missing or damaged is said in the log and left out."""
    for row in session.rows(table).values():
        path = session.layer_file(str(row.get("file") or ""))
        try:
            if path is None:
                raise FileNotFoundError(row.get("file"))
            yield row, arrays.open_arrays(path)
        except BROKEN:
            log.warning("a file of %s cannot be used", table, exc_info=True)


def _tried(read: Any, row: dict[str, Any], found: arrays.Arrays) -> list[Any]:
    try:
        return [read(found)]
    except BROKEN:
        log.warning("the arrays of %s cannot be used", row.get("name"), exc_info=True)
        return []


def heights(found: arrays.Arrays) -> Heights:
    """A grid of heights from its file; ValueError or KeyError for what is none."""
    values, meta = found["heights"], found.meta
    if values.ndim != 2 or min(values.shape) < 2 or values.dtype != np.dtype("<f4"):
        raise ValueError("no grid of heights")
    cell, x0, y0 = (float(meta[name]) for name in ("cell_m", "x0", "y0"))
    if not (cell > 0 and np.isfinite([cell, x0, y0]).all()):
        raise ValueError("a grid of no place")
    void = next((found[name] for name in found if name == "void"), None)
    if void is not None and void.shape != values.shape:
        raise ValueError("voids of another grid")
    return Heights(_changeable(values), x0, y0, cell, void)


def _changeable(values: NDArray[Any]) -> NDArray[np.float32]:
    """The same map of the file, but so that cells can be changed in memory alone; only what changes is copied."""
    if not isinstance(values, np.memmap):
        return np.array(values, np.float32)
    name: Any = values.filename
    found: Any = np.memmap(name, values.dtype, "c", values.offset, values.shape)
    return np.asarray(found)


def sheet(found: arrays.Arrays) -> Sheet:
    """A picture from its file; ValueError or KeyError for what is none."""
    meta, index = found.meta, np.asarray(found["index"], np.int64)
    if index.ndim != 2 or index.shape[1] != 5:
        raise ValueError("no index of tiles")
    levels, width, height = (int(meta[name]) for name in ("levels", "width", "height"))
    x0, y0, pixel = (float(meta[name]) for name in ("x0", "y0", "pixel_m"))
    if not (1 <= levels <= MOST_LEVELS and pixel > 0 and width > 0 and height > 0 and np.isfinite([x0, y0]).all()):
        raise ValueError("a picture of no place")
    if max(width, height) / 2 ** (levels - 1) > 64 * TILE_PX:
        raise ValueError("a picture without coarse levels")
    return Sheet(found["tiles"], index, x0, y0, pixel, levels, width, height)
