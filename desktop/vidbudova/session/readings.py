"""What the matched observations say of each building."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.damage import NONE, Grades, codes, severities
from vidbudova.model.matching import Pairs, best_for_buildings
from vidbudova.model.shapes import Floats
from vidbudova.session.core import Session

TABLES = ("matches", "observations")


@dataclass(frozen=True, slots=True)
class Taken:
    """One observation taken for a building; `speaks` whether the building shows its reading."""

    observation: str
    distance_m: float
    nearest: bool
    speaks: bool


def readings(session: Session) -> dict[str, int]:
    """What the observations taken for each building read as (0–5, 6 is P), by building; without those that cannot."""
    return session.remembered("readings", TABLES, lambda: _readings(session))


def readings_of(session: Session, said: Mapping[str, str]) -> dict[str, int]:
    """The same if the observations said this (text by observation); those not named say nothing."""
    return _spoken(_matches(session, readable=True, said=said))


def taken_for(session: Session, building_id: str) -> list[Taken]:
    """The observations taken for a building, the nearest first."""
    by_building = session.remembered("matches by building", TABLES, lambda: _taken(session))
    return by_building.get(building_id, [])


@dataclass(frozen=True, slots=True)
class _Matches:
    """The matches table as pairs, with the ids that its numbers stand for and each observation's reading."""

    pairs: Pairs
    seen: NDArray[np.object_]
    built: NDArray[np.object_]
    reading: Grades

    def speaking(self) -> NDArray[np.int64]:
        return best_for_buildings(self.pairs, severities(self.reading)[self.pairs.observation])


LOST = -99
"""What an observation that is not there any more reads as."""


def _matches(session: Session, readable: bool, said: Mapping[str, str] | None = None) -> _Matches:
    found = session.columns("matches", ["building", "observation", "distance_m"])
    if said is None:
        latest = session.columns("observations", ["latest_grade"])
        said = dict(zip(latest["id"], latest["latest_grade"], strict=True))
    grade = dict(zip(said, codes(np.array(list(said.values()), object)).tolist(), strict=True))
    lost = NONE if readable else LOST
    known = np.fromiter((grade.get(o, lost) for o in found["observation"].tolist()), np.int64, len(found["id"])) != lost
    seen, observation = _numbered(found["observation"][known])
    built, building = _numbered(found["building"][known])
    distance: Floats = found["distance_m"][known].astype(np.float64)
    order = np.lexsort((building, distance, observation))
    observation, building, distance = observation[order], building[order], distance[order]
    nearest = np.r_[True, observation[1:] != observation[:-1]] if len(order) else np.zeros(0, bool)
    reading = np.array([grade[o] for o in seen], np.int8)
    return _Matches(Pairs(observation, building, distance, nearest), seen, built, reading)


def _numbered(ids: NDArray[np.generic]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    listed = ids.tolist()
    names = np.array([*dict.fromkeys(listed)], object)
    numbers = dict(zip(names.tolist(), range(len(names)), strict=True))
    return names, np.fromiter(map(numbers.__getitem__, listed), np.int64, len(listed))


def _readings(session: Session) -> dict[str, int]:
    return _spoken(_matches(session, readable=True))


def _spoken(matches: _Matches) -> dict[str, int]:
    best = matches.speaking()
    building, reading = matches.pairs.building[best], matches.reading[matches.pairs.observation[best]]
    return dict(zip(matches.built[building], reading.tolist(), strict=True))


def _taken(session: Session) -> dict[str, list[Taken]]:
    matches = _matches(session, readable=False)
    speaking = set(_matches_that_speak(matches))
    by_building: dict[str, list[Taken]] = {}
    pairs = matches.pairs
    for k in np.lexsort((pairs.distance_m, pairs.building)).tolist():
        taken = Taken(
            str(matches.seen[pairs.observation[k]]), float(pairs.distance_m[k]), bool(pairs.nearest[k]), k in speaking
        )
        by_building.setdefault(str(matches.built[pairs.building[k]]), []).append(taken)
    return by_building


def _matches_that_speak(matches: _Matches) -> list[int]:
    """Pairs whose observation the building shows: as `_readings`, among those that can be read."""
    pairs = matches.pairs
    readable = np.flatnonzero(matches.reading[pairs.observation] != NONE)
    some = Pairs(
        pairs.observation[readable], pairs.building[readable], pairs.distance_m[readable], pairs.nearest[readable]
    )
    best = best_for_buildings(some, severities(matches.reading)[some.observation])
    return [int(k) for k in readable[best]]
