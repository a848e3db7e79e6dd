"""What a drawn point may snap to: corners and edges of buildings, roads and zones near the cursor, best first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Floats, Ints, Shapes

XY = tuple[float, float]
SnapKind = Literal["first", "square", "vertex", "edge"]

KIND_ORDER: dict[SnapKind, int] = {"first": 0, "vertex": 1, "square": 2, "edge": 3}
"""Closing comes before anything; a corner is a better place than somewhere along an edge."""

LAYER_ORDER = {"zones": 0, "buildings": 1, "roads": 2}
"""At the same distance a zone's corner goes before a building's, so that neighbours share their border exactly."""

LINES = frozenset({"roads", "rail", "waterways", "pipelines"})
SAME_M = 1e-3
"""Corners closer than this are one corner."""


@dataclass(frozen=True, slots=True)
class Snap:
    """One place to snap to.

    Attributes
    ----------
    kind : ``first`` closes the ring, ``square`` is in line with its first corner, else what it lies on.
    xy : the place, metres in the project's CRS.
    distance_m : from the cursor.
    layer, id : the table and feature it belongs to, "" for the outline being drawn.
    edge : both ends of the edge it lies on, for ``edge``.
    """

    kind: SnapKind
    xy: XY
    distance_m: float
    layer: str = ""
    id: str = ""
    edge: tuple[XY, XY] | None = None

    def rank(self) -> tuple[int, float, int]:
        """Sorts the better place first."""
        return (KIND_ORDER[self.kind], round(self.distance_m, 3), LAYER_ORDER.get(self.layer, 9))


class SnapIndex:
    """A spatial index over the rings and lines of some layers; built once, asked on every move of the mouse."""

    def __init__(self, layers: Mapping[str, Shapes]) -> None:
        """
        Parameters
        ----------
        layers : shapes by table name; the names in LINES are open lines, all others closed rings.
        """
        self._names = list(layers)
        self._layers = list(layers.values())
        boxes, self._layer_of, self._part_of = _part_boxes(self._layers)
        self._tree = shapely.STRtree(boxes)

    def near(self, xy: XY, within_m: float) -> list[Snap]:
        """Every corner and the nearest place of every ring or line within some metres, best first.

        Parameters
        ----------
        xy : the cursor on the ground, metres in the project's CRS.
        within_m : what the snapping pixels are in metres at the cursor.
        """
        x, y = xy
        box = shapely.box(x - within_m, y - within_m, x + within_m, y + within_m)
        found = [s for i in self._tree.query(box) for s in self._of_part(int(i), xy, within_m)]
        return sorted(found, key=Snap.rank)

    def _of_part(self, index: int, xy: XY, within_m: float) -> list[Snap]:
        name = self._names[self._layer_of[index]]
        shapes = self._layers[self._layer_of[index]]
        part = int(self._part_of[index])
        corners = shapes.xy[shapes.part_offsets[part] : shapes.part_offsets[part + 1]]
        id = str(shapes.ids[np.searchsorted(shapes.feature_offsets, part, side="right") - 1])
        found = corners_near(corners, xy, within_m, name, id)
        edge = edge_near(corners, xy, within_m, name not in LINES, name, id)
        return found if edge is None else [*found, edge]


def corners_near(corners: Floats, xy: XY, within_m: float, layer: str = "", id: str = "") -> list[Snap]:
    """The corners within some metres.

    Parameters
    ----------
    corners : (n, 2) metres.
    """
    distance = np.hypot(corners[:, 0] - xy[0], corners[:, 1] - xy[1])
    near = np.nonzero(distance <= within_m)[0]
    return [Snap("vertex", pair(corners[i]), float(distance[i]), layer, id) for i in near]


def edge_near(corners: Floats, xy: XY, within_m: float, closed: bool, layer: str = "", id: str = "") -> Snap | None:
    """The nearest place on the edges of a ring or line, if it is within some metres.

    Parameters
    ----------
    corners : (n, 2) metres, without the closing corner.
    closed : whether the last corner is joined to the first.
    """
    if len(corners) < 2:
        return None
    ends = np.roll(corners, -1, axis=0) if closed else corners[1:]
    starts = corners if closed else corners[:-1]
    feet = feet_on(starts, ends, xy)
    distance = np.hypot(feet[:, 0] - xy[0], feet[:, 1] - xy[1])
    i = int(distance.argmin())
    if distance[i] > within_m:
        return None
    return Snap("edge", pair(feet[i]), float(distance[i]), layer, id, (pair(starts[i]), pair(ends[i])))


def feet_on(starts: Floats, ends: Floats, xy: XY) -> Floats:
    """The place of each segment that is nearest to a point: (n, 2) from two times (n, 2)."""
    along = ends - starts
    length2 = np.maximum((along**2).sum(axis=1), 1e-18)
    share = (((xy[0] - starts[:, 0]) * along[:, 0]) + ((xy[1] - starts[:, 1]) * along[:, 1])) / length2
    feet: Floats = starts + along * np.clip(share, 0, 1)[:, None]
    return feet


def pair(point: NDArray[np.float64]) -> XY:
    """A row of two numbers as a plain pair."""
    return (float(point[0]), float(point[1]))


def _part_boxes(layers: list[Shapes]) -> tuple[NDArray[np.object_], Ints, Ints]:
    boxes: list[NDArray[np.object_]] = []
    layer_of: list[Ints] = []
    part_of: list[Ints] = []
    for number, shapes in enumerate(layers):
        filled = np.nonzero(np.diff(shapes.part_offsets) > 0)[0]
        if not len(filled):
            continue
        starts = shapes.part_offsets[filled]
        low, high = np.minimum.reduceat(shapes.xy, starts), np.maximum.reduceat(shapes.xy, starts)
        boxes.append(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
        layer_of.append(np.full(len(filled), number, np.int64))
        part_of.append(filled.astype(np.int64))
    if not boxes:
        return np.empty(0, object), np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(boxes), np.concatenate(layer_of), np.concatenate(part_of)
