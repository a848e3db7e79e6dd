"""Trees: single ones from the data, and more strewn through parks and woods; round and plain as in a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.city import City
from vidbudova.scene.footing import Footing
from vidbudova.scene.growth import growth, noise
from vidbudova.scene.land import WHOLE, Ground
from vidbudova.scene.pick import Picker
from vidbudova.scene.solids import Floats
from vidbudova.scene.style import Colour, Style
from vidbudova.scene.surface import Surface, polydata
from vidbudova.scene.tiles import Band, Bands, Grid, grid_of

TREE_TILE_M = 240.0
NEAR_M, FAR_M = 420.0, 2400.0
MANY_TREES = 25_000

PROFILE_NEAR = ((0.24, 0.42), (0.42, 0.92), (0.62, 1.0), (0.84, 0.62), (1.0, 0.0))
PROFILE_FAR = ((0.22, 0.35), (0.56, 1.0), (1.0, 0.0))
"""(height, radius) of the crown's rings, as shares of the tree's height and of its crown's radius."""

Body = tuple[Floats, NDArray[np.int32], Floats, Floats]
"""Points, triangles, colours and normals."""


def trees(
    ground: Ground,
    city: City,
    picker: Picker,
    style: Style,
    footing: Footing | None = None,
    drawn: Sequence[str] = WHOLE,
) -> Bands:
    """All trees of a city: full crowns near by, four-sided ones further off."""
    grown = city.growth
    if grown is None or grown.single is not city.table("trees") or grown.green is not city.table("landuse"):
        grown = growth(city.table("trees"), city.table("landuse"), picker.solids)
    place, height = grown.place, grown.height_m
    # shadows are worked out over level ground
    foot = footing.z(place) if footing is not None and "body" in drawn else np.zeros(len(place))
    drawn = drawn if footing is not None and footing.relief is not None else WHOLE
    place = place - ground.origin
    size = np.maximum(height, 2.0)
    far_m = float(np.clip(FAR_M * np.sqrt(MANY_TREES / max(len(place), 1)), 1200.0, 9000.0))
    grid = grid_of(place - 4.0, place + 4.0, foot + size, TREE_TILE_M)

    def maker(profile: tuple[tuple[float, float], ...], sides: int, trunk: bool, grid: Grid) -> Band:
        def make(tile: int) -> list[Surface]:
            rows = grid.rows(tile)
            position = (grid.bounds[tile, :2] + grid.bounds[tile, 2:]) / 2
            points, triangles, colour, facing = crowns(
                place[rows] - position, size[rows], profile, sides, style["tree"]
            )
            if trunk:
                points, triangles, colour, facing = _with_trunks(
                    (points, triangles, colour, facing), place[rows] - position, size[rows], style["tree_trunk"]
                )
            points[:, 2] += np.concatenate(
                [np.repeat(foot[rows], len(profile) * sides), np.repeat(foot[rows], 6 if trunk else 0)]
            )
            return _surfaces(ground, (points, triangles, colour, facing), position, drawn)

        near, far = (0.0, NEAR_M) if trunk else (NEAR_M, far_m)
        return Band(grid, make, near, far)

    return Bands([maker(PROFILE_NEAR, 7, True, grid), maker(PROFILE_FAR, 4, False, grid)])


def _surfaces(ground: Ground, body: Body, position: Floats, drawn: Sequence[str]) -> list[Surface]:
    points, triangles, colour, facing = body
    attributes = {"colour": colour.astype(np.float32), "facing": facing.astype(np.float32)}
    at = (float(position[0]), float(position[1]), 0.0)
    local = points.astype(np.float32)
    data = polydata(local, triangles, attributes if "body" in drawn else {})
    looks = [(ground.looks[{"body": "crown"}.get(name, name)], attributes if name == "body" else {}) for name in drawn]
    return [Surface(ground.renderer, look, local, triangles, worn, at, data=data, cull=True) for look, worn in looks]


def crowns(place: Floats, height: Floats, profile: tuple[tuple[float, float], ...], sides: int, colour: Colour) -> Body:
    """Points, triangles, colours and normals of crowns at places (n, 2)."""
    n, rings = len(place), len(profile)
    share, reach = (np.array(v) for v in zip(*profile, strict=True))
    own = noise(place)
    angle = 2 * np.pi * (np.arange(sides) / sides + own[:, None, None] + 0.5 / sides * (np.arange(rings)[:, None] % 2))
    radius = height * (0.30 + 0.10 * noise(place + 3.0))
    points = np.empty((n, rings, sides, 3))
    points[..., 0] = place[:, None, None, 0] + np.cos(angle) * reach[:, None] * radius[:, None, None]
    points[..., 1] = place[:, None, None, 1] + np.sin(angle) * reach[:, None] * radius[:, None, None]
    points[..., 2] = (share * height[:, None])[..., None]
    facing = np.empty_like(points)
    lean = np.clip((share - 0.5) * 2.0, -0.4, 1.0)[:, None]
    facing[..., 0], facing[..., 1], facing[..., 2] = (
        np.cos(angle) * (1 - np.abs(lean)),
        np.sin(angle) * (1 - np.abs(lean)),
        lean,
    )
    facing /= np.maximum(np.linalg.norm(facing, axis=-1, keepdims=True), 1e-9)
    tone = np.array(colour) * (0.90 + 0.2 * own[:, None]) * np.array([1.0, 1.0, 0.97])
    shade = (0.78 + 0.22 * np.minimum(share * 1.25, 1.0))[None, :, None, None]
    colours = np.broadcast_to(tone[:, None, None, :] * shade, points.shape)
    k, s = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    a, b = k * sides + s, k * sides + (s + 1) % sides
    one = np.stack([a, b, b + sides, a, b + sides, a + sides], axis=2).reshape(-1, 3)
    # at the tip the second triangle of each pair has no area
    one = one[~((one[:, 1] >= (rings - 1) * sides) & (one[:, 2] >= (rings - 1) * sides))]
    triangles = (one[None] + rings * sides * np.arange(n)[:, None, None]).reshape(-1, 3).astype(np.int32)
    return points.reshape(-1, 3), triangles, colours.reshape(-1, 3), facing.reshape(-1, 3)


def _with_trunks(body: Body, place: Floats, height: Floats, colour: Colour) -> Body:
    """Three-sided trunks under the crowns."""
    points, triangles, colours, facing = body
    trunk = crowns(place, height * 0.32, ((0.0, 0.13), (1.0, 0.10)), 3, colour)
    return (
        np.concatenate([points, trunk[0]]),
        np.concatenate([triangles, trunk[1] + np.int32(len(points))]),
        np.concatenate([colours, trunk[2]]),
        np.concatenate([facing, trunk[3]]),
    )
