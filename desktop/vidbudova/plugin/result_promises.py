"""Whether a result is what a manifest declares, and whether the program can draw, keep and explain it."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from vidbudova.model.schema import TABLES
from vidbudova.plugin import result_file
from vidbudova.plugin.city import City
from vidbudova.plugin.manifest import Manifest
from vidbudova.plugin.result import Figure, Proposal, Result, ResultTable, Style, StyleKind
from vidbudova.text import _


def of_result(result: Result, told: Manifest, city: City) -> Iterator[str]:
    """Everything that is wrong with a result."""
    yield from _kept(result)
    yield from _declared(result, told)
    for name, value in result.summary.items():
        if isinstance(value, float) and not math.isfinite(value):
            yield _("{name} in the summary is no finite number; None says that there is none.").format(name=name)
    for figure in result.figures:
        yield from _explained(figure, told)
    for table in result.tables:
        yield from _table(table, city)
    for proposal in result.proposals:
        yield from _proposal(proposal, told)
    for chart in result.charts:
        if any(len(one.x) != len(one.y) for one in chart.series):
            yield _("The chart {name} has a series whose x and y are not of one length.").format(name=chart.name)


def same(one: Result, other: Result) -> bool:
    """Whether two results are equal in every number and word."""
    with tempfile.TemporaryDirectory(prefix="vidbudova-result-") as folder:
        try:
            return _bytes(one, Path(folder, "one")) == _bytes(other, Path(folder, "other"))
        except (TypeError, ValueError):
            return True


def _bytes(result: Result, path: Path) -> bytes:
    result_file.write(result, path)
    return path.read_bytes()


def _kept(result: Result) -> Iterator[str]:
    """A result is kept as a file, so it has to be data."""
    with tempfile.TemporaryDirectory(prefix="vidbudova-result-") as folder:
        try:
            result_file.write(result, Path(folder, "result"))
            result_file.read(Path(folder, "result"))
        except (TypeError, ValueError, AttributeError) as error:
            yield _("The result is not only data: {reason}").format(reason=error)


def _declared(result: Result, told: Manifest) -> Iterator[str]:
    known = {(one.kind, one.name) for one in told.results}
    given = [("table", one.name) for one in result.tables] + [("chart", one.name) for one in result.charts]
    given += [("figure", one.name) for one in result.figures]
    for kind, name in given:
        if (kind, name) not in known:
            yield _("The {kind} {name} is not declared under [[results]].").format(kind=kind, name=name)
        if given.count((kind, name)) > 1:
            yield _("There is more than one {kind} {name}.").format(kind=kind, name=name)


def _explained(figure: Figure, told: Manifest) -> Iterator[str]:
    """A figure says where it comes from, in the unit that was declared."""
    if not (figure.formula.strip() and figure.inputs.strip()):
        yield _("The figure {name} does not say its formula and inputs.").format(name=figure.name)
    for one in told.results:
        if (one.kind, one.name) == ("figure", figure.name) and one.unit != figure.unit:
            yield _("The figure {name} is in “{unit}” and declared in “{declared}”.").format(
                name=figure.name, unit=figure.unit, declared=one.unit
            )


def _table(table: ResultTable, city: City) -> Iterator[str]:
    frame, columns = table.frame, set(map(str, table.frame.columns))
    for name in sorted({*table.units, *table.titles} - columns):
        yield _("The table {table} names a column {column} that it has not.").format(table=table.name, column=name)
    if table.about:
        yield from _about(table, columns, city)
    if table.style is not None:
        yield from _style(table, table.style, columns)
    crs = getattr(frame, "crs", None)
    if getattr(frame, "_geometry_column_name", None) and (crs is None or crs != city.crs):
        yield _("The table {table} is not in the city's coordinate system.").format(table=table.name)


def _about(table: ResultTable, columns: set[str], city: City) -> Iterator[str]:
    if table.about not in TABLES or "id" not in columns:
        yield _("The table {table} is about {about}: no such table, or no column id.").format(
            table=table.name, about=table.about
        )
        return
    try:
        known: set[Any] = set(city.table(table.about, ["id"])["id"])
    except Exception:  # noqa: BLE001 - a table that is not declared cannot be looked up here
        return
    if set(table.frame["id"].dropna()) - known:
        yield _("The table {table} has ids that {about} has not.").format(table=table.name, about=table.about)


def _style(table: ResultTable, style: Style, columns: set[str]) -> Iterator[str]:
    if style.kind not in get_args(StyleKind):
        yield _("The table {table} has a style {kind} that there is not.").format(table=table.name, kind=style.kind)
    for name in (style.column, style.width, style.speed):
        if name and name not in columns:
            yield _("The table {table} names a column {column} that it has not.").format(table=table.name, column=name)
    rows_stand_somewhere = table.about in TABLES and bool(TABLES[table.about].geometry) and "id" in columns
    if not getattr(table.frame, "_geometry_column_name", None) and not rows_stand_somewhere:
        yield _("The table {table} has a style but no geometry.").format(table=table.name)


def _proposal(proposal: Proposal, told: Manifest) -> Iterator[str]:
    for delta in proposal.deltas:
        if delta.table not in told.writes:
            yield _("It proposes to change {table}, which “writes” does not name.").format(table=delta.table)
        elif delta.field not in {field.name for field in TABLES[delta.table].fields}:
            yield _("It proposes {table}.{field}, which there is not.").format(table=delta.table, field=delta.field)
