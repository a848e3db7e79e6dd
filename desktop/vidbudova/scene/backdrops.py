"""Models that stand for themselves: bridges, trees, furniture, whole meshes, as their files have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.built import ROOF, WALL, WINDOW, Surfaces
from vidbudova.scene.parts import Frame
from vidbudova.scene.skins import picture
from vidbudova.scene.solids import Floats, Ints
from vidbudova.scene.surface import Surface
from vidbudova.scene.tiles import Drawn, Grid, grid_of

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

TILE_M = 500.0
FARTHEST_M = 9000.0
LEAST_PX = 2.0
MOST_TRIANGLES = 150_000
"""About as many as a moving frame may draw; a still one draws more."""
TINTS = {WALL: "building", ROOF: "building", WINDOW: "glass"}


class Backdrops:
    """The part of a scene that draws them, by tiles, the nearest first within a budget of triangles."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.changes = 0
        self.shown = True
        self.files = scene.city.backdrops
        self.zero = [self._zero(file) for file in self.files]
        self.grids = [self._grid(file, zero) for file, zero in zip(self.files, self.zero, strict=True)]
        self.highest_m = max((float(grid.top_m.max(initial=0.0)) for grid in self.grids), default=0.0)
        self.drawn = Drawn(self._make)

    def _zero(self, file: Surfaces) -> float:
        """The height in the file that is 0 in the scene: without relief the foot of the model."""
        if self.scene.footing.relief is not None:
            return self.scene.footing.level_m
        z = file.points[:: max(len(file.points) // 100_000, 1), 2]
        return float(np.quantile(z, 0.02)) + float(file.origin[2]) if len(z) else 0.0

    def _grid(self, file: Surfaces, zero: float) -> Grid:
        """Triangles by tile."""
        corners = file.points[file.triangles]
        shift = file.origin[:2] - self.scene.origin
        low, high = corners[..., :2].min(axis=1) + shift, corners[..., :2].max(axis=1) + shift
        top = corners[..., 2].max(axis=1) + file.origin[2] - zero
        return grid_of(low.astype(np.float64), high.astype(np.float64), top.astype(np.float64), TILE_M)

    def place(self, frame: Frame) -> None:
        """Show what is seen, nearest first."""
        wanted: list[tuple[float, int, tuple[int, ...]]] = []
        for k, grid in enumerate(self.grids if self.scene.visible["models"] else ()):
            seen = np.flatnonzero(frame.view.sees(grid.bounds, np.maximum(grid.top_m, 1.0)))
            away = frame.view.distance(grid.bounds[seen], grid.top_m[seen])
            size = np.diff(grid.starts)[seen]
            rows = zip(away.tolist(), size.tolist(), seen.tolist(), strict=True)
            wanted += [(d, n, (k, tile)) for d, n, tile in rows if d < FARTHEST_M]
        left = MOST_TRIANGLES * frame.detail
        chosen: set[tuple[int, ...]] = set()
        for _away, count, key in sorted(wanted):
            left -= count
            if left < 0 and chosen:
                break
            if self.drawn.has(key) or frame.purse.has():
                chosen.add(key)
        self.drawn.show(chosen)

    def _make(self, key: tuple[int, ...]) -> list[Surface]:
        k, tile = key
        file, grid = self.files[k], self.grids[k]
        middle = (grid.bounds[tile, :2] + grid.bounds[tile, 2:]) / 2
        at = np.sort(grid.rows(tile))
        corners = file.points[file.triangles[at]].astype(np.float64)
        corners += file.origin - np.array([*(self.scene.origin + middle), self.zero[k]])
        position = (float(middle[0]), float(middle[1]), 0.0)
        image = np.full(len(at), -1, np.int16) if file.image is None else file.image[at]
        found = []
        for which in np.unique(image).tolist():
            mine = image == which
            found.append(self._surface(file, at[mine], corners[mine], which, position))
        return found

    def _surface(self, file: Surfaces, at: Ints, corners: Floats, which: int, position: Any) -> Surface:
        colour = self._colours(file, at) if which < 0 else np.ones((len(at), 4), np.float32)
        attributes = {"colour": np.repeat(colour, 3, axis=0), "facing": np.repeat(_facing(corners), 3, axis=0)}
        points = corners.reshape(-1, 3).astype(np.float32)
        triangles = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
        renderer, looks = self.scene.window.solid, self.scene.looks
        texture = picture(file, which) if which >= 0 else None
        if texture is None or file.uv is None:
            return Surface(renderer, looks["solid"], points, triangles, attributes, position)
        attributes["place"] = file.uv[file.triangles[at]].reshape(-1, 2)
        return Surface(renderer, looks["poster"], points, triangles, attributes, position, texture=texture)

    def _colours(self, file: Surfaces, at: Ints) -> NDArray[np.float32]:
        """Material colours, else usual ones by kind of surface."""
        theme = self.scene.theme
        usual = np.tile(np.array([*theme["building"], 1.0], np.float32), (len(at), 1))
        for surface, name in TINTS.items():
            usual[file.surface[at] == surface, :3] = theme[name]
        if file.rgb is None:
            return usual
        rgb = file.rgb[at]
        own = (rgb != 255).any(axis=1)
        usual[own, :3] = rgb[own] / 255.0
        return usual

    def clear(self) -> None:
        """Take everything off."""
        self.drawn.clear()


def _facing(corners: Floats) -> NDArray[np.float32]:
    """(t, 3) unit normals; meshes that nobody oriented are lit from either side."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    return normal.astype(np.float32)
