"""Heights for cells without a measurement: from around them, smoother the wider the hole (pull-push)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Heights = NDArray[np.float32]


def fill(heights: Heights, void: NDArray[np.bool_]) -> None:
    """Fill the void cells (rows, cols) in place; the measured ones stay as they are.

    After S. Gortler et al., The Lumigraph, 1996, section 3.4.3: averages of measured cells are pulled up a pyramid, and
    holes are filled on the way down from the next coarser level.
    """
    if not void.any() or void.all():
        return
    known = ~void
    heights[void] = _filled(np.where(known, heights, 0).astype(np.float32), known)[void]


def _filled(values: Heights, known: NDArray[np.bool_]) -> Heights:
    if known.all() or values.size == 1:
        return values
    rows, cols = values.shape
    even = rows + rows % 2, cols + cols % 2
    total, count = np.zeros(even, np.float32), np.zeros(even, np.float32)
    total[:rows, :cols], count[:rows, :cols] = np.where(known, values, 0), known
    total, count = _halved(total), _halved(count)
    coarse = _filled((total / np.maximum(count, 1)).astype(np.float32), count > 0)
    return np.where(known, values, _doubled(coarse, rows, cols))


def _halved(values: Heights) -> Heights:
    return np.asarray(values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2])


def _doubled(values: Heights, rows: int, cols: int) -> Heights:
    """Bilinear between the middles of coarse cells."""
    for axis, n in ((0, rows), (1, cols)):
        at = np.clip((np.arange(n) + 0.5) / 2 - 0.5, 0, values.shape[axis] - 1)
        first = np.minimum(at.astype(np.int64), max(values.shape[axis] - 2, 0))
        second = np.minimum(first + 1, values.shape[axis] - 1)
        share = (at - first).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None, :]
        values = values.take(first, axis) * (1 - share) + values.take(second, axis) * share
    return np.asarray(values, np.float32)
