"""The tables of a city as arrays: read from the project, or taken from what was kept and mended by the edits since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes, from_geometries
from vidbudova.model.weaving import taken, woven
from vidbudova.scene.growth import Growth, growth
from vidbudova.scene.solids import Ints, Solids, owners, solids_of
from vidbudova.store.state import State

if TYPE_CHECKING:
    from vidbudova.session import Session

COLUMNS: dict[str, tuple[str, ...]] = {
    "buildings": ("use", "levels", "height_m", "min_height_m", "roof_shape", "roof_height_m", "part_of"),
    "roads": ("class", "lanes", "bridge", "tunnel", "level", "width_m"),
    "rail": ("kind", "bridge", "tunnel", "level"),
    "water": ("kind",),
    "waterways": ("kind",),
    "landuse": ("kind",),
    "trees": ("height_m",),
    "power": ("kind", "voltage_v"),
    "places": ("kind", "name"),
    "features": ("kind",),
}
"""What the scene needs of each table."""

MIXED = ("power", "features")
"""Tables whose shapes are of several kinds: in a City they are `<table>_points`, `_lines` and `_areas`."""

KINDS = {0: "points", 4: "points", 1: "lines", 5: "lines", 2: "lines", 3: "areas", 6: "areas"}

NUMBERED = tuple(name for name in COLUMNS if name not in MIXED)
MANY = 20_000
"""Touched rows; from here on everything is read anew."""
FEW = 500
"""Touched rows; up to here what was kept is good enough for the next time, too."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What a city is made of.

    Attributes
    ----------
    shapes : by table; those of MIXED by kind of geometry.
    solids : the buildings as solids.
    fids : number in the file of each row, by table of NUMBERED, ascending.
    growth : where its trees stand.
    state : what all of it rests on.
    due : whether it is worth keeping for the next time.
    """

    shapes: Mapping[str, Shapes]
    solids: Solids
    fids: Mapping[str, Ints]
    growth: Growth
    state: State
    due: bool


def read(session: Session) -> Tables:
    """Everything from the project."""
    state = session.project.state(tuple(COLUMNS))
    shapes, fids = {}, {}
    for name in NUMBERED:
        shapes[name], fids[name] = numbered(session.shapes(name, ("fid", *COLUMNS[name])))
    for name in MIXED:
        shapes |= mixed(session, name)
    solids = solids_of(shapes["buildings"])
    grown = growth(shapes["trees"], shapes["landuse"], solids)
    return Tables(shapes, solids, fids, grown, state, due=True)


def numbered(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Shapes without their column "fid", and that."""
    return shapes, np.asarray(shapes.columns.pop("fid"), np.int64)


def mixed(session: Session, table: str) -> dict[str, Shapes]:
    """Points, lines and areas of a table with all of them."""
    ids, geometries = session.geometries(table)
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    ids, geometries = ids[there], geometries[there]
    values = session.columns(table, ("id", *COLUMNS[table]))
    place = {key: row for row, key in enumerate(values["id"].tolist())}
    rows = np.array([place[key] for key in ids.tolist()], np.int64)
    columns = {name: values[name][rows] for name in COLUMNS[table]}
    return {f"{table}_{kind}": found for kind, found in split(ids, geometries, columns).items()}


def split(
    ids: NDArray[np.object_], geometries: NDArray[np.object_], columns: Mapping[str, NDArray[np.generic]] | None = None
) -> dict[str, Shapes]:
    """Points, lines and areas of one mixed table, each with its rows of the columns."""
    kinds = np.array([KINDS.get(int(k), "") for k in shapely.get_type_id(geometries)], object)
    return {
        kind: from_geometries(ids[rows], geometries[rows], {n: c[rows] for n, c in (columns or {}).items()})
        for kind in ("points", "lines", "areas")
        for rows in [np.flatnonzero(kinds == kind)]
    }


def mended(kept: Tables, session: Session) -> Tables | None:
    """What was kept with the edits since laid over; None if it is not of this project as it is, or too old."""
    state = session.project.state(tuple(COLUMNS))
    touched = session.project.touched_since(kept.state, tuple(COLUMNS))
    if touched is None or (count := sum(map(len, touched.values()))) > MANY:
        return None
    shapes, fids, solids = dict(kept.shapes), dict(kept.fids), kept.solids
    for name, ids in touched.items():
        if name in MIXED:
            shapes |= mixed(session, name)
            continue
        new, new_fids = numbered(session.shapes(name, ("fid", *COLUMNS[name]), ids))
        keep = _untouched(shapes[name], ids)
        place = np.argsort(np.r_[fids[name][keep], new_fids], kind="stable")
        shapes[name] = _joined(taken(shapes[name], keep), new, place)
        fids[name] = np.r_[fids[name][keep], new_fids][place]
        if name == "buildings":
            solids = _solids(solids, solids_of(new), keep, place, shapes[name])
    grown = kept.growth
    if touched.keys() & {"buildings", "trees", "landuse"}:
        grown = growth(shapes["trees"], shapes["landuse"], solids)
    return Tables(shapes, solids, fids, grown, state, due=kept.due or count > FEW)


def _untouched(shapes: Shapes, ids: list[str]) -> NDArray[np.bool_]:
    gone = set(ids)
    return np.fromiter((id not in gone for id in shapes.ids.tolist()), bool, len(shapes))


def _joined(old: Shapes, new: Shapes, place: Ints) -> Shapes:
    """The features of both, in the order of `place`."""
    at = np.empty(len(place), np.int64)
    at[place] = np.arange(len(place))
    columns = {name: np.concatenate([column, new.columns[name]])[place] for name, column in old.columns.items()}
    ids = np.concatenate([old.ids, new.ids])[place]
    return woven(old, new, at[: len(old)], at[len(old) :], ids, columns)


def _solids(old: Solids, new: Solids, keep: NDArray[np.bool_], place: Ints, shapes: Shapes) -> Solids:
    """The solids of both; whose part each is depends on all."""
    found = {
        f.name: np.concatenate([getattr(old, f.name)[keep], getattr(new, f.name)])[place]
        for f in fields(Solids)
        if f.name not in ("shapes", "owner", "drawn")
    }
    owner, drawn = owners(shapes)
    return Solids(shapes=shapes, owner=owner, drawn=drawn, **found)
