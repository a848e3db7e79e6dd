"""Which layers a city has besides its buildings, and what draws each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vidbudova.scene.bridges import bridges
from vidbudova.scene.city import City
from vidbudova.scene.land import (
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
from vidbudova.scene.solids import Floats
from vidbudova.scene.style import Style
from vidbudova.scene.surface import Look
from vidbudova.scene.tiles import Bands
from vidbudova.scene.trees import trees
from vidbudova.scene.window import Window

LAYERS = (
    "buildings", "shadows", "roads", "rail", "water", "landuse", "trees", "power",
    "zones", "observations", "cells", "quarantine", "features", "places",
)  # fmt: skip
"""What `set_visible` and `set_opacity` of a Scene know."""


def layers_of(
    city: City, window: Window, looks: Mapping[str, Look], origin: Floats, picker: Picker, style: Style
) -> dict[tuple[str, str], Bands]:
    """Bands by (layer that a person can hide, part of it)."""
    ground, solid = Ground(window.flat, looks, origin), Ground(window.solid, looks, origin)
    roads, rail, water = city.table("roads"), city.table("rail"), city.table("water")
    landuse, ways = city.table("landuse"), city.table("waterways")
    return {
        ("landuse", "areas"): flat(ground, landuse, land_coats(landuse, style)),
        ("water", "areas"): flat(ground, water, water_coats(water, style)),
        ("water", "ways"): flat(ground, ways, waterway_coats(ways, style)),
        ("roads", "ground"): flat(ground, roads, road_coats(roads, style)),
        ("roads", "bridges"): bridges(solid, roads, road_widths(roads), style, "road_major"),
        ("rail", "ground"): flat(ground, rail, rail_coats(rail, style)),
        ("rail", "bridges"): bridges(solid, rail, np.full(len(rail), 4.5), style, "rail_bed"),
        ("trees", "trees"): trees(solid, city, picker, style),
        ("power", "lines"): power(solid, city, style),
    }
