"""The light of a frame: sun, sky, haze, and the uniforms that follow the camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.looks import shifted_sun, sky_light
from vidbudova.scene.surface import Look
from vidbudova.scene.tiles import View

LEAST_SCALE = 0.8
"""Lines and hatching get no finer than this on small pictures (1 is a picture 720 pixels high)."""


class Light:
    """Sets what all looks have in common, once a frame."""

    def __init__(self, looks: Mapping[str, Look]) -> None:
        self.looks = looks
        self.changes = 0

    def aim(self, view: View, camera: Camera, size: Size) -> None:
        """Haze by distance, and what shaders need to know of the camera."""
        forward = view.axes[0]
        flat = np.hypot(forward[0], forward[1])
        values: dict[str, float | Sequence[float]] = {
            "haze": (0.9 * camera.distance, 3000.0 + 3.6 * camera.distance),
            "ahead": (float(forward[0] / max(flat, 1e-6)), float(forward[1] / max(flat, 1e-6)), 0.0),
            "steep": float(min(flat * 1.4, 1.0)),
            "perPixel": 1.0 / view.focal_px,
            "screen": (float(size[0]), float(size[1])),
            "pixel": max(size[1] / 720.0, LEAST_SCALE),
        }
        for look in self.looks.values():
            look.set(values)

    def soften(self, frame: int, width: float = 1.0) -> None:
        """Move the sun a little, and the light of the sky much, so that the average of frames has soft shadows."""
        for look in ("shadow", "cast"):
            self.looks[look].set({"toSun": shifted_sun(frame, width)})
        self.looks["ambient"].set({"toSun": sky_light(frame)})
