"""What makes the ground of a scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidbudova.scene.city import City
from vidbudova.scene.draping import Drape, GroundKind
from vidbudova.scene.looks import FRONT
from vidbudova.scene.relief import Relief, level
from vidbudova.scene.terrain import Terrain

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

RELIEF_FRONT = 0.00003
"""How far solids come forward where the ground has a true depth of its own: no more than stops a flicker."""


def relief_of(city: City, kind: GroundKind) -> Relief | None:
    """The ground of a city; level ground where only a picture is to be laid on it."""
    if city.relief is None and kind == "imagery" and city.imagery:
        return level(city.bounds)
    return city.relief


def terrain_of(scene: Scene) -> Terrain | None:
    """The terrain of a scene whose footing is there; None where all ground is level and drawn as it is."""
    footing, looks, window = scene.footing, scene.looks, scene.window
    for look in looks.values():
        look.set({"front": FRONT if footing.relief is None else RELIEF_FRONT})
    if footing.relief is None:
        return None
    drape = Drape(scene.city, footing, scene.solids, scene.colours, scene.theme, looks)
    drape.kind = scene.ground_kind
    drape.shown = scene.visible
    x0, y0, x1, y1 = scene.city.bounds
    return Terrain(window.flat, window, looks["terrain"], footing, drape, (x0, y0, x1, y1))
