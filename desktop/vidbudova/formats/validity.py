"""Why geometries are not valid, in the words of GEOS as codes of ours."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import Any

import shapely

from vidbudova.text import _, mark, number

KINDS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "crosses": ("Self-intersection", mark("{count} cross themselves; cut at the crossing, every piece kept")),
        "touches": ("Ring Self-intersection", mark("{count} touch themselves; made into pieces that only meet")),
        "hole-outside": ("Hole lies outside shell", mark("{count} have a hole outside of the outline; left out")),
        "holes-nested": ("Holes are nested", mark("{count} have a hole in a hole; taken as one")),
        "shells-nested": ("Nested shells", mark("{count} have an outline in an outline; taken as one")),
        "rings-repeated": ("Duplicate Rings", mark("{count} have a ring twice; once left out")),
        "split": ("Interior is disconnected", mark("{count} fall into parts; made into parts")),
        "too-few": ("Too few points", mark("{count} have rings of too few corners; these were left out")),
        "other": ("", mark("{count} for another reason")),
    }
)
"""Code -> (how GEOS begins its reason, sentence with what was done)."""


def kinds(shapes: Any) -> Counter[str]:
    """How many of the geometries (n,) are wrong in which way."""
    return Counter(map(_kind, shapely.is_valid_reason(shapely.force_2d(shapes)).tolist()))


def _kind(reason: str) -> str:
    return next(code for code, (begin, _words) in KINDS.items() if reason.startswith(begin))


def words(counted: dict[str, int]) -> str:
    """The kinds in words, the most frequent first."""
    ordered = sorted(counted.items(), key=lambda one: -one[1])
    return "; ".join(_(KINDS[code][1]).format(count=number(count)) for code, count in ordered if code in KINDS)
