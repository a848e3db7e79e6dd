"""Cities for tests: of tables made by hand, or with tables hidden."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from vidbudova.model.schema import GEOM, TABLES, Table
from vidbudova.plugin.city import City
from vidbudova.plugin.tables import PLACE
from vidbudova.plugin.words import PluginError
from vidbudova.text import _

PLAIN: Mapping[str, Any] = {"real": float("nan"), "integer": float("nan"), "boolean": False, "set": frozenset()}


class MadeCity:
    """A city of tables made by hand."""

    def __init__(self, tables: Mapping[str, Any], crs: str, language: str, folder: Path, name: str = "made") -> None:
        self.crs, self.scenario, self.name, self.language, self.folder = crs, "now", name, language, folder
        for name, frame in tables.items():
            if name not in TABLES:
                raise ValueError(f"a city has no table {name}")
            unknown = set(frame.columns) - {"id", PLACE} - {field.name for field in TABLES[name].fields}
            if unknown or "id" not in frame.columns:
                raise ValueError(f"{name}: {', '.join(sorted(unknown)) or 'id is missing'}")
        self._tables = dict(tables)

    def has(self, name: str) -> bool:
        """Whether a table has rows."""
        return self.count(name) > 0

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return len(self._tables[name]) if name in self._tables else 0

    def table(self, name: str, columns: Sequence[str] = ()) -> Any:
        """The rows of a table, or some of their columns."""
        import geopandas as gpd
        import pandas as pd

        table, given = TABLES[name], self._tables.get(name, pd.DataFrame({"id": []}, dtype=object))
        wanted = _columns(table, columns)
        found = {one: given[one] if one in given.columns else _empty(table, one, len(given)) for one in ("id", *wanted)}
        frame = pd.DataFrame(found).reset_index(drop=True)
        return gpd.GeoDataFrame(frame, geometry=PLACE, crs=self.crs) if PLACE in wanted else frame


class Seen:
    """A city whose tables are there, and some of them without rows."""

    def __init__(self, city: City, hidden: Collection[str] = ()) -> None:
        self.crs, self.scenario, self.name = city.crs, city.scenario, city.name
        self.language, self.folder = city.language, city.folder
        self._city, self._hidden = city, frozenset(hidden)

    def has(self, name: str) -> bool:
        """Whether a declared table has rows that are not hidden."""
        return self.count(name) > 0

    def count(self, name: str) -> int:
        """How many rows a declared table has; none if they are hidden."""
        rows = self._city.count(name)
        return 0 if name in self._hidden else rows

    def table(self, name: str, columns: Sequence[str] = ()) -> Any:
        """The rows of a declared table; none of them if they are hidden."""
        frame = self._city.table(name, columns)
        return frame.iloc[:0] if name in self._hidden else frame


def _columns(table: Table, columns: Sequence[str]) -> list[str]:
    known = [PLACE if field.name == GEOM else field.name for field in table.fields if field.kind != "bytes"]
    for name in columns:
        if name not in ("id", *known):
            raise PluginError(_("The table “{table}” has no column “{column}”.").format(table=table.name, column=name))
    return [name for name in columns if name != "id"] if columns else known


def _empty(table: Table, column: str, rows: int) -> list[Any]:
    kind = table.field(GEOM if column == PLACE else column).kind
    return [PLAIN.get(kind)] * rows
