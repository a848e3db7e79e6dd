"""Buildings that a file holds twice: the polygon and its outline as a line, or the same polygon again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

GRID_M = 0.01
"""Corners nearer than this are the same corner."""


def outlines(shapes: NDArray[np.object_]) -> list[bytes]:
    """What tells the outlines of multipolygons (n,) apart, whichever way round and wherever they begin."""
    rings = shapely.normalize(shapely.get_exterior_ring(shapely.get_geometry(shapes, 0)))
    xy, of = shapely.get_coordinates(rings, return_index=True)
    written = (xy / GRID_M).round().tobytes()
    ends = np.searchsorted(of, np.arange(len(shapes) + 1)) * 16
    return [written[a:b] for a, b in pairwise(ends.tolist())]


class Duplicates:
    """Remembers the outlines that came by. A part may share the outline of its building."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def seen(self, outline: bytes, fields: Mapping[str, Any], is_part: bool) -> bool:
        """Whether the same outline came before with the same underside and address; remembers it if not."""
        told = repr([is_part, *(fields.get(name) for name in ("min_height_m", "height_m", "street", "house_number"))])
        digest = hashlib.blake2b(outline + told.encode(), digest_size=12).digest()
        if digest in self._seen:
            return True
        self._seen.add(digest)
        return False


class KeepAll(Duplicates):
    """Takes nothing for a repetition: a person said that all are to come in."""

    def seen(self, *_outline: object, **_said: object) -> bool:
        """Never."""
        return False
