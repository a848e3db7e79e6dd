"""Which observation was taken for which building: distances from roof marks to footprints within a stated tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.shapes import Floats, Ints
from vidbudova.text import _

FURTHEST_M = 1000.0
"""A tolerance beyond this is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every observation and building within the tolerance of each other, ordered by observation, the nearest first.

    Attributes
    ----------
    observation, building : (k,) places in the arrays given to `pair`.
    distance_m : (k,) from the observation to the footprint; 0 inside.
    nearest : (k,) bool, whether the building is the observation's nearest. An observation has one nearest building;
        the other pairs show that it might be taken for them too.
    """

    observation: Ints
    building: Ints
    distance_m: Floats
    nearest: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.observation)


def pair(observations: NDArray[np.object_], footprints: NDArray[np.object_], within_m: float) -> Pairs:
    """Observations and footprints within a tolerance of each other.

    Parameters
    ----------
    observations, footprints : shapely geometries in one metric CRS; None and empty ones match nothing.
    within_m : tolerance in metres, 0 for "touches".

    Raises
    ------
    UserError
        value-wrong if the tolerance is below 0, not a number or over 1 km.
    """
    if not 0 <= within_m <= FURTHEST_M:
        raise UserError("value-wrong", value=within_m, field=_("a tolerance"), reason=_("0 to 1,000 metres"))
    tree = shapely.STRtree(footprints)
    seen, built = tree.query(observations, predicate="dwithin", distance=within_m)
    distance = shapely.distance(observations[seen], footprints[built])
    cover = -_overlap(observations[seen], footprints[built])
    order = np.lexsort((built, cover, distance, seen))
    seen, built, distance = seen[order], built[order], distance[order]
    nearest = np.r_[True, seen[1:] != seen[:-1]] if len(seen) else np.zeros(0, bool)
    return Pairs(seen, built, distance, nearest)


def best_for_buildings(pairs: Pairs, weight: NDArray[np.int8]) -> Ints:
    """For every building in the pairs, the pair that speaks for it: (buildings,) places in `pairs`.

    The building's nearest observation speaks; of several at the same distance (two roof marks on one long block) the
    one of most weight, so that the worse class shows.

    Parameters
    ----------
    weight : (k,) severity of each pair's observation.
    """
    order = np.lexsort((-weight.astype(np.int16), np.round(pairs.distance_m, 3), pairs.building))
    building = pairs.building[order]
    first = np.r_[True, building[1:] != building[:-1]] if len(order) else np.zeros(0, bool)
    chosen: Ints = order[first]
    return chosen


def _overlap(observations: NDArray[np.object_], footprints: NDArray[np.object_]) -> Floats:
    """Shared area, to choose between footprints that an outline touches; points share none."""
    shared = np.zeros(len(observations))
    outlined = shapely.get_dimensions(observations) == 2
    shared[outlined] = shapely.area(shapely.intersection(observations[outlined], footprints[outlined]))
    return shared
