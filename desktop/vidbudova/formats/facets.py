"""Flat faces of city models as triangles: on the plane of each face, with holes and concave corners."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNKNOWN, GROUND, WALL, ROOF, CLOSURE, FLOOR, CEILING, WINDOW, DOOR, INTERIOR = range(10)
SURFACES = {
    "GroundSurface": GROUND,
    "WallSurface": WALL,
    "RoofSurface": ROOF,
    "ClosureSurface": CLOSURE,
    "OuterFloorSurface": FLOOR,
    "OuterCeilingSurface": CEILING,
    "Window": WINDOW,
    "WindowSurface": WINDOW,
    "Door": DOOR,
    "DoorSurface": DOOR,
    "InteriorWallSurface": INTERIOR,
    "CeilingSurface": INTERIOR,
    "FloorSurface": INTERIOR,
}
"""Names of semantic surfaces -> our codes."""


@dataclass(slots=True)
class Face:
    """One flat face: its outer ring and then its holes, each (k, 3) without the closing vertex.

    uv : a place in the picture for each vertex, (0, 0) at the lower left; image : which picture, -1 for none;
    shell : which shell of which solid it belongs to, -1 for none.
    """

    rings: list[Floats]
    surface: int = UNKNOWN
    image: int = -1
    uv: list[Floats] | None = None
    rgb: tuple[int, int, int] | None = None
    shell: int = -1


@dataclass(slots=True)
class Rings:
    """Rings of many faces as flat arrays.

    xyz : (v, 3); offsets : (r + 1,) first vertex of each ring; face : (r,) whose ring it is; outer : (r,) whether it
    is the outer one; normal : (r, 3) after Newell, as long as twice the area of the ring; flat : (v, 2) on the plane
    of the face, so that its outer ring runs counter-clockwise.
    """

    xyz: Floats
    offsets: Ints
    face: Ints
    outer: NDArray[np.bool_]
    normal: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    flat: Floats = field(default_factory=lambda: np.zeros((0, 2)))

    def following(self) -> Ints:
        """(v,) the vertex after each in its ring."""
        after = np.arange(1, len(self.xyz) + 1)
        some = np.diff(self.offsets) > 0
        after[self.offsets[1:][some] - 1] = self.offsets[:-1][some]
        return after


def rings_of(faces: list[Face]) -> Rings:
    """The rings of faces, with their normals and their places on the planes of the faces."""
    listed = [ring for face in faces for ring in face.rings]
    count = np.array([len(ring) for ring in listed], np.int64)
    many = np.array([len(face.rings) for face in faces], np.int64)
    face = np.repeat(np.arange(len(faces)), many)
    xyz = np.concatenate(listed) if listed else np.zeros((0, 3))
    found = Rings(xyz, np.r_[0, np.cumsum(count)], face, np.r_[True, face[1:] != face[:-1]][: len(face)])
    found.normal = newell(found)
    found.flat = _flattened(found, len(faces))
    return found


def newell(rings: Rings) -> Floats:
    """(r, 3) normals of rings, as long as twice their area. Newell's method (Sutherland and others, 1974)."""
    normal = np.zeros((len(rings.face), 3))
    some = np.flatnonzero(np.diff(rings.offsets) > 0)
    if not len(some):
        return normal
    of = np.repeat(np.arange(len(rings.face)), np.diff(rings.offsets))
    near = rings.xyz - rings.xyz[rings.offsets[of]]
    after = near[rings.following()]
    normal[some] = np.add.reduceat(np.cross(near, after), rings.offsets[some], axis=0)
    return normal


def _flattened(rings: Rings, faces: int) -> Floats:
    """Without the axis that the normal leans to most: exact, and a shape that is simple stays so."""
    normal = np.zeros((faces, 3))
    normal[rings.face[rings.outer]] = rings.normal[rings.outer]
    axis = np.abs(normal).argmax(axis=1)
    for face in np.flatnonzero((normal == 0).all(axis=1)).tolist():  # it crosses itself, or is a line
        rows = np.flatnonzero(rings.face == face)
        if len(
            corners := rings.xyz[rings.offsets[rows[0]] : rings.offsets[rows[-1] + 1]] if len(rows) else rings.xyz[:0]
        ):
            axis[face] = np.ptp(corners, axis=0).argmin()
    sign = np.where(normal[np.arange(faces), axis] < 0, -1.0, 1.0)
    of = rings.face[np.repeat(np.arange(len(rings.face)), np.diff(rings.offsets))]
    rows = np.arange(len(rings.xyz))
    u = rings.xyz[rows, (axis[of] + 1) % 3] * sign[of]
    v = rings.xyz[rows, (axis[of] + 2) % 3]
    return np.column_stack([u, v])


def triangles_of(rings: Rings, faces: int) -> tuple[Ints, Ints]:
    """Triangles (t, 3) of vertices of the rings, outside counter-clockwise, and the face (t,) of each."""
    first = np.searchsorted(rings.face, np.arange(faces + 1))
    start, end = rings.offsets[first[:-1]], rings.offsets[first[1:]]
    count, single = end - start, np.diff(first) == 1
    threes = np.flatnonzero(single & (count == 3))
    fours = np.flatnonzero(single & (count == 4))
    fours = fours[_convex(rings.flat, start[fours])]
    done = np.zeros(faces, bool)
    done[threes] = done[fours] = True
    found = [start[threes][:, None] + np.array([0, 1, 2])]
    found += [start[fours][:, None] + np.array(corners) for corners in ([0, 1, 2], [0, 2, 3])]
    of = [threes, fours, fours]
    for face in np.flatnonzero(~done & (count > 3)).tolist():
        made = _cut(rings, int(first[face]), int(first[face + 1])) + start[face]
        found.append(made)
        of.append(np.full(len(made), face))
    return _outward(np.concatenate(found), np.concatenate(of), rings.flat)


def _convex(flat: Floats, start: Ints) -> NDArray[np.bool_]:
    corners = flat[start[:, None] + np.arange(4)]
    way = np.roll(corners, -1, axis=1) - corners
    after = np.roll(way, -1, axis=1)
    return np.asarray((way[..., 0] * after[..., 1] - way[..., 1] * after[..., 0] > 0).all(axis=1))


def _cut(rings: Rings, first: int, last: int) -> Ints:
    import mapbox_earcut

    begin = rings.offsets[first]
    flat = rings.flat[begin : rings.offsets[last]]
    ends = (rings.offsets[first + 1 : last + 1] - begin).astype(np.uint32)
    if not np.isfinite(flat).all():
        return np.zeros((0, 3), np.int64)
    made = mapbox_earcut.triangulate_float64(np.ascontiguousarray(flat - flat[0]), ends)
    return np.asarray(made, np.int64).reshape(-1, 3)


def _outward(triangles: Ints, of: Ints, flat: Floats) -> tuple[Ints, Ints]:
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    turned = triangles.copy()
    turned[area < 0] = turned[area < 0][:, ::-1]
    keep = np.abs(area) > 0
    order = np.argsort(of[keep], kind="stable")
    return turned[keep][order], of[keep][order]
