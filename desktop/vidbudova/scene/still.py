"""Still pictures, made by a second Scene so that the one on the screen is not touched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.schema import TABLES
from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.city import City, load
from vidbudova.scene.colouring import Colouring, by_damage, by_kind, by_number
from vidbudova.scene.daylight import daylight_over
from vidbudova.scene.framing import home
from vidbudova.scene.scene import Scene
from vidbudova.scene.standing import grounded
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.plugin.result import ResultTable
    from vidbudova.session import Session

COLOURABLE = ("text", "integer", "real", "boolean")
"""Kinds of fields that say something as a colour."""


@dataclass(frozen=True, slots=True)
class When:
    """The moment of a picture: an aware time for the sun, and the day whose damage is shown; None for as always."""

    sun: datetime | None = None
    on: date | None = None


AS_ALWAYS = When()


def picture(
    session: Session,
    size: Size,
    view: Camera | None = None,
    colour_by: str = "damage",
    when: When = AS_ALWAYS,
    result: ResultTable | None = None,
) -> NDArray[np.uint8]:
    """The city as a picture (h, w, 3): from `view` or the whole; coloured by damage, by a field, or plain for "".

    result : what an analysis found, shown on it.
    """
    scene = dressed_scene(session, size, colour_by, when, result)
    try:
        scene.set_camera(view or overview(scene.city, size))
        scene.render("still")
        return scene.image()
    finally:
        scene.finalize()


def dressed_scene(
    session: Session,
    size: Size,
    colour_by: str = "damage",
    when: When = AS_ALWAYS,
    result: ResultTable | None = None,
) -> Scene:
    """A Scene of its own for pictures and videos, with the city in its colours; finalize it after use."""
    city = load(session)
    scene = Scene(size)
    scene.still_s = math.inf
    try:
        scene.set_city(city)
        _dress(scene, session, city, colour_by, when)
        scene.results.show(result)
    except BaseException:
        scene.finalize()
        raise
    return scene


def overview(city: City, size: Size) -> Camera:
    """The city from the south-south-west, low enough that the horizon is seen."""
    return grounded(home(city, size), city.relief)


def _dress(scene: Scene, session: Session, city: City, colour_by: str, when: When) -> None:
    zones = session.shapes("zones", ("kind", "colour", "phase", "height_m", "name"))
    scene.set_zones(zones)
    ids = city.table("buildings").ids
    if colour_by:
        coloured = colouring_of(session, ids, colour_by, when.on)
        scene.set_building_colours(coloured.rgb(), coloured.hatched, coloured.broken)
    if when.on is not None:
        from vidbudova.session.moments import not_yet_built

        scene.set_hidden(not_yet_built(session, ids, when.on))
    if when.sun is not None:
        scene.set_daylight(daylight_over(middle(city), session.crs, when.sun))


def middle(city: City) -> tuple[float, float]:
    """The middle of a city's bounds, where its sun is worked out."""
    x0, y0, x1, y1 = city.bounds
    return (x0 + x1) / 2, (y0 + y1) / 2


def colouring_of(session: Session, ids: NDArray[np.object_], colour_by: str, on: date | None = None) -> Colouring:
    """The colours of buildings by damage (on a day), or by a field; UserError if there is no such field."""
    if colour_by == "damage":
        from vidbudova.session.damage import damage_view
        from vidbudova.session.moments import damage_on

        return by_damage(damage_view(session, ids) if on is None else damage_on(session, ids, on))
    field = next((f for f in TABLES["buildings"].fields if f.name == colour_by and f.kind in COLOURABLE), None)
    if field is None:
        raise UserError("no-such-thing", what=_("field of buildings"), id=colour_by)
    found = session.columns("buildings", [field.name])
    at = {id: i for i, id in enumerate(found["id"])}
    values = found[field.name][[at[id] for id in ids]]
    if field.kind in ("real", "integer"):
        return by_number(values, field.unit)
    return by_kind(values.astype(object), {code: _(title) for code, title in (field.choices or {}).items()})
