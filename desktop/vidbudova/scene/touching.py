"""Which pieces of the ground a change touches."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vidbudova.model.shapes import Shapes
from vidbudova.scene.city import City
from vidbudova.scene.dressing import Dress
from vidbudova.scene.solids import Floats, bounds_by_feature, vertex_offsets

LINE_M = 12.0
"""Lines are about as wide: what is drawn reaches so far beyond its vertices."""


def changed_shapes(before: Shapes, after: Shapes) -> Floats:
    """(k, 4) bounds of the shapes that came, went, or differ."""
    old, new = _known(before), _known(after)
    keys = [key for key in old.keys() | new.keys() if old.get(key, _NONE)[0] != new.get(key, _NONE)[0]]
    boxes = [found[key][1] for key in keys for found in (old, new) if key in found]
    found = np.asarray(boxes, np.float64).reshape(-1, 4) + np.array([-LINE_M, -LINE_M, LINE_M, LINE_M])
    return np.asarray(found)


_NONE: tuple[object, Floats] = (None, np.zeros(4))


def _known(shapes: Shapes) -> dict[str, tuple[object, Floats]]:
    """By id: all that is drawn of a shape, and its bounds."""
    offsets = vertex_offsets(shapes)
    boxes = np.hstack(bounds_by_feature(shapes, offsets))
    columns = list(shapes.columns.values())
    return {
        str(key): ((shapes.xy[offsets[k] : offsets[k + 1]].tobytes(), *(str(c[k]) for c in columns)), boxes[k])
        for k, key in enumerate(shapes.ids.tolist())
        if offsets[k + 1] > offsets[k]
    }


def changed_dress(city: City, before: Mapping[str, Dress], after: Mapping[str, Dress]) -> Floats:
    """(k, 4) bounds of the features that look different in another dress."""
    found = [np.zeros((0, 4))]
    for name in before.keys() | after.keys():
        shapes = city.table(name)
        if name == "buildings" or not len(shapes):
            continue
        a, b = (_worn(dresses.get(name, Dress()), len(shapes)) for dresses in (before, after))
        rows = np.flatnonzero((a != b).any(1))
        boxes = np.hstack(bounds_by_feature(shapes, vertex_offsets(shapes)))[rows]
        found.append(boxes + np.array([-LINE_M, -LINE_M, LINE_M, LINE_M]))
    return np.concatenate(found)


def _worn(dress: Dress, count: int) -> Floats:
    """(n, 4) colour (−1 for the model's own) and how solid."""
    worn = np.full((count, 4), -1.0)
    worn[:, 3] = 1.0 if dress.share is None else dress.share
    if dress.rgb is not None:
        worn[:, :3] = dress.rgb
    return worn
