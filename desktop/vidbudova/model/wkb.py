"""Well-known binary straight to flat arrays: plain polygons without an object each, all else through shapely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Floats, Ints, Shapes, from_geometries
from vidbudova.model.weaving import woven

PLAIN = 1 << 12
"""Features; fewer are not worth the way around shapely."""

_HEAD = b"\x01\x06\x00\x00\x00\x01\x00\x00\x00\x01\x03\x00\x00\x00\x01\x00\x00\x00"
"""Little-endian multipolygon of one polygon of one ring; the number of its points follows."""

FIRST = len(_HEAD) + 4
"""Where the first vertex is."""


def from_wkb(
    ids: NDArray[np.object_], wkb: NDArray[np.object_], columns: dict[str, NDArray[np.generic]] | None = None
) -> Shapes:
    """Shapes of WKB geometries, the same as `from_geometries` of them gives.

    Parameters
    ----------
    ids : (n,) str objects.
    wkb : (n,) bytes objects, None where a feature has no geometry.
    columns : other fields by name, each (n,).
    """
    plain = are_plain(wkb.tolist()) if len(wkb) >= PLAIN else np.zeros(0, bool)
    if plain.mean() < 0.5 if len(plain) else True:
        return from_geometries(ids, shapely.from_wkb(wkb), columns)
    if plain.all():
        return _areas(ids, wkb.tolist(), columns)
    rest, some = np.flatnonzero(~plain), np.flatnonzero(plain)
    odd = from_geometries(ids[rest], shapely.from_wkb(wkb[rest]))
    kinds = shapely.get_type_id(shapely.from_wkb(wkb[rest]))
    if not np.isin(kinds, (-1, 3, 6)).all():
        return from_geometries(ids, shapely.from_wkb(wkb), columns)
    return woven(_areas(ids[some], wkb[some].tolist()), odd, some, rest, ids, columns or {})


def are_plain(wkb: Sequence[bytes | None]) -> NDArray[np.bool_]:
    """(n,) which are whole multipolygons of one ring, little-endian and flat."""
    return np.fromiter((w is not None and _is_plain(w) for w in wkb), bool, len(wkb))


def bounds(wkb: Sequence[bytes]) -> Floats:
    """(n, 4) west, south, east and north of plain ones."""
    if not len(wkb):
        return np.zeros((0, 4))
    xy, count = _vertices(wkb)
    first = np.cumsum(count) - count
    return np.concatenate([np.minimum.reduceat(xy, first), np.maximum.reduceat(xy, first)], axis=1)


def _vertices(wkb: Sequence[bytes]) -> tuple[Floats, Ints]:
    """All vertices (v, 2) of plain ones, closing ones too, and how many each has."""
    count = (np.fromiter(map(len, wkb), np.int64, len(wkb)) - FIRST) // 16
    return np.frombuffer(b"".join([w[FIRST:] for w in wkb]), "<f8").reshape(-1, 2), count


def _is_plain(wkb: bytes) -> bool:
    """Whether it is one ring, closed, of as many points as it says."""
    return (
        wkb[: len(_HEAD)] == _HEAD
        and len(wkb) >= FIRST + 64
        and int.from_bytes(wkb[len(_HEAD) : FIRST], "little") * 16 + FIRST == len(wkb)
        and wkb[FIRST : FIRST + 16] == wkb[-16:]
    )


def _areas(
    ids: NDArray[np.object_], wkb: Sequence[bytes], columns: dict[str, NDArray[np.generic]] | None = None
) -> Shapes:
    """Polygons of one ring each, without their closing vertex and counter-clockwise."""
    xy, count = _vertices(wkb)
    last = np.cumsum(count) - 1
    keep = np.ones(len(xy), bool)
    keep[last] = False
    xy = xy[keep].astype(np.float64)
    offsets = np.r_[0, np.cumsum(count - 1)]
    xy = _counter_clockwise(xy, offsets)
    n = len(wkb)
    return Shapes(ids, xy, offsets, np.arange(n + 1), np.zeros(n, bool), columns or {})


def _counter_clockwise(xy: Floats, offsets: Ints) -> Floats:
    """Rings (each at least three vertices) turned where they run clockwise, the first vertex staying first."""
    following = np.arange(1, len(xy) + 1)
    following[offsets[1:] - 1] = offsets[:-1]
    of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    local = xy - xy[offsets[:-1]][of]
    cross = local[:, 0] * local[following, 1] - local[:, 1] * local[following, 0]
    turned = np.add.reduceat(cross, offsets[:-1]) < 0
    if not turned.any():
        return xy
    place = np.arange(len(xy))
    first, count = offsets[:-1][of], np.diff(offsets)[of]
    back = np.where(place == first, place, 2 * first + count - place)
    return np.ascontiguousarray(xy[np.where(turned[of], back, place)])
