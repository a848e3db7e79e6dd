"""Observations as the view draws them: dots and cells in the colours of their readings. Runs in a worker."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.city_tables import split
from vidbudova.scene.colouring import grade_rgb

if TYPE_CHECKING:
    from vidbudova.session import Session

RGB = NDArray[np.uint8]


def observed(session: Session, on: date | None = None) -> tuple[Shapes, RGB, NDArray[np.bool_], Shapes, RGB]:
    """(points, their colours (n, 3), which are unmatched, cells and areas, their colours): now, or as of a day."""
    from vidbudova.session.matching import unmatched

    columns = session.columns("observations", ("id", "latest_grade"))
    reading = dict(zip(columns["id"].tolist(), columns["latest_grade"].tolist(), strict=True))
    ids, geometries = session.geometries("observations")
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    if on is not None:
        from vidbudova.session.moments import said_by

        reading = dict(said_by(session, on))
        there &= np.array([id in reading for id in ids.tolist()], bool)
    parts = split(ids[there], geometries[there])
    points, areas = parts["points"], parts["areas"]
    alone = set(unmatched(session)) if session.count("matches") else set()
    single = np.array([id in alone for id in points.ids.tolist()], bool)
    return points, colours(points, reading), single, areas, colours(areas, reading)


def colours(shapes: Shapes, reading: dict[object, object]) -> RGB:
    """(n, 3) the colour of each one's latest reading."""
    known = {key: grade_rgb(key) for key in ("0", "1", "2", "3", "4", "5", "P", "none")}
    found = [known.get(str(reading.get(id) or "none"), known["none"]) for id in shapes.ids.tolist()]
    return np.array(found, np.uint8).reshape(-1, 3)
