"""The light of a frame: sun, sky, haze, and the uniforms that follow the camera."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.daylight import FULL_SHADOW_DEG, TO_SUN, Daylight, Uniforms, haze_towards, uniforms
from vidbudova.scene.looks import shifted_sun, sky_light, uniforms_of
from vidbudova.scene.style import Style
from vidbudova.scene.surface import Look
from vidbudova.scene.tiles import View

LEAST_SCALE = 0.8
"""Lines and hatching get no finer than this on small pictures (1 is a picture 720 pixels high)."""
SHADING = ("shadow", "cast", "cap_shadow", "quarter_shadow")
OF_THE_DAY = ("toSun", "sunlight", "skylight", "flatLight", "hazeColour", "skyLow", "skyHigh", "glow")
UNLIT = frozenset({"fill", "cell", "feature"})
"""Flat things that say something with their colour: no hour of the day changes it."""


class Light:
    """Sets what all looks have in common, once a frame.

    daylight : the sun that shines; None for the architect's light.
    """

    def __init__(self, looks: Mapping[str, Look]) -> None:
        self.looks = looks
        self.changes = 0
        self.daylight: Daylight | None = None
        self.to_sun = TO_SUN
        self._lit: Uniforms = {}

    def shine(self, daylight: Daylight | None, style: Style) -> None:
        """The light of this sun, or the architect's, on the colours of a style."""
        self.changes += 1
        self.daylight = daylight
        self._lit = {} if daylight is None else uniforms(daylight, style)
        self.to_sun = TO_SUN if daylight is None else daylight.towards(FULL_SHADOW_DEG)
        usual = uniforms_of(style)
        values: Uniforms = {name: usual[name] for name in OF_THE_DAY} | self._lit
        for name, look in self.looks.items():
            look.set(values | {"flatLight": (1.0, 1.0, 1.0)} if name in UNLIT else values)
        for name in SHADING:
            self.looks[name].set({"sunShare": 1.0 if daylight is None else daylight.shadow_share})
        if daylight is not None:
            self.looks["sky"].set({"toSun": daylight.way()})
        self.soften(0, 0.0)

    def aim(self, view: View, camera: Camera, size: Size) -> None:
        """Haze by distance, and what shaders need to know of the camera."""
        forward = view.axes[0]
        flat = np.hypot(forward[0], forward[1])
        values: dict[str, float | Sequence[float]] = {
            "haze": view.haze,
            "eyeHeight": float(view.eye[2]),
            "sideLit": lit_sides(forward, self.to_sun),
            "ahead": (float(forward[0] / max(flat, 1e-6)), float(forward[1] / max(flat, 1e-6)), 0.0),
            "steep": float(min(flat * 1.4, 1.0)),
            "perPixel": 1.0 / view.focal_px,
            "screen": (float(size[0]), float(size[1])),
            "pixel": max(size[1] / 720.0, LEAST_SCALE),
        }
        if self.daylight is not None:
            values["hazeColour"] = haze_towards(forward, self.daylight, self._lit)
        for look in self.looks.values():
            look.set(values)

    def soften(self, frame: int, width: float = 1.0) -> None:
        """Move the sun a little, and the light of the sky much, so that the average of frames has soft shadows."""
        for look in SHADING:
            self.looks[look].set({"toSun": shifted_sun(frame, width, self.to_sun)})
        self.looks["ambient"].set({"toSun": sky_light(frame)})


def lit_sides(forward: NDArray[np.float64], to_sun: Sequence[float]) -> float:
    """The mean sunlight on the walls that are seen, of shapes turned any way: by their angle from eye to sun."""
    away = -forward[:2] / max(float(np.hypot(*forward[:2])), 1e-6)
    flat = float(np.hypot(to_sun[0], to_sun[1]))
    turn = math.acos(min(max(float(away @ np.array(to_sun[:2])) / max(flat, 1e-6), -1.0), 1.0))
    return flat * ((math.pi - turn) * math.cos(turn) + math.sin(turn)) / 4.0
