"""A staging file with houses in a row, as a reader leaves it, and what is said of it."""

import sqlite3

import shapely

from vidbudova.model.ids import source_id

CRS = "EPSG:32637"


def stage(path, sha256="ab", count=30, height=15.0):
    """A staging file with houses in a row, as a reader leaves it."""
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE buildings (id TEXT PRIMARY KEY, geom BLOB, name TEXT, levels REAL, height_m REAL,"
            " height_source TEXT, layer TEXT, source_id TEXT, attributes TEXT)"
        )
        for i in range(count):
            house = shapely.to_wkb(shapely.MultiPolygon([shapely.box(i * 20, 0, i * 20 + 10, 10)]))
            values = (
                source_id(sha256, str(i), "buildings"),
                house,
                f"House {i}",
                5,
                height,
                "derived",
                None,
                str(i),
                "{}",
            )
            db.execute("INSERT INTO buildings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    db.close()
    return path


FIELDS = {"source": "houses.gpkg", "sha256": "ab", "format": "GeoPackage"}


class _Quick(sqlite3.Connection):
    def execute(self, sql, parameters=()):
        return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), parameters)


def quick(path, mode):
    """A connection that does not wait for the disk, for long stories."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, factory=_Quick)
