"""What is wrong with faces and solids, by the numbers of val3dity where they fit. Nothing is changed or left out.

After Ledoux: val3dity, validation of 3D GIS primitives according to the international standards (2018).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.formats.facets import Face, Floats, Ints, Rings

SNAP_M = 0.001
PLANAR_M = 0.05
"""How far a corner may lie off the plane of its face; val3dity's own 0.01 m is less than what laser scans give."""
LEAST_FACES = 4

_REASONS = (
    ("too few points", 101),
    ("duplicate rings", 202),
    ("hole lies outside shell", 206),
    ("holes are nested", 207),
    ("interior is disconnected", 205),
    ("ring self-intersection", 104),
)


def faults(faces: list[Face], rings: Rings) -> Iterator[tuple[int, Ints]]:
    """Numbers of val3dity, each with the faces that have that fault; shells count with their first face."""
    some = np.diff(rings.offsets)
    few = some < 3
    yield 101, np.unique(rings.face[few])
    yield 102, _repeated(rings)
    yield 203, _bent(rings)
    yield 208, np.unique(rings.face[_same_way(rings)])
    yield from _by_outline(rings, few, len(faces))
    yield from _by_shell(faces, rings)


def _repeated(rings: Rings) -> Ints:
    """102: a point that follows itself."""
    of = np.repeat(rings.face, np.diff(rings.offsets))
    near = np.abs(rings.xyz - rings.xyz[rings.following()]).max(axis=1, initial=0.0) < SNAP_M if len(of) else of < 0
    return np.unique(of[near])


def _bent(rings: Rings) -> Ints:
    """203: a corner too far off the plane."""
    size = np.linalg.norm(rings.normal, axis=1)
    unit = rings.normal / np.maximum(size, 1e-12)[:, None]
    of = np.repeat(np.arange(len(rings.face)), np.diff(rings.offsets))
    many = np.diff(rings.offsets)
    some = np.flatnonzero(many > 0)
    middle = np.zeros((len(many), 3))
    if len(some):
        middle[some] = np.add.reduceat(rings.xyz, rings.offsets[some], axis=0) / many[some, None]
    off = np.abs(((rings.xyz - middle[of]) * unit[of]).sum(axis=1))
    bad = np.unique(of[off > PLANAR_M])
    return np.unique(rings.face[bad[size[bad] > 1e-9]])


def _same_way(rings: Rings) -> NDArray[np.bool_]:
    """208: a hole that runs the same way round as the outer ring."""
    outer = np.flatnonzero(rings.outer)[np.cumsum(rings.outer) - 1] if len(rings.outer) else np.zeros(0, np.int64)
    return np.asarray(~rings.outer & ((rings.normal * rings.normal[outer]).sum(axis=1) > 0))


def _by_outline(rings: Rings, few: NDArray[np.bool_], faces: int) -> Iterator[tuple[int, Ints]]:
    """What shows on the plane of a face: rings that cross themselves or each other, holes in wrong places."""
    keep = ~few & ~np.isin(rings.face, rings.face[few])
    rows = np.flatnonzero(keep)
    if not len(rows):
        return
    vertex = np.repeat(keep, np.diff(rings.offsets))
    number = np.repeat(np.cumsum(keep) - 1, np.diff(rings.offsets))[vertex]
    flat = rings.flat[vertex]
    finite = np.isfinite(flat).all()
    if not finite:
        return
    lines = shapely.linearrings(flat, indices=number)
    outer = rings.outer[rows]
    polygons = shapely.polygons(lines[outer])
    face = rings.face[rows]
    holed = np.unique(face[~outer])
    place = np.full(faces, -1)
    place[face[outer]] = np.arange(len(polygons))
    for one in holed.tolist():
        polygons[place[one]] = shapely.Polygon(lines[outer & (face == one)][0], lines[~outer & (face == one)].tolist())
    bad = np.flatnonzero(~shapely.is_valid(polygons))
    codes = np.array([_code(str(said)) for said in shapely.is_valid_reason(polygons[bad]).tolist()], np.int64)
    crossed = (codes == 104) & np.isin(face[outer][bad], holed) & shapely.is_simple(lines[outer][bad])
    codes[crossed] = 201
    for code in np.unique(codes).tolist():
        yield code, face[outer][bad[codes == code]]


def _code(reason: str) -> int:
    return next((code for words, code in _REASONS if reason.lower().startswith(words)), 104)


def _by_shell(faces: list[Face], rings: Rings) -> Iterator[tuple[int, Ints]]:
    """Shells that are open, not 2-manifold, or whose faces do not all look outward."""
    shell = np.array([face.shell for face in faces], np.int64)
    inside = shell >= 0
    if not inside.any():
        return
    names, first, count = np.unique(shell[inside], return_index=True, return_counts=True)
    face = np.flatnonzero(inside)[first]
    yield 301, face[count < LEAST_FACES]
    of_vertex = np.repeat(shell[rings.face], np.diff(rings.offsets))
    key = _corners(rings.xyz)
    start, end = key, key[rings.following()]
    used = (of_vertex >= 0) & (start != end)
    start, end, of = start[used], end[used], of_vertex[used]
    edge, times, owner = _edges(start, end, of)
    for code, bad in ((302, times == 1), (303, times > 2), (307, (times == 2) & edge)):
        yield code, face[np.isin(names, owner[bad])]


def _corners(xyz: Floats) -> Ints:
    """The same number for corners at the same place."""
    if not len(xyz):
        return np.zeros(0, np.int64)
    grid = np.round((xyz - xyz[0]) / SNAP_M).astype(np.int64)
    return np.asarray(np.unique(grid, axis=0, return_inverse=True)[1]).reshape(-1)


def _edges(start: Ints, end: Ints, of: Ints) -> tuple[NDArray[np.bool_], Ints, Ints]:
    """Of each edge of a shell: whether its faces run along it the same way, how many they are, and the shell."""
    low, high, way = np.minimum(start, end), np.maximum(start, end), np.where(start < end, 1, -1)
    order = np.lexsort((high, low, of))
    low, high, of, way = low[order], high[order], of[order], way[order]
    begins = np.flatnonzero(np.r_[True, (np.diff(of) != 0) | (np.diff(low) != 0) | (np.diff(high) != 0)][: len(of)])
    if not len(begins):
        return np.zeros(0, bool), np.zeros(0, np.int64), np.zeros(0, np.int64)
    times = np.diff(np.r_[begins, len(of)])
    return np.add.reduceat(way, begins) != 0, times, of[begins]
