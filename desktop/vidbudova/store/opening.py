"""Making a project file, and looking at one before it is trusted."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.store import ddl
from vidbudova.store.connection import Connection, set_up, transaction
from vidbudova.text import _


def check_crs(crs: str) -> tuple[str, int, str]:
    """(EPSG:N, N, WKT) of a project's coordinate system, which must be projected and in metres."""
    import pyproj

    try:
        known = pyproj.CRS.from_user_input(crs)
        code = known.to_epsg()
    except pyproj.exceptions.CRSError as error:
        raise UserError("crs-unknown", crs=crs, reason=_("no such system is known")) from error
    if code is None or not known.is_projected or any(a.unit_name != "metre" for a in known.axis_info[:2]):
        raise UserError("crs-unknown", crs=crs, reason=_("a project needs a projected system in metres"))
    return f"EPSG:{code}", code, known.to_wkt("WKT1_GDAL") or known.to_wkt()


def write_new(db: Connection, crs: str, meta: Mapping[str, Any]) -> None:
    """Write the empty tables of a new project."""
    name, srs_id, wkt = check_crs(crs)
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    with transaction(db):
        db.execute(f"PRAGMA application_id = {ddl.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {ddl.USER_VERSION}")
        for _kind, statement in ddl.expected().values():
            db.execute(statement)
        for row in reference_systems(name, srs_id, wkt):
            db.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", row)
        for statement, values in ddl.registrations(srs_id, at):
            db.execute(statement, values)
        facts = {"format": ddl.FORMAT, "schema": ddl.fingerprint(), "crs": name, "srs_id": srs_id, "made_at": at}
        facts.update(meta)
        db.executemany("INSERT INTO vb_meta VALUES (?, ?)", list(facts.items()))


def reference_systems(name: str, srs_id: int, wkt: str) -> list[tuple[Any, ...]]:
    """The coordinate systems that a GeoPackage must name, and the project's."""
    import pyproj

    wgs84 = pyproj.CRS.from_epsg(4326).to_wkt("WKT1_GDAL")
    return [
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
        ("WGS 84", 4326, "EPSG", 4326, wgs84, None),
        (name, srs_id, "EPSG", srs_id, wkt, None),
    ]


def look(path: Path) -> None:
    """Refuse what is not there.

    The file itself is left to SQLite: closing it here would drop the locks of a project that is open in this process.
    """
    if not path.is_file():
        raise UserError("project-missing", path=path)


def meta(db: Connection) -> dict[str, Any]:
    """Everything in vb_meta."""
    return dict(db.execute("SELECT key, value FROM vb_meta").fetchall())


def check_ours(db: Connection, path: Path) -> dict[str, Any]:
    """What vb_meta says, once the file is known to be a project of a format that can be read."""
    try:
        set_up(db, writer=False)
        there = db.execute("SELECT type FROM sqlite_master WHERE name = 'vb_meta'").fetchone()
        number = db.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF != sqlite3.SQLITE_NOTADB:
            raise
        raise UserError("project-not-ours", path=path, reason=_("it is no GeoPackage.")) from error
    if there is None or tuple(there) != ("table",) or number != ddl.APPLICATION_ID:
        raise UserError("project-not-ours", path=path, reason=_("it is an ordinary GeoPackage."))
    facts = meta(db)
    found = facts.get("format")
    if not isinstance(found, int) or not isinstance(facts.get("srs_id"), int):
        raise UserError("project-not-ours", path=path, reason=_("it does not say its format."))
    if found > ddl.FORMAT:
        raise UserError("project-newer", path=path, found=found, known=ddl.FORMAT)
    return facts


def strangers(db: Connection, path: Path) -> list[str]:
    """The names of triggers, none of which are ours; refuses a file in which something else bears a table's name."""
    there = dict(db.execute("SELECT name, type FROM sqlite_master").fetchall())
    for name, (kind, _sql) in ddl.expected().items():
        if there.get(name, kind) != kind:
            raise _changed(path, name)
    return sorted(name for name, kind in there.items() if kind == "trigger")


def _changed(path: Path, name: str) -> UserError:
    reason = _("its part “{name}” is not as it was made.").format(name=name)
    return UserError("project-not-ours", path=path, reason=reason)


def check_objects(db: Connection, path: Path) -> None:
    """Refuse a file whose tables are not what they should be."""
    objects = db.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
    there = {name: (kind, sql) for name, kind, sql in objects}
    for name, (kind, sql) in ddl.expected().items():
        found_kind, found_sql = there.get(name, ("", ""))
        same = found_kind == kind and _plain(found_sql) == _plain(sql)
        if not same and not (found_kind == kind == "table" and _harmless(db, name, sql, found_sql)):
            raise _changed(path, name)


def drop_strangers(db: Connection, triggers: list[str]) -> None:
    """Take out triggers of others, and the spatial indexes they kept: unkept, an index would hide features."""
    for name in triggers:
        db.execute(f'DROP TRIGGER "{_quoted(name)}"')
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}
    for table in ddl.expected():
        if (index := f"rtree_{table}_geom") in there:
            db.execute(f'DROP TABLE "{index}"')
            if "gpkg_extensions" in there:
                query = "DELETE FROM gpkg_extensions WHERE table_name = ? AND extension_name = 'gpkg_rtree_index'"
                db.execute(query, (table,))


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _plain(sql: str | None) -> str:
    return " ".join((sql or "").split())


def _harmless(db: Connection, name: str, sql: str, found: str) -> bool:
    """Whether a table has all our columns, and nothing that computes."""
    words = found.upper()
    if any(word in words for word in ("CHECK", "GENERATED", " AS ", "VIRTUAL", "SELECT")):
        return False
    columns = {r[1] for r in db.execute(f'PRAGMA table_xinfo("{name}")').fetchall() if r[6] == 0}
    ours = {c.split()[0].strip('"') for c in sql.partition("(")[2].split(", ")}
    return ours - columns <= {"UNIQUE", "PRIMARY", "CONSTRAINT", "uk_gc_table_name", "column_name))", "layer))"}
