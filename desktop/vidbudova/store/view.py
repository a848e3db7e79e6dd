"""What can be read of an open project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.change import NOW, Change, Value, decode
from vidbudova.model.merge import Conflict
from vidbudova.model.schema import TABLES
from vidbudova.model.shapes import Shapes
from vidbudova.store import heads, inputs, layer_files, log, reading, stack
from vidbudova.store import state as states
from vidbudova.store.access import Access
from vidbudova.store.state import State


class View(Access):
    """Rows, arrays, history and conflicts."""

    def row(self, table: str, id: str, scenario: str = NOW) -> dict[str, Value] | None:
        """One row, every field of the schema; None if there is none."""
        with self.looking() as db:
            return reading.in_scenario(db, table, [id], scenario).get(id)

    def rows(self, table: str, ids: Iterable[str] | None = None) -> dict[str, dict[str, Value]]:
        """Rows by id: all in the order of the table, or those asked for in that order."""
        with self.looking() as db:
            return reading.rows(db, TABLES[table], ids)

    def rows_in(self, table: str, ids: Sequence[str], scenario: str) -> dict[str, dict[str, Value]]:
        """Rows by id as a scenario has them; those that it does not have are missing."""
        with self.looking() as db:
            return reading.in_scenario(db, table, ids, scenario)

    def touched_in(self, table: str, scenario: str) -> list[str]:
        """The ids of rows that a scenario's own Changes touched, sorted."""
        with self.looking() as db:
            return sorted(heads.touched_ids(db, table, scenario))

    def columns(
        self, table: str, names: Sequence[str], ids: Sequence[str] | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Arrays in the order of the table, with "id"; of all rows, or of some.

        Numbers are float64 (NaN where empty), booleans bool, "fid" the number of the row in the file, others objects.
        """
        with self.looking() as db:
            return reading.columns(db, TABLES[table], names, ids)

    def filled(self, table: str, field: str) -> dict[str, Any]:
        """The values of a field by id, of the rows that have one; for texts and numbers that few rows have."""
        name = TABLES[table].field(field).name
        with self.looking() as db:
            return dict(db.execute(f'SELECT id, "{name}" FROM "{table}" WHERE "{name}" IS NOT NULL').fetchall())

    def there(self, table: str, ids: Iterable[str]) -> set[str]:
        """Those of the ids that a table has."""
        with self.looking() as db:
            return reading.there(db, TABLES[table], list(ids))

    def shapes(self, table: str, columns: Sequence[str] = (), ids: Sequence[str] | None = None) -> Shapes:
        """Features as flat arrays, in the same order as `columns` and `geometries`; of all rows, or of some."""
        with self.looking() as db:
            return reading.shapes(db, TABLES[table], columns, ids)

    def state(self, tables: Sequence[str]) -> State:
        """What some tables rest on now; what is read of them afterwards is at least as new."""
        with self.looking() as db:
            return states.state(db, tables)

    def touched_since(self, then: State, tables: Sequence[str]) -> dict[str, list[str]] | None:
        """The rows by table that Changes touched after a state; None if this file did not come from that state."""
        with self.looking() as db:
            return states.touched_since(db, then, tables)

    def inputs_sha256(self, tables: Sequence[str], scenario: str = NOW) -> str:
        """A checksum of what some tables hold in a scenario; the same data give the same one everywhere."""
        with self.looking() as db:
            return inputs.sha256(db, tables, scenario)

    def geometries(self, table: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """(ids, shapely geometries)."""
        with self.looking() as db:
            return reading.geometries(db, TABLES[table])

    def layer_file(self, sha256: str) -> Path | None:
        """The file of arrays that a row of terrain, imagery, clouds or models names; None if it is not here."""
        return layer_files.path_of(self, sha256)

    def count(self, table: str) -> int:
        """How many rows there are."""
        with self.looking() as db:
            return int(db.execute(f'SELECT count(*) FROM "{TABLES[table].name}"').fetchone()[0])

    def bounds(self, table: str | None = None) -> tuple[float, float, float, float] | None:
        """The extent (minx, miny, maxx, maxy) of a table or of everything."""
        with self.looking() as db:
            return reading.bounds(db, TABLES[table]) if table else reading.whole_extent(db)

    def conflicts(self) -> list[Conflict]:
        """The open conflicts, sorted by cell."""
        with self.looking() as db:
            return reading.conflicts(db)

    def changes(
        self, after: str | None = None, limit: int | None = None, newest_first: bool = False
    ) -> Iterator[Change]:
        """The log in order of time, from behind the Change `after`."""
        left = limit
        with self.looking() as db:
            start = log.position(db, after) if after else None
            for page in log.pages(db, start, newest_first):
                for _time, _id, body in page[:left]:
                    yield decode(body)
                left = None if left is None else left - len(page)
                if left is not None and left <= 0:
                    return

    def change(self, id: str) -> Change | None:
        """The Change of that id."""
        with self.looking() as db:
            return log.get(db, id)

    def count_changes(self) -> int:
        """How many Changes the log holds."""
        with self.looking() as db:
            return log.count(db)

    def history(self, table: str, id: str) -> list[Change]:
        """The Changes that touched a row, oldest first."""
        with self.looking() as db:
            return log.of_row(db, table, id)

    def undo_stack(self) -> Change | None:
        """The Change that undo would take back."""
        return self._top(stack.UNDO)

    def redo_stack(self) -> Change | None:
        """The undo that redo would take back."""
        return self._top(stack.REDO)

    def _top(self, side: str) -> Change | None:
        with self.looking() as db:
            top = stack.top(db, side)
            return log.get(db, top) if top else None

    def view_state(self, name: str) -> Any:
        """What this file remembers about how it is looked at; not logged, not merged."""
        with self.looking() as db:
            row = db.execute("SELECT value FROM vb_view WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def set_view_state(self, name: str, value: Any) -> None:
        """Remember a JSON value about how the project is looked at; nothing happens when it is read-only."""
        if self.read_only:
            return
        with self.writing() as db:
            db.execute("INSERT OR REPLACE INTO vb_view VALUES (?, ?)", (name, json.dumps(value)))
