"""A city as it is dressed: features in colours of their own, more or less solid, or left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.model.weaving import taken
from vidbudova.scene.city import City
from vidbudova.scene.style import Colour

TINT = "tint"
"""A column of drawn shapes, (n, 4): red, green and blue (NaN: as the model has it) and how solid, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Dress:
    """How the features of one table look; None is as the model has it.

    Attributes
    ----------
    rgb : (n, 3) colours.
    share : (n,) how solid each is; 0 leaves it out.
    """

    rgb: NDArray[np.uint8] | None = None
    share: NDArray[np.float32] | None = None


def dressed(city: City, dresses: Mapping[str, Dress]) -> City:
    """The city with the dresses put on; buildings stay, their places in the arrays are known to others."""
    shapes = dict(city.shapes)
    for name, dress in dresses.items():
        if name in shapes and name != "buildings":
            shapes[name] = worn(shapes[name], dress)
    return replace(city, shapes=shapes)


def worn(shapes: Shapes, dress: Dress) -> Shapes:
    """Shapes with their tint, without those that are left out."""
    tint = np.full((len(shapes), 4), np.nan, np.float32)
    tint[:, 3] = 1.0 if dress.share is None else dress.share
    if dress.rgb is not None:
        tint[:, :3] = dress.rgb / 255.0
    tinted = replace(shapes, columns={**shapes.columns, TINT: tint})
    return tinted if dress.share is None else taken(tinted, dress.share > 0)


def tints(shapes: Shapes, tone: Colour | NDArray[np.floating]) -> NDArray[np.float32]:
    """(n, 4) the colour of each shape: its tint, else the model's tone (one, or (n, 3))."""
    found = np.ones((len(shapes), 4), np.float32)
    found[:, :3] = tone
    tint = shapes.columns.get(TINT)
    if tint is not None:
        own = np.isfinite(tint[:, 0].astype(np.float32))
        found[own, :3] = tint[own, :3]
        found[:, 3] = tint[:, 3]
    return found


def has_own(shapes: Shapes) -> NDArray[np.bool_]:
    """(n,) whether a shape has a colour of its own."""
    tint = shapes.columns.get(TINT)
    return np.zeros(len(shapes), bool) if tint is None else np.isfinite(tint[:, 0].astype(np.float32))
