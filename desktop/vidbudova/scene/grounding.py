"""What makes the ground of a scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vidbudova.scene.city import City
from vidbudova.scene.draping import Drape, GroundKind
from vidbudova.scene.looks import FRONT
from vidbudova.scene.relief import Relief, level
from vidbudova.scene.surface import Look
from vidbudova.scene.terrain import Terrain
from vidbudova.scene.tiles import View

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

RELIEF_FRONT = 0.00003
"""How far solids come forward where the ground has a true depth of its own: no more than stops a flicker."""


def relief_of(city: City, kind: GroundKind) -> Relief | None:
    """The ground of a city; level ground where only a picture is to be laid on it."""
    if city.relief is None and kind == "imagery" and city.imagery:
        return level(city.bounds)
    return city.relief


def set_ground(scene: Scene, kind: GroundKind) -> None:
    """Lay something else under everything; heights stay."""
    if kind == scene.ground_kind:
        return
    scene.ground_kind = kind
    if (relief_of(scene.city, kind) is None) == (scene.footing.relief is None):
        if scene.terrain is not None:
            scene.terrain.drape.kind = kind
            scene.terrain.changes += 1
        return
    scene.again(np.round(np.array(scene.theme["building"]) * 255).astype(np.uint8))


def grounds_of(city: City) -> list[GroundKind]:
    """What can be laid under a city: always the model's own ground."""
    found: list[GroundKind] = ["model"]
    if city.imagery:
        found.append("imagery")
    return found if city.relief is None else [*found, "hillshade", "heights"]


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


def draped_by(terrain: Terrain | None) -> tuple[Any, Mapping[str, Look]] | None:
    """Where marks that lie on the ground are drawn; None where that is as they are."""
    return None if terrain is None else terrain.drape.over


def watch(scene: Scene) -> None:
    """Let the terrain of a scene follow what is drawn on it."""
    assert scene.buildings is not None
    if scene.terrain is not None:
        scene.parts["terrain"] = scene.terrain
        scene.terrain.watch(scene.buildings, scene.picker, scene.marks, (scene.ground, scene.sky))


def reach_m(scene: Scene, view: View) -> float:
    """How far there is anything to see."""
    x0, y0, x1, y1 = scene.city.bounds
    beyond = 2000.0 if scene.terrain is None else 1.5 * scene.terrain.square.width_m
    return float(np.hypot(x1 - x0, y1 - y0) + np.linalg.norm(view.eye)) + beyond
