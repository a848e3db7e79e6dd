"""What is being laid out: footprints with their columns, and areas of land, gathered block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling.plan import Floats

COLUMNS = ("use", "levels", "storey_m", "roof_shape", "roof_height_m", "material", "built_year", "name", "keep")
"""What a block says of a building; the rest follows from it. `keep`: 2 must stay, 1 a building, 0 an outbuilding."""


@dataclass(slots=True)
class Lots:
    """Footprints, areas of land and places, in map coordinates, as the blocks add them."""

    shapes: list[NDArray[np.object_]] = field(default_factory=list)
    columns: dict[str, list[NDArray[np.object_]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    land: list[tuple[shapely.Geometry, str, str]] = field(default_factory=list)
    places: list[tuple[Floats, str, str, float]] = field(default_factory=list)
    groves: list[tuple[shapely.Geometry, float]] = field(default_factory=list)
    """Areas with trees, and how many a hectare."""

    def add(self, corners: Floats, holes: Floats | None = None, **columns: Any) -> None:
        """Footprints (n, k, 2) that share columns, or have one value each."""
        if not len(corners):
            return
        rings = shapely.linearrings(corners)
        if holes is None:
            shapes = shapely.polygons(rings)
        else:
            shapes = np.array(
                [shapely.polygons(r, [h]) for r, h in zip(rings, shapely.linearrings(holes), strict=True)]
            )
        self.shapes.append(shapes)
        given = {**DEFAULTS, **columns}
        for name in COLUMNS:
            self.columns[name].append(_column(given[name], len(shapes)))

    def area(self, corners: Floats, kind: str, name: str = "", trees_ha: float = 0.0) -> None:
        """One area of land, with trees on it if said."""
        shape = shapely.polygons(corners)
        self.land.append((shape, kind, name))
        if trees_ha:
            self.groves.append((shape, trees_ha))

    def place(self, at: Floats, kind: str, name: str, capacity: float = 0.0) -> None:
        """A hospital, school, shelter, stop …"""
        self.places.append((np.asarray(at, float), kind, name, capacity))


def _column(value: Any, count: int) -> NDArray[np.object_]:
    """One value for all, or one each."""
    if isinstance(value, np.ndarray):
        return value.astype(object)
    column = np.empty(count, object)
    column.fill(value)
    return column


DEFAULTS: dict[str, Any] = {
    "use": "apartments",
    "levels": 5,
    "storey_m": 3.0,
    "roof_shape": "flat",
    "roof_height_m": 0.0,
    "material": "panel",
    "built_year": 1975,
    "name": None,
    "keep": 1,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A straight frame of its own: origin and direction; everything in it is square to it."""

    origin: Floats
    angle: float

    def put(self, local: Floats) -> Floats:
        """Map coordinates of local ones (…, 2)."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        x, y = local[..., 0], local[..., 1]
        return np.round(np.stack([x * c - y * s, x * s + y * c], axis=-1) + self.origin, 3)

    def box(self, x: float, y: float, w: float, d: float) -> Floats:
        """(1, 4, 2): a rectangle by its middle and sides."""
        return self.put(rectangle(w, d)[None] + (x, y))

    def form(self, outline: Floats, x: float, y: float, turn: int = 0) -> Floats:
        """(1, k, 2): an outline at a place, turned by quarters."""
        c, s = (1, 0, -1, 0)[turn % 4], (0, 1, 0, -1)[turn % 4]
        turned = np.stack([outline[:, 0] * c - outline[:, 1] * s, outline[:, 0] * s + outline[:, 1] * c], axis=-1)
        return self.put(turned[None] + (x, y))


def boxes(
    origin: Floats, angle: Floats, w: Floats, d: Floats, x: Floats | float = 0.0, y: Floats | float = 0.0
) -> Floats:
    """(n, 4, 2): rectangles w × d, each in its own frame, moved by (x, y) there."""
    half = np.stack([w, d], axis=-1) / 2
    local = half[:, None, :] * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    local += np.stack(np.broadcast_arrays(x, y, w)[:2], axis=-1)[:, None, :]
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = np.stack([local[..., 0] * c - local[..., 1] * s, local[..., 0] * s + local[..., 1] * c], axis=-1)
    return np.asarray(np.round(turned + origin[:, None, :], 3))


def rectangle(w: float, d: float) -> Floats:
    """(4, 2) about the origin."""
    return np.array([(-w, -d), (w, -d), (w, d), (-w, d)], float) / 2


def ell(w: float, d: float, deep: float) -> Floats:
    """An L of wings `deep` metres deep, about the middle of its box."""
    return np.array([(0, 0), (w, 0), (w, deep), (deep, deep), (deep, d), (0, d)], float) - (w / 2, d / 2)


def aitch(w: float, d: float, deep: float) -> Floats:
    """An H: two wings and a bar, as schools of the 1970s have."""
    low, high = (d - deep) / 2, (d + deep) / 2
    return np.array(
        [
            (0, 0),
            (deep, 0),
            (deep, low),
            (w - deep, low),
            (w - deep, 0),
            (w, 0),
            (w, d),
            (w - deep, d),
            (w - deep, high),
            (deep, high),
            (deep, d),
            (0, d),
        ],
        float,
    ) - (w / 2, d / 2)


def gate(w: float, d: float, deep: float) -> Floats:
    """A П: a bar and two wings."""
    return np.array(
        [(0, 0), (deep, 0), (deep, d - deep), (w - deep, d - deep), (w - deep, 0), (w, 0), (w, d), (0, d)], float
    ) - (w / 2, d / 2)


def cross(w: float, d: float, notch: float) -> Floats:
    """A rectangle with its four corners taken out: towers, churches."""
    x, y, n = w / 2, d / 2, notch
    return np.array(
        [
            (-x + n, -y),
            (x - n, -y),
            (x - n, -y + n),
            (x, -y + n),
            (x, y - n),
            (x - n, y - n),
            (x - n, y),
            (-x + n, y),
            (-x + n, y - n),
            (-x, y - n),
            (-x, -y + n),
            (-x + n, -y + n),
        ],
        float,
    )


def round_form(radius: float, sides: int = 12) -> Floats:
    """A regular polygon: chimneys, tanks."""
    turn = 2 * np.pi * np.arange(sides) / sides
    return radius * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
