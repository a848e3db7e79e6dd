"""Marks laid over the city: zones, cells and set-aside shapes, observations as dots, outlines of buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.footing import Footing
from vidbudova.scene.land import Painted, areas
from vidbudova.scene.massing import standing_m
from vidbudova.scene.ribbons import joints
from vidbudova.scene.solids import Floats, Ints, Solids, next_vertex, next_vertex_of, real, vertex_offsets, words
from vidbudova.scene.style import Colour, Style
from vidbudova.scene.surface import Look, Surface
from vidbudova.scene.walls import rows_of

Colours32 = NDArray[np.float32]
ZONE_HEIGHT_M = 15.0


def zone_colours(zones: Shapes, style: Style) -> Colours32:
    """(n, 3) colours: a zone's own, else its kind's."""
    kinds, own = words(zones, "kind"), words(zones, "colour")
    return np.array([style.zone(k, c) for k, c in zip(kinds.tolist(), own.tolist(), strict=True)], np.float32).reshape(
        -1, 3
    )


class Overlay:
    """Makes the surfaces of marks, about one origin.

    draped : the renderer and looks for what lies flat, where that is draped over a relief; else it lies at height 0.
    """

    def __init__(
        self,
        renderer: Any,
        looks: Mapping[str, Look],
        footing: Footing,
        draped: tuple[Any, Mapping[str, Look]] | None = None,
    ) -> None:
        self.renderer, self.looks, self.footing, self.origin = renderer, looks, footing, footing.origin
        self.flat_renderer, self.flat_looks = draped or (renderer, looks)

    def filled(self, shapes: Shapes, colour: Colours32, look: str = "fill") -> list[Surface]:
        """Translucent areas on the ground with a firm outline."""
        painted = areas(shapes, lambda row: tuple(colour[row].tolist()))(np.arange(len(shapes)))
        return self._flat(painted, look) + self.ringed(shapes, colour, "feature_line" if look == "feature" else "line")

    def _flat(self, painted: Painted, look: str) -> list[Surface]:
        points, triangles, colours = painted
        if not len(triangles):
            return []
        local = np.c_[points - self.origin, np.zeros(len(points))].astype(np.float32)
        return [Surface(self.flat_renderer, self.flat_looks[look], local, triangles, {"colour": colours})]

    def ringed(self, shapes: Shapes, colour: Colours32, look: str = "line") -> list[Surface]:
        """The rings of areas as lines of a steady width on the screen."""
        of = np.repeat(np.arange(len(shapes)), np.diff(shapes.feature_offsets))
        keep = np.flatnonzero(np.diff(shapes.part_offsets) >= 3)
        if not len(keep):
            return []
        rings = [shapes.xy[shapes.part_offsets[r] : shapes.part_offsets[r + 1]] for r in keep]
        closed = np.concatenate([np.concatenate([r, r[:2]]) for r in rings])
        return self.lines(closed, np.r_[0, np.cumsum([len(r) + 2 for r in rings])], colour[of[keep]], look)

    def lines(self, xy: Floats, offsets: Ints, colour: Colours32, look: str = "line") -> list[Surface]:
        """Lines on the ground; colour has one entry a line."""
        side, _, last = joints(xy, offsets)
        line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        at = np.flatnonzero(~last)
        triangles = np.concatenate(
            [np.stack(t, 1) for t in ((2 * at, 2 * at + 1, 2 * at + 3), (2 * at, 2 * at + 3, 2 * at + 2))]
        )
        local = np.repeat(np.c_[xy - self.origin, np.zeros(len(xy))], 2, axis=0).astype(np.float32)
        sides = np.stack([side, -side], axis=1).reshape(-1, 2).astype(np.float32)
        attributes = {"colour": np.repeat(colour[line], 2, axis=0), "side": sides}
        return [Surface(self.flat_renderer, self.flat_looks[look], local, triangles.astype(np.int32), attributes)]

    def volumes(self, zones: Shapes, colour: Colours32) -> list[Surface]:
        """Zones as translucent bodies of their own height."""
        height = np.where(real(zones, "height_m") > 0, real(zones, "height_m"), ZONE_HEIGHT_M)
        of = np.repeat(np.arange(len(zones)), np.diff(vertex_offsets(zones)))
        a = zones.xy - self.origin
        b = a[next_vertex(zones)]
        corners = np.empty((len(a), 4, 3))
        corners[:, 0, :2] = corners[:, 3, :2] = a
        corners[:, 1, :2] = corners[:, 2, :2] = b
        low, high = self._levels(zones, height)
        corners[:, :2, 2], corners[:, 2:, 2] = low[of][:, None], high[of][:, None]
        step = b - a
        facing = np.c_[step[:, 1], -step[:, 0], np.zeros(len(a))] / np.maximum(
            np.linalg.norm(step, axis=1, keepdims=True), 1e-9
        )
        quad = np.array([0, 1, 2, 0, 2, 3]) + 4 * np.arange(len(a))[:, None]
        sides = self._body(
            corners.reshape(-1, 3), quad.reshape(-1, 3), np.repeat(colour[of], 4, 0), np.repeat(facing, 4, 0)
        )
        lids = areas(zones, lambda row: (float(row), 0.0, 0.0))(np.arange(len(zones)))
        row = lids[2][:, 0].astype(int)
        top = np.c_[lids[0] - self.origin, high[row]]
        return sides + self._body(top, lids[1], colour[row], np.tile([0.0, 0.0, 1.0], (len(top), 1)))

    def _levels(self, zones: Shapes, height: Floats) -> tuple[Floats, Floats]:
        """Undersides and tops of zones as bodies: from the lowest ground under them to a level over the highest."""
        offsets, some = vertex_offsets(zones), np.diff(vertex_offsets(zones)) > 0
        low, high = np.zeros(len(zones)), height.copy()
        if self.footing.relief is not None and some.any():
            z = self.footing.z(zones.xy)
            low[some] = np.minimum.reduceat(z, offsets[:-1][some])
            high[some] += np.maximum.reduceat(z, offsets[:-1][some])
        return low, high

    def _body(self, points: Floats, triangles: NDArray[np.integer], colour: Colours32, facing: Floats) -> list[Surface]:
        if not len(triangles):
            return []
        attributes = {"colour": colour, "facing": facing.astype(np.float32)}
        return [
            Surface(
                self.renderer, self.looks["volume"], points.astype(np.float32), triangles.astype(np.int32), attributes
            )
        ]

    def dots(self, places: Floats, colour: Colours32, ringed: NDArray[np.bool_], look: str = "dot") -> list[Surface]:
        """Discs of a steady size on the screen at places (n, 3); `ringed` ones stand out."""
        if not len(places):
            return []
        n = len(places)
        corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
        corners = np.c_[np.tile(corner, (n, 1)), np.repeat(ringed.astype(np.float32), 4)]
        local = np.repeat(self.footing.local(places), 4, axis=0).astype(np.float32)
        triangles = (np.array([0, 1, 2, 0, 2, 3]) + 4 * np.arange(n)[:, None]).reshape(-1, 3).astype(np.int32)
        attributes = {"colour": np.repeat(colour, 4, axis=0), "corner": corners}
        return [Surface(self.renderer, self.looks[look], local, triangles, attributes)]

    def edges(self, ends: Floats, colour: Colour, look: str) -> list[Surface]:
        """Straight lines between pairs of places (n, 2, 3), local, of a steady width on the screen."""
        if not len(ends):
            return []
        points, triangles, attributes = edge_arrays(ends, colour)
        return [Surface(self.renderer, self.looks[look], points, triangles, attributes)]


def edge_arrays(ends: Floats, colour: Sequence[float]) -> tuple[Colours32, NDArray[np.int32], dict[str, Colours32]]:
    """Quads for the edge shader: each corner knows the other end of its line and which side of it it is on."""
    n = len(ends)
    points = ends[:, [0, 0, 1, 1]].reshape(-1, 3).astype(np.float32)
    side = np.tile(np.array([1.0, -1.0, 1.0, -1.0])[None, :, None], (n, 1, 1))
    other = np.concatenate([ends[:, [1, 1, 0, 0]], side], axis=2).reshape(-1, 4).astype(np.float32)
    triangles = (np.array([0, 1, 2, 0, 2, 3]) + 4 * np.arange(n)[:, None]).reshape(-1, 3).astype(np.int32)
    return points, triangles, {"colour": np.tile(np.array(colour, np.float32), (4 * n, 1)), "other": other}


def building_edges(
    solids: Solids, rows: Ints, broken: NDArray[np.int8], origin: Floats, feet: Floats | None = None
) -> Floats:
    """(e, 2, 3) edges of prisms: around the foot, around the top, and up the corners."""
    shapes = solids.shapes
    first, last = (
        shapes.part_offsets[shapes.feature_offsets[rows]],
        shapes.part_offsets[shapes.feature_offsets[rows + 1]],
    )
    at = rows_of(first, last)
    of = rows[np.repeat(np.arange(len(rows)), last - first)]
    a, b = shapes.xy[at] - origin, shapes.xy[next_vertex_of(shapes, at)] - origin
    foot = np.zeros(len(of)) if feet is None else feet[of]
    low = foot + solids.base_m[of]
    whole = solids.top_m[of] - solids.roof_m[of]
    high = foot + np.where(broken[of] > 0, standing_m(solids, of, broken[of]), whole)
    parts = [np.stack([np.c_[a, z], np.c_[b, z]], axis=1) for z in (low + 0.1, high)]
    return np.concatenate([*parts, np.stack([np.c_[a, low], np.c_[a, high]], axis=1)])
