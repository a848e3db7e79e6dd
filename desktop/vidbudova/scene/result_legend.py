"""Classes, colours and words of any analysis result: one diverging and two sequential palettes for all plugins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.colouring import Colouring, Entry, palette
from vidbudova.scene.style import rgb_of
from vidbudova.text import _, number, with_unit

if TYPE_CHECKING:
    from vidbudova.plugin.result import ResultTable, Style

Floats = NDArray[np.float64]
TIMES = ("s", "min", "h")
CLASSES = 6
SHARES_OF_CHANGE = (0.5, 0.8, 0.95)
"""Shares of the changes, by size, at which the classes of a difference part."""
NO_VALUE = "none"


@dataclass(frozen=True, slots=True)
class Legend:
    """What the colours of a result mean: its title with the unit, and its lines from little to much."""

    title: str
    unit: str
    lines: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Classed:
    """The rows of a result by class.

    legend : a line a class. of : (n,) the line of each row. counts : (lines,) rows of each.
    """

    legend: Legend
    of: NDArray[np.int16]

    @property
    def counts(self) -> NDArray[np.int64]:
        """(lines,) how many rows each stands for."""
        return np.bincount(self.of, minlength=len(self.legend.lines)).astype(np.int64)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(n, 3) the colour of each row."""
        return np.array([line.rgb for line in self.legend.lines], np.uint8).reshape(-1, 3)[self.of]


def legend(table: ResultTable, theme: str = "light") -> Legend:
    """What the colours of a result mean in a theme."""
    return classed(table, theme).legend


def classed(table: ResultTable, theme: str = "light") -> Classed:
    """The rows of a result by the classes of its style; without a style all are of one."""
    style = table.style
    if style is None or style.column not in table.frame:
        one = Entry("all", table.title, _colours("amount", theme)[2])
        return Classed(Legend(table.title, "", (one,)), np.zeros(len(table.frame), np.int16))
    title = str(table.titles.get(style.column) or table.title)
    unit = style.unit or str(table.units.get(style.column, ""))
    unit = "" if unit == "1" else unit
    values = table.frame[style.column].to_numpy()
    if style.kind == "categories":
        return _by_word(values, style, title, unit, theme)
    return _by_number(numbers(values), style, title, unit, theme)


def building_colouring(table: ResultTable, ids: NDArray[np.object_], theme: str = "light") -> Colouring:
    """A result about buildings as colours of the buildings of a scene (n,) in its order; others have no value."""
    return worn(classed(table, theme), rows_of(table, ids), theme)


def rows_of(table: ResultTable, ids: NDArray[np.object_]) -> NDArray[np.int64]:
    """(n,) the row about each of some ids, -1 for none."""
    row_of = dict(zip(table.frame["id"].astype(str).tolist(), range(len(table.frame)), strict=True))
    return np.array([row_of.get(str(id), -1) for id in ids.tolist()], np.int64)


def worn(found: Classed, rows: NDArray[np.int64], theme: str = "light") -> Colouring:
    """The colours of buildings (n,) by the row about each; those without one have no value."""
    lines = found.legend.lines
    none = next((n for n, line in enumerate(lines) if line.key == NO_VALUE), len(lines))
    entries = lines if none < len(lines) else (*lines, _unknown(theme))
    of = np.where(rows >= 0, np.append(found.of, none)[rows], none).astype(np.int16)
    return Colouring(entries, of, np.zeros(len(of), bool), np.zeros(len(of), np.int8))


def numbers(values: NDArray[Any]) -> Floats:
    """(n,) as floats; NaN where there is none."""
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    return np.array([np.nan if v is None else _number_of(v) for v in values.tolist()], np.float64)


