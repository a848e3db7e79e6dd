"""The district of the tests on hilly ground, and pictures from above to lay on it."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image
from scene.district import AT, district

from vidbudova.scene.city import City
from vidbudova.scene.imagery import Sheet
from vidbudova.scene.relief import Heights, Relief

CELL_M, SIDE = 5.0, 401
WEST, NORTH = AT[0] - 1000.0, AT[1] + 1000.0


def grid(base_m: float = 120.0) -> Heights:
    """A slope with a hill in the north-east and gentle waves."""
    x, y = np.meshgrid(np.arange(SIDE) * CELL_M - 1000.0, 1000.0 - np.arange(SIDE) * CELL_M)
    z = base_m + 0.05 * x + 12.0 * np.sin(x / 170.0) * np.cos(y / 230.0)
    z += 90.0 * np.exp(-((x - 520.0) ** 2 + (y - 480.0) ** 2) / 40_000.0)
    return Heights(z.astype(np.float32), WEST, NORTH, CELL_M)


def hills() -> Relief:
    return Relief([grid()])


def hilly() -> City:
    return replace(district(), relief=hills())


def sheet() -> Sheet:
    """Red in the north-west, green in the north-east, blue in the south-west, white in the south-east; one level."""
    tiles, index = bytearray(), []
    for row, column, colour in ((0, 0, (200, 0, 0)), (0, 1, (0, 200, 0)), (1, 0, (0, 0, 200)), (1, 1, (230, 230, 230))):
        packed = io.BytesIO()
        Image.new("RGB", (256, 256), colour).save(packed, "PNG")
        index.append((0, row, column, len(tiles), packed.tell()))
        tiles += packed.getvalue()
    pixel = 1000.0 / 256
    found = np.frombuffer(bytes(tiles), np.uint8)
    return Sheet(found, np.array(index), AT[0] - 1000.0, AT[1] + 1000.0, pixel, 1, 512, 512)
