"""`damage match`: which observation is taken for which building, within a stated tolerance."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.change import Change, Delta, Value, edit
from vidbudova.model.damage import Grades, codes, severities
from vidbudova.model.ids import source_id
from vidbudova.model.matching import Pairs, best_for_buildings, pair
from vidbudova.session.core import Session
from vidbudova.session.places import buildings
from vidbudova.text import _
from vidbudova.text import mark as words

TABLE = "matches"
WITHIN_M = 12.0
"""The tolerance offered first: roof marks of satellite assessments stand some metres off the footprints."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Observations of one match run, counted.

    Attributes
    ----------
    total : all that were looked at.
    elsewhere : those that speak of the ground, a cell or an area, and are for no building.
    matched, unmatched : of the others, those with and without a building within the tolerance.
    shared : matched ones with more than one building within it.
    """

    total: int
    elsewhere: int
    matched: int
    unmatched: int
    shared: int


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What came of a match run. Counts are of buildings, but for `observations`.

    Attributes
    ----------
    matched, unmatched : buildings with and without an observation within the tolerance.
    containing : matched buildings with an observation right on their footprint.
    by_class : matched buildings by the class, as the source wrote it, of the observation that speaks for them: their
        nearest one, of several as near the worst.
    pairs : observations and buildings within the tolerance of each other.
    change : id of the Change, "" if everything was so already.
    """

    within_m: float
    matched: int
    unmatched: int
    containing: int
    by_class: dict[str, int]
    observations: Seen
    pairs: int
    change: str
    unmatched_observations: tuple[str, ...] = field(repr=False, default=())

    def as_json(self) -> dict[str, object]:
        """The report without the list of unmatched ids."""
        body = asdict(self)
        del body["unmatched_observations"]
        return body


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations as arrays, one entry each."""

    ids: NDArray[np.object_]
    places: NDArray[np.object_]
    raw: NDArray[np.object_]
    reading: Grades


def match(session: Session, within_m: float = WITHIN_M, layer: str | None = None) -> MatchReport:
    """Take observations for buildings anew, as one Change that replaces the earlier matches (of that layer).

    Every observation of a building within the tolerance of a footprint is kept with its distance; that it is nearer
    to another building is shown, not hidden.
    """
    observed, total = _observed(session, layer)
    stock = buildings(session)
    pairs = pair(observed.places, stock.footprints, within_m)
    rows = _rows(pairs, observed, stock.ids, within_m)
    title = words("Match observations within {metres} m")
    change = session.do(
        title, _deltas(session, rows, None if layer is None else set(observed.ids)), metres=f"{within_m:g}"
    )
    return _report(pairs, observed, total, len(stock.ids), within_m, change)


def unmatched(session: Session) -> list[str]:
    """Ids of the observations of buildings that no building was found for."""
    observed, _total = _observed(session, None)
    taken = set(session.columns(TABLE, ["observation"])["observation"])
    return [str(id) for id in observed.ids if id not in taken]


def _observed(session: Session, layer: str | None) -> tuple[Observed, int]:
    """The observations that speak of a building, and how many there are in all."""
    found = session.columns("observations", ["target", "latest_raw", "latest_grade", "layer"])
    _ids, places = session.geometries("observations")
    wanted = np.ones(len(places), bool)
    if layer is not None:
        wanted = np.array([name == _layer_id(session, layer) for name in found["layer"]], bool)
    of_building = np.array([t in (None, "", "building") for t in found["target"]], bool)
    i = np.flatnonzero(wanted & of_building & ~shapely.is_missing(places) & ~shapely.is_empty(places))
    raw = np.array([str(r or "") for r in found["latest_raw"]], object)
    return Observed(found["id"][i].astype(object), places[i], raw[i], codes(found["latest_grade"][i])), int(
        wanted.sum()
    )


def _layer_id(session: Session, layer: str) -> str:
    """The id of a layer of observations, given by id or name."""
    for id, row in session.rows("layers").items():
        if row["kind"] == "observations" and layer in (id, row["name"], row["source"]):
            return id
    raise UserError("no-such-thing", what=_("layer of observations"), id=layer)


def _rows(
    pairs: Pairs, observed: Observed, building_ids: NDArray[np.object_], within_m: float
) -> dict[str, dict[str, Value]]:
    """Rows of the matches table by id; the same pair has the same id on every laptop."""
    rows: dict[str, dict[str, Value]] = {}
    for o, b, d in zip(pairs.observation.tolist(), pairs.building.tolist(), pairs.distance_m.tolist(), strict=True):
        seen, built = str(observed.ids[o]), str(building_ids[b])
        row: dict[str, Value] = {
            "building": built, "observation": seen, "distance_m": round(d, 3), "within_m": float(within_m),
        }  # fmt: skip
        rows[source_id(seen, built, TABLE)] = row
    return rows


def _deltas(session: Session, rows: dict[str, dict[str, Value]], only: set[object] | None) -> list[Delta]:
    """From the matches that are there (of some observations) to those that shall be."""
    there = {i: r for i, r in session.rows(TABLE).items() if only is None or r["observation"] in only}
    gone = [Delta(TABLE, id, row, None) for id, row in there.items() if id not in rows]
    changed = [
        edit(TABLE, id, there[id], **row)
        for id, row in rows.items()
        if id in there and any(there[id][name] != value for name, value in row.items())
    ]
    new = [Delta(TABLE, id, None, row) for id, row in rows.items() if id not in there]
    return [*gone, *changed, *new]


def _report(
    pairs: Pairs, observed: Observed, total: int, of_buildings: int, within_m: float, change: Change | None
) -> MatchReport:
    best = best_for_buildings(pairs, severities(observed.reading)[pairs.observation])
    classes = Counter(str(observed.raw[o]) for o in pairs.observation[best])
    found = np.bincount(pairs.observation, minlength=len(observed.ids))
    matched = int((found > 0).sum())
    seen = Seen(total, total - len(observed.ids), matched, len(observed.ids) - matched, int((found > 1).sum()))
    return MatchReport(
        within_m=float(within_m),
        matched=len(best),
        unmatched=of_buildings - len(best),
        containing=int((pairs.distance_m[best] == 0).sum()),
        by_class=dict(classes.most_common()),
        observations=seen,
        pairs=len(pairs),
        change=change.id if change else "",
        unmatched_observations=tuple(observed.ids[found == 0]),
    )
