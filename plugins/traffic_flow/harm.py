"""What is known of the harm to buildings: a person's mark first, else what the nearest matched observation reads as."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = NDArray[np.object_]

POSSIBLE = 0.5
"""What a reading of “possible” counts as: never enough for a cut."""


def grades(buildings: Any, marks: Any = None, matches: Any = None, observations: Any = None) -> Floats:
    """(n,) grade of each building from 0 to 5 as it is shown, nan where nothing is known; a part has its building's.

    Parameters
    ----------
    buildings : table with id and, if there is one, part_of. marks : damage_marks with grade.
    matches, observations : with building, observation, distance_m; and latest_grade.
    """
    ids = np.asarray(buildings["id"], object)
    whole = ids.copy()
    if "part_of" in buildings:
        told = np.asarray(buildings["part_of"], object)
        parts = np.array([isinstance(word, str) and bool(word) for word in told], bool)
        whole[parts] = told[parts]
    known = _read(matches, observations)
    if marks is not None:
        given = np.asarray(marks["grade"], np.float64)
        known |= {id: g for id, g in zip(marks["id"], given.tolist(), strict=True) if g == g}
    nothing = float("nan")
    return np.array([known.get(id, nothing) for id in whole.tolist()], np.float64)


def readings(told: Any) -> Floats:
    """(k,) numbers of readings "0" to "5" and "P"; nan for what is not a reading."""
    codes = {"P": POSSIBLE} | {str(grade): float(grade) for grade in range(6)}
    return np.array([codes.get(word, np.nan) if isinstance(word, str) else np.nan for word in told], np.float64)


def _read(matches: Any, observations: Any) -> dict[str, float]:
    """Building -> reading of its nearest observation; of several at one distance the worst."""
    if matches is None or observations is None or not len(matches):
        return {}
    said = dict(zip(observations["id"], readings(observations["latest_grade"]).tolist(), strict=True))
    building = np.asarray(matches["building"], object)
    grade = np.array([said.get(id, np.nan) for id in matches["observation"]], np.float64)
    away = np.round(np.asarray(matches["distance_m"], np.float64), 3)
    order = np.lexsort((grade, -away))  # the last that is written stands: nearest, and of those the worst
    order = order[np.isfinite(grade[order])]
    return dict(zip(building[order].tolist(), grade[order].tolist(), strict=True))
