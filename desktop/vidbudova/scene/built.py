"""Buildings as their models have them: surfaces of LoD2 and finer, in place of prisms, where there are some.

Files of arrays stay mapped; only what a tile shows is touched. Colours, shadows, hatching and picks are those of any
building, for the meshes are of the same kind.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats import arrays
from vidbudova.scene import massing
from vidbudova.scene.mesh import PLAIN, ROOF_V, Mesh, empty, faces, joined
from vidbudova.scene.solids import STOREY_M, Floats, Ints, Solids
from vidbudova.scene.walls import BAY_M, rows_of

if TYPE_CHECKING:
    from vidbudova.session import Session

log = logging.getLogger(__name__)
BROKEN = (OSError, ValueError, KeyError, TypeError, IndexError)

UNKNOWN, GROUND, WALL, ROOF, WINDOW, INTERIOR = 0, 1, 2, 3, 7, 9
FINEST_BLOCK = "2"
"""Levels of detail from here on are drawn; coarser ones are what our own prisms show better."""
UPRIGHT = 0.2
FAR_OFF_M = 40.0
"""When most models hang or sink so far against the ground, their heights are of another kind: they are set on it."""
CREASE = 0.94
UNDERSIDE = -2.0


@dataclass(frozen=True, slots=True)
class Surfaces:
    """One open file of a model; see formats.model_file. images : encoded pictures."""

    points: NDArray[np.float32]
    triangles: NDArray[np.int32]
    surface: NDArray[np.uint8]
    owner_start: Ints
    origin: Floats
    ids: list[str]
    uv: NDArray[np.float32] | None
    image: NDArray[np.int16] | None
    rgb: NDArray[np.uint8] | None
    pixels: NDArray[np.uint8] | None
    pixel_range: Ints | None

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of its points."""
        if not len(self.points):
            return (0.0, 0.0, 1000.0, 1000.0)
        low, high = self.points.min(axis=0) + self.origin, self.points.max(axis=0) + self.origin
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True, slots=True)
class Built:
    """Which triangles of which file each building has: pieces in the order of their rows.

    files : all files; row, file, start, end : (k,) of each piece; has : (n,) whether a building has any; lowest_m :
    (n,) the lowest height of a building with its parts, NaN where it has none.
    """

    files: tuple[Surfaces, ...]
    row: Ints
    file: Ints
    start: Ints
    end: Ints
    has: NDArray[np.bool_]
    lowest_m: Floats

    def pieces(self, rows: Ints) -> Ints:
        """The pieces of some buildings."""
        return rows_of(np.searchsorted(self.row, rows), np.searchsorted(self.row, rows, side="right"))

    def triangles(self, rows: Ints) -> Iterator[tuple[Surfaces, Ints, Ints]]:
        """(file, triangles, the row of each) of some buildings."""
        pieces = self.pieces(rows)
        for k in np.unique(self.file[pieces]).tolist():
            mine = pieces[self.file[pieces] == k]
            at = rows_of(self.start[mine], self.end[mine])
            yield self.files[k], at, np.repeat(self.row[mine], self.end[mine] - self.start[mine])


def opened(session: Session, role: str) -> list[tuple[dict[str, Any], Surfaces]]:
    """The models of a role that can be read; what is missing or damaged is said in the log and left out."""
    found = []
    for row in session.rows("models").values():
        if row.get("role") != role:
            continue
        path = session.layer_file(str(row.get("file") or ""))
        try:
            if path is None:
                raise FileNotFoundError(row.get("file"))
            found.append((row, surfaces_of(arrays.open_arrays(path))))
        except BROKEN:
            log.warning("the model %s cannot be used", row.get("name"), exc_info=True)
    return found


