"""Cells of a broken building's footprint, and the loose slabs that lie about it."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.scene.mesh import PLAIN, Mesh, quads
from vidbudova.scene.solids import Floats, Solids, polygon_of

MOST_CELLS = 40
LEAST_SLAB_M, MOST_SLAB_M = 0.5, 2.4
SIDES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7))
UNDERSIDE = (3, 2, 1, 0)


class Grid:
    """A building's footprint as cells along its longest wall: cell edges, and which cells are inside."""

    def __init__(self, solids: Solids, row: int, cell_m: float, margin_m: float = 0.0) -> None:
        self.frame, self.margin_m = solids.frame[row], margin_m
        a0, a1, c0, c1 = solids.box[row] + np.array([-1, 1, -1, 1]) * margin_m
        xy = outline_of(solids, row)
        along, across = xy @ self.frame, xy[:, 1] * self.frame[0] - xy[:, 0] * self.frame[1]
        self.along = _lines(a0, a1, along, cell_m)
        self.across = _lines(c0, c1, across, cell_m)
        u, v = np.meshgrid(
            (self.along[:-1] + self.along[1:]) / 2, (self.across[:-1] + self.across[1:]) / 2, indexing="ij"
        )
        self.middle = np.dstack([u, v])
        shape = polygon_of(solids.shapes, row).buffer(margin_m, quad_segs=2)
        self.inside = shapely.contains_xy(shape, self.world(self.middle.reshape(-1, 2))).reshape(u.shape)
        if not self.inside.any():
            self.inside[:] = True

    def world(self, place: Floats) -> Floats:
        """Project coordinates of places in the frame."""
        x = place[..., 0] * self.frame[0] - place[..., 1] * self.frame[1]
        return np.stack([x, place[..., 0] * self.frame[1] + place[..., 1] * self.frame[0]], axis=-1)


def outline_of(solids: Solids, row: int) -> Floats:
    first, last = solids.shapes.feature_offsets[row : row + 2]
    return solids.shapes.xy[solids.shapes.part_offsets[first] : solids.shapes.part_offsets[last]]


def _lines(low: float, high: float, own: Floats, cell_m: float) -> Floats:
    """Grid lines at the footprint's own corners and at most a cell apart between them."""
    knots = np.unique(np.round(np.r_[low, own[(own > low) & (own < high)], high], 2))
    knots = knots[np.r_[True, np.diff(knots) > 0.6]]
    knots[-1] = high
    step = max(cell_m, (high - low) / MOST_CELLS)
    pieces = [
        np.linspace(a, b, max(int(np.ceil((b - a) / step)), 1), endpoint=False)
        for a, b in zip(knots[:-1], knots[1:], strict=True)
    ]
    return np.r_[np.concatenate(pieces), high] if pieces else np.array([low, high])


def placed(grid: Grid, corners: Floats, origin: Floats) -> Floats:
    return np.concatenate([grid.world(corners[..., :2]) - origin, corners[..., 2:]], axis=-1)


def slabs(rng: np.random.Generator, count: int, most_m: float = MOST_SLAB_M) -> Floats:
    """(count, 8, 3) corners of tilted slabs and blocks about their middles; the lower four come first."""
    size = rng.uniform(min(LEAST_SLAB_M, most_m), most_m, (count, 1, 1)) * np.array([1.0, 0.7, 0.3])
    cube = np.array([[x, y, z] for z in (-0.5, 0.5) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]) * 0.5
    return np.asarray((cube[None] * size) @ _turns(rng, count))


def laid(grid: Grid, corners: Floats, origin: Floats, slot: int, closed: bool = False) -> Mesh:
    """Slabs with corners (n, 8, 3) in the frame of a grid; undersides are only drawn where they must be `closed`."""
    sides = np.array(SIDES + (UNDERSIDE,) * closed)
    found = placed(grid, corners[:, sides].reshape(-1, 4, 3), origin)
    n = len(found)
    return quads(found, np.full(n, slot), np.full((n, 4), PLAIN), np.full((n, 4), 1.2))


def _turns(rng: np.random.Generator, count: int) -> Floats:
    """Rotations about the vertical, then a lean."""
    a, b = rng.uniform(0, 2 * np.pi, count), rng.normal(0, 0.45, count)
    zero, one = np.zeros(count), np.ones(count)
    about = np.stack([np.cos(a), np.sin(a), zero, -np.sin(a), np.cos(a), zero, zero, zero, one], axis=1).reshape(
        -1, 3, 3
    )
    lean = np.stack([np.cos(b), zero, np.sin(b), zero, one, zero, -np.sin(b), zero, np.cos(b)], axis=1).reshape(
        -1, 3, 3
    )
    return np.asarray(lean @ about)
