"""The point of a cloud under the cursor."""

from __future__ import annotations

import numpy as np

from vidbudova.scene import camera as cameras
from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.cloud import Floats
from vidbudova.scene.cloud_part import Clouds
from vidbudova.scene.pick import Pick

REACH_PX = 4.0
CORNERS = np.array([[k & 1, k >> 1 & 1, k >> 2] for k in range(8)], bool)


def nearest(part: Clouds, camera: Camera, x: float, y: float, size: Size) -> Pick | None:
    """The foremost of the drawn points within a few pixels; `index` is its place in the cloud's arrays."""
    best: tuple[float, tuple[int, int], int, Floats] | None = None
    for key, px in part.shown.items():
        if not _may_hold(part, key, camera, (x, y), size):
            continue
        places = part.placed(key)
        seen, depth = cameras.project(camera, places, size)
        reach = REACH_PX + px / 2
        near = np.flatnonzero((np.abs(seen - (x, y)).max(1) <= reach) & (depth > 0))
        if len(near):
            row = int(near[np.argmin(depth[near])])
            if best is None or depth[row] < best[0]:
                best = float(depth[row]), key, row, places[row]
    if best is None:
        return None
    _depth, (at, node), row, place = best
    cloud = part.clouds[at]
    distance = float(np.linalg.norm(place - camera.eye()))
    point = float(place[0]), float(place[1]), float(place[2])
    return Pick("cloud", cloud.id, int(cloud.nodes[node, 0]) + row, point, distance)


def _may_hold(part: Clouds, key: tuple[int, int], camera: Camera, at: tuple[float, float], size: Size) -> bool:
    """Whether the picture of a node's box comes near a pixel."""
    cloud = part.clouds[key[0]]
    low, high = cloud.box[key[1], :3], cloud.box[key[1], 3:]
    corners = np.where(CORNERS, high, low) + part.offset(key[0])
    seen, depth = cameras.project(camera, corners, size)
    if (depth <= 0).any():
        return bool((depth > 0).any())
    spare = 2 * REACH_PX
    return bool((seen.min(0) - spare <= at).all() and (seen.max(0) + spare >= at).all())
