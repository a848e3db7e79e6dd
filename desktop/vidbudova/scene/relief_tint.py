"""What the ground looks like by its heights alone: how light falls on it, hillshade, and colours by height."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vidbudova import paths
from vidbudova.scene.relief import Bounds, Relief
from vidbudova.scene.solids import Floats
from vidbudova.scene.style import rgb_of

MOST_SAMPLES = 64
STEEPER = 1.8
"""Light shows slopes this many times as steep as they are, or the ground of most cities would look flat."""
SUN = (-0.64, 0.56, 0.53)
"""Light from the north-west for hillshade: what is lit from below looks like a hollow."""
HATCH_M = 8.0
STEPS_M = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
CLASSES = 7


def slopes(relief: Relief, bounds: Bounds, px: int) -> tuple[Floats, Floats]:
    """Rise to the east and to the north (px, px) over bounds of the project, rows from the south; smooth."""
    x0, y0, x1, _ = bounds
    step = max((x1 - x0) / MOST_SAMPLES, 0.75 * relief.finest_m)
    i0, i1 = np.floor(x0 / step) - 1, np.ceil((x0 + (x1 - x0)) / step) + 1
    j0, j1 = np.floor(y0 / step) - 1, np.ceil((y0 + (x1 - x0)) / step) + 1
    x, y = np.meshgrid(np.arange(i0 - 1, i1 + 2) * step, np.arange(j0 - 1, j1 + 2) * step)
    z = relief.height(np.c_[x.ravel(), y.ravel()]).reshape(x.shape)
    east = (z[1:-1, 2:] - z[1:-1, :-2]) / (2 * step)
    north = (z[2:, 1:-1] - z[:-2, 1:-1]) / (2 * step)
    middle = (np.arange(px) + 0.5) / px * (x1 - x0)
    across, along = (x0 + middle) / step - i0, (y0 + middle) / step - j0
    return _between(east, across, along), _between(north, across, along)


def _between(samples: Floats, across: Floats, along: Floats) -> Floats:
    """(n, n) samples at places between them."""
    # not as a product of matrices: on a busy machine its threads wait for each other
    rows, cols = samples.shape
    j, i = np.clip(along.astype(int), 0, rows - 2), np.clip(across.astype(int), 0, cols - 2)
    v, u = (along - j)[:, None], across - i
    found = samples[j] * (1.0 - v) + samples[j + 1] * v
    return np.asarray(found[:, i] * (1.0 - u) + found[:, i + 1] * u)


def lit(slope: tuple[Floats, Floats], sun: Sequence[float], steeper: float = 1.0) -> Floats:
    """How squarely light meets the ground, −1 to 1."""
    east, north = slope[0] * steeper, slope[1] * steeper
    return np.asarray((sun[2] - east * sun[0] - north * sun[1]) / np.sqrt(1.0 + east * east + north * north))


def shade(
    slope: tuple[Floats, Floats],
    sun: Sequence[float],
    sunlight: Sequence[float],
    skylight: Sequence[float],
) -> NDArray[np.float32]:
    """(px, px, 3) the light on the ground as a share of what level ground has."""
    steep = slope[0] * STEEPER, slope[1] * STEEPER
    upright = 1.0 / np.sqrt(1.0 + steep[0] ** 2 + steep[1] ** 2)
    direct = np.maximum(lit(steep, sun), 0.0)[..., None] * np.array(sunlight)
    level = max(sun[2], 0.0) * np.array(sunlight) + np.array(skylight)
    found = (direct + np.array(skylight) * (0.8 + 0.2 * upright)[..., None]) / level
    return np.asarray(np.clip(found, 0.4, 1.35), np.float32)


def hillshade(slope: tuple[Floats, Floats], paper: tuple[float, float, float]) -> NDArray[np.uint8]:
    """(px, px, 3) light and shade on plain paper."""
    light = 0.30 + 0.70 * np.clip(lit(slope, SUN, STEEPER), 0.0, 1.0) / SUN[2]
    return np.asarray(np.clip(np.array(paper) * np.minimum(light, 1.12)[..., None] * 255, 0, 255), np.uint8)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Colours by height: evenly spaced heights (k,) and colours (k, 3) from 0 to 1."""

    heights: Floats
    colours: Floats

    def of(self, z: Floats) -> Floats:
        """Colours (…, 3) of heights."""
        return np.stack([np.interp(z, self.heights, self.colours[:, c]) for c in range(3)], axis=-1)


@lru_cache(maxsize=8)
def ramp(lowest_m: float, highest_m: float) -> Ramp:
    """Green plains to pale tops, whatever the span is."""
    named = json.loads(paths.resources("palettes", "heights.json").read_text(encoding="utf-8"))["steps"]
    colours = np.array([rgb_of(c) for c in named])
    return Ramp(np.linspace(lowest_m, max(highest_m, lowest_m + 1.0), len(colours)), colours)


def classes(lowest_m: float, highest_m: float) -> list[tuple[float, tuple[int, int, int]]]:
    """Lines for a legend: round heights from the highest down, each with its colour."""
    span = max(highest_m - lowest_m, 1.0)
    step = next((s for s in STEPS_M if span / s <= CLASSES), STEPS_M[-1])
    heights = np.arange(np.ceil(lowest_m / step), np.floor(highest_m / step) + 1) * step
    if not len(heights):
        heights = np.array([(lowest_m + highest_m) / 2])
    rgb = np.round(ramp(lowest_m, highest_m).of(heights) * 255).astype(int)
    return [(float(h), (int(r), int(g), int(b))) for h, (r, g, b) in zip(heights[::-1], rgb[::-1], strict=True)]


def tinted(relief: Relief, bounds: Bounds, px: int, slope: tuple[Floats, Floats]) -> NDArray[np.uint8]:
    """(px, px, 3) colours by height under soft light; cells that were filled are hatched."""
    x0, y0, x1, _ = bounds
    middle = (np.arange(px) + 0.5) / px * (x1 - x0)
    x, y = np.meshgrid(x0 + middle, y0 + middle)
    places = np.c_[x.ravel(), y.ravel()]
    colour = ramp(relief.lowest_m, relief.highest_m).of(relief.height(places)).reshape(px, px, 3)
    light = 0.45 + 0.55 * np.clip(lit(slope, SUN, STEEPER), 0.0, 1.0) / SUN[2]
    return np.clip(colour * np.minimum(light, 1.15)[..., None] * 255, 0, 255).astype(np.uint8)


def hatched(picture: NDArray[np.uint8], relief: Relief, bounds: Bounds) -> NDArray[np.uint8]:
    """The picture with slanting lines where heights were filled, not measured."""
    px = len(picture)
    x0, y0, x1, _ = bounds
    middle = (np.arange(px) + 0.5) / px * (x1 - x0)
    x, y = np.meshgrid(x0 + middle, y0 + middle)
    filled = relief.filled(np.c_[x.ravel(), y.ravel()]).reshape(px, px)
    if not filled.any():
        return picture
    wide = max(HATCH_M, 8.0 * (x1 - x0) / px)
    line = ((x + y) / wide) % 1.0 < 0.3
    found = picture.copy()
    found[filled & line] = (found[filled & line] * 0.55).astype(np.uint8)
    return found
