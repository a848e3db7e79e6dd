"""Where things stand: between places of the project and the scene's own coordinates, with the ground under them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from vidbudova.scene.relief import Relief
from vidbudova.scene.solids import Floats, Solids, vertex_offsets

if TYPE_CHECKING:
    from vidbudova.scene.city import City


@dataclass(frozen=True, slots=True)
class Footing:
    """The origin of a scene's coordinates and the ground in them.

    origin : (2,) in the project's CRS. relief : None where everything stands at height 0.
    feet : (n,) heights in the scene that the solids stand at; None where that is 0 for all.
    """

    origin: Floats = field(default_factory=lambda: np.zeros(2))
    relief: Relief | None = None
    feet: Floats | None = None

    @property
    def level_m(self) -> float:
        """What is 0 in the scene: a height under all ground, so that every box from 0 up holds what stands in it."""
        return 0.0 if self.relief is None else self.relief.lowest_m

    @property
    def span_m(self) -> float:
        """From the lowest ground to the highest."""
        return 0.0 if self.relief is None else self.relief.highest_m - self.relief.lowest_m

    def horizon_m(self, eye_m: float) -> float:
        """Height in the scene of the level ground beyond all data, never over the eye."""
        if self.relief is None:
            return 0.0
        return min(self.relief.rim_m - self.relief.lowest_m, eye_m - 2.0)

    def z(self, xy: Floats) -> Floats:
        """Heights (n,) in the scene of the ground at places (n, 2) of the project."""
        return np.zeros(len(xy)) if self.relief is None else self.relief.height(xy) - self.relief.lowest_m

    def z_local(self, xy: Floats) -> Floats:
        """The same for places (n, 2) in the scene's coordinates."""
        return np.zeros(len(xy)) if self.relief is None else self.z(xy + self.origin)

    def ground(self, xy: Floats) -> Floats:
        """Heights (n,) above the datum at places (n, 2) of the project."""
        return np.zeros(len(xy)) if self.relief is None else self.relief.height(xy)

    def local(self, places: Floats) -> Floats:
        """Places (n, 3) of the project in the scene's coordinates."""
        return np.asarray(places - np.array([*self.origin, self.level_m]))


def footing_of(city: City, solids: Solids, origin: Floats, relief: Relief | None) -> Footing:
    """The footing of a city's solids on a relief."""
    if relief is None:
        return Footing(origin)
    ground = city.ground_m if city.ground_m is not None else grounds(solids, relief)
    return Footing(origin, relief, ground - relief.lowest_m)


def grounds(solids: Solids, relief: Relief | None) -> Floats:
    """The ground (n,) that each building stands on: the lowest under its corners and those of its parts."""
    ground = np.zeros(len(solids))
    shapes = solids.shapes
    if relief is None or not len(shapes.xy):
        return ground
    offsets = vertex_offsets(shapes)
    some = np.diff(offsets) > 0
    ground[~some] = np.inf
    ground[some] = np.minimum.reduceat(relief.height(shapes.xy), offsets[:-1][some])
    lowest = np.full(len(solids), np.inf)
    np.minimum.at(lowest, solids.owner, ground)
    found = lowest[solids.owner]
    return np.where(np.isfinite(found), found, relief.lowest_m)
