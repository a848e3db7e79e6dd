"""Pictures from above, kept as small compressed tiles by level; any square of them at any fineness."""

from __future__ import annotations

import io
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.relief import Bounds
from vidbudova.scene.style import Colour

TILE_PX = 256
MOST_KEPT = 96
MOST_BYTES = 4 << 20
"""A compressed tile of 256 × 256 pixels is never larger; one that says so is passed over."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture: tiles (bytes), index (n, 5): level, row, column, offset, length; from a north-west corner.

    pixel_m : of level 0, the finest; level k has pixels 2**k as wide. width, height : pixels of level 0.
    """

    tiles: NDArray[np.uint8]
    index: NDArray[np.int64]
    x0: float
    y0: float
    pixel_m: float
    levels: int
    width: int
    height: int

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north."""
        return self.x0, self.y0 - self.height * self.pixel_m, self.x0 + self.width * self.pixel_m, self.y0


class Imagery:
    """Sheets as one picture, the finest uppermost. Tiles that were unpacked are kept a while."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = sorted(sheets, key=lambda sheet: -sheet.pixel_m)
        self._at = [
            {(int(k), int(r), int(c)): n for n, (k, r, c) in enumerate(s.index[:, :3].tolist())} for s in self.sheets
        ]
        self._kept: OrderedDict[tuple[int, int, int, int], NDArray[np.uint8] | None] = OrderedDict()

    def __len__(self) -> int:
        return len(self.sheets)

    def picture(self, bounds: Bounds, px: int, ground: Colour) -> NDArray[np.uint8]:
        """(px, px, 3) the square `bounds` of the project, rows from the south; bare ground where there is nothing."""
        found = np.empty((px, px, 3), np.uint8)
        found[:] = np.round(np.array(ground) * 255).astype(np.uint8)
        for number, sheet in enumerate(self.sheets):
            west, south, east, north = sheet.bounds
            if bounds[0] < east and bounds[2] > west and bounds[1] < north and bounds[3] > south:
                piece = self._piece(number, bounds, px)
                solid = piece[..., 3:].astype(np.uint16)
                found = ((piece[..., :3] * solid + found * (255 - solid) + 127) // 255).astype(np.uint8)
        return found

    def _piece(self, number: int, bounds: Bounds, px: int) -> NDArray[np.uint8]:
        """(px, px, 4) a square of one sheet, clear where it has nothing."""
        from PIL import Image

        sheet = self.sheets[number]
        texel = (bounds[2] - bounds[0]) / px
        level = min(max(math.floor(math.log2(max(texel / sheet.pixel_m, 1e-9)) + 0.25), 0), sheet.levels - 1)
        pixel = sheet.pixel_m * 2**level
        left, top = (bounds[0] - sheet.x0) / pixel, (sheet.y0 - bounds[3]) / pixel
        right, low = (bounds[2] - sheet.x0) / pixel, (sheet.y0 - bounds[1]) / pixel
        # never more of the sheet than it has: the coarsest level may be much finer than a far view
        c0, r0 = (max(math.floor(v / TILE_PX), -1) for v in (left, top))
        last_c = math.ceil(sheet.width / 2**level / TILE_PX)
        last_r = math.ceil(sheet.height / 2**level / TILE_PX)
        c1, r1 = min(math.ceil(right / TILE_PX), last_c + 1), min(math.ceil(low / TILE_PX), last_r + 1)
        mosaic = self._mosaic(number, level, (r0, c0, max(r1, r0 + 1), max(c1, c0 + 1)))
        source = Image.fromarray(mosaic, "RGBA")
        a, b = (right - left) / px, (low - top) / px
        shift = (left - c0 * TILE_PX, top - r0 * TILE_PX)
        if a > 1.5:
            box = (shift[0], shift[1], shift[0] + right - left, shift[1] + low - top)
            if box[0] >= 0 and box[1] >= 0 and box[2] <= source.width and box[3] <= source.height:
                return np.asarray(source.resize((px, px), Image.Resampling.BOX, box=box))[::-1]
        wanted = source.transform(
            (px, px), Image.Transform.AFFINE, (a, 0, shift[0], 0, b, shift[1]), Image.Resampling.BILINEAR
        )
        return np.asarray(wanted)[::-1]

    def _mosaic(self, number: int, level: int, span: tuple[int, int, int, int]) -> NDArray[np.uint8]:
        r0, c0, r1, c1 = span
        found = np.zeros(((r1 - r0) * TILE_PX, (c1 - c0) * TILE_PX, 4), np.uint8)
        for r in range(r0, r1):
            for c in range(c0, c1):
                tile = self._tile(number, level, r, c)
                if tile is not None:
                    y, x = (r - r0) * TILE_PX, (c - c0) * TILE_PX
                    found[y : y + tile.shape[0], x : x + tile.shape[1]] = tile
        return found

    def _tile(self, number: int, level: int, row: int, column: int) -> NDArray[np.uint8] | None:
        key = (number, level, row, column)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        at = self._at[number].get((level, row, column))
        found = None if at is None else _unpacked(self.sheets[number], at)
        self._kept[key] = found
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found


def _unpacked(sheet: Sheet, at: int) -> NDArray[np.uint8] | None:
    """One tile as (h, w, 4); None where it cannot be read: a hole in a picture is better than no picture."""
    from PIL import Image, UnidentifiedImageError

    offset, length = (int(v) for v in sheet.index[at, 3:5])
    if not 0 < length <= MOST_BYTES or offset < 0 or offset + length > len(sheet.tiles):
        return None
    try:
        with Image.open(io.BytesIO(sheet.tiles[offset : offset + length].tobytes()), formats=("JPEG", "PNG")) as image:
            if max(image.size) > TILE_PX:
                return None
            found: Any = np.asarray(image.convert("RGBA"))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return None
    return np.asarray(found, np.uint8)
