"""A pyramid of Web Mercator tiles (z/x/y pictures) as one raster at its finest level, unpacked when needed."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import filed, picture_tiles
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import Piece, Place
from vidbudova.text import _

CRS = "EPSG:3857"
HALF_M = 20_037_508.342789244
MOST_ZOOM = 26
MOST_TILE_BYTES, MOST_TILE_PX = 8 << 20, 1024
KEPT = 64
FORMATS = ("PNG", "JPEG", "WEBP")

Key = tuple[int, int, int]
"""Level, column, and row from the north."""
Pixels = NDArray[np.uint8]


class TileRaster:
    """The finest level as a raster; coarser levels are used where less is asked for.

    load : the bytes of a tile, None where there is none. spans : (west column, north row, east column, south row) of
    each level that is there, the last two included.
    """

    bands = 3

    def __init__(
        self, load: Callable[[Key], bytes | None], spans: Mapping[int, tuple[int, int, int, int]], intake: Intake
    ) -> None:
        self.load, self.spans, self.intake = load, dict(spans), intake
        self.zoom = max(self.spans)
        self._kept: OrderedDict[Key, Pixels | None] = OrderedDict()
        self.side = self._side()
        self.west, self.north, east, south = self.spans[self.zoom]
        self.width, self.height = (east - self.west + 1) * self.side, (south - self.north + 1) * self.side
        pixel = 2 * HALF_M / 2**self.zoom / self.side
        x, y = -HALF_M + self.west * self.side * pixel, HALF_M - self.north * self.side * pixel
        self.place = Place(CRS, pixel, 0.0, x, 0.0, -pixel, y)

    def _side(self) -> int:
        """The pixels of a tile, from the first that can be read."""
        west, north, east, south = self.spans[self.zoom]
        for row in range(north, min(south, north + 64) + 1):
            for column in range(west, min(east, west + 64) + 1):
                if (tile := self._tile((self.zoom, column, row))) is not None:
                    return len(tile)
        return 256

    def read(self, c0: int, r0: int, c1: int, r1: int, step: int) -> Piece:
        """See `Raster`; the coarsest level that is fine enough."""
        zoom = self.zoom
        while zoom - 1 in self.spans and 2 ** (self.zoom - zoom + 1) <= step:
            zoom -= 1
        factor = 2 ** (self.zoom - zoom)
        left, top = self.west * self.side + c0, self.north * self.side + r0
        right, low = self.west * self.side + c1, self.north * self.side + r1
        first, last = (left // factor, top // factor), (-(-right // factor), -(-low // factor))
        found = self._mosaic(zoom, (*first, *last))
        # the coarser window may begin a little before the one that was asked for: it is cut in its own pixels
        own = max(step // factor, 1)
        found = found[: max(len(found) // own, 1) * own, : max(found.shape[1] // own, 1) * own]
        if own > 1 and min(found.shape[:2]) >= own:
            rows, cols = found.shape[0] // own, found.shape[1] // own
            found = found.reshape(rows, own, cols, own, 4).mean((1, 3)).astype(np.uint8)
        values = np.moveaxis(found[..., :3], 2, 0)
        return Piece(values, found[..., 3] > 127, (c1 - c0) / found.shape[1], (r1 - r0) / found.shape[0])

    def _mosaic(self, zoom: int, window: tuple[int, int, int, int]) -> Pixels:
        left, top, right, low = window
        found = np.zeros((low - top, right - left, 4), np.uint8)
        for row in range(top // self.side, -(-low // self.side)):
            for column in range(left // self.side, -(-right // self.side)):
                tile = self._tile((zoom, column, row))
                if tile is None or len(tile) != self.side:
                    continue
                x, y = column * self.side, row * self.side
                a, b = max(x, left), max(y, top)
                c, d = min(x + self.side, right), min(y + self.side, low)
                found[b - top : d - top, a - left : c - left] = tile[b - y : d - y, a - x : c - x]
        return found

    def _tile(self, key: Key) -> Pixels | None:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        packed = self.load(key)
        found = None
        if packed is not None:
            found = unpacked(packed)
            if found is None:
                self.intake.note("tiles-unreadable", "/".join(map(str, key)))
        self._kept[key] = found
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found


def unpacked(packed: bytes) -> Pixels | None:
    """A tile as (n, n, 4); None where it is no picture that can be read."""
    from PIL import Image, UnidentifiedImageError

    if len(packed) > MOST_TILE_BYTES:
        return None
    try:
        with Image.open(io.BytesIO(packed), formats=FORMATS) as image:
            if image.width != image.height or not 0 < image.width <= MOST_TILE_PX:
                return None
            found: Any = np.asarray(image.convert("RGBA"))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return None
    return np.asarray(found, np.uint8)


def take(load: Callable[[Key], bytes | None], spans: Mapping[int, tuple[int, int, int, int]], intake: Intake) -> None:
    """Stage tiles as one picture in the project's system."""
    if intake.job.kind not in (None, "imagery"):
        raise UserError("kind-unclear", file=intake.job.name, kinds="imagery")
    whole = {z: span for z, span in spans.items() if 0 <= z <= MOST_ZOOM and _is_inside(z, span)}
    if not whole:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no tiles"))
    filed.see_crs(intake, CRS)
    picture_tiles.take(TileRaster(load, whole, intake), intake)


def _is_inside(zoom: int, span: tuple[int, int, int, int]) -> bool:
    west, north, east, south = span
    side = 1 << zoom
    return 0 <= west <= east < side and 0 <= north <= south < side


def refuse_vectors(intake: Intake) -> UserError:
    """What is said of tiles that hold lines and areas instead of pictures."""
    reason = _("its tiles hold lines and areas, not pictures")
    return UserError("import-empty", file=intake.job.name, reason=reason)
