"""Numbers on round signs that stand on their places, all in one surface with one picture of their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.draping import texture_of
from vidbudova.scene.solids import Floats
from vidbudova.scene.surface import Look, Surface

CELL_PX, ACROSS = 64, 16
MOST = ACROSS * ACROSS
REACH_DOWN = 1.35
"""The tip of a sign lies so many radii under its middle."""


def badges(renderer: Any, look: Look, local: Floats, rgb: NDArray[np.uint8], words: Sequence[str]) -> list[Surface]:
    """Signs at local places (n, 3) with a colour (n, 3) and a word each; the first ones where there are too many."""
    n = min(len(local), MOST)
    if not n:
        return []
    # the first is drawn last, over the others
    order = np.arange(n)[::-1]
    points = np.repeat(local[order], 4, axis=0).astype(np.float32)
    disc = np.array([[-1.0, -REACH_DOWN], [1.0, -REACH_DOWN], [1.0, 1.0], [-1.0, 1.0]])
    cell = np.c_[order % ACROSS, order // ACROSS]
    place = (cell[:, None] + (disc + 1.0) / 2) / ACROSS
    corner = np.c_[np.tile(disc, (n, 1)), place.reshape(-1, 2)].astype(np.float32)
    triangles = (np.array([0, 1, 2, 0, 2, 3]) + 4 * np.arange(n)[:, None]).reshape(-1, 3).astype(np.int32)
    colour = np.repeat(rgb[order] / 255.0, 4, axis=0).astype(np.float32)
    texture = texture_of(lettering(words[:n]), mipmaps=True)[0]
    return [Surface(renderer, look, points, triangles, {"colour": colour, "corner": corner}, texture=texture)]


def lettering(words: Sequence[str]) -> NDArray[np.uint8]:
    """(pixels, 3) white words on black, one a cell, rows from the south."""
    from PIL import Image, ImageDraw, ImageFont

    side = CELL_PX * ACROSS
    image = Image.new("L", (side, side))
    pen = ImageDraw.Draw(image)
    for n, word in enumerate(words):
        x, y = (n % ACROSS + 0.5) * CELL_PX, side - (n // ACROSS + 0.5) * CELL_PX
        font = ImageFont.load_default(size=38 if len(word) < 3 else 26)
        pen.text((x, y), word, fill=255, font=font, anchor="mm", stroke_width=1)
    grey = np.asarray(image)[::-1].reshape(-1, 1)
    return np.ascontiguousarray(np.repeat(grey, 3, axis=1))
