"""Which colour a building wears, and the legend that says why: by damage, by a list of kinds, or by a number."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova import paths
from vidbudova.model.damage import GRADES, NONE, POSSIBLE, DamageView
from vidbudova.text import _, number, with_unit

RGB = NDArray[np.uint8]
MOST_KINDS = 11
DIM = 0.82
DIM_TO = {"light": (236, 234, 229), "dark": (58, 62, 68)}
"""What hidden buildings are paled towards: the ground of each theme."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend: its key, its words and its colour."""

    key: str
    title: str
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Colouring:
    """How all buildings are coloured.

    Attributes
    ----------
    entries : the legend, in order.
    of : (n,) the entry of each building.
    hatched : (n,) whether it is drawn hatched (only seen from above).
    broken : (n,) 0, 4 or 5: the broken form it wears.
    """

    entries: tuple[Entry, ...]
    of: NDArray[np.int16]
    hatched: NDArray[np.bool_]
    broken: NDArray[np.int8]

    def counts(self) -> NDArray[np.int64]:
        """(entries,) how many buildings each line of the legend stands for."""
        return np.bincount(self.of, minlength=len(self.entries)).astype(np.int64)

    def rgb(self, hidden: Collection[str] = (), only: NDArray[np.bool_] | None = None, theme: str = "light") -> RGB:
        """(n, 3) colours; buildings of hidden entries, or outside `only` (n,), are dimmed towards the ground."""
        table = np.array([e.rgb for e in self.entries], np.uint8).reshape(-1, 3)
        dimmed = (table * (1 - DIM) + np.array(DIM_TO[theme]) * DIM).astype(np.uint8)
        out = np.array([e.key in hidden for e in self.entries], bool)[self.of]
        if only is not None:
            out |= ~only
        return np.where(out[:, None], dimmed[self.of], table[self.of])


@cache
def palette(name: str) -> Mapping[str, Any]:
    """A palette of resources/palettes."""
    found: Mapping[str, Any] = json.loads(paths.resources("palettes", f"{name}.json").read_text(encoding="utf-8"))
    return found


def grade_rgb(key: str) -> tuple[int, int, int]:
    """The colour of a grade ("0" … "5"), of "P" or of "none"."""
    return _rgb(palette("damage")["grades"][key])


def by_damage(view: DamageView) -> Colouring:
    """Grades, and where there are none the readings from above; 4 and 5 wear the broken form."""
    keys = [*map(str, GRADES), "P", "none"]
    titles = [f"{g} · {_(t)}" for g, t in GRADES.items()] + [_("Possible damage"), _("Not assessed")]
    shown = view.shown.astype(np.int16)
    of = np.where(shown == NONE, keys.index("none"), np.where(shown == POSSIBLE, keys.index("P"), shown))
    entries = tuple(Entry(k, t, grade_rgb(k)) for k, t in zip(keys, titles, strict=True))
    broken = np.where((shown == 4) | (shown == 5), shown, 0).astype(np.int8)
    return Colouring(entries, of.astype(np.int16), view.hatched, broken)


def by_kind(values: NDArray[np.object_], titles: Mapping[str, str] | None = None) -> Colouring:
    """A colour for each of the commonest values; the rest is "other", empty is "unknown".

    Parameters
    ----------
    values : (n,) text, None or "" where nothing is known.
    titles : words for codes, already translated.
    """
    words = np.array(["" if v is None else str(v) for v in values], object)
    found, of, counts = np.unique(words.astype(str), return_inverse=True, return_counts=True)
    common = [i for i in np.argsort(-counts, kind="stable") if found[i]]
    named, rest = common[:MOST_KINDS], common[MOST_KINDS:]
    colours = palette("classes")
    entries = [
        Entry(str(found[i]), (titles or {}).get(str(found[i]), str(found[i])), _rgb(colours["kinds"][n]))
        for n, i in enumerate(named)
    ]
    line_of = np.full(len(found), len(entries) + bool(rest), np.int16)
    line_of[named] = np.arange(len(named))
    if rest:
        line_of[rest] = len(entries)
        entries.append(Entry("…", _("Others"), _rgb(colours["kinds"][MOST_KINDS])))
    return _plain(_with_unknown(entries), line_of[of])


def by_number(values: NDArray[np.generic], unit: str = "", steps: int = 6, equal: bool = False) -> Colouring:
    """A sequence from light to dark over rounded quantiles, or equal steps; NaN is "unknown".

    Parameters
    ----------
    values : (n,) numbers.
    unit : symbol behind the numbers in the legend.
    """
    plain = np.array([np.nan if v is None else v for v in values.tolist()], float)
    edges = _edges(plain[np.isfinite(plain)], steps, equal)
    shades = palette("classes")["steps"]
    picks = np.linspace(0, len(shades) - 1, max(len(edges) + 1, 2)).round().astype(int)
    entries = [Entry(str(n), _span(edges, n, unit), _rgb(shades[picks[n]])) for n in range(len(edges) + 1)]
    of = np.where(np.isfinite(plain), np.searchsorted(edges, plain, side="right"), len(entries))
    return _plain(_with_unknown(entries), of.astype(np.int16))


def _plain(entries: list[Entry], of: NDArray[np.int16]) -> Colouring:
    return Colouring(tuple(entries), of, np.zeros(len(of), bool), np.zeros(len(of), np.int8))


def _with_unknown(entries: list[Entry]) -> list[Entry]:
    return [*entries, Entry("", _("Unknown"), _rgb(palette("classes")["unknown"]))]


def _edges(values: NDArray[np.float64], steps: int, equal: bool = False) -> NDArray[np.float64]:
    """Inner borders of the classes at quantiles or equal steps, rounded to two digits and each only once."""
    if not len(values):
        return np.zeros(0)
    shares = np.arange(1, steps) / steps
    raw = values.min() + np.ptp(values) * shares if equal else np.quantile(values, shares)
    rounded = sorted({float(f"{v:.2g}") for v in raw})
    return np.array([v for v in rounded if values.min() < v <= values.max()])


def _span(edges: NDArray[np.float64], n: int, unit: str) -> str:
    if not len(edges):
        return _("all")
    low = "" if n == 0 else _number(edges[n - 1])
    high = "" if n == len(edges) else _number(edges[n])
    words = f"< {high}" if not low else (f"≥ {low}" if not high else f"{low} – {high}")
    return with_unit(words, unit)


def _number(value: float) -> str:
    return number(value, 0 if float(value).is_integer() else 1)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
