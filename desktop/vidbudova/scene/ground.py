"""The ground to the horizon and the sky above it; both travel with the eye."""

from __future__ import annotations

from typing import Any

import numpy as np

from vidbudova.scene.surface import Look, Surface

SECTORS = 48
RINGS_M = np.r_[0.0, np.geomspace(20.0, 400_000.0, 22)]
SKY_DEG = np.array([-3.0, 0.0, 1.0, 2.5, 5.0, 9.0, 16.0, 28.0, 50.0, 90.0])


def ground_disc(renderer: Any, look: Look, colour: tuple[float, float, float]) -> Surface:
    """Rings about the eye, closer together where they are nearer, so that haze is smooth."""
    angle = np.linspace(0, 2 * np.pi, SECTORS, endpoint=False)
    rim = np.stack([np.cos(angle), np.sin(angle), np.zeros(SECTORS)], axis=1)
    points = (RINGS_M[:, None, None] * rim[None]).reshape(-1, 3)
    return Surface(
        renderer, look, points.astype(np.float32), _bands(len(RINGS_M)), {"colour": evenly(colour, len(points))}
    )


def sky_dome(renderer: Any, look: Look) -> Surface:
    """A dome of colour that changes with the height above the horizon."""
    angle = np.linspace(0, 2 * np.pi, SECTORS, endpoint=False)
    high = np.radians(SKY_DEG)
    points = np.empty((len(high), SECTORS, 3))
    points[..., 0] = np.cos(high)[:, None] * np.cos(angle)
    points[..., 1] = np.cos(high)[:, None] * np.sin(angle)
    points[..., 2] = np.sin(high)[:, None]
    height = np.repeat(np.maximum(np.sin(high), 0.0), SECTORS).astype(np.float32)
    return Surface(
        renderer,
        look,
        (points * 100.0).reshape(-1, 3).astype(np.float32),
        _bands(len(high)),
        {"height": height[:, None]},
    )


def evenly(colour: tuple[float, float, float], count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """One colour for `count` points."""
    return np.tile(np.array(colour, np.float32), (count, 1))


def _bands(rings: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    k, s = np.meshgrid(np.arange(rings - 1), np.arange(SECTORS), indexing="ij")
    a, b = k * SECTORS + s, k * SECTORS + (s + 1) % SECTORS
    quads = np.stack([a, b, b + SECTORS, a, b + SECTORS, a + SECTORS], axis=2)
    return quads.reshape(-1, 3).astype(np.int32)
