"""Things put on the ground: meshes lifted to where they stand, and cameras kept over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vidbudova.scene.camera import EYE_ABOVE_GROUND_M, Camera
from vidbudova.scene.mesh import Mesh
from vidbudova.scene.relief import Relief
from vidbudova.scene.solids import STOREY_M, Floats

SUNK_M = 2.5
"""Walls go so far into the ground, so that no gap opens where a far view draws the ground coarser than it is."""


def stood(mesh: Mesh, feet: Floats | None) -> Mesh:
    """The mesh with every building lifted to its foot (one a solid); as it is where there are none."""
    if feet is None or not len(mesh.points):
        return mesh
    foot = mesh.points[:, 2] < 0.01
    points, facade = mesh.points.copy(), mesh.facade.copy()
    points[:, 2] += feet[mesh.slot.astype(np.int64)] - SUNK_M * foot
    # windows and storey lines keep their size on what is sunk
    facade[foot, 3] -= SUNK_M / STOREY_M
    return replace(mesh, points=points, facade=facade)


def grounded(camera: Camera, relief: Relief | None) -> Camera:
    """A camera made for level ground at 0, lifted so that its focus lies on the ground."""
    if relief is None:
        return camera
    x, y, z = camera.focus
    return kept_above(replace(camera, focus=(x, y, z + relief.at(x, y))), relief)


def kept_above(camera: Camera, relief: Relief | None) -> Camera:
    """The camera, lifted where its eye would be in the ground."""
    if relief is None:
        return camera
    eye = camera.eye()
    short = relief.at(float(eye[0]), float(eye[1])) + EYE_ABOVE_GROUND_M - float(eye[2])
    if short <= 0:
        return camera
    x, y, z = camera.focus
    return replace(camera, focus=(x, y, z + short))
