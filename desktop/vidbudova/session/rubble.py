"""The factors of rubble by the kind of building, from the data file that says where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from vidbudova import paths
from vidbudova.model.rubble import Factors

HOUSES = frozenset({"house"})
"""Uses that FEMA's rule for single-family houses suits."""


@cache
def all_factors() -> Mapping[str, Factors]:
    """By kind: “house” and “building”."""
    kinds = json.loads(paths.resources("rubble", "volume.json").read_text(encoding="utf-8"))["kinds"]
    return {name: Factors(row["low"], row["likely"], row["high"]) for name, row in kinds.items()}


def factors_of(use: str | None) -> Factors:
    """The factors of a building by its use."""
    return all_factors()["house" if use in HOUSES else "building"]
