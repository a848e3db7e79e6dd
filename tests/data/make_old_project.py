# ruff: noqa: E402 - the tests' folder must be on the path before what is in it
"""Makes old_format_1.vbp.gpkg, a small project as format 1 kept it. Run once; the file is what the tests open.

Format 1: the log without chain and kind, current values by Change id, no tables for history, conflicts and undo; its
schema had no volumes for zones and no camera direction for photos.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import shapely

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from houses import CRS, FIELDS, stage

from vidbudova.model.change import Delta, edit
from vidbudova.store.connection import connect
from vidbudova.store.project import Draft, create

HERE = Path(__file__).resolve().parent
FILE = HERE / "old_format_1.vbp.gpkg"

FORMAT_1 = (
    "ALTER TABLE vb_change RENAME TO vb_change_2",
    """CREATE TABLE vb_change (id TEXT PRIMARY KEY, replica TEXT NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
 author TEXT NOT NULL, body BLOB NOT NULL)""",
    "INSERT INTO vb_change SELECT id, replica, seq, time, author, body FROM vb_change_2",
    "ALTER TABLE vb_head RENAME TO vb_head_2",
    """CREATE TABLE vb_head (tbl TEXT NOT NULL, id TEXT NOT NULL, grp TEXT NOT NULL, change TEXT NOT NULL,
 value TEXT NOT NULL, PRIMARY KEY (tbl, id, grp, change)) WITHOUT ROWID""",
    """INSERT INTO vb_head SELECT h.tbl, h.id, h.grp, c.id, h.value FROM vb_head_2 h
 JOIN vb_change_2 c ON c.n = h.n""",
    "DROP TABLE vb_head_2",
    "DROP TABLE vb_change_2",
    "DROP TABLE vb_open",
    "DROP TABLE vb_touch",
    "DROP TABLE vb_stack",
    "DROP VIEW damage",
    "ALTER TABLE zones DROP COLUMN height_m",
    "ALTER TABLE photos DROP COLUMN bearing_deg",
    "UPDATE vb_meta SET value = 1 WHERE key = 'format'",
    "UPDATE vb_meta SET value = 'first' WHERE key = 'schema'",
    "DELETE FROM vb_meta WHERE key IN ('fingerprint', 'open')",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA page_size = 1024",
    "VACUUM",
)


def make(folder: Path) -> Path:
    """A project with a layer, marks, a zone, an edit undone and a delete, turned back into format 1."""
    project = create(folder / "Old.vbp.gpkg", CRS)
    project.add_layer(stage(folder / "houses.staging", count=12), FIELDS, "Olha", 1_700_000_000_000)
    ids = [str(i) for i in project.columns("buildings", ["id"])["id"]]
    outline = shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 50, 50)]))
    edits = [
        Delta("damage_marks", ids[0], None, {"grade": 4, "evidence": "walk_round", "photos": frozenset("pq")}),
        Delta("damage_marks", ids[1], None, {"grade": 1, "evidence": "drone"}),
        Delta("zones", "zone-1", None, {"geom": outline, "name": "North", "height_m": 12.0}),
        edit("buildings", ids[2], project.row("buildings", ids[2]) or {}, height_m=22.0),
        Delta("damage_marks", ids[1], {"grade": 1}, None),
    ]
    for i, delta in enumerate(edits):
        project.commit(Draft("Edit", [delta], "Olha", 1_700_000_001_000 + i))
    project.take_back("undo", "Olha", 1_700_000_002_000)
    project.close()
    db = connect(project.path, "rw")
    for statement in FORMAT_1:
        db.execute(statement)
    db.close()
    return project.path


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_bytes(make(Path(folder)).read_bytes())
