"""Heights of buildings: as the source says, else from storeys, else assumed; always marked which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidbudova.formats import values

LOW_USES = {"garage": 3.0, "other": 4.0}
"""Assumed heights in metres of what is seldom as high as a house."""


def settle(fields: dict[str, Any], attributes: Mapping[str, Any], storey_m: float, default_m: float) -> str:
    """Fill height_m, height_source and min_height_m of a building; gives the problem code to note, or ""."""
    _underside(fields, attributes, storey_m)
    if fields.get("height_m"):
        fields["height_source"] = "tagged"
        return ""
    if fields.get("levels"):
        extra = values.real(attributes.get("roof:levels")) or 0.0
        fields["height_m"] = round((fields["levels"] + extra / 2.0) * storey_m, 2)
        fields["height_source"] = "derived"
        return "height-derived"
    assumed = LOW_USES.get(fields.get("use", ""), default_m)
    fields["height_m"] = round(fields.get("min_height_m", 0.0) + assumed, 2)
    fields["height_source"] = "assumed"
    return "height-assumed"


def _underside(fields: dict[str, Any], attributes: Mapping[str, Any], storey_m: float) -> None:
    if "min_height_m" in fields:
        return
    lowest = values.real(attributes.get("building:min_level"))
    if lowest is not None and 0 < lowest <= 200:
        fields["min_height_m"] = round(lowest * storey_m, 2)
