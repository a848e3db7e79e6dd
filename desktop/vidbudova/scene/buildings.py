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
from vidbudova.scene.nodes import STAY, Nodes
from vidbudova.scene.quarters import Quarters
from vidbudova.scene.solids import Floats, Ints, Solids, vertex_offsets
from vidbudova.scene.sorting import near_first
from vidbudova.scene.standing import stood
from vidbudova.scene.surface import Look, Surface
from vidbudova.scene.tiles import Drawn, Purse, View, grid_of

TILE_M = 320.0
FULL, BOX, CAP, FINE, QUARTER = 0, 1, 2, 3, 4
"""Levels; those from QUARTER up are of ever coarser quarters."""
SHADE = -1
"""Shadows of a leaf as plain as those of caps."""
HALVINGS = (5, 4, 3, 2)
"""How many times larger than a leaf, as powers of two, the nodes of three grids of quarters and of caps are."""
FINE_PX, FULL_PX, BOX_PX, SHADE_PX = 34.0, 13.0, 9.0, 16.0
"""How large 20 m must be on the screen for a level."""
LONG_M, HIGH_M = 45.0, 30.0
QUARTER_PX = 13.0
"""How large the cell of a quarter may be on the screen."""
SORT_M = 40.0
STEPS_TO_NODE = 5
"""A node of quarters has 2⁵ cells a side."""
FULL_TRIANGLES = 22_000
"""About as many as a processor alone can draw, with their shadows, in a moving frame."""


