"""Imported layers: rows come in whole with their Change, and are hidden while their layer is taken out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from vidbudova.model.change import NOW, Delta, Value
from vidbudova.model.ids import source_id
from vidbudova.model.schema import GEOM, TABLES, Table
from vidbudova.store import heads, tables
from vidbudova.store.connection import Connection, connect, marks, set_up
from vidbudova.store.ddl import PARKED
from vidbudova.store.values import blobs, dumps, fitted, names

COMPANIONS = {"sightings": "observations"}
"""Tables whose rows belong to the layer of another table; set-aside rows belong to the first layer."""

BATCH = 5000
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer about to come in: its id, its row, and the rows and checksum of each of its tables."""

    id: str
    fields: dict[str, Value]
    rows: dict[str, int]
    sha256: dict[str, str]

    def delta(self) -> Delta:
        return Delta("layers", self.id, None, self.fields)


def deltas(db: Connection, planned: Sequence[Layer]) -> list[Delta]:
    """What an import changes in the list of layers.

    A layer that is there stays as it is: a person may have named it. One of the same file and kind, read in another
    way, makes room.
    """
    there = {id: (sha256, kind) for id, sha256, kind in db.execute("SELECT id, sha256, kind FROM layers").fetchall()}
    new = [p for p in planned if p.id not in there]
    read_anew = {(p.fields.get("sha256"), p.fields.get("kind")) for p in new if p.fields.get("sha256")}
    return [Delta("layers", id, {}, None) for id, said in there.items() if said in read_anew] + [p.delta() for p in new]


def open_staging(path: Path) -> Connection:
    """The file that a reader wrote, to be read only."""
    db = connect(path, "ro")
    set_up(db, writer=False)
    return db


def plan(staging: Path, fields: Mapping[str, Any]) -> list[Layer]:
    """The layers in a staging file.

    `fields` are those of a `layers` row that all share; its "layers" (a list of {kind, name, …}) says more of each.
    """
    with closing(open_staging(staging)) as db:
        there = _tables(db)
        owners = _owners(there, fields)
        return [_layer(db, kind, owned, fields) for kind, owned in owners.items()]


def _tables(db: Connection) -> dict[str, list[str]]:
    """The filled schema tables of a staging file with their columns; anything that is no plain table is ignored."""
    found = {}
    kinds = dict(db.execute("SELECT name, type FROM sqlite_master").fetchall())
    for name in TABLES:
        if kinds.get(name) == "table" and db.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone():
            found[name] = [r[1] for r in db.execute(f'PRAGMA table_info("{name}")').fetchall()]
    return found


