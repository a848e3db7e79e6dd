"""Power lines as thin forms: pylons where the line turns or rests, wires that sag between them."""

from __future__ import annotations

import numpy as np

from vidbudova.scene.city import City
from vidbudova.scene.dressing import tints
from vidbudova.scene.footing import Footing
from vidbudova.scene.land import Ground
from vidbudova.scene.overlay import edge_arrays
from vidbudova.scene.ribbons import joints, lines_of
from vidbudova.scene.solids import Floats, Ints, bounds_by_feature, real, vertex_offsets, words
from vidbudova.scene.style import Style
from vidbudova.scene.surface import Surface
from vidbudova.scene.tiles import Band, Bands, grid_of

POWER_TILE_M = 1600.0
FARTHEST_M = 2600.0
SAG_PARTS = 5
OVERHEAD = ("line", "minor_line", "")


def power(ground: Ground, city: City, style: Style, footing: Footing | None = None) -> Bands:
    """Overhead lines of a city."""
    footing = footing or Footing(ground.origin)
    lines = city.table("power_lines")
    rows = np.flatnonzero(np.isin(words(lines, "kind"), OVERHEAD))
    low, high = bounds_by_feature(lines, vertex_offsets(lines))
    low, high = low[rows] - ground.origin, high[rows] - ground.origin
    grid = grid_of(low, high, np.full(len(rows), 40.0 + footing.span_m), POWER_TILE_M)
    colour = tints(lines, style["power"])
    height = _heights(real(lines, "voltage_v"), words(lines, "kind"))

    def make(tile: int) -> list[Surface]:
        position = (grid.bounds[tile, :2] + grid.bounds[tile, 2:]) / 2
        in_tile = rows[grid.rows(tile)]
        of = lines_of(lines, in_tile)[2]
        if not len(of):
            return []
        place = (float(position[0]), float(position[1]), 0.0)
        found = []
        for tone in np.unique(colour[of], axis=0):
            xy, offsets, some = lines_of(lines, in_tile[(colour[in_tile] == tone).all(1)])
            ends = wires(xy - ground.origin - position, offsets, height[some], footing.z(xy))
            points, triangles, attributes = edge_arrays(ends, tuple(tone.tolist()))
            found.append(Surface(ground.renderer, ground.looks["wire"], points, triangles, attributes, place))
        return found

    return Bands([Band(grid, make, 0.0, FARTHEST_M)])


def _heights(voltage_v: Floats, kind: np.ndarray[tuple[int, ...], np.dtype[np.object_]]) -> Floats:
    """Height of the pylons: by voltage, else by kind."""
    usual = np.where(kind == "minor_line", 9.0, 24.0)
    known = np.select([voltage_v >= 220e3, voltage_v >= 60e3, voltage_v > 0], [34.0, 25.0, 9.0], 24.0)
    return np.where(np.nan_to_num(voltage_v) > 0, known, usual)


def wires(xy: Floats, offsets: Ints, height: Floats, foot: Floats | None = None) -> Floats:
    """(e, 2, 3) straight pieces of wires, masts and arms; height has one entry a line, foot one a vertex."""
    side, _, last = joints(xy, offsets)
    h = height[np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))]
    arm = side * (0.14 * h)[:, None]
    low = np.zeros(len(xy)) if foot is None else foot
    parts = [np.stack([np.c_[xy, low], np.c_[xy, low + h]], axis=1)]
    for share in (0.82, 0.97):
        parts.append(np.stack([np.c_[xy + arm, low + h * share], np.c_[xy - arm, low + h * share]], axis=1))
    at = np.flatnonzero(~last)
    t = np.linspace(0.0, 1.0, SAG_PARTS + 1)
    for sign in (-1.0, 0.0, 1.0):
        a = np.c_[xy[at] + sign * arm[at], low[at] + h[at] * 0.82]
        b = np.c_[xy[at + 1] + sign * arm[at + 1], low[at + 1] + h[at + 1] * 0.82]
        way = a[:, None] + (b - a)[:, None] * t[:, None]
        way[..., 2] -= (4.0 * t * (1.0 - t)) * np.minimum(np.linalg.norm(b - a, axis=1), 300.0)[:, None] * 0.03
        parts.append(np.stack([way[:, :-1], way[:, 1:]], axis=2).reshape(-1, 2, 3))
    return np.concatenate(parts)
