"""Writing the rows of a table that are shown. Runs in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidbudova.formats import export_models
from vidbudova.formats.export import Rows, write
from vidbudova.model.schema import TABLES
from vidbudova.session.exporting import rows_of
from vidbudova.session.exporting_bodies import bodies_of

if TYPE_CHECKING:
    from vidbudova.session import Session


def export_rows(session: Session, table: str, ids: Sequence[str], target: Path) -> int:
    """Write some rows of a table in the order of `ids`; gives how many."""
    every = rows_of(session, TABLES[table])
    place = {id: n for n, id in enumerate(every.ids)}
    at = [place[id] for id in ids if id in place]
    columns: dict[str, Sequence[Any]] = {name: [values[n] for n in at] for name, values in every.columns.items()}
    shapes = every.geometries[at] if every.geometries is not None else None
    rows = Rows(every.name, every.crs, [every.ids[n] for n in at], columns, shapes)
    if table == "buildings" and export_models.is_model(target):
        export_models.write(target, bodies_of(session, rows))
    else:
        write(target, rows)
    return len(at)
