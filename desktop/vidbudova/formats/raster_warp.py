"""Warping: blocks of the target, each from the window of the raster that it needs, bilinear between valid pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats.raster import Floats, Piece, Raster
from vidbudova.formats.raster_target import Target
from vidbudova.model import crs as crs_rules

BLOCK = 512
KNOT = 16
"""Every so many cells the way into the raster's system is worked out exactly; between them it is bilinear."""
MOST_WINDOW = 4096 * 2048
LEAST_SHARE = 0.5
"""A cell is void where less than this of what it is made from was measured."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the target: its first row and column, values (bands, h, w), valid and within the raster (h, w)."""

    row: int
    col: int
    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    inside: NDArray[np.bool_]


def blocks(raster: Raster, target: Target, side: int = BLOCK) -> Iterator[Block]:
    """The target block by block, row after row."""
    for row in range(0, target.rows, side):
        for col in range(0, target.cols, side):
            size = min(side, target.rows - row), min(side, target.cols - col)
            yield warp(raster, target, row, col, size)


def warp(raster: Raster, target: Target, row: int, col: int, size: tuple[int, int]) -> Block:
    """One block of `size` (rows, columns)."""
    col_at, row_at = _pixels(raster, target, row, col, size)
    inside = (col_at > -1e-6) & (col_at < raster.width + 1e-6) & (row_at > -1e-6) & (row_at < raster.height + 1e-6)
    values = np.zeros((raster.bands, *size), np.float32)
    if not inside.any():
        return Block(row, col, values, inside, inside)
    window = _window(raster, col_at[inside], row_at[inside])
    step = _step(raster, target, row, col, window)
    piece = raster.read(*window, step)
    if not piece.valid.any():
        return Block(row, col, values, np.zeros(size, bool), inside)
    share = _sample(piece, (col_at - window[0]) / piece.step_x - 0.5, (row_at - window[1]) / piece.step_y - 0.5, values)
    return Block(row, col, values, inside & (share >= LEAST_SHARE), inside)


def _pixels(raster: Raster, target: Target, row: int, col: int, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Columns and rows of the raster, from its corner, at the middle of each cell of a block."""
    rows, cols = (np.arange(0, n + KNOT, KNOT, dtype=np.float64) for n in size)
    knots = np.stack(np.meshgrid(col + cols + 0.5, row + rows + 0.5), axis=-1).reshape(-1, 2)
    xy = crs_rules.transform(target.place.of(knots), target.crs, raster.place.crs)
    shape = len(rows), len(cols)
    at = raster.place.pixels(np.where(np.isfinite(xy), xy, 1e15)).reshape(*shape, 2)
    down, across = _between(size[0], shape[0]), _between(size[1], shape[1])
    return down @ at[..., 0] @ across.T, down @ at[..., 1] @ across.T


def _between(n: int, knots: int) -> Floats:
    """(n, knots) weights of the knots at each cell."""
    at = np.arange(n) / KNOT
    first = np.minimum(at.astype(np.int64), knots - 2)
    weights = np.zeros((n, knots))
    weights[np.arange(n), first] = 1.0 - (at - first)
    weights[np.arange(n), first + 1] = at - first
    return weights


def _window(raster: Raster, col: Floats, row: Floats) -> tuple[int, int, int, int]:
    c0, r0 = max(math.floor(col.min() - 1.0), 0), max(math.floor(row.min() - 1.0), 0)
    c1, r1 = math.ceil(col.max() + 1.0), math.ceil(row.max() + 1.0)
    c0, r0 = min(c0, raster.width - 1), min(r0, raster.height - 1)
    return c0, r0, max(min(c1, raster.width), c0 + 1), max(min(r1, raster.height), r0 + 1)


def _step(raster: Raster, target: Target, row: int, col: int, window: tuple[int, int, int, int]) -> int:
    """How many pixels of the raster one cell covers in the middle of a block."""
    middle = np.array([[col + BLOCK / 2, row + BLOCK / 2]])
    around = middle + np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, -0.5], [0.0, 0.5]])
    pixels = raster.place.pixels(crs_rules.transform(target.place.of(around), target.crs, raster.place.crs))
    sides = np.hypot(*(pixels[1::2] - pixels[::2]).T)
    step = max(math.floor(float(sides.max()) + 0.25), 1) if np.isfinite(sides).all() else 1
    area = (window[2] - window[0]) * (window[3] - window[1])
    return max(step, math.ceil(math.sqrt(area / MOST_WINDOW)))


def _sample(piece: Piece, u: Floats, v: Floats, into: NDArray[np.float32]) -> NDArray[Any]:
    """Bilinear values at columns and rows of a piece; gives what share of each was valid."""
    height, width = piece.valid.shape
    u, v = np.clip(u, 0.0, width - 1.0), np.clip(v, 0.0, height - 1.0)
    i, j = np.minimum(u.astype(np.int32), max(width - 2, 0)), np.minimum(v.astype(np.int32), max(height - 2, 0))
    right, below = (u - i).astype(np.float32), (v - j).astype(np.float32)
    one, down = (1 if width > 1 else 0), (width if height > 1 else 0)
    at = j * width + i
    corners = (at, at + one, at + down, at + down + one)
    weights = [(1 - right) * (1 - below), right * (1 - below), (1 - right) * below, right * below]
    if not piece.valid.all():
        flags = piece.valid.reshape(-1)
        weights = [w * flags[k] for w, k in zip(weights, corners, strict=True)]
    share = sum(weights)
    for band, values in zip(into, piece.values, strict=True):
        flat = values.reshape(-1)
        band[:] = sum(w * np.where(w > 0, flat[k], 0) for w, k in zip(weights, corners, strict=True)) / np.maximum(
            share, 1e-9
        )
    return np.asarray(share)
