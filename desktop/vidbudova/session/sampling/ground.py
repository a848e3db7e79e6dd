"""The lie of the land: a river that falls, a low left bank, a high right one, gentle swells; and its grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.formats import arrays
from vidbudova.session.sampling.plan import RIVER_HALF_M, Floats, Plan

DATUM = "Baltic 1977"
RIVER_M, FALL = 96.0, 0.0004
"""The river's level where the plan begins, and how much it falls a metre."""
LEVEE_M, DRY_M = 4.4, 2.6
"""How far the banks, and all land, stand above the river."""
TERRACE_M, TERRACE = 21.0, (130.0, 980.0)
PLAIN_M, PLAIN = 6.0, (150.0, 1600.0)
SWELLS = ((1700.0, 3.6), (3600.0, 5.5), (8200.0, 9.0), (19000.0, 14.0))
"""Wave length and height of the swells, metres; their slopes together stay below 4.5 %."""
CELLS_M = (10.0, 15.0, 20.0, 30.0, 45.0)
MOST_CELLS = 1_600_000


def height(plan: Plan, u: Floats, v: Floats) -> Floats:
    """(n,) metres above the datum, of places of the plan."""
    away = np.abs(v)
    found = river_level(plan, u) + LEVEE_M * _smooth(away, RIVER_HALF_M - 2, 84.0)
    found = found + np.where(v > 0, TERRACE_M * _smooth(away, *TERRACE), PLAIN_M * _smooth(away, *PLAIN))
    calm = _smooth(away, 90.0, 1500.0)
    p = plan.phases
    for k, (wave, swell) in enumerate(SWELLS):
        turn = p[k] + 1.1 * k
        along = (u * np.cos(turn) + v * np.sin(turn)) * (2 * np.pi / wave)
        found = found + calm * swell / 2 * np.sin(along + p[(k + 1) % 4])
    shore = river_level(plan, u) + DRY_M * _smooth(away, RIVER_HALF_M - 2, 84.0)
    return np.maximum(found, shore)


def river_level(plan: Plan, u: Floats) -> Floats:
    """(n,) the water's height: it flows the way u grows."""
    return np.asarray(RIVER_M - FALL * (u - float(plan.us[0])))


def height_at(plan: Plan, xy: Floats) -> Floats:
    """(n,) metres above the datum, of places on the map."""
    p = plan.bend.back(xy)
    return height(plan, p[:, 0], p[:, 1])


def _smooth(x: Floats, low: float, high: float) -> Floats:
    """0 below, 1 above, and no edge between."""
    t = ((x - low) / (high - low)).clip(0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def bounds(plan: Plan) -> tuple[float, float, float, float]:
    """West, south, east and north of everything laid out."""
    far = plan.far_m + 60
    u = np.linspace(plan.us[0] - far, plan.us[-1] + far, 80)
    v = np.linspace(plan.vs[0] - far, plan.vs[-1] + far, 80)
    edge = np.concatenate([plan.place(u, v[0]), plan.place(u, v[-1]), plan.place(u[0], v), plan.place(u[-1], v)])
    (west, south), (east, north) = edge.min(axis=0), edge.max(axis=0)
    return float(west), float(south), float(east), float(north)


def write(path: Path, plan: Plan, crs: str) -> dict[str, object]:
    """Write the grid; gives the row of its layer, without the file's checksum."""
    west, south, east, north = bounds(plan)
    cell = next((c for c in CELLS_M if (east - west) * (north - south) / c**2 < MOST_CELLS), CELLS_M[-1])
    x = np.floor(west / cell) * cell + cell * np.arange(int((east - west) / cell) + 2)
    y = np.ceil(north / cell) * cell - cell * np.arange(int((north - south) / cell) + 2)
    heights = np.empty((len(y), len(x)), np.float32)
    for row in range(0, len(y), 64):
        heights[row : row + 64] = _rows(plan, x, y[row : row + 64])
    meta = {"x0": float(x[0]), "y0": float(y[0]), "cell_m": cell, "crs": crs, "height_datum": DATUM}
    arrays.write(path, {"heights": heights, "void": np.zeros(heights.shape, np.uint8)}, meta)
    return {
        "geom": shapely.box(x[0] - cell / 2, y[-1] - cell / 2, x[-1] + cell / 2, y[0] + cell / 2),
        "name": "Рельєф",
        "cell_m": cell,
        "lowest_m": round(float(heights.min()), 2),
        "highest_m": round(float(heights.max()), 2),
        "voids": 0,
        "height_datum": DATUM,
    }


def _rows(plan: Plan, x: Floats, y: Floats) -> NDArray[np.float32]:
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return np.round(height_at(plan, xy), 2).reshape(len(y), len(x)).astype(np.float32)
