"""A raster of heights becomes terrain: warped into the project's system, its voids filled and marked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import arrays, filed
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import Raster
from vidbudova.formats.raster_fill import fill
from vidbudova.formats.raster_target import Target, target_of
from vidbudova.formats.raster_warp import BLOCK, blocks
from vidbudova.text import _

MOST_CELLS = 8192 * 8192


def take(raster: Raster, intake: Intake, datum: str) -> None:
    """Stage a raster of heights as one terrain."""
    target = target_of(raster, intake, MOST_CELLS)
    path = Path(intake.job.scratch) / "terrain.arrays"
    with arrays.Writer(path) as writer:
        heights = writer.array("heights", (target.rows, target.cols), np.float32)
        void = writer.array("void", (target.rows, target.cols), np.uint8)
        voids = _fill_in(raster, target, intake, heights, void)
        lowest, highest = float(heights.min()), float(heights.max())
        del heights, void
        writer.close(
            {
                "x0": target.x0 + target.cell_m / 2, "y0": target.y0 - target.cell_m / 2, "cell_m": target.cell_m,
                "crs": target.crs, "height_datum": datum,
            }
        )  # fmt: skip
    said = {"cell_m": target.cell_m, "lowest_m": lowest, "highest_m": highest, "voids": voids, "height_datum": datum}
    filed.stage(intake, "terrain", path, target.bounds, said)
    intake.read += 1
    intake.kept += 1
    if not datum:
        intake.note("height-datum-unknown")


def _fill_in(raster: Raster, target: Target, intake: Intake, heights: np.ndarray, void: np.ndarray) -> int:
    unmeasured, total = 0, -(-target.rows // BLOCK) * -(-target.cols // BLOCK)
    for done, block in enumerate(blocks(raster, target)):
        rows, cols = block.valid.shape
        at = slice(block.row, block.row + rows), slice(block.col, block.col + cols)
        heights[at] = block.values[0]
        void[at] = ~block.valid
        unmeasured += int(np.count_nonzero(block.inside & ~block.valid))
        intake.progress(0.9 * (done + 1) / total, _("Warping heights"))
    voids = int(np.count_nonzero(void))
    if voids == void.size:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no measured heights"))
    if unmeasured:
        intake.note("terrain-voids", count=unmeasured)
    if voids:
        filled = np.array(heights)
        fill(filled, void.astype(bool))
        heights[:] = filled
    return voids
