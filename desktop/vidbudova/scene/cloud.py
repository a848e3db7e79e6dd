"""A point cloud as the scene has it: arrays mapped into memory, nodes with bounds and how fine each is."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats import arrays

if TYPE_CHECKING:
    from vidbudova.session import Session

log = logging.getLogger(__name__)
BROKEN = (OSError, ValueError, KeyError, TypeError, IndexError)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LOW_SHARE = 2.0


@dataclass(frozen=True, eq=False)
class Cloud:
    """One cloud of a project.

    Attributes
    ----------
    id, name, layer : of its row. origin : (3,) what places are relative to.
    nodes : (k, 2) first point and count. box : (k, 6) low and high corner, relative to the origin. level : (k,).
    """

    id: str
    name: str
    layer: str
    file: arrays.Arrays
    origin: Floats
    spacing_m: float
    nodes: Ints
    box: Floats
    level: Ints
    parent: Ints

    @property
    def has_rgb(self) -> bool:
        """Whether its points have colours of their own."""
        return bool(self.file.meta.get("has_rgb"))

    @property
    def has_class(self) -> bool:
        """Whether its points are classified."""
        return bool(self.file.meta.get("has_class"))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        low, high = self.origin[:2] + self.box[:, :2].min(0), self.origin[:2] + self.box[:, 3:5].max(0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @cached_property
    def spacing(self) -> Floats:
        """(k,) metres between the points of each node's level."""
        return np.asarray(self.spacing_m / 2.0**self.level)

    @cached_property
    def steps(self) -> list[Ints]:
        """The nodes of each level, the coarsest first."""
        return [np.flatnonzero(self.level == level) for level in range(int(self.level.max()) + 1)]

    @cached_property
    def whole(self) -> tuple[Floats, Floats]:
        """(k, 3) middles and half sides of boxes round each node with everything below it."""
        low, high = self.box[:, :3].copy(), self.box[:, 3:].copy()
        for rows in reversed(self.steps):
            below = rows[self.parent[rows] >= 0]
            np.minimum.at(low, self.parent[below], low[below])
            np.maximum.at(high, self.parent[below], high[below])
        return (low + high) / 2, (high - low) / 2

    @cached_property
    def grain(self) -> Floats:
        """(k,) metres between points where everything below each node is shown, too."""
        size = np.maximum(self.box[:, 3:] - self.box[:, :3], 1e-3)
        area = np.maximum.reduce([size[:, 0] * size[:, 1], size[:, 0] * size[:, 2], size[:, 1] * size[:, 2]])
        found = np.minimum(np.sqrt(area / np.maximum(self.nodes[:, 1], 1)), self.spacing)
        for rows in reversed(self.steps):
            below = rows[self.parent[rows] >= 0]
            np.minimum.at(found, self.parent[below], found[below])
        return np.asarray(found)

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The height, above the datum, that few points are below, and that few are above."""
        first, count = self.nodes[0]
        z = np.asarray(self.file["xyz"][first : first + count, 2], np.float64)
        low, high = np.percentile(z, [LOW_SHARE, 100 - LOW_SHARE]) + self.origin[2]
        return float(low), float(high)

    def points(self, node: int) -> NDArray[np.float32]:
        """(n, 3) places of a node's points, relative to the origin."""
        return np.asarray(self._of(node, "xyz"), np.float32)

    def column(self, node: int, name: str) -> NDArray[np.uint8]:
        """“rgb” (n, 3), “class” or “intensity” (n,) of a node's points."""
        return np.asarray(self._of(node, name), np.uint8)

    def _of(self, node: int, name: str) -> NDArray[Any]:
        first, count = (int(v) for v in self.nodes[node])
        return self.file[name][first : first + count]


def clouds(session: Session) -> tuple[Cloud, ...]:
    """All clouds of a project; what is missing or damaged is said in the log and left out."""
    found = []
    for id, row in session.rows("clouds").items():
        path = session.layer_file(str(row.get("file") or ""))
        try:
            if path is None:
                raise FileNotFoundError(row.get("file"))
            name, layer = (str(row.get(one) or "") for one in ("name", "layer"))
            found.append(opened(id, name, layer, arrays.open_arrays(path)))
        except BROKEN:
            log.warning("a point cloud cannot be used", exc_info=True)
    return tuple(found)


def opened(id: str, name: str, layer: str, file: arrays.Arrays) -> Cloud:
    """A cloud over an open file.

    Raises
    ------
    ValueError
        If its arrays do not fit each other.
    """
    nodes, box = np.asarray(file["nodes"], np.int64), np.asarray(file["node_box"], np.float64)
    level, parent = (np.asarray(file[one], np.int64) for one in ("node_level", "node_parent"))
    total, count = len(file["xyz"]), len(nodes)
    ends = nodes.sum(1) if count else np.zeros(0)
    if not count or nodes.shape != (count, 2) or box.shape != (count, 6) or not len(level) == len(parent) == count:
        raise ValueError("no octree")
    if nodes.min() < 0 or ends.max() > total or parent.min() < -1 or parent.max() >= count or level.min() < 0:
        raise ValueError("an octree that does not fit its points")
    if (level[parent[parent >= 0]] >= level[parent >= 0]).any():
        raise ValueError("an octree that leads in circles")
    if any(len(file[one]) != total for one in ("rgb", "class", "intensity")) or not np.isfinite(box).all():
        raise ValueError("points without all their columns")
    origin, spacing = np.array(file.meta["origin"], np.float64), float(file.meta["spacing_m"])
    if origin.shape != (3,) or not np.isfinite(origin).all() or not spacing > 0:
        raise ValueError("a cloud of no place")
    return Cloud(id, name, layer, file, origin, spacing, nodes, box, level, parent)
