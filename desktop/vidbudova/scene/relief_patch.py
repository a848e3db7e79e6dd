"""One patch of ground: a square of even quads with its heights and those of the next coarser patch.

Where a patch meets a coarser one it has melted into that one's shape, so no skirt is needed to close a crack.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.footing import Footing
from vidbudova.scene.solids import Floats
from vidbudova.scene.surface import Look, Surface

QUADS = 12
SIDE = QUADS + 1

Key = tuple[int, int, int]
"""Level (0 is the whole ground), column and row, counted from the south-west."""


@dataclass(frozen=True, slots=True)
class Square:
    """The ground as a square that is halved again and again: its south-west corner (local) and its width."""

    corner: tuple[float, float]
    width_m: float

    def bounds(self, key: Key) -> tuple[float, float, float, float]:
        """Local bounds of a patch."""
        size = self.width_m / 2 ** key[0]
        x, y = self.corner[0] + key[1] * size, self.corner[1] + key[2] * size
        return x, y, x + size, y + size


class Patch:
    """The surface of one key; no ground in it is higher than top_m (local) but for a lone peak between its corners."""

    def __init__(self, renderer: Any, look: Look, square: Square, key: Key, footing: Footing, texture: Any) -> None:
        x0, y0, x1, _ = square.bounds(key)
        size = x1 - x0
        z, coarse = heights_of(footing, x0, y0, size)
        rough = 0.25 * float(np.ptp(z))
        self.top_m = float(z.max()) + rough
        points, attributes = _points(z, coarse, (x0, y0), size)
        self.surface = Surface(
            renderer, look, points, _triangles(), attributes, (x0 + size / 2, y0 + size / 2, 0.0),
            texture=texture, cull=True,
        )  # fmt: skip
        self.worn: Key | None = None

    def wear(self, texture: Any, key: Key, own: Key, edge: tuple[float, float]) -> None:
        """The picture of `key`, this patch or one that holds it; edge: (offset, share) of a picture that counts."""
        from vtkmodules.vtkRenderingCore import vtkProp

        up = 2.0 ** (key[0] - own[0])
        offset, share = edge
        left, low = own[1] * up - key[1], own[2] * up - key[2]
        scale = share * up
        matrix = [scale, 0, 0, offset + share * left, 0, scale, 0, offset + share * low, 0, 0, 1, 0, 0, 0, 0, 1]
        actor = self.surface.actor
        actor.SetTexture(texture)
        keys = actor.GetPropertyKeys()
        if keys is None:
            from vtkmodules.vtkCommonCore import vtkInformation

            keys = vtkInformation()
            actor.SetPropertyKeys(keys)
        keys.Set(vtkProp.GENERAL_TEXTURE_TRANSFORM(), [float(v) for v in matrix], 16)
        self.worn = key


def heights_of(footing: Footing, x0: float, y0: float, size: float) -> tuple[Floats, Floats]:
    """(SIDE, SIDE) heights of a patch, and what the next coarser patch has at the same places; rows from the south."""
    at = np.linspace(0.0, size, SIDE)
    x, y = np.meshgrid(x0 + at, y0 + at)
    z = footing.z_local(np.c_[x.ravel(), y.ravel()]).reshape(SIDE, SIDE)
    coarse = z.copy()
    coarse[:, 1::2] = (z[:, :-1:2] + z[:, 2::2]) / 2
    coarse[1::2, ::2] = (z[:-1:2, ::2] + z[2::2, ::2]) / 2
    # the middle of a coarser quad lies on its diagonal from the south-west
    coarse[1::2, 1::2] = (z[:-1:2, :-1:2] + z[2::2, 2::2]) / 2
    return z, coarse


def _points(
    z: Floats, coarse: Floats, corner: tuple[float, float], size: float
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    share = np.linspace(0.0, 1.0, SIDE)
    u, v = (a.ravel() for a in np.meshgrid(share, share))
    points = np.stack([(u - 0.5) * size, (v - 0.5) * size, z.ravel()], axis=1).astype(np.float32)
    rest = np.stack([corner[0] + u * size, corner[1] + v * size, coarse.ravel(), np.full(len(u), size)], axis=1)
    return points, {"rest": rest.astype(np.float32), "place": np.stack([u, v], axis=1).astype(np.float32)}


@lru_cache(maxsize=1)
def _triangles() -> NDArray[np.int32]:
    at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a, b, c, d = at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]
    return np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3).astype(np.int32)
