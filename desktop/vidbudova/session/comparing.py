"""Two results beside each other: figures with their difference, tables joined row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vidbudova.plugin import Result, ResultTable, Style
from vidbudova.text import _

if TYPE_CHECKING:
    import pandas as pd

A, B, DIFFERENCE = "_a", "_b", "_difference"
FIGURES = "figures"


def compare(a: Result, b: Result) -> Result:
    """What differs from `a` to `b`, as a result: a table `figures`, and each table that both have, joined by its ids.

    A number `x` becomes `x_a`, `x_b` and `x_difference` (b less a); a row that only one has is kept, and empty in the
    other. A table that was coloured by a number is coloured by its difference.
    """
    both = {table.name: table for table in b.tables}
    tables = [joined for table in a.tables if table.name in both and (joined := _joined(table, both[table.name]))]
    alone = sorted({t.name for t in a.tables} ^ both.keys())
    warnings = [_("The table {name} is in one of the two only.").format(name=name) for name in alone]
    changes = {f"{name}{DIFFERENCE}": _change(value, b.summary.get(name))[0] for name, value in a.summary.items()}
    summary = {name: change for name, change in changes.items() if change is not None}
    return Result(summary, tables=(_figures(a, b), *tables), warnings=tuple(warnings))


def _figures(a: Result, b: Result) -> ResultTable:
    """Every number and word of the summaries, with titles and units where a figure tells them."""
    import pandas as pd

    told = {figure.name: figure for figure in (*a.figures, *b.figures)}
    first, second = _values(a), _values(b)
    rows = []
    for name in {**first, **second}:
        old, new, figure = first.get(name), second.get(name), told.get(name)
        rows.append(
            (name, figure.title if figure else name, figure.unit if figure else "", old, new, *_change(old, new))
        )
    frame = pd.DataFrame(
        rows, columns=["name", "title", "unit", "a", "b", "difference", "change_percent"], dtype=object
    )
    titles = {
        "title": _("Figure"),
        "unit": _("Unit"),
        "difference": _("Difference"),
        "change_percent": _("Change in %"),
    }
    return ResultTable(FIGURES, _("Figures"), frame, {"change_percent": "%"}, titles)


def _values(result: Result) -> dict[str, Any]:
    return {**{figure.name: figure.value for figure in result.figures}, **result.summary}


def _change(old: Any, new: Any) -> tuple[float | None, float | None]:
    """The difference, and what it is of the old value in percent."""
    if not (_is_number(old) and _is_number(new)):
        return None, None
    difference = new - old
    return difference, 100.0 * difference / abs(old) if old else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _joined(a: ResultTable, b: ResultTable) -> ResultTable | None:
    """One table of both; None where rows cannot be told from each other."""
    key = "id" if "id" in a.frame and "id" in b.frame else None
    if key is None or a.frame[key].duplicated().any() or b.frame[key].duplicated().any():
        return None
    first, second = a.frame.set_index(key), b.frame.set_index(key)
    ids = first.index.union(second.index, sort=False)
    numbers = [c for c in first.columns if c in second.columns and _counts(first[c]) and _counts(second[c])]
    frame = _common(first, second, ids, numbers)
    for column in numbers:
        frame[column + A] = first[column].reindex(ids)
        frame[column + B] = second[column].reindex(ids)
        frame[column + DIFFERENCE] = frame[column + B] - frame[column + A]
    spread = {column: tuple(column + end for end in (A, B, DIFFERENCE)) for column in numbers}
    return replace(
        b, frame=_placed(frame.rename_axis(key).reset_index(), a, b), units=_spread(b.units, spread),
        titles=_titles(b.titles, spread), style=_style(b.style, numbers),
    )  # fmt: skip


def _counts(column: Any) -> bool:
    return column.dtype.kind in "fiu"


def _common(first: pd.DataFrame, second: pd.DataFrame, ids: Any, numbers: list[str]) -> pd.DataFrame:
    """The columns that are words or places: as `b` has them, else as `a` has them."""
    import pandas as pd

    new, old = pd.DataFrame(second).reindex(ids), pd.DataFrame(first).reindex(ids)
    names = [c for c in dict.fromkeys([*first.columns, *second.columns]) if c not in numbers]
    columns = {}
    for name in names:
        known = [part[name] for part in (new, old) if name in part]
        columns[name] = known[0] if len(known) == 1 else known[0].where(known[0].notna(), known[1])
    return pd.DataFrame(columns, index=ids)


def _placed(frame: pd.DataFrame, a: ResultTable, b: ResultTable) -> pd.DataFrame:
    """With its geometry again, where it had one."""
    name = getattr(b.frame, "_geometry_column_name", None) or getattr(a.frame, "_geometry_column_name", None)
    if name is None or name not in frame:
        return frame
    import geopandas as gpd

    return gpd.GeoDataFrame(frame, geometry=name, crs=getattr(b.frame, "crs", None))


def _spread(told: Mapping[str, str], spread: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {column: text for name, text in told.items() for column in spread.get(name, (name,))}


def _titles(told: Mapping[str, str], spread: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    words = (_("{title} (A)"), _("{title} (B)"), _("{title} (difference)"))
    titles = {name: text for name, text in told.items() if name not in spread}
    for name, columns in spread.items():
        title = told.get(name, name)
        titles |= {c: word.format(title=title) for c, word in zip(columns, words, strict=True)}
    return titles


def _style(style: Style | None, numbers: list[str]) -> Style | None:
    """By the difference of what the colour said; words keep their colours, and so does what has no number."""
    if style is None or style.column not in numbers:
        return style if style and not style.width else None
    return Style("difference", style.column + DIFFERENCE, style.unit)
