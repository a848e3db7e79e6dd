"""What every building is as a solid: rings, heights, roof, storeys, and whose colour it wears; flat arrays."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STOREY_M = 3.0
HOLLOW_FILL = 0.62
UNKNOWN_HEIGHT_M = 6.0
ROOF_CODES = {"flat": 0, "gabled": 1, "hipped": 2, "shed": 3, "pyramidal": 4, "dome": 5}
WINDOWLESS = frozenset({"garage", "industrial", "utility", "religious", "transport"})
PITCHED_BY_HABIT = frozenset({"house"})


@dataclass(frozen=True, slots=True)
class Solids:
    """Buildings as solids; every array has one entry a building unless said otherwise.

    shapes : footprints; base_m, top_m : underside and top of the roof; roof : ROOF_CODES; roof_m : height of the roof
    form within that; storeys : between base and top; windows : whether walls show them; owner : the building whose
    colour and id it wears (itself but for parts); drawn : False for outlines whose parts are drawn instead;
    low, high : (n, 2) footprint bounds; frame : (n, 2) unit vector of the longest wall; box : (n, 4) bounds in it
    (along 0, along 1, across 0, across 1, about the origin); fill : share of that box that the footprint covers;
    hollow : whether a box would hide a courtyard or much else that is open.
    """

    shapes: Shapes
    base_m: Floats
    top_m: Floats
    roof: NDArray[np.int8]
    roof_m: Floats
    storeys: Floats
    windows: NDArray[np.bool_]
    owner: Ints
    drawn: NDArray[np.bool_]
    low: Floats
    high: Floats
    frame: Floats
    box: Floats
    fill: Floats
    hollow: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.base_m)

    @property
    def centre(self) -> Floats:
        """(n, 2) middle of each footprint's bounds."""
        return (self.low + self.high) / 2


def solids_of(shapes: Shapes) -> Solids:
    """Solids of the buildings table, with sensible values where the data have none."""
    levels, height = real(shapes, "levels"), real(shapes, "height_m")
    base = np.nan_to_num(real(shapes, "min_height_m"))
    top = np.where(height > 0, height, np.where(levels > 0, levels * STOREY_M, UNKNOWN_HEIGHT_M))
    top = np.maximum(top, base + 1.0)
    use, stated = words(shapes, "use"), words(shapes, "roof_shape")
    vertices = vertex_offsets(shapes)
    low, high = bounds_by_feature(shapes, vertices)
    frame, box = _boxes(shapes, vertices)
    fill = np.abs(_areas(shapes)) / np.maximum((box[:, 1] - box[:, 0]) * (box[:, 3] - box[:, 2]), 1e-6)
    roof = np.array([ROOF_CODES.get(s, 0) for s in stated.tolist()], np.int8)
    habit = np.isin(use, list(PITCHED_BY_HABIT)) & (stated == "") & (top - base < 12)
    # by place, so that a house keeps its roof when others come and go
    hipped = np.floor(low.sum(1)).astype(np.int64) % 3 == 0
    roof[habit] = np.where(hipped, ROOF_CODES["hipped"], ROOF_CODES["gabled"])[habit]
    width = np.minimum(box[:, 1] - box[:, 0], box[:, 3] - box[:, 2])
    roof_m = np.where(real(shapes, "roof_height_m") > 0, real(shapes, "roof_height_m"), np.minimum(0.35 * width, 5.0))
    roof_m = np.where(roof == 0, 0.0, np.minimum(roof_m, 0.6 * (top - base)))
    hollow = (fill < HOLLOW_FILL) | (_per_feature_count(shapes.is_hole, shapes.feature_offsets) > 0)
    owner, drawn = owners(shapes)
    walls = top - base - roof_m
    storeys = np.where(levels > 0, np.maximum(np.round(levels), 1), np.maximum(np.round(walls / STOREY_M), 1))
    windows = ~np.isin(use, list(WINDOWLESS))
    return Solids(shapes, base, top, roof, roof_m, storeys, windows, owner, drawn, low, high, frame, box, fill, hollow)


def real(shapes: Shapes, name: str) -> Floats:
    """A column as float64, NaN where there is none."""
    column = shapes.columns.get(name)
    if column is None:
        return np.full(len(shapes), np.nan)
    if column.dtype == object:
        return np.array([np.nan if v is None else float(v) for v in column.tolist()], np.float64)
    return column.astype(np.float64)


def words(shapes: Shapes, name: str) -> NDArray[np.object_]:
    """A column as text, empty where there is none."""
    column = shapes.columns.get(name)
    if column is None:
        return np.full(len(shapes), "", object)
    return np.array([v if isinstance(v, str) else "" for v in column.tolist()], object)


def truths(shapes: Shapes, name: str) -> NDArray[np.bool_]:
    """A column as yes or no, no where there is none."""
    return np.nan_to_num(real(shapes, name)).astype(bool)


def seed_of(identity: str) -> int:
    """A stable number for an id, so that the same building breaks the same way everywhere."""
    return zlib.crc32(identity.encode())


