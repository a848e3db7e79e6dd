"""Every look of the scene: which shaders, which layer of depth, which uniforms."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vidbudova.scene import glsl, glsl_far, glsl_models
from vidbudova.scene.cloud_looks import cloud_look
from vidbudova.scene.daylight import TO_SUN, Vector
from vidbudova.scene.relief_looks import patch_look
from vidbudova.scene.style import Style
from vidbudova.scene.surface import Look

FLAT_LAYERS = (
    "ground",
    "land0",
    "land1",
    "land2",
    "land3",
    "bed_of_water",
    "shore",
    "water",
    "path",
    "bed",
    "casing",
    "road",
    "rail",
    "mark",
)
"""What lies flat, furthest down first."""

BEHIND_ALL, LAYER_STEP = 0.999999, 1.2e-6
SHADOW_DEPTH, OVERLAY_DEPTH = 0.9950, 0.9885
FRONT = 0.012
"""Solids come forward by so much depth where all ground is flat: before all that lies on it, however near that is."""
AMBIENT_SHARE = 0.3
FEATURE_SHARE = 0.22
AREA_SHARE = 0.45

Shares = dict[str, dict[str, tuple[str, float]]]


def shares_of(style: Style) -> Shares:
    """Which looks a layer is drawn with: the uniform that says how solid it is, and its value at full opacity."""
    zone, shadow = style.numbers["zone_fill_share"], style.numbers["shadow_share"]

    def whole(*looks: str) -> dict[str, tuple[str, float]]:
        return dict.fromkeys(looks, ("share", 1.0))

    return {
        "buildings": whole("building", "cap", "quarter", "skin"),
        "shadows": {
            **dict.fromkeys(("shadow", "cap_shadow", "quarter_shadow"), ("shadowShare", shadow)),
            "cast": ("shadowShare", shadow),
            "ambient": ("shadowShare", AMBIENT_SHARE),
        },
        "zones": {"fill": ("share", zone), "volume": ("share", zone), "line": ("share", 1.0)},
        "cells": {"cell": ("share", 0.4)},
        "observations": whole("dot"),
        "features": {"feature": ("share", FEATURE_SHARE), "feature_line": ("share", 1.0), "pin": ("share", 1.0)},
        "places": whole("place"),
        "trees": whole("crown"),
        "power": {"wire": ("share", 0.55)},
        "roads": whole("path", "casing", "road", "mark"),
        "rail": whole("bed", "rail"),
        "water": whole("shore", "water"),
        "clouds": whole("cloud"),
        "landuse": whole("land0", "land1", "land2", "land3"),
    }


def depth_of(layer: str) -> float:
    """The depth that all of a flat layer is drawn at."""
    return BEHIND_ALL - LAYER_STEP * FLAT_LAYERS.index(layer)


def make_looks(style: Style) -> dict[str, Look]:
    """Looks by name, in the colours of a style."""
    common = uniforms_of(style)
    looks = {
        name: Look(glsl.FLAT_VERTEX, glsl.FLAT_FRAGMENT, common | {"depth": depth_of(name), "share": 1.0})
        for name in FLAT_LAYERS
    }
    looks["building"] = Look(glsl.BUILDING_VERTEX, glsl.BUILDING_FRAGMENT, common | {"share": 1.0})
    looks["cap"] = Look(glsl_far.CAP_VERTEX, glsl_far.CAP_FRAGMENT, common | {"share": 1.0})
    looks["quarter"] = Look(glsl_far.QUARTER_VERTEX, glsl_far.CAP_FRAGMENT, common | {"share": 1.0})
    for name, vertex in (
        ("cap_shadow", glsl_far.CAP_SHADOW_VERTEX),
        ("quarter_shadow", glsl_far.QUARTER_SHADOW_VERTEX),
    ):
        looks[name] = Look(vertex, glsl.SHADOW_FRAGMENT, common | {"depth": SHADOW_DEPTH})
    looks["crown"] = Look(glsl.SOLID_VERTEX, glsl.SOLID_FRAGMENT, common | {"share": 1.0})
    looks["shadow"] = Look(glsl.SHADOW_VERTEX, glsl.SHADOW_FRAGMENT, common | {"depth": SHADOW_DEPTH})
    looks["cast"] = Look(glsl.CAST_VERTEX, glsl.SHADOW_FRAGMENT, common | {"depth": SHADOW_DEPTH + 1e-6})
    ambient = common | {"depth": SHADOW_DEPTH - 0.006, "toSun": (0.0, 0.0, 1.0), "shadowShare": AMBIENT_SHARE}
    looks["ambient"] = Look(glsl.SHADOW_VERTEX, glsl.SHADOW_FRAGMENT, ambient)
    looks["solid"] = Look(glsl.SOLID_VERTEX, glsl.SOLID_FRAGMENT, common | {"share": 1.0})
    looks["skin"] = Look(
        glsl_models.SKIN_VERTEX,
        glsl_models.SKIN_FRAGMENT,
        common | {"share": 1.0, "bare": (0.0, 0.0, 0.0), "plain": style["building"]},
    )
    looks["poster"] = Look(glsl_models.POSTER_VERTEX, glsl_models.POSTER_FRAGMENT, common | {"share": 1.0})
    looks["wire"] = Look(glsl.EDGE_VERTEX, glsl.FLAT_FRAGMENT, common | {"halfPx": 0.5, "share": 0.55})
    over = common | {"depth": OVERLAY_DEPTH, "share": 1.0, "halfPx": 1.3, "halfMetres": 0.35}
    looks["fill"] = Look(glsl.FLAT_VERTEX, glsl.FLAT_FRAGMENT, over | {"share": style.numbers["zone_fill_share"]})
    looks["cell"] = Look(glsl.FLAT_VERTEX, glsl.FLAT_FRAGMENT, over | {"share": 0.4})
    looks["area"] = Look(glsl.FLAT_VERTEX, glsl.FLAT_FRAGMENT, over | {"share": AREA_SHARE})
    looks["volume"] = Look(glsl.SOLID_VERTEX, glsl.SOLID_FRAGMENT, over | {"share": style.numbers["zone_fill_share"]})
    looks["line"] = Look(glsl.LINE_VERTEX, glsl.FLAT_FRAGMENT, over | {"depth": OVERLAY_DEPTH - 1e-5})
    looks["edge"] = Look(glsl.EDGE_VERTEX, glsl.FLAT_FRAGMENT, over)
    looks["edge_soft"] = Look(glsl.EDGE_VERTEX, glsl.FLAT_FRAGMENT, over | {"halfPx": 0.8, "share": 0.85})
    looks["dot"] = Look(glsl.DOT_VERTEX, glsl.DOT_FRAGMENT, over | {"halfPx": 5.5, "ring": style["unmatched"]})
    looks["feature"] = Look(glsl.FLAT_VERTEX, glsl.FLAT_FRAGMENT, over | {"share": FEATURE_SHARE})
    looks["feature_line"] = Look(glsl.LINE_VERTEX, glsl.FLAT_FRAGMENT, over | {"depth": OVERLAY_DEPTH - 1e-5})
    for name, half_px in (("pin", 4.6), ("place", 4.0)):
        looks[name] = Look(glsl.DOT_VERTEX, glsl.DOT_FRAGMENT, over | {"halfPx": half_px, "ring": style["unmatched"]})
    looks["terrain"] = patch_look(common)
    looks["cloud"] = cloud_look(common)
    looks["section"] = Look(glsl.SECTION_VERTEX, glsl.FLAT_FRAGMENT, common | {"share": 1.0})
    looks["sky"] = Look(glsl.SKY_VERTEX, glsl.SKY_FRAGMENT, common)
    return looks


def uniforms_of(style: Style) -> dict[str, float | Sequence[float]]:
    """What every look may read, at rest values."""
    return {
        "toSun": TO_SUN,
        "front": FRONT,
        "sunlight": style["sun"],
        "skylight": style["skylight"],
        "hazeColour": style["haze"],
        "haze": (1500.0, 9000.0),
        "glass": style["glass"],
        "glassShare": style.numbers["glass_share"],
        "hatch": style["hatch"],
        "pixel": 1.0,
        "perPixel": 0.001,
        "screen": (1280.0, 720.0),
        "ahead": (0.0, 1.0, 0.0),
        "steep": 1.0,
        "eyeHeight": 100.0,
        "sideLit": 0.3,
        "shadow": style["shadow"],
        "shadowShare": style.numbers["shadow_share"],
        "skyLow": style["sky_low"],
        "skyHigh": style["sky_high"],
        "flatLight": (1.0, 1.0, 1.0),
        "sunShare": 1.0,
        "away": 0.0,
        "glow": (0.0, 0.0, 0.0),
    }


def shifted_sun(frame: int, width: float, sun: Vector = TO_SUN) -> Sequence[float]:
    """The sun, moved about within a disc; width 0 is its middle."""
    turn, reach = 2.39996 * frame, 0.035 * width * ((frame % 12 + 0.5) / 12.0) ** 0.5
    x, y, z = sun
    flat = max(math.hypot(x, y), 1e-6)
    along, across = reach * math.cos(turn), reach * math.sin(turn)
    return (x + across * y / flat + along * x / flat, y - across * x / flat + along * y / flat, z)


def sky_light(frame: int) -> Sequence[float]:
    """A direction of the sky, different each frame, more often high than low."""
    turn = 2.39996 * frame + 0.7
    low = 0.30 + 0.8 * ((frame * 5 % 12) / 11.0)
    return (low * math.cos(turn), low * math.sin(turn), 1.0)
