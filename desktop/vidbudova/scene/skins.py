"""Pictures and material colours of buildings "as built": shown on those that wear no colour of data."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vidbudova.scene.buildings import FINE, FULL
from vidbudova.scene.built import GROUND, INTERIOR, Surfaces
from vidbudova.scene.colouring import grade_rgb
from vidbudova.scene.parts import Frame
from vidbudova.scene.solids import Floats, Ints
from vidbudova.scene.surface import Surface, vtk_array
from vidbudova.scene.tiles import Drawn

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

MOST_SIDE = 2048


class Skins:
    """The part of a scene that draws them over the surfaces of the same tiles that show full buildings."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.changes = 0
        self.shown = True
        self.drawn = Drawn(self._make)
        assert scene.city.built is not None and scene.buildings is not None
        self.buildings, self.built = scene.buildings, scene.city.built
        self._changes = self.buildings.changes
        rgb = [v / 255.0 for v in grade_rgb("none")]
        scene.looks["skin"].set({"bare": rgb, "plain": list(scene.theme["building"])})

    def place(self, frame: Frame) -> None:
        """Show the skins of the tiles that are shown in full."""
        if self._changes != self.buildings.changes:  # some are broken now, or whole again
            self._changes = self.buildings.changes
            self.drawn.clear()
        full = {(leaf,) for level, leaf in self.buildings.drawn.shown if level in (FULL, FINE)}
        wanted = full if self.shown and self.buildings.shown else set()
        self.drawn.show({key for key in wanted if self.drawn.has(key) or frame.purse.has()})

    def _make(self, key: tuple[int, ...]) -> list[Surface]:
        rows = self.buildings.rows(key[0])
        rows = rows[self.built.has[rows] & (self.buildings.broken[rows] == 0) & self.scene.solids.drawn[rows]]
        grid = self.buildings.leaves
        middle = (grid.bounds[key[0], :2] + grid.bounds[key[0], 2:]) / 2
        position = (float(middle[0]), float(middle[1]), 0.0)
        found = []
        for file, at, row in self.built.triangles(rows):
            seen = (file.surface[at] != INTERIOR) & (file.surface[at] != GROUND)
            at, row = at[seen], row[seen]
            image = np.full(len(at), -1, np.int16) if file.image is None else file.image[at]
            for which in np.unique(image).tolist():
                mine = np.flatnonzero((image == which) & (self._has_own(file, at) if which < 0 else True))
                if len(mine):
                    found += self._surface(file, at[mine], row[mine], which, middle, position)
        return found

    def _has_own(self, file: Surfaces, at: Ints) -> Any:
        return np.zeros(len(at), bool) if file.rgb is None else (file.rgb[at] != 255).any(axis=1)

    def _surface(
        self, file: Surfaces, at: Ints, row: Ints, which: int, middle: Floats, position: tuple[float, float, float]
    ) -> list[Surface]:
        texture = picture(file, which) if which >= 0 else None
        if which >= 0 and (texture is None or file.uv is None):
            return []
        corners = self.scene.forms.corners(file, at, row, self.scene.origin + middle)
        if self.buildings.feet is not None:
            corners[..., 2] += self.buildings.feet[row][:, None]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
        colour = np.ones((len(at), 4), np.float32)
        if texture is None and file.rgb is not None:
            colour[:, :3], colour[:, 3] = file.rgb[at] / 255.0, 0.0
        place = np.zeros((3 * len(at), 2)) if texture is None else file.uv[file.triangles[at]].reshape(-1, 2)  # type: ignore[index]
        points = corners.reshape(-1, 3).astype(np.float32)
        attributes = {
            "colour": np.repeat(colour, 3, axis=0),
            "facing": np.repeat(normal, 3, axis=0).astype(np.float32),
            "place": place.astype(np.float32),
            "slot": np.repeat(self.scene.solids.owner[row], 3).astype(np.float32)[:, None],
        }
        triangles = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
        made = Surface(
            self.scene.window.solid, self.scene.looks["skin"], points, triangles, attributes, position,
            texture=self.scene.colours.texture,
        )  # fmt: skip
        made.actor.GetProperty().SetTexture("picture", texture if texture is not None else _white())
        return [made]

    def clear(self) -> None:
        """Take everything off."""
        self.drawn.clear()


@lru_cache(maxsize=64)
def _decoded(data: bytes) -> Any:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as found:
        found.draft("RGB", (MOST_SIDE, MOST_SIDE))
        found.thumbnail((MOST_SIDE, MOST_SIDE))
        return np.ascontiguousarray(np.asarray(found.convert("RGB"))[::-1])


def picture(file: Surfaces, which: int) -> Any:
    """A picture of a model as a texture; None if it cannot be read."""
    if file.pixels is None or file.pixel_range is None or which >= len(file.pixel_range):
        return None
    start, end = (int(v) for v in file.pixel_range[which])
    try:
        return _texture(_decoded(file.pixels[start:end].tobytes()))
    except (OSError, ValueError, SyntaxError):
        return None


def _texture(pixels: Any) -> Any:
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTexture

    image = vtkImageData()
    image.SetDimensions(pixels.shape[1], pixels.shape[0], 1)
    image.GetPointData().SetScalars(vtk_array(pixels.reshape(-1, 3)))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.SetMaximumAnisotropicFiltering(1.0)
    texture.SetColorModeToDirectScalars()
    texture.RepeatOn()
    return texture


def _white() -> Any:
    return _texture(np.full((1, 1, 3), 255, np.uint8))