def _number_of(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _by_number(values: Floats, style: Style, title: str, unit: str, theme: str) -> Classed:
    known = values[np.isfinite(values)]
    about_zero = style.kind == "difference"
    edges = np.array(sorted(style.breaks), np.float64) if style.breaks else _edges(known, about_zero)
    # breaks are upper ends: a value on one belongs below it
    of = np.searchsorted(edges, values, side="left")
    open_end = not style.breaks or about_zero or bool((known > edges[-1]).any())
    count = len(edges) + open_end
    colours = _diverging(edges, count, theme) if about_zero else _sequence(style, unit, count, theme)
    words = _words(edges, count, known, unit, about_zero)
    said = list(style.labels.values())
    if len(said) >= count:
        words = said[:count]
    lines = [Entry(str(n), words[n], colours[n]) for n in range(count)]
    if len(known) < len(values):
        of = np.where(np.isfinite(values), of, count)
        lines.append(_unknown(theme))
    return Classed(Legend(title, unit, tuple(lines)), of.astype(np.int16))


def _by_word(values: NDArray[Any], style: Style, title: str, unit: str, theme: str) -> Classed:
    """A colour a word, in the order of the style's labels and then of first appearance."""
    words = ["" if v is None or v != v else str(v) for v in values.tolist()]
    keys = list(dict.fromkeys([*map(str, style.labels), *(w for w in words if w)]))
    kinds = palette("classes")["kinds"]
    lines = [Entry(k, str(style.labels.get(k, k)), _bytes(kinds[n % len(kinds)])) for n, k in enumerate(keys)]
    line_of = {key: n for n, key in enumerate(keys)} | {"": len(keys)}
    if "" in words:
        lines.append(_unknown(theme))
    return Classed(Legend(title, unit, tuple(lines)), np.array([line_of[w] for w in words], np.int16))


def _edges(known: Floats, about_zero: bool) -> Floats:
    """Borders of classes of equal count, or of growing change about zero; rounded to two digits, each only once."""
    if about_zero:
        size = np.abs(known[known != 0])
        steps = _rounded(np.quantile(size, SHARES_OF_CHANGE)) if len(size) else np.zeros(0)
        steps = steps[steps > 0]
        return np.concatenate([-steps[::-1], steps])
    if not len(known):
        return np.zeros(0)
    edges = _rounded(np.quantile(known, np.arange(1, CLASSES) / CLASSES))
    return np.asarray(edges[(edges >= known.min()) & (edges < known.max())])


def _rounded(values: Floats) -> Floats:
    return np.array(sorted({float(f"{v:.2g}") for v in values.tolist()}), np.float64)


def _sequence(style: Style, unit: str, count: int, theme: str) -> list[tuple[int, int, int]]:
    shades = _colours("time" if unit in TIMES or style.kind == "isochrones" else "amount", theme)
    if style.kind in ("isochrones", "order"):
        # what is near, and what comes first, is the strongest
        shades = shades[::-1]
    return _between(shades, np.linspace(0, len(shades) - 1, count) if count > 1 else np.array([len(shades) / 2]))


def _diverging(edges: Floats, count: int, theme: str) -> list[tuple[int, int, int]]:
    """Colours about the class that holds zero, or about the border at zero."""
    shades = _colours("difference", theme)
    middle = len(shades) // 2
    below = int((edges < 0).sum())
    places = np.arange(count) - below
    if 0.0 in edges:
        places = np.where(places <= 0, places - 1, places)
    most = max(int(np.abs(places).max(initial=1)), 1)
    return _between(shades, middle + places / most * middle)


def _between(shades: list[tuple[int, int, int]], places: Floats) -> list[tuple[int, int, int]]:
    """Colours at places along a row of them: every class has one of its own, however many there are."""
    channels = [np.interp(places, np.arange(len(shades)), channel) for channel in np.array(shades, np.float64).T]
    return [(round(r), round(g), round(b)) for r, g, b in np.stack(channels, axis=1).tolist()]


def _words(edges: Floats, count: int, known: Floats, unit: str, signed: bool) -> list[str]:
    if not len(edges):
        return [_("all")] * count
    small = bool((np.abs(edges) < 10).all())

    def said(value: float) -> str:
        plain = number(abs(value), _decimals(edges if small else np.array([value])))
        return ("\u2212" if value < 0 else "+" if signed and value > 0 else "") + plain

    between = _("{low} to {high}") if signed else _("{low} – {high}")
    whole = not signed and bool((known >= 0).all())
    found = [_("{low} – {high}").format(low=number(0), high=said(edges[0])) if whole and edges[0] > 0 else ""]
    found[0] = found[0] or _("up to {high}").format(high=said(edges[0]))
    found += [between.format(low=said(a), high=said(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    found.append(_("over {low}").format(low=said(edges[-1])))
    return [with_unit(words, unit) for words in found[:count]]


def _decimals(edges: Floats) -> int:
    """As few as tell the borders from each other and from what they are."""
    return next((d for d in range(4) if np.allclose(np.round(edges, d), edges, rtol=1e-6, atol=1e-9)), 4)


def _colours(name: str, theme: str) -> list[tuple[int, int, int]]:
    return [_bytes(text) for text in _themed(theme)[name]]


def _unknown(theme: str) -> Entry:
    return Entry(NO_VALUE, _("No value"), _bytes(_themed(theme)["unknown"]))


def _themed(theme: str) -> dict[str, Any]:
    found: dict[str, Any] = palette("results")["dark" if theme == "dark" else "light"]
    return found


def _bytes(text: str) -> tuple[int, int, int]:
    r, g, b = rgb_of(text)
    return round(r * 255), round(g * 255), round(b * 255)
