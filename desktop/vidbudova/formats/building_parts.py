"""Which building a part belongs to: the smallest outline that its middle lies in."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.formats.staging import Staging


def link(staging: Staging, parts: list[str]) -> list[str]:
    """Write `part_of` of staged parts; gives the parts that lie in no building."""
    rows = staging.query("SELECT id, geom FROM buildings")
    ids = np.array([row[0] for row in rows], dtype=object)
    shapes = shapely.from_wkb(np.array([row[1] for row in rows], dtype=object))
    is_part = np.isin(ids, np.array(parts, dtype=object))
    whole = np.flatnonzero(~is_part)
    by_size = whole[np.argsort(shapely.area(shapes[whole]), kind="stable")]
    middles = shapely.point_on_surface(shapes[is_part])
    found, outline = shapely.STRtree(shapes[by_size]).query(middles, predicate="within")
    smallest: dict[int, int] = {}
    for part, owner in zip(found.tolist(), outline.tolist(), strict=True):
        smallest[part] = min(owner, smallest.get(part, owner))
    part_ids = ids[is_part]
    linked = [(ids[by_size[owner]], part_ids[part]) for part, owner in smallest.items()]
    staging.update("UPDATE buildings SET part_of = ? WHERE id = ?", linked)
    return [part_ids[at] for at in range(len(part_ids)) if at not in smallest]
