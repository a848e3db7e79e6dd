"""The tables of a project as a plugin gets them: of one scenario, only those it declared, read when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidbudova.model.change import NOW
from vidbudova.model.schema import GEOM, TABLES, Field, Table
from vidbudova.plugin.manifest import Manifest
from vidbudova.plugin.words import PluginError
from vidbudova.store.project import Project, open_project
from vidbudova.text import _

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

PLACE = "geometry"
"""What the column of the geometry is called, as geopandas does."""


class ProjectCity:
    """`City` (see there) over an open project."""

    def __init__(
        self, project: Project, declared: Sequence[str], scenario: str, language: str, folder: Path, name: str = ""
    ) -> None:
        self.crs, self.scenario, self.language, self.folder, self.name = project.crs, scenario, language, folder, name
        self._project, self._declared = project, frozenset(declared)

    def has(self, name: str) -> bool:
        """Whether a declared table has rows."""
        return self.count(name) > 0

    def count(self, name: str) -> int:
        """How many rows a declared table has."""
        self._table(name)
        touched = self._touched(name)
        if not touched:
            return self._project.count(name)
        there = self._project.there(name, touched)
        return self._project.count(name) - len(there) + len(self._project.rows_in(name, touched, self.scenario))

    def table(self, name: str, columns: Sequence[str] = ()) -> gpd.GeoDataFrame | pd.DataFrame:
        """The rows of a declared table, or some of their columns."""
        table = self._table(name)
        fields = _fields(table, columns)
        found = self._project.columns(name, [field.name for field in fields])
        if touched := self._touched(name):
            found = self._replaced(table, fields, found, touched)
        return _frame(table, fields, found, self.crs)

    def close(self) -> None:
        """Let go of the project."""
        self._project.close()

    def _table(self, name: str) -> Table:
        if name not in self._declared:
            raise PluginError(
                _("The plugin asked for the table “{table}”, which it does not declare.").format(table=name)
            )
        return TABLES[name]

    def _touched(self, name: str) -> list[str]:
        """Rows that the scenario has otherwise than now."""
        return [] if self.scenario == NOW else self._project.touched_in(name, self.scenario)

    def _replaced(
        self, table: Table, fields: Sequence[Field], now: dict[str, Any], touched: list[str]
    ) -> dict[str, Any]:
        """The columns with the scenario's own rows in place of those of now."""
        kept = ~np.isin(now["id"].astype(str), touched)
        rows = self._project.rows_in(table.name, touched, self.scenario)
        over: dict[str, Any] = {"id": list(rows)} | {f.name: [row[f.name] for row in rows.values()] for f in fields}
        return {name: np.concatenate([now[name][kept], _like(now[name], values)]) for name, values in over.items()}


def open_city(project: Path, manifest: Manifest, *, scenario: str, language: str, folder: Path) -> ProjectCity:
    """A project for a plugin to read.

    Raises
    ------
    UserError
        As `open_project` does.
    """
    opened = open_project(project, read_only=True)
    return ProjectCity(opened, manifest.reads, scenario, language, folder, project.name.partition(".")[0])


def _fields(table: Table, columns: Sequence[str]) -> list[Field]:
    wanted = [GEOM if name == PLACE else name for name in columns if name != "id"]
    known = {field.name: field for field in table.fields}
    for name in wanted:
        if name not in known:
            raise PluginError(_("The table “{table}” has no column “{column}”.").format(table=table.name, column=name))
    if columns:
        return [known[name] for name in wanted]
    return [field for field in table.fields if field.kind != "bytes"]


def _like(there: Any, values: list[Any]) -> Any:
    """Values as an array of the kind that the column has."""
    if there.dtype == np.float64:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    if there.dtype == np.bool_:
        return np.array([bool(value) for value in values], np.bool_)
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _frame(table: Table, fields: Sequence[Field], found: dict[str, Any], crs: str) -> gpd.GeoDataFrame | pd.DataFrame:
    import pandas as pd

    names = ["id", *(field.name for field in fields if field.kind != "geometry")]
    plain = {name: pd.Series(found[name], dtype=found[name].dtype) for name in names}
    if not any(field.name == GEOM for field in fields):
        return pd.DataFrame(plain)
    import geopandas as gpd
    import shapely

    return gpd.GeoDataFrame(plain, geometry=shapely.from_wkb(found[GEOM]), crs=crs)
