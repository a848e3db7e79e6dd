"""The buildings of a project as arrays: which there are, where each stands, how much ground it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.shapes import Floats, Ints
from vidbudova.session.core import Session
from vidbudova.text import _

WHOLES = "wholes of parts"


@dataclass(frozen=True, slots=True)
class Buildings:
    """Whole buildings that have a footprint; a part is no building of its own.

    Attributes
    ----------
    ids : (n,) str objects.
    footprints : (n,) shapely (multi)polygons in the project's CRS.
    xy : (n, 2) a point on each footprint, never on its edge.
    place : id -> number in these arrays.
    """

    ids: NDArray[np.object_]
    footprints: NDArray[np.object_]
    xy: Floats
    place: dict[str, int]

    def places(self, ids: NDArray[np.object_] | list[str]) -> Ints:
        """Numbers of those of the ids that are here."""
        found = (self.place.get(id, -1) for id in ids)
        return np.array([i for i in found if i >= 0], np.int64)


def buildings(session: Session) -> Buildings:
    """The buildings of a project; read once, and again after the buildings have changed."""
    return session.remembered("buildings as arrays", ("buildings",), lambda: _read(session))


def footprints(session: Session) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """(ids, footprints) of the whole buildings."""
    found = buildings(session)
    return found.ids, found.footprints


def wholes(session: Session) -> dict[str, str]:
    """The building that each part belongs to, by part; a part whose building is not here is a building of its own."""

    def read() -> dict[str, str]:
        parts = session.project.filled("buildings", "part_of")
        return _wholes(parts, session.project.there("buildings", set(parts.values())))

    return session.remembered(WHOLES, ("buildings",), read)


def know_wholes(session: Session, ids: NDArray[np.object_], part_of: NDArray[np.generic]) -> None:
    """Take the parts from columns that were just read, so that the table need not be read again."""

    def found() -> dict[str, str]:
        parts = {p: w for p, w in zip(ids.tolist(), part_of.tolist(), strict=True) if w is not None}
        return _wholes(parts, set(ids.tolist()) if parts else set())

    session.remembered(WHOLES, ("buildings",), found)


def _wholes(parts: dict[str, str], there: set[str]) -> dict[str, str]:
    return {part: whole for part, whole in parts.items() if whole in there and whole not in parts}


def name_of(session: Session, building_id: str) -> str:
    """What people call a building: its address, its name, or the start of its id; UserError if there is none."""
    row = session.row("buildings", building_id)
    if row is None:
        raise UserError("no-such-thing", what=_("building"), id=building_id)
    address = " ".join(str(row[f]) for f in ("street", "house_number") if row[f])
    return address or str(row["name"] or building_id[:8])


def _read(session: Session) -> Buildings:
    ids, shapes = session.geometries("buildings")
    parts = wholes(session)
    whole = np.array([id not in parts for id in ids], bool) & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    ids, shapes = ids[whole], shapes[whole]
    return Buildings(ids, shapes, points_on(shapes), {id: i for i, id in enumerate(ids)})


def points_on(shapes: NDArray[np.object_]) -> Floats:
    """A point on each shape: the centroid where it lies inside, which most do and is ten times quicker."""
    points = shapely.centroid(shapes)
    outside = ~shapely.contains_properly(shapes, points)
    points[outside] = shapely.point_on_surface(shapes[outside])
    xy: Floats = shapely.get_coordinates(points)
    return xy


def find_id(session: Session, said: str) -> str:
    """The id of a building given by its id here or by its id in the source (an OSM id …), if only one has that."""
    if session.row("buildings", said) is not None:
        return said
    found = session.columns("buildings", ["source_id"])
    same = [str(id) for id, source in zip(found["id"], found["source_id"], strict=True) if source == said]
    if len(same) != 1:
        raise UserError("no-such-thing", what=_("building"), id=said)
    return same[0]