class Buildings:
    """Chooses, makes, replaces and shows the tiles."""

    def __init__(
        self, renderer: Any, solids: Solids, colours: Colours, looks: Mapping[str, Look], footing: Footing
    ) -> None:
        self.renderer, self.solids, self.colours, self.looks = renderer, solids, colours, looks
        self.origin, self.feet = footing.origin, footing.feet
        # on a relief shadows lie in the ground's pictures, so no surface is made for them
        self.casting = footing.relief is None
        rows = np.flatnonzero(solids.drawn)
        low, high = solids.low[rows] - self.origin, solids.high[rows] - self.origin
        top_m = solids.top_m if self.feet is None else solids.top_m + self.feet
        self.leaves = grid_of(low, high, top_m[rows], TILE_M)
        whole = 1 << HALVINGS[0]
        corner = np.floor_divide(self.leaves.cell.min(0, initial=1 << 40), whole) * whole
        self.nodes = Nodes(self.leaves, corner, HALVINGS)
        self.quarters = Quarters(
            solids, solids.low - self.origin, solids.high - self.origin, corner * TILE_M, colours.count
        )
        colours.blend(self.quarters.count, self.quarters.wear)
        self.row_of = rows
        self.leaf_of = np.full(len(solids), -1)
        self.leaf_of[rows[self.leaves.order]] = np.repeat(np.arange(len(self.leaves)), np.diff(self.leaves.starts))
        corners = np.diff(vertex_offsets(solids.shapes))[rows[self.leaves.order]]
        self.weight = 4.0 * np.diff(np.r_[0, np.cumsum(corners)][self.leaves.starts])
        self.broken = np.zeros(len(solids), np.int8)
        self.forms: Any = massing
        """What makes the full and the fine form."""
        self.drawn = Drawn(self._make)
        self.shown = self.shaded = True
        self.changes = 0
        self._sorted: tuple[set[tuple[int, ...]], Floats] = (set(), np.zeros(3))

    def rows(self, leaf: int) -> Ints:
        """The buildings of one leaf tile."""
        return self.row_of[self.leaves.rows(leaf)]

    def place(self, view: View, detail: float, purse: Purse, still: bool = False) -> None:
        """Show what this view wants: finer levels nearer by, within a budget of triangles that grows with `detail`."""
        px = view.focal_px * detail
        limits = [grid.cell_m * px / QUARTER_PX for grid in reversed(self.quarters.grids)]
        stay = 1.0 if still or purse.endless else STAY
        whole, leaves = self.nodes.wanted(view, [*limits, 20.0 * px / BOX_PX], stay)
        wanted: set[tuple[int, ...]] = {
            (QUARTER + 2 - k if k < 3 else CAP, node) for k, found in enumerate(whole) for node in found.tolist()
        }
        px *= 20.0
        leaves = leaves[view.sees(self.leaves.bounds[leaves], self.leaves.top_m[leaves])]
        distance = np.maximum(view.distance(self.leaves.bounds[leaves], self.leaves.top_m[leaves]), 1.0)
        order = np.argsort(distance)
        leaves, large = leaves[order], px / distance[order]
        spent = np.cumsum(self.weight[leaves] * np.where(large > FINE_PX, 2.0, 1.0))
        full = (large > FULL_PX) & (spent < FULL_TRIANGLES * detail)
        level = np.where(full, np.where(large > FINE_PX, FINE, FULL), BOX)
        wanted |= {self._afford(int(k), int(leaf), purse) for k, leaf in zip(level, leaves, strict=True)}
        plain = leaves[large < SHADE_PX] if self.shaded and not still else leaves[:0]
        wanted |= {(SHADE, leaf) for leaf in plain.tolist()}
        self.drawn.show(wanted if self.shown else set())
        self._shade(set(plain.tolist()), still)
        self._sort(view.eye)

    def _sort(self, eye: Floats) -> None:
        """Draw near tiles first, once others are shown or the eye is somewhere else."""
        near = max(SORT_M, 0.1 * float(eye[2]))
        if self.drawn.shown == self._sorted[0] and float(np.linalg.norm(eye - self._sorted[1])) < near:
            return
        self._sorted = (set(self.drawn.shown), eye)
        bodies, shadows = [], []
        for key in self.drawn.shown:
            made = self.drawn.made[key]
            body = [] if key[0] == SHADE else made[:1] if key[0] in (FULL, BOX, FINE) else self._bodies(made)
            bodies += body
            shadows += [surface for surface in made if surface not in body]
        near_first(self.renderer, eye, bodies, shadows)

    def _bodies(self, made: list[Surface]) -> list[Surface]:
        """What of the surfaces of a far node stands; the others are its shadows."""
        return made[::2] if self.casting else made

    def show_whole(self, leaves: Ints) -> None:
        """Show exactly these leaves at the finest level, whatever it costs; what other levels are measured against."""
        self.drawn.show({(FINE, leaf) for leaf in leaves.tolist()})
        self._shade(set(), still=False)

    def _shade(self, plain: set[int], still: bool) -> None:
        """True shadows only where they can be told from plain ones, and the light of the sky only at rest."""
        if not self.casting:
            return
        for level, tile in self.drawn.shown:
            if level == SHADE:
                continue
            surfaces = self.drawn.made[level, tile]
            if level == CAP or level >= QUARTER:
                for surface in surfaces[1::2]:
                    surface.show(self.shaded)
                continue
            surfaces[1].show(self.shaded and tile not in plain)
            for surface in surfaces[2:]:
                surface.show(still and self.shaded)

    def _afford(self, level: int, leaf: int, purse: Purse) -> tuple[int, ...]:
        """The key of a leaf: another level where the one wanted is not made and there is no time for it."""
        if level == BOX or self.drawn.has((level, leaf)) or purse.has():
            self.drawn.ready((level, leaf))
            return (level, leaf)
        other = FULL if level == FINE else FINE
        return (other if self.drawn.has((other, leaf)) else BOX, leaf)

    def _make(self, key: tuple[int, ...]) -> list[Surface]:
        level, tile = key
        if level == CAP or level >= QUARTER:
            return self._make_far(level, tile)
        position = (self.leaves.bounds[tile, :2] + self.leaves.bounds[tile, 2:]) / 2
        rows = self.rows(tile)
        build = {FULL: self.forms.full, BOX: massing.boxes, FINE: self.forms.fine, SHADE: massing.caps}[level]
        mesh = stood(build(self.solids, rows, self.broken[rows], self.origin + position), self.feet)
        if level == SHADE:
            mesh.facade[:, 2] = 0.0
        return self._surfaces(mesh, level, (float(position[0]), float(position[1]), 0.0))

    def _make_far(self, level: int, node: int) -> list[Surface]:
        step = 3 if level == CAP else 2 - (level - QUARTER)
        nodes = self.nodes.levels[step]
        position = (nodes.bounds[node, :2] + nodes.bounds[node, 2:]) / 2
        if level == CAP:
            rows = np.concatenate([self.rows(int(leaf)) for leaf in self.nodes.leaves_of(step, node)])
            large = _is_large(self.solids, rows)
            place = (float(position[0]), float(position[1]), 0.0)
            mesh = stood(
                massing.boxes(self.solids, rows[large], self.broken[rows[large]], self.origin + position), self.feet
            )
            boxes = self._surfaces(mesh, BOX, place) if len(mesh) else []
            rows = rows[~large]
            mesh = stood(massing.caps(self.solids, rows, self.broken[rows], self.origin + position), self.feet)
            mesh.facade[:, 2] = 0.0 if self.feet is None else self.feet[mesh.slot.astype(np.int64)]
            return (self._surfaces(mesh, level, place) if len(mesh) else []) + boxes
        which = self.quarters.within(level - QUARTER, int(nodes.code[node]), STEPS_TO_NODE)
        mesh = self.quarters.mesh(level - QUARTER, which, self.broken, position, self.feet)
        return self._surfaces(mesh, level, (float(position[0]), float(position[1]), 0.0))

    def _surfaces(self, mesh: Mesh, level: int, position: tuple[float, float, float]) -> list[Surface]:
        look = "cap" if level in (CAP, SHADE) else "quarter" if level >= QUARTER else "building"
        attributes = {"facade": mesh.facade, "slot": mesh.slot[:, None]}
        body = Surface(
            self.renderer,
            self.looks[look],
            mesh.points,
            mesh.triangles,
            attributes,
            position,
            texture=self.colours.texture,
            cull=look == "building",
        )
        if not self.casting:
            return [body]
        shadow = Surface(
            self.renderer,
            self.looks["shadow" if look == "building" else f"{look}_shadow"],
            mesh.points,
            mesh.triangles,
            attributes,
            position,
            texture=self.colours.texture,
            data=body.data,
        )
        if level == SHADE:
            body.remove()
            return [shadow]
        if level not in (FULL, FINE):
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
            for level in (FINE, FULL, BOX, SHADE):
                self.drawn.drop((level, leaf))
        for step, level in enumerate((QUARTER + 2, QUARTER + 1, QUARTER, CAP)):
            for node in self.nodes.above(step, leaves[leaves >= 0]).tolist():
                self.drawn.drop((level, node))

    def clear(self) -> None:
        """Take all off the renderer."""
        self.drawn.clear()


def _is_large(solids: Solids, rows: Ints) -> NDArray[np.bool_]:
    """Which buildings are so long or high that a cap would be seen to slope."""
    long = np.maximum(solids.box[rows, 1] - solids.box[rows, 0], solids.box[rows, 3] - solids.box[rows, 2])
    return np.asarray((long > LONG_M) | (solids.top_m[rows] - solids.base_m[rows] > HIGH_M))
