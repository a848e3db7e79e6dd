"""Buildings that a file holds twice: the polygon and its outline as a line, or the same polygon again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import shapely

GRID_M = 0.01
"""Corners nearer than this are the same corner."""


class Duplicates:
    """Remembers the outlines that came by. A part may share the outline of its building."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def seen(self, shape: shapely.Geometry, fields: Mapping[str, Any], is_part: bool) -> bool:
        """Whether the same outline came before with the same underside and address; remembers it if not."""
        xy = shapely.get_coordinates(shapely.normalize(shapely.get_parts(shape)[0].exterior))
        told = repr([is_part, *(fields.get(name) for name in ("min_height_m", "height_m", "street", "house_number"))])
        digest = hashlib.blake2b((xy / GRID_M).round().tobytes() + told.encode(), digest_size=12).digest()
        if digest in self._seen:
            return True
        self._seen.add(digest)
        return False
