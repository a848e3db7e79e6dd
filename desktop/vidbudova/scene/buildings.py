"""All buildings on the screen: leaf tiles in full or as boxes, blocks of tiles as caps, and shadows on the ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene import massing
from vidbudova.scene.colours import Colours
from vidbudova.scene.footing import Footing
from vidbudova.scene.mesh import Mesh
from vidbudova.scene.solids import Ints, Solids, vertex_offsets
from vidbudova.scene.standing import stood
from vidbudova.scene.surface import Look, Surface
from vidbudova.scene.tiles import Drawn, Purse, View, grid_of

TILE_M = 320.0
BLOCK_TILES = 6
FULL, BOX, CAP, FINE = 0, 1, 2, 3
FINE_PX, FULL_PX, BOX_PX, BOX_SHADOW_PX = 24.0, 7.0, 7.0, 14.0
"""How large 20 m must be on the screen for a level."""
FULL_TRIANGLES = 110_000
"""About as many as a processor alone can draw, with their shadows, in a moving frame."""


class Buildings:
    """Chooses, makes, replaces and shows the tiles."""

    def __init__(
        self, renderer: Any, solids: Solids, colours: Colours, looks: Mapping[str, Look], footing: Footing
    ) -> None:
        self.renderer, self.solids, self.colours, self.looks = renderer, solids, colours, looks
        self.origin, self.feet = footing.origin, footing.feet
        rows = np.flatnonzero(solids.drawn)
        low, high = solids.low[rows] - self.origin, solids.high[rows] - self.origin
        top_m = solids.top_m if self.feet is None else solids.top_m + self.feet
        self.leaves = grid_of(low, high, top_m[rows], TILE_M)
        self.blocks = grid_of(
            self.leaves.bounds[:, :2], self.leaves.bounds[:, 2:], self.leaves.top_m, TILE_M * BLOCK_TILES
        )
        self.row_of = rows
        self.leaf_of = np.full(len(solids), -1)
        for leaf in range(len(self.leaves)):
            self.leaf_of[self.rows(leaf)] = leaf
        corners = np.diff(vertex_offsets(solids.shapes))
        self.weight = np.array([4 * corners[self.rows(leaf)].sum() for leaf in range(len(self.leaves))], np.float64)
        self.broken = np.zeros(len(solids), np.int8)
        self.forms: Any = massing
        """What makes the full and the fine form."""
        self.drawn = Drawn(self._make)
        self.shown = self.shaded = True
        self.changes = 0

    def rows(self, leaf: int) -> Ints:
        """The buildings of one leaf tile."""
        return self.row_of[self.leaves.rows(leaf)]

    def place(self, view: View, detail: float, purse: Purse, still: bool = False) -> None:
        """Show what this view wants: finer levels nearer by, within a budget of triangles that grows with `detail`."""
        px = 20.0 * view.focal_px * detail
        seen = np.flatnonzero(view.sees(self.blocks.bounds, self.blocks.top_m))
        far = px / np.maximum(view.distance(self.blocks.bounds[seen], self.blocks.top_m[seen]), 1.0) < BOX_PX
        wanted: set[tuple[int, ...]] = {(CAP, int(b)) for b in seen[far]}
        near = [self.blocks.rows(int(b)) for b in seen[~far]]
        leaves = np.concatenate(near) if near else np.zeros(0, np.int64)
        leaves = leaves[view.sees(self.leaves.bounds[leaves], self.leaves.top_m[leaves])]
        distance = np.maximum(view.distance(self.leaves.bounds[leaves], self.leaves.top_m[leaves]), 1.0)
        order = np.argsort(distance)
        leaves, large = leaves[order], px / distance[order]
        spent = np.cumsum(self.weight[leaves] * np.where(large > FINE_PX, 2.0, 1.0))
        full = (large > FULL_PX) & (spent < FULL_TRIANGLES * detail)
        level = np.where(full, np.where(large > FINE_PX, FINE, FULL), BOX)
        wanted |= {self._afford(int(k), int(leaf), purse) for k, leaf in zip(level, leaves, strict=True)}
        self.drawn.show(wanted if self.shown else set())
        self._shade(dict(zip(leaves.tolist(), large.tolist(), strict=True)), still)

    def _shade(self, large: dict[int, float], still: bool) -> None:
        """Shadows of boxes only where they can be seen, and the light of the sky only at rest."""
        still = still and self.shaded
        for level, tile in self.drawn.shown:
            surfaces = self.drawn.made[level, tile]
            if level != CAP:
                seen = level != BOX or still or large[tile] > BOX_SHADOW_PX
                surfaces[1].show(self.shaded and seen)
            for surface in surfaces[2:]:
                surface.show(still)

    def _afford(self, level: int, leaf: int, purse: Purse) -> tuple[int, ...]:
        """The key of a leaf: another level where the one wanted is not made and there is no time for it."""
        if level == BOX or self.drawn.has((level, leaf)) or purse.has():
            self.drawn.ready((level, leaf))
            return (level, leaf)
        other = FULL if level == FINE else FINE
        return (other if self.drawn.has((other, leaf)) else BOX, leaf)

    def _make(self, key: tuple[int, ...]) -> list[Surface]:
        level, tile = key
        grid = self.blocks if level == CAP else self.leaves
        position = (grid.bounds[tile, :2] + grid.bounds[tile, 2:]) / 2
        rows = (
            np.concatenate([self.rows(int(leaf)) for leaf in self.blocks.rows(tile)])
            if level == CAP
            else self.rows(tile)
        )
        build = (self.forms.full, massing.boxes, massing.caps, self.forms.fine)[level]
        mesh = stood(build(self.solids, rows, self.broken[rows], self.origin + position), self.feet)
        if level == CAP:
            mesh.facade[:, 2] = 0.0 if self.feet is None else self.feet[mesh.slot.astype(np.int64)]
        return self._surfaces(mesh, level, (float(position[0]), float(position[1]), 0.0))

    def _surfaces(self, mesh: Mesh, level: int, position: tuple[float, float, float]) -> list[Surface]:
        attributes = {"facade": mesh.facade, "slot": mesh.slot[:, None]}
        body = Surface(
            self.renderer,
            self.looks["cap" if level == CAP else "building"],
            mesh.points,
            mesh.triangles,
            attributes,
            position,
            texture=self.colours.texture,
            cull=level != CAP,
        )
        if level == CAP:
            return [body]
        shadow = Surface(
            self.renderer,
            self.looks["shadow"],
            mesh.points,
            mesh.triangles,
            attributes,
            position,
            texture=self.colours.texture,
            data=body.data,
        )
        if level == BOX:
            return [body, shadow]
        ambient = Surface(
            self.renderer,
            self.looks["ambient"],
            mesh.points,
            mesh.triangles,
            attributes,
            position,
            texture=self.colours.texture,
            data=body.data,
        )
        return [body, shadow, ambient]

    def break_up(self, broken: NDArray[np.int8]) -> None:
        """New broken forms (0, 4 or 5 a building, parts follow their whole); only tiles with a change are made anew."""
        worn = broken[self.solids.owner]
        changed = np.flatnonzero((worn != self.broken) & self.solids.drawn)
        self.broken = worn
        self.replace(changed)

    def replace(self, rows: Ints) -> None:
        """Make the tiles of these buildings anew."""
        self.changes += 1
        leaves = np.unique(self.leaf_of[rows])
        for leaf in leaves[leaves >= 0].tolist():
            for level in (FINE, FULL, BOX):
                self.drawn.drop((level, leaf))
        stale = np.isin(self.blocks.order, leaves)
        blocks = np.repeat(np.arange(len(self.blocks)), np.diff(self.blocks.starts))[stale]
        for block in np.unique(blocks).tolist():
            self.drawn.drop((CAP, block))

    def clear(self) -> None:
        """Take all off the renderer."""
        self.drawn.clear()
