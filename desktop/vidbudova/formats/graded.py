"""Damage classes of others than UNOSAT: Copernicus grading layers, and tables with one column of classes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from vidbudova.formats.features import Attributes
from vidbudova.formats.scale_files import load_scales

COPERNICUS = ("copernicus-4", "copernicus-5")
TELLING = frozenset({"damage_gra", "damage_grade", "damage_class", "damage_level", "dmg_class", "damage_cat"})
"""Columns that make a layer one of observations when nothing else does."""

_BUILDING = re.compile(r"build|built|settlement|будин|apartment|house|school", re.I)


def is_graded(columns: Iterable[str]) -> bool:
    """Whether the columns tell of damage classes."""
    return any(name.lower() in TELLING for name in columns)


def complete(seen: dict[str, Any], attributes: Attributes, layer: str, dimension: int) -> list[dict[str, Any]]:
    """Add scale, evidence, reading and target to an observation; gives its sighting, if it has a class."""
    raw = seen.get("latest_raw")
    copernicus = any(name.lower() == "damage_gra" for name in attributes)
    scale = _scale(raw, copernicus) if raw else ""
    told = f"{layer} {seen.get('site') or ''}"
    seen.setdefault("target", "building" if _BUILDING.search(told) else "area" if dimension == 2 else "building")
    if not raw:
        return []
    evidence = "satellite" if scale and load_scales().by_id[scale].kind == "remote" else ""
    grade = load_scales().reading(raw, scale, evidence) or None if evidence else None
    seen.update(scale=scale or None, evidence=evidence or None, latest_grade=grade)
    return [{"observed_on": seen.get("latest_on"), "raw": raw, "grade": grade}]


@lru_cache(maxsize=256)
def _scale(raw: str, copernicus: bool) -> str:
    scales = load_scales()
    if copernicus:
        return next((name for name in COPERNICUS if scales.by_id[name].find(raw)), "")
    return scales.guess([raw])
