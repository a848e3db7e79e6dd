"""What of a scene is under a pixel or inside a shape on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vidbudova.scene import camera as cameras
from vidbudova.scene import cloud_pick, result_pick
from vidbudova.scene.camera import Floats
from vidbudova.scene.cloud_part import Clouds
from vidbudova.scene.ground_pick import dot
from vidbudova.scene.pick import Pick, inside_mask
from vidbudova.scene.solids import Ints

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

PICKED = ("building", "observation", "feature", "place", "cloud", "road", "zone")
"""What `pick` finds before the bare ground, unless it is told otherwise; "result" is for those who show one."""


def pick(scene: Scene, x: float, y: float, kinds: Sequence[str]) -> Pick | None:
    """What is under a pixel, exactly; None for the sky."""
    if "result" in kinds and (found := result_pick.pick(scene, x, y)) is not None:
        return found
    origin, direction = cameras.ray(scene.camera, x, y, scene.size)
    hit = None
    if "building" in kinds and scene.visible["buildings"]:
        hit = scene.section.building(origin, direction)
        hit = None if hit is not None and _buried(scene, origin, direction, hit.distance) else hit
    if "observation" in kinds and scene.visible["observations"]:
        seen = dot(scene.observations, scene.dots, scene.camera, x, y, scene.size)
        hit = seen if seen is not None and (hit is None or seen.distance <= hit.distance) else hit
    for kind, layer in (("feature", "features"), ("place", "places")):
        if hit is None and kind in kinds and scene.visible[layer]:
            hit = scene.features.disc(kind, scene.camera, x, y, scene.size)
    part = scene.parts.get("clouds")
    if isinstance(part, Clouds) and "cloud" in kinds:
        seen = cloud_pick.nearest(part, scene.camera, x, y, scene.size)
        hit = seen if seen is not None and (hit is None or seen.distance < hit.distance) else hit
    return hit or _on_ground(scene, x, y, origin, kinds)


def ground_point(scene: Scene, x: float, y: float) -> tuple[float, float, float] | None:
    """Where the ray through a pixel meets the ground; None for the sky."""
    relief = scene.city.relief
    if relief is None:
        found = cameras.ground_point(scene.camera, x, y, scene.size)
    else:
        origin, direction = cameras.ray(scene.camera, x, y, scene.size)
        length = relief.meet(origin, direction)
        found = None if length is None else origin + length * direction
    return None if found is None else (float(found[0]), float(found[1]), float(found[2]))


def _buried(scene: Scene, origin: Floats, direction: Floats, distance: float) -> bool:
    """Whether the ground hides what lies so far along a ray."""
    relief = scene.city.relief
    return relief is not None and relief.meet(origin, direction, distance - 0.05) is not None


def _on_ground(scene: Scene, x: float, y: float, origin: Floats, kinds: Sequence[str]) -> Pick | None:
    place = scene.ground_point(x, y)
    if place is None:
        return None
    distance = float(np.linalg.norm(np.array(place) - origin))
    if "feature" in kinds and scene.visible["features"]:
        pixel_m = cameras.metres_per_pixel(scene.camera, scene.size) * scene.size[1] / 720.0
        if id := scene.features.on_ground(place, pixel_m):
            return Pick("feature", id, -1, place, distance)
    for kind, layer, find, shapes in (
        ("road", "roads", scene.on_ground.road, scene.drawn.table("roads")),
        ("zone", "zones", scene.on_ground.zone, scene.zones),
    ):
        row = find(place) if kind in kinds and scene.visible[layer] else -1
        if row >= 0:
            return Pick(kind, str(shapes.ids[row]), row, place, distance)
    return Pick("ground", "", -1, place, distance)


def in_polygon(scene: Scene, pixels: Floats) -> Ints:
    """Buildings whose middle is seen inside a polygon of pixels (k, 2); wholes, not their parts."""
    solids = scene.solids
    if not len(solids):
        return np.zeros(0, np.int64)
    seen, depth = scene.project(np.c_[solids.centre, scene.picker.ground_m + (solids.base_m + solids.top_m) / 2])
    rows = np.flatnonzero((depth > 0) & solids.drawn & ~scene.picker.hidden)
    return np.asarray(np.unique(solids.owner[rows[inside_mask(seen[rows], pixels)]]))
