"""Writing a table or a layer to a file for other programs, buildings with what is known of their damage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import export_models
from vidbudova.formats.export import Rows, write
from vidbudova.model.damage import NONE, POSSIBLE
from vidbudova.model.schema import DAMAGE_MARKS, GEOM, TABLES, Field, Table
from vidbudova.session.core import Session
from vidbudova.session.damage import damage_view
from vidbudova.session.exporting_bodies import bodies_of
from vidbudova.text import _

NOT_FOR_OTHERS = ("bytes", "geometry")
"""Kinds of fields that are not written as columns."""


def export(session: Session, layer: str, out: Path) -> int:
    """Write a table (by its name) or one layer of it (by its name or id) to a file; gives the number of features.

    Raises
    ------
    UserError
        no-such-thing, or export-failed with no half file left.
    """
    table, layer_id = _table_of(session, layer)
    rows = rows_of(session, table, layer_id, layer)
    if export_models.is_model(out):
        if table.name != "buildings":
            raise UserError("export-failed", file=out.name, reason=_("only buildings are written as 3D models"))
        export_models.write(out, bodies_of(session, rows))
        return len(rows.ids)
    write(out, rows)
    return len(rows.ids)


def rows_of(session: Session, table: Table, layer_id: str | None = None, name: str = "") -> Rows:
    """A table, or the rows of one of its layers, as it is written."""
    fields = [f for f in table.fields if f.kind not in NOT_FOR_OTHERS]
    found = session.columns(table.name, [f.name for f in fields])
    wanted = np.ones(len(found["id"]), bool)
    if layer_id is not None:
        wanted = np.array([id == layer_id for id in found["layer"]], bool)
    ids = found["id"][wanted]
    columns: dict[str, Any] = {f.name: _values(f, found[f.name][wanted]) for f in fields}
    if table.name == "buildings":
        columns |= _damage(session, ids)
    places = session.geometries(table.name)[1][wanted] if table.geometry else None
    return Rows(name or table.name, session.crs, [str(id) for id in ids], columns, places)


def _table_of(session: Session, layer: str) -> tuple[Table, str | None]:
    if layer in TABLES:
        return TABLES[layer], None
    for id, row in session.rows("layers").items():
        if layer in (id, row["name"], row["source"]):
            return TABLES[str(row["kind"])], id
    raise UserError("no-such-thing", what=_("layer"), id=layer)


def _values(field: Field, values: NDArray[np.generic]) -> list[Any]:
    """As other programs take them: whole numbers whole, nothing as None, sets as text."""
    if field.kind == "integer":
        return [None if np.isnan(v) else int(v) for v in values.astype(np.float64).tolist()]
    if field.kind == "real":
        return [None if np.isnan(v) else v for v in values.astype(np.float64).tolist()]
    if field.kind == "set":
        return ["; ".join(sorted(v)) or None for v in values]
    return list(values.tolist())


def _damage(session: Session, ids: NDArray[np.generic]) -> Mapping[str, list[Any]]:
    """What is known of buildings: the mark of each, and what was seen from above."""
    view = damage_view(session, ids.astype(object))
    reading = {NONE: None, POSSIBLE: "P"}
    columns: dict[str, list[Any]] = {
        "damage_reading": [reading.get(r, str(r)) for r in view.reading.tolist()],
        "damage_only_from_above": view.hatched.tolist(),
    }
    fields = [f for f in DAMAGE_MARKS.fields if f.name != GEOM]
    found = session.columns(DAMAGE_MARKS.name, [f.name for f in fields])
    at = {id: i for i, id in enumerate(found["id"])}
    for field in fields:
        values = _values(field, found[field.name])
        columns[f"damage_{field.name}"] = [values[at[id]] if id in at else None for id in ids]
    return columns
