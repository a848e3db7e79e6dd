"""A raster as the program takes one, whatever file it is in: size, place, and windows of it at a coarser step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DEEPEST_M, HIGHEST_M = -12_000.0, 9_500.0
VOIDS = (-9999.0,)
"""Values in between that stand for "nothing was measured" also where a file does not say so; −32768 lies outside."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pixels lie: x = a·col + b·row + c, y = d·col + e·row + f, from the corner of the first pixel."""

    crs: str
    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def of(self, pixels: Floats) -> Floats:
        """(n, 2) coordinates of (n, 2) columns and rows."""
        col, row = pixels[:, 0], pixels[:, 1]
        return np.column_stack([self.a * col + self.b * row + self.c, self.d * col + self.e * row + self.f])

    def pixels(self, xy: Floats) -> Floats:
        """(n, 2) columns and rows of (n, 2) coordinates."""
        det = self.a * self.e - self.b * self.d
        x, y = xy[:, 0] - self.c, xy[:, 1] - self.f
        return np.column_stack([(self.e * x - self.b * y) / det, (self.a * y - self.d * x) / det])

    @property
    def is_square(self) -> bool:
        """Whether north is up and the pixels are squares."""
        return self.b == self.d == 0 and self.a > 0 > self.e and abs(self.a + self.e) <= 1e-6 * self.a


@dataclass(frozen=True, slots=True)
class Piece:
    """A window that was read: values (bands, h, w), valid (h, w), and the pixels in one of its columns and rows."""

    values: NDArray[Any]
    valid: NDArray[np.bool_]
    step_x: float
    step_y: float


class Raster(Protocol):
    """What can be warped."""

    place: Place
    width: int
    height: int
    bands: int

    def read(self, c0: int, r0: int, c1: int, r1: int, step: int) -> Piece:
        """The window [c0, c1) × [r0, r1), averaged over about `step` pixels."""


class InMemory:
    """One band of heights that is mapped into memory."""

    bands = 1

    def __init__(self, values: NDArray[Any], place: Place) -> None:
        self.values = values
        self.place = place
        self.height, self.width = values.shape

    def read(self, c0: int, r0: int, c1: int, r1: int, step: int) -> Piece:
        """See `Raster`; measured cells alone are averaged."""
        window = np.asarray(self.values[r0:r1, c0:c1], np.float32)
        valid = measured(window)
        if step == 1:
            return Piece(window[None], valid, 1.0, 1.0)
        rows, cols = -(-window.shape[0] // step), -(-window.shape[1] // step)
        padded = np.zeros((2, rows * step, cols * step), np.float32)
        padded[0, : window.shape[0], : window.shape[1]] = np.where(valid, window, 0)
        padded[1, : window.shape[0], : window.shape[1]] = valid
        total, count = padded.reshape(2, rows, step, cols, step).sum((2, 4))
        return Piece((total / np.maximum(count, 1))[None], count > 0, float(step), float(step))


def measured(heights: NDArray[Any]) -> NDArray[np.bool_]:
    """Which heights are numbers that the ground can have."""
    found = (heights > DEEPEST_M) & (heights < HIGHEST_M)  # no number is neither
    for void in VOIDS:
        found &= heights != void
    return np.asarray(found)