def surfaces_of(found: arrays.Arrays) -> Surfaces:
    """The arrays of a model, checked against each other.

    Raises
    ------
    ValueError
        If they do not fit together.
    """
    points, triangles, surface = found["points"], found["triangles"], found["surface"]
    start, ids = np.asarray(found["owner_start"], np.int64), [str(one) for one in found.meta["ids"]]
    origin = np.array(found.meta["origin"], np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or triangles.ndim != 2 or triangles.shape[1] != 3:
        raise ValueError("no triangles")
    if len(surface) != len(triangles) or len(start) != len(ids) + 1 or origin.shape != (3,):
        raise ValueError("arrays of different lengths")
    if start[0] != 0 or start[-1] != len(triangles) or (np.diff(start) < 0).any():
        raise ValueError("owners out of order")
    for begin in range(0, len(triangles), 1 << 20):
        block = triangles[begin : begin + (1 << 20)]
        if len(block) and (block.min() < 0 or block.max() >= len(points)):
            raise ValueError("a corner that is not there")
    there = set(found)
    more = {n: found[n] if n in there else None for n in ("uv", "image", "rgb", "pixels", "pixel_range")}
    if more["uv"] is not None and len(more["uv"]) != len(points):
        raise ValueError("arrays of different lengths")
    return Surfaces(points, triangles, surface, start, origin, ids, **more)


def built_of(models: list[tuple[dict[str, Any], Surfaces]], ids: NDArray[np.object_], solids: Solids) -> Built | None:
    """The finest surfaces of each building; None where no model has any.

    Parameters
    ----------
    models : rows and files of the role "buildings".
    ids : (n,) ids of the buildings, as in `solids`.
    """
    wanted = {id for _said, file in models for id in file.ids}
    place = {key: row for row, key in enumerate(ids.tolist()) if key in wanted} if wanted else {}
    best: dict[int, tuple[str, int, int]] = {}
    for k, (said, file) in enumerate(models):
        lod = str(said.get("lod") or "")
        if lod < FINEST_BLOCK:
            continue
        for owner, id in enumerate(file.ids):
            row = place.get(id)
            if (
                row is not None
                and lod > best.get(row, ("",))[0]
                and file.owner_start[owner] < file.owner_start[owner + 1]
            ):
                best[row] = (lod, k, owner)
    if not best:
        return None
    return _built(tuple(file for _said, file in models), best, solids)


def _built(files: tuple[Surfaces, ...], best: dict[int, tuple[str, int, int]], solids: Solids) -> Built:
    stand_in = _stand_ins(solids)
    rows = np.array(sorted(best), np.int64)
    file = np.array([best[row][1] for row in rows.tolist()], np.int64)
    owner = np.array([best[row][2] for row in rows.tolist()], np.int64)
    start = np.array([files[f].owner_start[o] for f, o in zip(file, owner, strict=True)], np.int64)
    end = np.array([files[f].owner_start[o + 1] for f, o in zip(file, owner, strict=True)], np.int64)
    lowest = np.full(len(solids), np.inf)
    for row, f, a, b in zip(rows.tolist(), file.tolist(), start.tolist(), end.tolist(), strict=True):
        z = files[f].points[np.unique(files[f].triangles[a:b]), 2]
        whole = solids.owner[row]
        lowest[whole] = min(lowest[whole], float(z.min()) + files[f].origin[2])
    lowest = lowest[solids.owner]
    drawn = np.where(solids.drawn[rows], rows, stand_in[rows])
    order = np.argsort(drawn, kind="stable")
    has = np.zeros(len(solids), bool)
    has[drawn] = True
    found = np.where(np.isfinite(lowest), lowest, np.nan)
    return Built(files, drawn[order], file[order], start[order], end[order], has, found)


def _stand_ins(solids: Solids) -> Ints:
    """Of an outline that is not drawn, the part that its own surfaces are drawn with."""
    found = np.arange(len(solids))
    parts = np.flatnonzero(solids.drawn & (solids.owner != np.arange(len(solids))))
    found[solids.owner[parts[::-1]]] = parts[::-1]
    return found


class Forms:
    """What stands where: surfaces of models, and prisms where there are none or the building is broken."""

    def __init__(self, built: Built | None, solids: Solids, ground_m: Floats | None) -> None:
        self.built, self.solids = built, solids
        self.zero_m = self._zero(ground_m)

    def _zero(self, ground_m: Floats | None) -> Floats:
        """The height that is the foot of each building."""
        if self.built is None:
            return np.zeros(len(self.solids))
        lowest = np.nan_to_num(self.built.lowest_m)
        if ground_m is None:
            return lowest
        off = (lowest - ground_m)[self.built.has]
        return lowest if len(off) and abs(float(np.median(off))) > FAR_OFF_M else ground_m

    def full(self, solids: Solids, rows: Ints, broken: NDArray[np.int8], origin: Floats, fine: bool = False) -> Mesh:
        """As `massing.full`, with the surfaces of models in place of whole buildings' prisms."""
        if self.built is None:
            return massing.full(solids, rows, broken, origin, fine)
        modelled = self.built.has[rows] & (broken == 0) & solids.drawn[rows]
        rest = massing.full(solids, rows[~modelled], broken[~modelled], origin, fine)
        return joined([rest, self.mesh(rows[modelled], origin)])

    def fine(self, solids: Solids, rows: Ints, broken: NDArray[np.int8], origin: Floats) -> Mesh:
        """The full form with what only shows near by."""
        return self.full(solids, rows, broken, origin, fine=True)

    def mesh(self, rows: Ints, origin: Floats) -> Mesh:
        """The surfaces of models of some buildings about an origin, their feet at 0."""
        assert self.built is not None
        parts = []
        for file, at, row in self.built.triangles(rows):
            surface = file.surface[at]
            seen = (surface != INTERIOR) & (surface != GROUND)
            at, row, surface = at[seen], row[seen], surface[seen]
            corners = self.corners(file, at, row, origin)
            parts.append(self._dressed(corners, surface, row))
        return joined(parts) if parts else empty()

    def corners(self, file: Surfaces, at: Ints, row: Ints, origin: Floats) -> Floats:
        """(t, 3, 3) corners of triangles about an origin, feet at 0."""
        shift = file.origin - np.array([origin[0], origin[1], 0.0])
        found = file.points[file.triangles[at]].astype(np.float64) + shift
        found[..., 2] -= self.zero_m[row][:, None]
        return _outward(found, row)

    def _dressed(self, corners: Floats, surface: NDArray[np.uint8], row: Ints) -> Mesh:
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        up = normal[:, 2] / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)
        mesh = faces(corners, self.solids.owner[row], PLAIN, ROOF_V)
        facade = mesh.facade.reshape(-1, 3, 4)
        facade[up < -UPRIGHT, :, 2], facade[up < -UPRIGHT, :, 3] = UNDERSIDE, 0.0
        upright = np.abs(up) < UPRIGHT
        facade[upright, :, 3] = np.maximum(corners[upright, :, 2], 0.0) / STOREY_M
        walls = np.flatnonzero(upright & (surface != WINDOW) & self.solids.windows[row])
        if len(walls):
            facade[walls, :, 2:] = self._bays(corners[walls], normal[walls], row[walls])
        panes = surface == WINDOW
        facade[panes, :, 2] = 0.5
        facade[panes, :, 3] = np.floor(np.maximum(corners[panes].mean(axis=1)[:, 2:], 0.0) / STOREY_M) + 0.5
        return mesh

    def _bays(self, corners: Floats, normal: Floats, row: Ints) -> NDArray[np.float32]:
        """(w, 3, 2) bays along each wall and storeys up it; triangles of one plane are one wall."""
        way = normal[:, :2] / np.maximum(np.linalg.norm(normal[:, :2], axis=1), 1e-9)[:, None]
        along = np.stack([-way[:, 1], way[:, 0]], axis=1)
        off = (corners[:, 0, :2] * way).sum(axis=1)
        key = np.column_stack([row, np.round(np.arctan2(way[:, 1], way[:, 0]) * 40), np.round(off * 2)])
        wall = np.unique(key, axis=0, return_inverse=True)[1].reshape(-1)
        place = (corners[..., :2] * along[:, None]).sum(axis=2)
        low, high = np.full(wall.max() + 1, np.inf), np.full(wall.max() + 1, -np.inf)
        np.minimum.at(low, wall, place.min(axis=1))
        np.maximum.at(high, wall, place.max(axis=1))
        length = np.maximum(high - low, 1e-3)
        bays = np.where(length > 2.0, np.maximum(np.round(length / BAY_M), 1.0), 0.0)
        u = (place - low[wall][:, None]) / length[wall][:, None] * bays[wall][:, None]
        u = np.where(bays[wall][:, None] > 0, np.maximum(u, 0.0), PLAIN)
        height = np.maximum(self.solids.top_m[row] - self.solids.roof_m[row], STOREY_M)
        storey = height / np.maximum(self.solids.storeys[row], 1.0)
        v = np.maximum(corners[..., 2], 0.0) / storey[:, None]
        return np.stack([u, v], axis=2).astype(np.float32)

    def edges(self, rows: Ints, origin: Floats) -> Floats:
        """(e, 2, 3) creases and borders of the surfaces of models, for outlines."""
        if self.built is None:
            return np.zeros((0, 2, 3))
        found = [np.zeros((0, 2, 3))]
        for file, at, row in self.built.triangles(rows):
            seen = (file.surface[at] != INTERIOR) & (file.surface[at] != GROUND)
            found.append(creases(self.corners(file, at[seen], row[seen], origin), row[seen]))
        return np.concatenate(found)