def vertex_offsets(shapes: Shapes) -> Ints:
    """(n + 1,) first vertex of each feature."""
    return shapes.part_offsets[shapes.feature_offsets]


def bounds_by_feature(shapes: Shapes, offsets: Ints) -> tuple[Floats, Floats]:
    return _per_feature(np.minimum, shapes.xy, offsets), _per_feature(np.maximum, shapes.xy, offsets)


def _per_feature(reduce: np.ufunc, values: Floats, offsets: Ints) -> Floats:
    """reduceat that leaves features without vertices at zero."""
    out = np.zeros((len(offsets) - 1, *values.shape[1:]))
    some = np.diff(offsets) > 0
    if some.any():
        out[some] = reduce.reduceat(values, offsets[:-1][some], axis=0)
    return out


def _per_feature_count(marked: NDArray[np.bool_], offsets: Ints) -> Ints:
    total = np.r_[0, np.cumsum(marked)]
    return np.asarray(total[offsets[1:]] - total[offsets[:-1]], np.int64)


def polygon_of(shapes: Shapes, row: int) -> shapely.Geometry:
    """One feature as a valid shapely geometry, holes and all."""
    first, last = (int(k) for k in shapes.feature_offsets[row : row + 2])
    found = []
    for begin in [k for k in range(first, last) if not shapes.is_hole[k]]:
        end = next((k for k in range(begin + 1, last) if not shapes.is_hole[k]), last)
        rings = [shapes.xy[shapes.part_offsets[k] : shapes.part_offsets[k + 1]] for k in range(begin, end)]
        if len(rings[0]) >= 3:
            found.append(shapely.Polygon(rings[0], [r for r in rings[1:] if len(r) >= 3]))
    return shapely.make_valid(shapely.MultiPolygon(found))


def next_vertex_of(shapes: Shapes, at: Ints) -> Ints:
    """The vertex that follows each of some in its ring, without asking of all the others."""
    ring = np.searchsorted(shapes.part_offsets, at, side="right") - 1
    following = at + 1
    return np.asarray(np.where(following == shapes.part_offsets[ring + 1], shapes.part_offsets[ring], following))


def next_vertex(shapes: Shapes) -> Ints:
    """(v,) the vertex that follows each in its ring."""
    following = np.arange(1, len(shapes.xy) + 1)
    some = np.diff(shapes.part_offsets) > 0
    following[shapes.part_offsets[1:][some] - 1] = shapes.part_offsets[:-1][some]
    return following


def _areas(shapes: Shapes) -> Floats:
    """Signed area of each feature, holes counted off."""
    if not len(shapes.xy):
        return np.zeros(len(shapes))
    a = shapes.xy - shapes.xy[0]
    b = a[next_vertex(shapes)]
    cross = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    return _per_feature(np.add, cross, vertex_offsets(shapes))


def _boxes(shapes: Shapes, offsets: Ints) -> tuple[Floats, Floats]:
    """The direction of the longest wall of each footprint, and its bounds along and across that direction."""
    n = len(offsets) - 1
    if not len(shapes.xy):
        return np.tile([1.0, 0.0], (n, 1)), np.zeros((n, 4))
    of = np.repeat(np.arange(n), np.diff(offsets))
    edge = shapes.xy[next_vertex(shapes)] - shapes.xy
    length = np.hypot(edge[:, 0], edge[:, 1])
    order = np.lexsort((length, of))
    longest = order[np.flatnonzero(np.r_[of[order][1:] != of[order][:-1], True])]
    frame = np.tile([1.0, 0.0], (n, 1))
    frame[of[longest]] = edge[longest] / np.maximum(length[longest], 1e-9)[:, None]
    # about a near origin, so that rotating large coordinates loses nothing
    anchor = shapes.xy[0]
    local = shapes.xy - anchor
    along = (local * frame[of]).sum(1)
    across = local[:, 1] * frame[of, 0] - local[:, 0] * frame[of, 1]
    a0 = anchor @ frame.T
    c0 = anchor[1] * frame[:, 0] - anchor[0] * frame[:, 1]
    ends = [_per_feature(f, v, offsets) + o for v, o in ((along, a0), (across, c0)) for f in (np.minimum, np.maximum)]
    return frame, np.stack(ends, axis=1)


def owners(shapes: Shapes) -> tuple[Ints, NDArray[np.bool_]]:
    """The building each one is a part of (itself where it is none, or the whole is not here), and which are drawn."""
    every = np.arange(len(shapes))
    owner = every.copy()
    part_of = words(shapes, "part_of")
    parts = np.flatnonzero(part_of != "")
    if len(parts):
        place = {key: row for row, key in enumerate(shapes.ids.tolist())}
        owner[parts] = [place.get(part_of[p], p) for p in parts]
    drawn = np.diff(vertex_offsets(shapes)) >= 3
    drawn[np.unique(owner[(owner != every) & drawn])] = False
    return owner, drawn