def _owners(there: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """kind -> the tables that its layer brings."""
    listed = [entry["kind"] for entry in fields.get("layers", ())]
    kinds = [k for k in dict.fromkeys([*listed, *there]) if k in there and k not in COMPANIONS and k != "quarantine"]
    kinds = kinds or list(there)[:1]
    owners: dict[str, list[str]] = {k: [k] for k in kinds}
    for name in there:
        if name not in owners:
            owners[COMPANIONS.get(name, "") if COMPANIONS.get(name) in owners else kinds[0]].append(name)
    return owners


def _layer(db: Connection, kind: str, owned: list[str], fields: Mapping[str, Any]) -> Layer:
    owned_tables = [TABLES[name] for name in owned]
    sha256 = {t.name: rows_sha256(t, _kept(t, staged(db, t, by_id=True))) for t in owned_tables}
    rows = {name: int(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in owned}
    whole = next(iter(sha256.values())) if len(sha256) == 1 else hashlib.sha256(dumps(sha256).encode()).hexdigest()
    mine: Mapping[str, Any] = next((e for e in fields.get("layers", ()) if e["kind"] == kind), {})
    row = {f.name: mine.get(f.name, fields.get(f.name)) for f in TABLES["layers"].fields}
    row.update(kind=kind, features=rows[kind], rows_sha256=whole)
    row["name"] = row["name"] or fields.get("file") or Path(str(row["source"] or kind)).stem
    if row["report"] is not None and not isinstance(row["report"], str):
        row["report"] = dumps(row["report"])
    id = source_id(str(row["sha256"]), whole, "layers")
    return Layer(id, {k: v for k, v in row.items() if v not in (None, "")}, rows, sha256)


def staged(db: Connection, table: Table, by_id: bool = False) -> Iterator[Sequence[Any]]:
    """The rows of a staging table: (id, every field but the layer); columns it lacks are empty.

    They come as the reader wrote them, or ordered by id.
    """
    there = {r[1] for r in db.execute(f'PRAGMA table_info("{table.name}")').fetchall()}
    columns = ", ".join(f'"{f.name}"' if f.name in there else "NULL" for f in table.fields if f.name != "layer")
    order = " ORDER BY id" if by_id else ""
    yield from db.execute(f'SELECT id, {columns} FROM "{table.name}"{order}')


def _kept(table: Table, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Staged rows as the project will hold them, so that their checksum is that of the rows read back."""
    fields = [f for f in table.fields if f.name != "layer"]
    geom = next((i + 1 for i, f in enumerate(fields) if f.name == GEOM), None)
    reals = [i + 1 for i, f in enumerate(fields) if f.kind == "real"]
    while batch := [list(row) for row in islice(rows, BATCH)]:
        if geom is not None:
            for row, wkb in zip(batch, fitted([row[geom] for row in batch], table.geometry), strict=True):
                row[geom] = wkb
        for row in batch:
            for i in reals:
                row[i] = float(row[i]) if isinstance(row[i], int) else row[i]
        yield from batch


_written = json.JSONEncoder(ensure_ascii=False).encode


def rows_sha256(table: Table, rows: Iterator[Sequence[Any]]) -> str:
    """The checksum of imported rows (id, every field but the layer), ordered by id.

    Fields that came to the schema later count where they have a value: rows of before keep their checksum.
    """
    digest = hashlib.sha256()
    fields = [f for f in table.fields if f.name != "layer"]
    binary = [i + 1 for i, f in enumerate(fields) if f.kind in ("geometry", "bytes")]
    first = [0, *(i + 1 for i, f in enumerate(fields) if not f.later)]
    later = [(i + 1, f.name) for i, f in enumerate(fields) if f.later]
    for row in rows:
        values = list(row)
        for i in binary:
            digest.update(values[i] or b"")
            values[i] = None
        if later:
            added = [[name, values[i]] for i, name in later if values[i] is not None]
            values = [values[i] for i in first] + added
        digest.update(json.dumps(values, ensure_ascii=False).encode())
    return digest.hexdigest()


def copy_in(db: Connection, staging: Path, layers: Sequence[Layer], srs_id: int, progress: Progress) -> None:
    """Copy the rows of layers in; Changes about them that came before them are laid over at once."""
    total, done = sum(sum(layer.rows.values()) for layer in layers), 0
    with closing(open_staging(staging)) as source:
        for layer in layers:
            for name, count in layer.rows.items():
                for size in _copy(db, source, TABLES[name], layer.id, srs_id):
                    done += size
                    progress(done / max(total, 1))
                db.execute("INSERT INTO vb_layer VALUES (?, ?, ?, ?, 1)", (layer.id, name, count, layer.sha256[name]))
                _lay_over(db, TABLES[name], layer.id, srs_id)


def _copy(db: Connection, source: Connection, table: Table, layer: str, srs_id: int) -> Iterator[int]:
    """Copy one table in batches; a feature that another layer shows already waits beside it."""
    fid = _take_fids(db, table, 0)
    place = [f.name for f in table.fields].index("layer")
    geom = next((i + 2 for i, f in enumerate(table.fields) if f.name == GEOM), None)
    batch: list[list[Any]] = []
    for row in staged(source, table):
        fid += 1
        batch.append([fid, *row[: place + 1], layer, *row[place + 1 :]])
        if len(batch) == BATCH:
            _insert(db, table, batch, geom, srs_id)
            yield len(batch)
            batch = []
    _insert(db, table, batch, geom, srs_id)
    _take_fids(db, table, fid)
    yield len(batch)


def _take_fids(db: Connection, table: Table, upto: int) -> int:
    """The last feature number given out for a table; set when `upto` is given."""
    key = f"fid:{table.name}"
    if upto:
        db.execute("INSERT OR REPLACE INTO vb_meta VALUES (?, ?)", (key, upto))
        return upto
    row = db.execute("SELECT value FROM vb_meta WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else 0


def _insert(db: Connection, table: Table, batch: list[list[Any]], geom: int | None, srs_id: int) -> None:
    if geom is not None and batch:
        wkb = fitted([row[geom] for row in batch], table.geometry)
        for row, blob in zip(batch, blobs(wkb, srs_id), strict=True):
            row[geom] = blob
    sql = f'INSERT INTO "{{}}" ({names(table)}) VALUES ({marks(len(table.fields) + 2)})'
    db.execute("SAVEPOINT batch")
    try:
        db.executemany(sql.format(table.name), batch)
    except sqlite3.IntegrityError:
        db.execute("ROLLBACK TO batch")
        db.executemany(sql.format(PARKED + table.name), batch)
    db.execute("RELEASE batch")


def _lay_over(db: Connection, table: Table, layer: str, srs_id: int) -> None:
    """Show the waiting rows that no other layer shows, and lay over what Changes already say about rows."""
    tables.move(db, table, PARKED + table.name, table.name, "layer = ?", (layer,))
    ids = heads.touched_ids(db, table.name, NOW)
    _rewrite(db, table, ids, srs_id)


def _rewrite(db: Connection, table: Table, ids: list[str], srs_id: int) -> None:
    if ids:
        tables.write(db, table, ids, heads.load(db, table.name, ids, NOW), srs_id)


def settle(db: Connection, ids: Sequence[str], srs_id: int) -> None:
    """Hide the rows of layers that were taken out, and show those of layers that were brought back."""
    for layer in ids:
        live = bool(db.execute("SELECT 1 FROM layers WHERE id = ?", (layer,)).fetchone())
        query = "SELECT tbl FROM vb_layer WHERE layer = ? AND live <> ?"
        for (name,) in db.execute(query, (layer, live)).fetchall():
            db.execute("UPDATE vb_layer SET live = ? WHERE layer = ? AND tbl = ?", (live, layer, name))
            _settle(db, TABLES[name], layer, live, srs_id)


def _settle(db: Connection, table: Table, layer: str, live: bool, srs_id: int) -> None:
    parked = PARKED + table.name
    if not live:
        tables.move(db, table, table.name, parked, "layer = ?", (layer,))
    query = "SELECT layer FROM vb_layer WHERE tbl = ? AND live ORDER BY layer"
    for (other,) in db.execute(query, (table.name,)).fetchall():
        tables.move(db, table, parked, table.name, "layer = ?", (other,))
    _rewrite(db, table, heads.touched_ids(db, table.name, NOW), srs_id)
