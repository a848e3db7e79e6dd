"""Forms are made from the schema: its fields, titles, choices and bounds, and nothing beside them."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox, QLabel

from vidbudova.model.schema import TABLES, ZONES, Field
from vidbudova.ui.form_fields import FieldRow, ReadOnly
from vidbudova.ui.inspector import Inspector
from vidbudova.ui.window import MainWindow
from vidbudova.ui.zone_form import ZoneForm

BESIDE = {"source_id", "height_source"}
"""Shown as the origin of a value, not as values."""


def shown_in_forms(field: Field) -> bool:
    return field.kind not in ("geometry", "json", "bytes", "reference") and field.name not in BESIDE


@pytest.mark.parametrize("table", ["buildings", "roads", "observations", "water"])
def test_that_the_inspector_has_the_fields_of_the_schema(opened: MainWindow, table: str) -> None:
    session = opened.desk.session
    assert session is not None
    ids = [str(id) for id in session.columns(table, ["id"])["id"][:1]]
    assert ids, "the sample city has some"
    opened.desk.selection.replace(ids, table)
    panel = opened.desk.show_panel("inspector")
    assert isinstance(panel, Inspector)
    known = {field.name: field for field in TABLES[table].fields if shown_in_forms(field)}
    assert list(panel.fields) == list(known)
    for name, row in panel.fields.items():
        field = known[name]
        title = ", ".join(filter(None, (field.title, field.unit)))
        assert title in {label.text() for label in row.findChildren(QLabel)}
        editable = field.editable and TABLES[table].role != "record"
        assert isinstance(row.editor, ReadOnly) is not editable
        assert_choices(field, row)


def assert_choices(field: Field, row: FieldRow) -> None:
    """A closed list in the schema is the same closed list in the form."""
    box = row.findChild(QComboBox)
    if box is not None and field.choices:
        assert {box.itemData(n) for n in range(box.count())} - {None, ""} == set(field.choices)


def test_that_the_form_of_a_zone_has_the_fields_of_the_schema(opened: MainWindow) -> None:
    form = ZoneForm()
    assert set(form.edits) == {field.name for field in ZONES.fields if field.editable and field.kind != "geometry"}
    form.deleteLater()
