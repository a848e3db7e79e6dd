"""`info` and `schema`: what a project holds, and what a project can hold."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from vidbudova.cli.answers import Answer
from vidbudova.cli.opened import to_look
from vidbudova.cli.options import command
from vidbudova.model.damage import GRADES
from vidbudova.model.schema import TABLES, Field, Table
from vidbudova.text import _, number


def register(commands: Any) -> None:
    """Add the commands of this file."""
    command(commands, "info", tell, _("what a project holds"))
    command(commands, "schema", describe, _("every table and field with type, unit and meaning"), project=False)


def tell(args: Namespace) -> Answer:
    """Count what is there."""
    from vidbudova.session.summary import summary

    with to_look(args) as session:
        body = summary(session)
    return Answer(body, list(_lines(body)))


def _lines(body: dict[str, Any]) -> Iterator[str]:
    from vidbudova.session.sizes import words

    yield _("Coordinate system: {crs}").format(crs=body["crs"])
    for layer in body["layers"]:
        size = words(layer) or number(layer["features"] or 0)
        said = f"  {layer['name']}: {layer['kind']}, {size}  {layer['attribution'] or ''}"
        yield said.rstrip()
    damage = body["damage"]
    grades = ", ".join(f"{g} {_(title)}: {number(damage['by_grade'][str(g)])}" for g, title in GRADES.items())
    yield _("Buildings: {n}").format(n=number(body["buildings"]))
    yield _("Marked: {n} ({grades})").format(n=number(damage["marked"]), grades=grades)
    for title, name in (
        (_("Zones: {n}"), "zones"), (_("Photos: {n}"), "photos"), (_("Changes: {n}"), "changes"),
        (_("Open conflicts: {n}"), "conflicts"),
    ):  # fmt: skip
        yield title.format(n=number(body[name]))
    yield _("Observations: {n}, matched to buildings {m} times").format(
        n=number(damage["observations"]), m=number(body["matches"])
    )


def describe(args: Namespace) -> Answer:
    """The schema, as a programmer or a person making forms needs it."""
    body = {"tables": [_table(table) for table in TABLES.values()]}
    return Answer(body, list(_document()))


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name, "title": _(table.title), "meaning": _(table.meaning), "role": table.role,
        "geometry": table.geometry, "fields": [_field(f) for f in table.fields],
    }  # fmt: skip


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name, "kind": field.kind, "title": _(field.title), "meaning": _(field.meaning),
        "unit": field.unit, "choices": {code: _(title) for code, title in (field.choices or {}).items()},
        "minimum": field.minimum, "maximum": field.maximum, "merges_with": field.cell_group,
        "editable": field.editable,
    }  # fmt: skip


def _document() -> Iterator[str]:
    for table in TABLES.values():
        yield f"\n## {table.name}: {_(table.title)}\n\n{_(table.meaning)}. {table.geometry}\n".rstrip() + "\n"
        yield f"| {_('field')} | {_('type')} | {_('unit')} | {_('title')} | {_('meaning')} |\n|---|---|---|---|---|"
        for field in table.fields:
            meaning = "; ".join(filter(None, [_(field.meaning), ", ".join(field.choices or ())]))
            yield f"| {field.name} | {field.kind} | {field.unit} | {_(field.title)} | {meaning} |"
