"""Colours and light of the view, read from resources/styles and resources/palettes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vidbudova import paths

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """One theme: named colours (0 to 1), numbers, and colours by kind."""

    name: str
    colours: dict[str, Colour]
    numbers: dict[str, float]
    kinds: dict[str, dict[str, Colour]]

    def __getitem__(self, name: str) -> Colour:
        return self.colours[name]

    def landuse(self, kind: str) -> Colour | None:
        """The tone of a kind of land; None for kinds that look like the ground."""
        return self.kinds["landuse"].get(kind)

    def zone(self, kind: str, colour: str = "") -> Colour:
        """A zone's own colour if it has one (#RRGGBB), else its kind's."""
        try:
            return rgb_of(colour)
        except ValueError:
            return self.kinds["zone"].get(kind, self.kinds["zone"][""])


def rgb_of(text: str) -> Colour:
    """#RRGGBB as three numbers from 0 to 1; ValueError for anything else."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(text)
    r, g, b = (int(text[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return r, g, b


@lru_cache(maxsize=8)
def style(name: str) -> Style:
    """The theme “light” or “dark”."""
    found = json.loads(paths.resources("styles", f"{name}.json").read_text(encoding="utf-8"))
    colours = {k: rgb_of(v) for k, v in found.items() if isinstance(v, str) and v.startswith("#")}
    colours |= {k: (float(v[0]), float(v[1]), float(v[2])) for k, v in found.items() if isinstance(v, list)}
    kinds = {k: {n: rgb_of(c) for n, c in v.items()} for k, v in found.items() if isinstance(v, dict)}
    return Style(name, colours, {k: float(v) for k, v in found.items() if isinstance(v, int | float)}, kinds)


@lru_cache(maxsize=1)
def damage_palette() -> NDArray[np.uint8]:
    """(8, 3) colours of grades 0 to 5, of “possible” (6) and of “not assessed” (7)."""
    grades = json.loads(paths.resources("palettes", "damage.json").read_text(encoding="utf-8"))["grades"]
    return np.array([[round(v * 255) for v in rgb_of(grades[k])] for k in (*"012345", "P", "none")], np.uint8)
