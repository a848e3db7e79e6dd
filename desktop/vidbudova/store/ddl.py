"""The tables of the project file: a plain GeoPackage made from the schema, and the log beside it (vb_)."""

from __future__ import annotations

import hashlib
from types import MappingProxyType

from vidbudova.model.schema import GEOM, TABLES, Field, Table

FORMAT = 2
"""The number of the file's format; store/migrations brings older files up to it."""

APPLICATION_ID = 0x47504B47
USER_VERSION = 10300
NO_TIME = "1970-01-01T00:00:00.000Z"
PARKED = "vb_parked_"
"""Rows of layers that were taken out, and imported rows that were deleted, wait in tables of this prefix."""

SQL_TYPES = MappingProxyType(
    {
        "text": "TEXT", "integer": "INTEGER", "real": "REAL", "boolean": "BOOLEAN", "date": "DATE", "time": "DATETIME",
        "bytes": "BLOB", "set": "TEXT", "json": "TEXT", "reference": "TEXT",
    }
)  # fmt: skip

GEOPACKAGE = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
 organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
 identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE,
 max_x DOUBLE, max_y DOUBLE, srs_id INTEGER)""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
 geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
 CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name))""",
)

LOG = (
    """CREATE TABLE vb_meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID""",
    """CREATE TABLE vb_change (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, replica TEXT NOT NULL,
 seq INTEGER NOT NULL, time INTEGER NOT NULL, author TEXT NOT NULL, kind TEXT NOT NULL, of TEXT NOT NULL,
 title TEXT NOT NULL, chain TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (replica, seq))""",
    """CREATE INDEX vb_change_time ON vb_change (time, id)""",
    """CREATE TABLE vb_head (tbl TEXT NOT NULL, id TEXT NOT NULL, scenario TEXT NOT NULL, grp TEXT NOT NULL,
 n INTEGER NOT NULL, value TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (tbl, id, scenario, grp, n)) WITHOUT ROWID""",
    """CREATE TABLE vb_pending (change TEXT NOT NULL, tbl TEXT NOT NULL, id TEXT NOT NULL, scenario TEXT NOT NULL,
 grp TEXT NOT NULL, PRIMARY KEY (change, tbl, id, scenario, grp)) WITHOUT ROWID""",
    """CREATE TABLE vb_open (tbl TEXT NOT NULL, id TEXT NOT NULL, scenario TEXT NOT NULL,
 PRIMARY KEY (tbl, id, scenario)) WITHOUT ROWID""",
    """CREATE TABLE vb_touch (tbl TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL,
 PRIMARY KEY (tbl, id, n)) WITHOUT ROWID""",
    """CREATE TABLE vb_stack (side TEXT NOT NULL, pos INTEGER NOT NULL, change TEXT NOT NULL,
 PRIMARY KEY (side, pos)) WITHOUT ROWID""",
    """CREATE TABLE vb_base (tbl TEXT NOT NULL, layer TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, value,
 PRIMARY KEY (tbl, layer, id, field)) WITHOUT ROWID""",
    """CREATE TABLE vb_layer (layer TEXT NOT NULL, tbl TEXT NOT NULL, features INTEGER NOT NULL, sha256 TEXT NOT NULL,
 live INTEGER NOT NULL, PRIMARY KEY (layer, tbl)) WITHOUT ROWID""",
    """CREATE TABLE vb_view (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE vb_result (id TEXT PRIMARY KEY, file TEXT NOT NULL, after TEXT NOT NULL,
 told TEXT NOT NULL) WITHOUT ROWID""",
)
"""The log and what only this file knows. vb_open names the rows that have an open conflict; vb_result the analyses that
were kept: the checksum of their file, the last Change they may have seen, and what is said of them."""

DAMAGE_VIEW = """CREATE VIEW damage AS SELECT b.fid AS fid, b.id AS id, b.geom AS geom, b.street AS street,
 b.house_number AS house_number, b."use" AS "use", m.grade AS grade, m.evidence AS evidence, m.inspector AS inspector,
 m.inspected_at AS inspected_at, m.note AS note, m.hazards AS hazards
 FROM buildings b JOIN damage_marks m ON m.id = b.id"""


def column(field: Field, table: Table) -> str:
    """One column definition."""
    kind = table.geometry if field.kind == "geometry" else SQL_TYPES[field.kind]
    return f'"{field.name}" {kind}'


def create_table(table: Table) -> str:
    """The statement that makes a schema table."""
    columns = ", ".join(column(f, table) for f in table.fields)
    return f'CREATE TABLE "{table.name}" (fid INTEGER PRIMARY KEY NOT NULL, id TEXT NOT NULL UNIQUE, {columns})'


def parked_table(table: Table) -> str:
    """The statement that makes the table where hidden rows of a base or record table wait, several layers' together."""
    columns = ", ".join(column(f, table) for f in table.fields)
    name = PARKED + table.name
    return f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY NOT NULL, id TEXT NOT NULL, {columns}, UNIQUE (id, layer))'


def expected() -> dict[str, tuple[str, str]]:
    """name -> (type, statement) of everything that a project file of this format holds."""
    tables = list(TABLES.values())
    statements = [*GEOPACKAGE, *LOG, *(create_table(t) for t in tables)]
    statements += [parked_table(t) for t in tables if t.role != "edit"]
    statements += [DAMAGE_VIEW]
    return {_name(s): (s.split()[1].lower(), s) for s in statements}


def _name(statement: str) -> str:
    return statement.split()[2].strip('"')


def registrations(srs_id: int, at: str) -> list[tuple[str, tuple[object, ...]]]:
    """The rows that tell other programs what is in the file, with readable names."""
    rows: list[tuple[str, tuple[object, ...]]] = []
    for table in TABLES.values():
        rows += _register(table.name, table.title, table.meaning, table.geometry, srs_id, at)
    return rows + _register("damage", "Damage by building", "Buildings with their mark", "MULTIPOLYGON", srs_id, at)


def _register(
    name: str, title: str, meaning: str, geometry: str, srs_id: int, at: str
) -> list[tuple[str, tuple[object, ...]]]:
    contents = (
        "INSERT OR REPLACE INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES (?, ?, ?, ?, ?, ?)"
    )
    if not geometry:
        return [(contents, (name, "attributes", title, meaning, at, None))]
    columns = "INSERT OR REPLACE INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)"
    return [
        (contents, (name, "features", title, meaning, at, srs_id)),
        (columns, (name, GEOM, geometry, srs_id)),
    ]


def fingerprint() -> str:
    """Changes when the schema does: a file made with another schema is fitted to this one when opened."""
    text = "\n".join(statement for _kind, statement in expected().values())
    return hashlib.sha256(text.encode()).hexdigest()[:16]
