"""The square cells in the project's system that a raster is warped into: where, how fine, and not too many."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import Floats, Place, Raster
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

Box = tuple[float, float, float, float]

SURROUNDINGS_M = 10_000.0
"""How far beyond the city a raster of a whole country is kept."""
WIDE_DEG = 12.0
"""A raster wider than this is cut to where the project's system holds."""
SPARE_DEG = 2.0
EDGE = 64
"""Points on each edge, and inside, from which the extent is found."""


@dataclass(frozen=True, slots=True)
class Target:
    """North-up square cells from a north-west corner."""

    crs: str
    x0: float
    y0: float
    cell_m: float
    cols: int
    rows: int

    @property
    def bounds(self) -> Box:
        """West, south, east, north."""
        return self.x0, self.y0 - self.rows * self.cell_m, self.x0 + self.cols * self.cell_m, self.y0

    @property
    def place(self) -> Place:
        """As that of a raster."""
        return Place(self.crs, self.cell_m, 0.0, self.x0, 0.0, -self.cell_m, self.y0)


def target_of(raster: Raster, intake: Intake, most_cells: int) -> Target:
    """The cells for a raster; what had to be cut off or made coarser is noted."""
    crs = intake.job.project_crs
    same = crs_rules.parse(raster.place.crs) == crs_rules.parse(crs)
    if same and raster.place.is_square:
        place = raster.place
        target = Target(crs, place.c, place.f, place.a, raster.width, raster.height)
    else:
        bounds = _bounds(raster, crs, intake)
        target = _fit(bounds, _cell(raster, crs, bounds), crs)
    if target.cols * target.rows > most_cells and intake.job.around:
        target = _clipped(target, intake)
    if target.cols * target.rows > most_cells:
        factor = math.ceil(math.sqrt(target.cols * target.rows / most_cells))
        cell = target.cell_m * factor
        told = f"{target.cell_m:.3g} m → {cell:.3g} m"
        intake.note("raster-coarsened", told)
        target = Target(
            crs, target.x0, target.y0, cell, math.ceil(target.cols / factor), math.ceil(target.rows / factor)
        )
    return target


def _fit(bounds: Box, cell: float, crs: str) -> Target:
    west, south, east, north = bounds
    # a hair less than whole cells, so that rounding does not add a row of nothing
    cols, rows = (max(math.ceil((high - low) / cell - 1e-6), 1) for low, high in ((west, east), (south, north)))
    return Target(crs, west, north, cell, cols, rows)


def _bounds(raster: Raster, crs: str, intake: Intake) -> Box:
    u = np.linspace(0.0, 1.0, EDGE + 1)
    pixels = np.stack(np.meshgrid(u * raster.width, u * raster.height), axis=-1).reshape(-1, 2)
    source = raster.place.of(pixels)
    degrees = crs_rules.transform(source, raster.place.crs, crs_rules.WGS84)
    found = np.isfinite(degrees).all(1)
    if found.any() and np.ptp(degrees[found], axis=0).max() > WIDE_DEG:
        intake.note("raster-clipped")
        source = _within_use(crs, degrees[found])
        xy = crs_rules.transform(source, crs_rules.WGS84, crs)
    else:
        xy = crs_rules.transform(source, raster.place.crs, crs)
    xy = xy[np.isfinite(xy).all(1)]
    if not len(xy):
        reason = _("it does not lie where the project's coordinate system holds")
        raise UserError("import-empty", file=intake.job.name, reason=reason)
    low, high = xy.min(0), xy.max(0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _within_use(crs: str, degrees: Floats) -> Floats:
    """Points of the part of an extent in which a system holds; none where it does nowhere."""
    use = crs_rules.parse(crs).area_of_use
    low, high = degrees.min(0), degrees.max(0)
    if use is not None:
        low = np.maximum(low, np.array([use.west, use.south]) - SPARE_DEG)
        high = np.minimum(high, np.array([use.east, use.north]) + SPARE_DEG)
    if (low >= high).any():
        return np.zeros((0, 2))
    u = np.linspace(0.0, 1.0, EDGE + 1)
    return np.stack(np.meshgrid(*(low + (high - low) * u[:, None]).T), axis=-1).reshape(-1, 2)


def _cell(raster: Raster, crs: str, bounds: Box) -> float:
    """The shorter side of a pixel in the middle of what is kept, in metres."""
    middle = np.array([[(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]])
    pixel = raster.place.pixels(crs_rules.transform(middle, crs, raster.place.crs))
    around = pixel + np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, -0.5], [0.0, 0.5]])
    xy = crs_rules.transform(raster.place.of(around), raster.place.crs, crs)
    sides = np.hypot(*(xy[1::2] - xy[::2]).T)
    least = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / 1e9
    if not np.isfinite(sides).all() or sides.min() <= least:
        return max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / max(raster.width, raster.height)
    return float(sides.min())


def _clipped(target: Target, intake: Intake) -> Target:
    """What lies around the city, in whole cells."""
    assert intake.job.around is not None
    west, south, east, north = intake.job.around
    spare, cell = SURROUNDINGS_M, target.cell_m
    c0 = max(math.floor((west - spare - target.x0) / cell), 0)
    r0 = max(math.floor((target.y0 - north - spare) / cell), 0)
    c1 = min(math.ceil((east + spare - target.x0) / cell), target.cols)
    r1 = min(math.ceil((target.y0 - south + spare) / cell), target.rows)
    if c0 >= c1 or r0 >= r1:
        return target
    intake.note("raster-clipped")
    return Target(target.crs, target.x0 + c0 * cell, target.y0 - r0 * cell, cell, c1 - c0, r1 - r0)
