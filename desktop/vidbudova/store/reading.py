"""Reading the tables: rows as dicts, columns and shapes as arrays, conflicts from the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model import cells
from vidbudova.model.change import NOW, Value
from vidbudova.model.merge import Conflict, conflicts_of
from vidbudova.model.schema import GEOM, TABLES, Field, Table
from vidbudova.model.shapes import Shapes
from vidbudova.model.wkb import from_wkb
from vidbudova.store import heads
from vidbudova.store.connection import Connection, chunks, marks
from vidbudova.store.ddl import PARKED
from vidbudova.store.values import CONVERTED, HEADER, from_sql, select

Rows = dict[str, dict[str, Value]]
Column = NDArray[Any]


def rows(db: Connection, table: Table, ids: Iterable[str] | None = None, place: str = "") -> Rows:
    """Rows by id, every field of the schema; in the order of the table, or of the ids."""
    columns = ", ".join(select(f) for f in table.fields)
    query = f'SELECT id, {columns} FROM "{place or table.name}"'
    if ids is None:
        return _dicts(table, db.execute(f"{query} ORDER BY fid"))
    wanted = list(ids)
    found: Rows = {}
    for some in chunks(wanted):
        found.update(_dicts(table, db.execute(f"{query} WHERE id IN ({marks(len(some))})", some)))
    return {id: found[id] for id in wanted if id in found}


def _dicts(table: Table, cursor: Iterable[Sequence[Any]]) -> Rows:
    fields = [f.name for f in table.fields]
    special = [f for f in table.fields if f.kind in CONVERTED]
    found: Rows = {}
    for id, *values in cursor:
        row = dict(zip(fields, values, strict=True))
        for f in special:
            row[f.name] = from_sql(f, row[f.name])
        found[id] = row
    return found


def in_scenario(db: Connection, table: str, ids: Sequence[str], scenario: str) -> Rows:
    """Rows as a scenario has them: those of now with the scenario's own Changes folded on top."""
    found = rows(db, TABLES[table], ids) if table in TABLES else {}
    if table not in TABLES and scenario != NOW:
        found = in_scenario(db, table, ids, NOW)
    if scenario == NOW and table in TABLES:
        return found
    for id, of_row in heads.load(db, table, ids, scenario).items():
        if cells.is_gone(of_row):
            found.pop(id, None)
        elif id in found or cells.shown(table, of_row):
            found[id] = {**found.get(id, _empty(table)), **cells.shown(table, of_row)}
    return found


def _empty(table: str) -> dict[str, Value]:
    fields = TABLES[table].fields if table in TABLES else ()
    return {f.name: frozenset() if f.kind == "set" else None for f in fields}


def columns(db: Connection, table: Table, names: Sequence[str], ids: Sequence[str] | None = None) -> dict[str, Column]:
    """Arrays in the order of the table, always with "id"; of all rows, or of those that are asked for.

    real and integer: float64, NaN where empty; boolean: bool, False where empty; "fid": int64; the rest: objects.
    """
    fields = [table.field(n) for n in names if n not in ("id", "fid")]
    query = ", ".join(["id", "fid", *(select(f) for f in fields)])
    read = _read(db, table, query, ids)
    id, fid, *values = zip(*read, strict=True) if read else [()] * (len(fields) + 2)
    found: dict[str, Column] = {"id": _objects(id)}
    if "fid" in names:
        found["fid"] = np.array(fid, np.int64)
    return found | {f.name: _array(f, column) for f, column in zip(fields, values, strict=True)}


def _read(db: Connection, table: Table, query: str, ids: Sequence[str] | None) -> list[Any]:
    if ids is None:
        return db.execute(f'SELECT {query} FROM "{table.name}" ORDER BY fid').fetchall()
    found: list[Any] = []
    for some in chunks(list(ids)):
        found += db.execute(f'SELECT {query} FROM "{table.name}" WHERE id IN ({marks(len(some))})', some).fetchall()
    return sorted(found, key=lambda row: int(row[1]))


