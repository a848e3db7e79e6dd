"""Which layers a city has besides its buildings, and what draws each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vidbudova.scene.bridges import bridges
from vidbudova.scene.city import City
from vidbudova.scene.footing import Footing
from vidbudova.scene.land import (
    LAND_TILE_M,
    WHOLE,
    Ground,
    flat,
    land_coats,
    rail_coats,
    road_coats,
    road_widths,
    water_coats,
    waterway_coats,
)
from vidbudova.scene.pick import Picker
from vidbudova.scene.power import power
from vidbudova.scene.style import Style
from vidbudova.scene.surface import Look
from vidbudova.scene.tiles import Bands
from vidbudova.scene.trees import trees
from vidbudova.scene.window import Window

LAYERS = (
    "buildings", "shadows", "roads", "rail", "water", "landuse", "trees", "power",
    "zones", "observations", "cells", "quarantine", "features", "places", "clouds", "models",
)  # fmt: skip
"""What `set_visible` and `set_opacity` of a Scene know."""


Bandses = dict[tuple[str, str], Bands]
"""Bands by (layer that a person can hide, part of it)."""


def layers_of(
    city: City, window: Window, looks: Mapping[str, Look], footing: Footing, picker: Picker, style: Style
) -> Bandses:
    """What is drawn besides buildings: all of it where there is no relief; else what lies flat is draped."""
    ground = Ground(window.flat, looks, footing.origin)
    standing = Ground(window.solid, looks, footing.origin)
    if footing.relief is not None:
        return standing_layers(standing, footing, city, picker, style, ("body",))
    return flat_layers(ground, city, style) | standing_layers(standing, footing, city, picker, style)


def flat_layers(ground: Ground, city: City, style: Style, tile_m: float = LAND_TILE_M) -> Bandses:
    """What lies flat on the ground."""
    roads, rail, water = city.table("roads"), city.table("rail"), city.table("water")
    landuse, ways = city.table("landuse"), city.table("waterways")
    return {
        ("landuse", "areas"): flat(ground, landuse, land_coats(landuse, style), tile_m),
        ("water", "areas"): flat(ground, water, water_coats(water, style), tile_m),
        ("water", "ways"): flat(ground, ways, waterway_coats(ways, style), tile_m),
        ("roads", "ground"): flat(ground, roads, road_coats(roads, style), tile_m),
        ("rail", "ground"): flat(ground, rail, rail_coats(rail, style), tile_m),
    }


def standing_layers(
    ground: Ground, footing: Footing, city: City, picker: Picker, style: Style, drawn: Sequence[str] = WHOLE
) -> Bandses:
    """What stands; `drawn` says whether its bodies, the shadows they cast, or both."""
    roads, rail = city.table("roads"), city.table("rail")
    found = {
        ("roads", "bridges"): bridges(ground, roads, road_widths(roads), style, "road_major", footing, drawn),
        ("rail", "bridges"): bridges(ground, rail, np.full(len(rail), 4.5), style, "rail_bed", footing, drawn),
        ("trees", "trees"): trees(ground, city, picker, style, footing, drawn),
    }
    if "body" in drawn:
        found["power", "lines"] = power(ground, city, style, footing)
    return found
