"""Still pictures, made by a second Scene so that the one on the screen is not touched."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Camera, Size, fit
from vidbudova.scene.city import City, load
from vidbudova.scene.scene import Scene
from vidbudova.scene.style import damage_palette

if TYPE_CHECKING:
    from vidbudova.session import Session

NOT_ASSESSED = 7


def picture(session: Session, size: Size, view: Camera | None = None, colour_by: str = "damage") -> NDArray[np.uint8]:
    """The city as a picture (h, w, 3): from `view`, or the whole of it; coloured by damage, or plain for ""."""
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
    zones = session.shapes("zones", ("kind", "colour", "phase", "height_m", "name"))
    scene.set_zones(zones)
    if colour_by != "damage":
        return
    from vidbudova.session.damage import damage_view

    view = damage_view(session, city.table("buildings").ids)
    scene.set_building_colours(*damage_colours(view.grade, view.reading, view.hatched))


def damage_colours(
    grade: NDArray[np.int8], reading: NDArray[np.int8], hatched: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int8]]:
    """Colours, hatching and broken forms by a person's grade, else by the remote reading (6 is “possible”)."""
    shown = np.where(grade >= 0, grade, np.where(reading >= 0, reading, NOT_ASSESSED))
    broken = np.where((grade == 4) | (grade == 5), grade, 0)
    return damage_palette()[shown], hatched & (grade < 0), broken.astype(np.int8)