def _outward(corners: Floats, row: Ints) -> Floats:
    """Turned over where a building's faces look inward: its volume is then less than nothing."""
    if not len(corners):
        return corners
    _rows, of = np.unique(row, return_inverse=True)
    count = np.maximum(np.bincount(of), 1)
    middle = np.stack([np.bincount(of, corners[..., k].mean(axis=1)) / count for k in range(3)], axis=1)
    near = corners - middle[of][:, None]
    volume = np.bincount(of, (near[:, 0] * np.cross(near[:, 1], near[:, 2])).sum(axis=1))
    turned = volume[of] < 0
    corners[turned] = corners[turned][:, ::-1]
    return corners


def creases(corners: Floats, owner: Ints) -> Floats:
    """(e, 2, 3) edges where two triangles of an owner meet at an angle, or where one ends."""
    if not len(corners):
        return np.zeros((0, 2, 3))
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    ends = np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2, 3)
    grid = np.round(ends * 100).astype(np.int64)
    swap = np.array([tuple(a) > tuple(b) for a, b in grid.tolist()], bool)
    grid[swap] = grid[swap][:, ::-1]
    key = np.column_stack([np.repeat(owner, 3), grid.reshape(-1, 6)])
    _keys, first, of = np.unique(key, axis=0, return_index=True, return_inverse=True)
    of = of.reshape(-1)
    least = np.full(len(first), 1.0)
    of_triangle = np.repeat(np.arange(len(corners)), 3)
    np.minimum.at(least, of, (normal[of_triangle] * normal[of_triangle[first[of]]]).sum(axis=1))
    sharp = (np.bincount(of, minlength=len(first)) == 1) | (least < CREASE)
    return np.asarray(ends[first[sharp]])
