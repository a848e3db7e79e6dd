"""Places in Mariupol for small files of ours."""

from __future__ import annotations

from typing import Any


def square(x: float = 37.55, y: float = 47.1, size: float = 0.001) -> dict[str, Any]:
    """A polygon of four corners, in degrees."""
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}
