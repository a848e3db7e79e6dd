"""What a project file holds, byte for byte, without its log and bookkeeping."""

import contextlib
import sqlite3


def dump(path):
    """Every row of every table that is not ours alone, ordered by id, feature numbers and types included."""
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {
            name: [repr(row) for row in db.execute(f'SELECT * FROM "{name}" ORDER BY 2')]
            for name in names
            if not name.startswith("vb_")
        }
