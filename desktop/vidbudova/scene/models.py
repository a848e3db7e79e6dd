"""Models in a scene: buildings with surfaces of their own, the pictures on them, and backdrops as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vidbudova.scene.backdrops import Backdrops
from vidbudova.scene.built import Forms
from vidbudova.scene.overlay import building_edges
from vidbudova.scene.skins import Skins
from vidbudova.scene.solids import Floats, Ints

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene


def put(scene: Scene) -> None:
    """Let the buildings of a scene wear their models, and put backdrops round them."""
    city, buildings = scene.city, scene.buildings
    assert buildings is not None
    feet = scene.footing.feet
    ground = None if feet is None else feet + scene.footing.level_m
    scene.forms = Forms(city.built, scene.solids, ground)
    if city.built is not None:
        buildings.forms = scene.picker.forms = scene.forms
        if any(file.image is not None or file.rgb is not None for file in city.built.files):
            scene.parts["skins"] = Skins(scene)
    if city.backdrops:
        scene.parts["backdrops"] = Backdrops(scene)


def outlines(scene: Scene, rows: Ints) -> Floats:
    """(e, 2, 3) edges to draw round some buildings."""
    assert scene.buildings is not None
    broken, built = scene.buildings.broken, scene.forms.built
    feet = scene.footing.feet
    modelled = np.zeros(len(rows), bool) if built is None else built.has[rows] & (broken[rows] == 0)
    prisms = building_edges(scene.solids, rows[~modelled], broken, scene.origin, feet)
    if not modelled.any():
        return prisms
    found = []
    for row in rows[modelled].tolist():
        edges = scene.forms.edges(np.array([row]), scene.origin)
        edges[..., 2] += 0.0 if feet is None else feet[row]
        found.append(edges)
    return np.concatenate([prisms, *found])
