"""Still pictures, made by a second Scene so that the one on the screen is not touched."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.schema import BUILDINGS
from vidbudova.scene.camera import Camera, Size, fit
from vidbudova.scene.city import City, load
from vidbudova.scene.colouring import Colouring, by_damage, by_kind, by_number
from vidbudova.scene.scene import Scene
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.session import Session

COLOURABLE = ("text", "integer", "real", "boolean")
"""Kinds of fields that say something as a colour."""


def picture(session: Session, size: Size, view: Camera | None = None, colour_by: str = "damage") -> NDArray[np.uint8]:
    """The city as a picture (h, w, 3): from `view` or the whole; coloured by damage, by a field, or plain for ""."""
    city = load(session)
    scene = Scene(size)
    scene.still_s = math.inf
    try:
        scene.set_city(city)
        _dress(scene, session, city, colour_by)
        scene.set_camera(view or overview(city, size))
        scene.render("still")
        return scene.image()
    finally:
        scene.finalize()


def overview(city: City, size: Size) -> Camera:
    """The whole city from the south-south-west, at a slant."""
    return fit(Camera(pitch_deg=38.0, heading_deg=22.0), city.bounds, size)


def _dress(scene: Scene, session: Session, city: City, colour_by: str) -> None:
    scene.set_zones(session.shapes("zones", ("kind", "colour", "phase", "height_m", "name")))
    if colour_by:
        found = colouring_by(session, city.table("buildings").ids, colour_by)
        scene.set_building_colours(found.rgb(), found.hatched, found.broken)


def colouring_by(session: Session, ids: NDArray[np.object_], field: str) -> Colouring:
    """How buildings (by id) are coloured by damage or by one of their fields."""
    if field == "damage":
        from vidbudova.session.damage import damage_view

        return by_damage(damage_view(session, ids))
    known = {f.name: f for f in BUILDINGS.fields if f.kind in ("text", "integer", "real")}
    if field not in known:
        raise UserError("no-such-thing", what=_("field of buildings"), id=field)
    columns = session.columns("buildings", ("id", field))
    row_of = {key: row for row, key in enumerate(columns["id"].tolist())}
    values = columns[field][[row_of[key] for key in ids.tolist()]]
    if known[field].kind != "text":
        return by_number(values, known[field].unit)
    return by_kind(values.astype(object), {code: _(title) for code, title in (known[field].choices or {}).items()})
