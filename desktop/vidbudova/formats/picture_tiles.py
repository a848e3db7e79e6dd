"""A raster of colours becomes imagery: warped, cut into tiles of 256 pixels, with levels of half the fineness each."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import arrays, filed
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import Raster
from vidbudova.formats.raster_target import Target, target_of
from vidbudova.formats.raster_warp import BLOCK, blocks
from vidbudova.text import _

TILE_PX = 256
MOST_PIXELS = 1 << 30
QUALITY = 87

Pixels = NDArray[np.uint8]


def take(raster: Raster, intake: Intake, dated_on: str | None = None) -> None:
    """Stage a raster of colours as one picture."""
    target = target_of(raster, intake, MOST_PIXELS)
    path = Path(intake.job.scratch) / "imagery.arrays"
    with arrays.Writer(path) as writer:
        pyramid = Pyramid(writer, target.cols, target.rows)
        for strip in _strips(raster, target, intake):
            pyramid.add(strip)
        pyramid.finish()
        if not pyramid.index:
            raise UserError("import-empty", file=intake.job.name, reason=_("it has no pixels"))
        writer.put("index", np.array(pyramid.index, np.int64))
        writer.close(
            {
                "x0": target.x0, "y0": target.y0, "pixel_m": target.cell_m, "levels": pyramid.levels,
                "width": target.cols, "height": target.rows, "crs": target.crs,
            }
        )  # fmt: skip
    filed.stage(intake, "imagery", path, target.bounds, {"pixel_m": target.cell_m, "dated_on": dated_on})
    intake.read += 1
    intake.kept += 1


def _strips(raster: Raster, target: Target, intake: Intake) -> Any:
    """Strips as high as a tile and as wide as the picture, (h, w, 4), from the north."""
    rows_of_blocks = -(-target.rows // BLOCK)
    strip = np.zeros((0, 0, 4), np.uint8)
    for block in blocks(raster, target):
        if block.col == 0:
            strip = np.zeros((len(block.valid), target.cols, 4), np.uint8)
        at = slice(block.col, block.col + block.valid.shape[1])
        strip[:, at, :3] = np.moveaxis(np.round(block.values), 0, 2)
        strip[:, at, 3] = np.where(block.valid, 255, 0)
        if at.stop >= target.cols:
            intake.progress((block.row // BLOCK + 1) / rows_of_blocks, _("Warping pictures"))
            for top in range(0, len(strip), TILE_PX):
                yield strip[top : top + TILE_PX]


class Pyramid:
    """Writes the tiles of all levels while strips of the finest come in; two strips make one of the next level."""

    def __init__(self, writer: arrays.Writer, width: int, height: int) -> None:
        self.writer = writer
        self.levels = max(math.ceil(math.log2(max(width, height) / TILE_PX)), 0) + 1
        self.index: list[tuple[int, int, int, int, int]] = []
        self._waiting: dict[int, Pixels] = {}
        self._rows = [0] * self.levels
        self._at = 0

    def add(self, strip: Pixels, level: int = 0) -> None:
        """The next strip of a level."""
        self._write(strip, level)
        if level + 1 == self.levels:
            return
        half = halved(strip)
        above = self._waiting.pop(level, None)
        if above is None:
            self._waiting[level] = half
        else:
            self.add(np.concatenate([above, half]), level + 1)

    def finish(self) -> None:
        """Write what still waits for a second strip."""
        for level in range(self.levels - 1):
            if (last := self._waiting.pop(level, None)) is not None:
                self.add(last, level + 1)

    def _write(self, strip: Pixels, level: int) -> None:
        row = self._rows[level]
        self._rows[level] += 1
        for column, left in enumerate(range(0, strip.shape[1], TILE_PX)):
            tile = strip[:, left : left + TILE_PX]
            if tile[..., 3].any():
                packed = np.frombuffer(compressed(tile), np.uint8)
                self.writer.append("tiles", packed)
                self.index.append((level, row, column, self._at, len(packed)))
                self._at += len(packed)


def compressed(tile: Pixels) -> bytes:
    """A tile (h, w, 4) as JPEG, as PNG where it is not solid everywhere."""
    from PIL import Image

    out = io.BytesIO()
    if tile[..., 3].all():
        Image.fromarray(np.ascontiguousarray(tile[..., :3])).save(out, "JPEG", quality=QUALITY)
    else:
        Image.fromarray(np.ascontiguousarray(tile)).save(out, "PNG", compress_level=6)
    return out.getvalue()


def halved(strip: Pixels) -> Pixels:
    """Half as many rows and columns; only solid pixels are averaged."""
    rows, cols = strip.shape[0] + strip.shape[0] % 2, strip.shape[1] + strip.shape[1] % 2
    padded = np.zeros((rows, cols, 4), np.uint16)
    padded[: strip.shape[0], : strip.shape[1]] = strip
    solid = (padded[..., 3:] > 127).astype(np.uint16)
    colours = (padded[..., :3] * solid).reshape(rows // 2, 2, cols // 2, 2, 3).sum((1, 3), dtype=np.uint16)
    count = solid.reshape(rows // 2, 2, cols // 2, 2, 1).sum((1, 3), dtype=np.uint16)
    found = np.zeros((rows // 2, cols // 2, 4), np.uint8)
    found[..., :3] = (colours + count // 2) // np.maximum(count, 1)
    found[..., 3] = np.where(count[..., 0] > 0, 255, 0)
    return found
