"""Triangles with what the shaders need: unit normals, and places on façades in window bays and storeys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
Ints32 = NDArray[np.int32]

PLAIN, CUT, ROOF_V = -1.0, -3.0, 1000.0
"""In the façade's u: PLAIN has no windows, CUT is torn open. In its v: ROOF_V is clear of the ground's shade."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """points (p, 3) about a local origin; triangles (t, 3), outside counter-clockwise; facade (p, 4): normal x and y
    (the normal never looks down), bays along the wall, storeys above the ground; slot (p,): whose colour it wears."""

    points: Floats32
    triangles: Ints32
    facade: Floats32
    slot: Floats32

    def __len__(self) -> int:
        return len(self.triangles)


def empty() -> Mesh:
    """No triangles."""
    return Mesh(
        np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    )


def joined(meshes: list[Mesh]) -> Mesh:
    """One mesh of several, in their order."""
    meshes = [m for m in meshes if len(m.points)]
    if not meshes:
        return empty()
    starts = np.cumsum([0] + [len(m.points) for m in meshes[:-1]])
    triangles = np.concatenate([m.triangles + np.int32(s) for m, s in zip(meshes, starts, strict=True)])
    return Mesh(
        np.concatenate([m.points for m in meshes]),
        triangles.astype(np.int32, copy=False),
        np.concatenate([m.facade for m in meshes]),
        np.concatenate([m.slot for m in meshes]),
    )


def quads(
    corners: NDArray[np.floating], slot: NDArray[np.generic], bays: NDArray[np.floating], storeys: NDArray[np.floating]
) -> Mesh:
    """Quads of corners (q, 4, 3), counter-clockwise from outside; bays and storeys (q, 4) at the corners."""
    n = len(corners)
    normal = _crossed(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    facade = np.empty((n, 4, 4), np.float32)
    facade[..., :2] = _flat_normal(normal)[:, None]
    facade[..., 2], facade[..., 3] = bays, storeys
    triangles = np.arange(n, dtype=np.int32)[:, None] * 4 + np.array([0, 1, 2, 0, 2, 3], np.int32)
    return Mesh(
        corners.reshape(-1, 3).astype(np.float32),
        triangles.reshape(-1, 3),
        facade.reshape(-1, 4),
        np.repeat(slot, 4).astype(np.float32),
    )


def faces(
    corners: NDArray[np.floating],
    slot: NDArray[np.generic],
    bay: float = PLAIN,
    storey: float | NDArray[np.floating] = ROOF_V,
) -> Mesh:
    """Separate triangles of corners (t, 3, 3), counter-clockwise from outside, each with its own flat normal."""
    n = len(corners)
    normal = _crossed(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    facade = np.empty((n, 3, 4), np.float32)
    facade[..., :2] = _flat_normal(normal)[:, None]
    facade[..., 2] = bay
    facade[..., 3] = storey
    return Mesh(
        corners.reshape(-1, 3).astype(np.float32),
        np.arange(3 * n, dtype=np.int32).reshape(-1, 3),
        facade.reshape(-1, 4),
        np.repeat(slot, 3).astype(np.float32),
    )


def _flat_normal(normal: NDArray[np.floating]) -> NDArray[np.floating]:
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    return np.asarray(normal[:, :2] / np.maximum(length, 1e-12))


def _crossed(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.floating]:
    """Cross products (n, 3); numpy's own takes several times as long for the few that a building has."""
    found = np.empty_like(a)
    found[:, 0] = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    found[:, 1] = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]
    found[:, 2] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return found