def there(db: Connection, table: Table, ids: list[str]) -> set[str]:
    """Those of the ids that are in the table."""
    found: set[str] = set()
    for some in chunks(ids):
        query = f'SELECT id FROM "{table.name}" WHERE id IN ({marks(len(some))})'
        found.update(id for (id,) in db.execute(query, some).fetchall())
    return found


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _array(field: Field, values: Sequence[Any]) -> Column:
    if field.kind in ("real", "integer"):
        return _numbers(values)
    if field.kind == "boolean":
        return np.array([bool(v) for v in values], dtype=bool)
    if field.kind in CONVERTED:
        values = [from_sql(field, v) for v in values]
    return _objects(values)


def _numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    with suppress(ValueError, TypeError):
        return np.array(values, dtype=np.float64)  # None is NaN to numpy
    # text among them, which SQLite allows
    return np.array([v if isinstance(v, (int, float)) else np.nan for v in values], dtype=np.float64)


def geometries(db: Connection, table: Table) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """(ids, shapely geometries) in the order of the table; None where a row has none."""
    found = columns(db, table, [GEOM])
    return found["id"], shapely.from_wkb(found[GEOM])


def shapes(db: Connection, table: Table, names: Sequence[str], ids: Sequence[str] | None = None) -> Shapes:
    """The features of a table as flat arrays, with the columns asked for; of all rows, or of some."""
    found = columns(db, table, [GEOM, *names], ids)
    key = found.pop("id")
    return from_wkb(key, found.pop(GEOM), found)


def bounds(db: Connection, table: Table) -> tuple[float, float, float, float] | None:
    """The extent of a table, read from the envelopes."""
    size = HEADER.itemsize
    query = f'SELECT substr("{GEOM}", 1, {size}) FROM "{table.name}" WHERE "{GEOM}" IS NOT NULL'
    heads_ = np.frombuffer(b"".join(r[0] for r in db.execute(query)), HEADER)["envelope"]
    boxes = heads_[~np.isnan(heads_[:, 0])] if len(heads_) else heads_
    if not len(boxes):
        return None
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    return float(low[0]), float(low[2]), float(high[1]), float(high[3])


def whole_extent(db: Connection) -> tuple[float, float, float, float] | None:
    """The extent of everything."""
    boxes = [b for t in TABLES.values() if t.geometry if (b := bounds(db, t)) is not None]
    if not boxes:
        return None
    low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def conflicts(db: Connection) -> list[Conflict]:
    """The open conflicts, sorted by cell."""
    found: list[Conflict] = []
    for scenario, table, id in heads.open_rows(db):
        for of_row in heads.load(db, table, [id], scenario).values():
            found.extend(conflicts_of((scenario, table, id), of_row))
    return found


def layer_rows(db: Connection, table: Table, layer: str) -> list[tuple[Any, ...]]:
    """The rows of one layer, shown or parked, as they were imported (see `layers.rows_sha256`), ordered by id."""
    fields = [f for f in table.fields if f.name != "layer"]
    query = " UNION ALL ".join(
        f'SELECT id, {", ".join(select(f) for f in fields)} FROM "{place}" WHERE layer = ?'
        for place in (table.name, PARKED + table.name)
    )
    base: dict[str, dict[str, Any]] = {}
    kept = "SELECT id, field, value FROM vb_base WHERE tbl = ? AND layer = ?"
    for id, field, value in db.execute(kept, (table.name, layer)).fetchall():
        base.setdefault(id, {})[field] = value[HEADER.itemsize :] if field == GEOM and value else value
    found = []
    for row in db.execute(f"SELECT * FROM ({query}) ORDER BY id", (layer, layer)).fetchall():
        over = base.get(row[0], {})
        found.append((row[0], *(over.get(f.name, v) for f, v in zip(fields, row[1:], strict=True))))
    return found
