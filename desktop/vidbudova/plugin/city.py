"""The city as a plugin sees it: tables to read, nothing to change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


class Progress(Protocol):
    """Says how far a run is; raises `Cancelled` (let it pass) when the person has stopped it."""

    def __call__(self, share: float, what: str = "") -> None:
        """`share` from 0 to 1, and what is being done now, translated."""
        ...


class City(Protocol):
    """Read-only tables of one scenario of a city.

    Attributes
    ----------
    crs : the project's projected CRS ("EPSG:32637"); metres.
    scenario : whose state the tables show; "now" is what is true.
    name : of the project's file, without its ending.
    language : "en", "uk" or "ko", for words in results.
    folder : an empty folder for scratch files; it goes when the run ends.
    """

    crs: str
    scenario: str
    name: str
    language: str
    folder: Path

    def has(self, name: str) -> bool:
        """Whether a declared table has rows."""
        ...

    def count(self, name: str) -> int:
        """How many rows a declared table has."""
        ...

    def table(self, name: str, columns: Sequence[str] = ()) -> gpd.GeoDataFrame | pd.DataFrame:
        """The rows of a declared table, read when asked for.

        Columns are the schema's fields, `id` (text) first: numbers as float64 (NaN where empty), yes and no as bool,
        sets as frozensets, dates as ISO text. A GeoDataFrame in `crs` where "geometry" is among them. With `columns`
        only those are read, which is quicker.

        Raises
        ------
        PluginError
            If the manifest does not declare the table, or it has no such column.
        """
        ...
