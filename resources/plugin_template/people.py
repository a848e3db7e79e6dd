"""The mathematics: plain arrays in, plain arrays out, so that it can be tested without a city."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HOMES = ("apartments", "house", "dormitory")
STOREY_M = 3.0


def floor_area_m2(
    footprint_m2: NDArray[np.float64], levels: NDArray[np.float64], height_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Floor area of buildings.

    Parameters
    ----------
    footprint_m2, levels, height_m : (n,) area, storeys and height; NaN where not known.

    Returns
    -------
    (n,) m²: footprint times storeys; storeys from the height (3 m each) where they are not known, else one.
    """
    storeys = np.where(np.isnan(levels), np.floor(height_m / STOREY_M), levels)
    return footprint_m2 * np.fmax(storeys, 1.0)


def residents(
    people: NDArray[np.float64], area_m2: NDArray[np.float64], is_home: NDArray[np.bool_], area_per_person_m2: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How many live in each building, and where that is a guess.

    Parameters
    ----------
    people : (n,) as the data say; NaN where they say nothing.
    area_m2 : (n,) floor area.
    is_home : (n,) whether people live in such a building.
    area_per_person_m2 : for the guess.

    Returns
    -------
    people : (n,); guessed : (n,) True where it is floor area by `area_per_person_m2`.
    """
    guessed = np.isnan(people) & is_home
    known = np.where(np.isnan(people), 0.0, people)
    return np.where(guessed, area_m2 / area_per_person_m2, known), guessed
