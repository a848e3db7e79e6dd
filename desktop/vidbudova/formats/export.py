"""Writing rows to new files for other programs. Every feature carries its id; a half-written file never stays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import export_gis, export_kml, export_table
from vidbudova.text import _

Write = Callable[[Path, "Rows"], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table to write.

    Attributes
    ----------
    name : of the layer.
    crs : coordinate system of the geometries.
    ids : (n,) our ids.
    columns : name -> (n,) values; texts, numbers, True and False, None.
    geometries : (n,) shapely geometries, or None for a table without.
    """

    name: str
    crs: str
    ids: Sequence[str]
    columns: dict[str, Sequence[Any]]
    geometries: NDArray[np.object_] | None = None

    def records(self) -> Iterator[tuple[Any, ...]]:
        """Rows with the id first."""
        return zip(self.ids, *self.columns.values(), strict=True)

    def header(self) -> list[str]:
        """Names of the columns, the id first."""
        return ["id", *self.columns]


WRITERS: dict[str, Write] = {
    ".gpkg": export_gis.geopackage,
    ".geojson": export_gis.geojson,
    ".json": export_gis.geojson,
    ".fgb": export_gis.flatgeobuf,
    ".kml": export_kml.kml,
    ".csv": export_table.comma_separated,
    ".xlsx": export_table.spreadsheet,
}
"""File ending -> what writes it."""


def write(path: Path, rows: Rows) -> None:
    """Write a table in the format of the file's ending; an existing file is replaced once the new one is whole.

    Raises
    ------
    UserError
        ``export-failed``; no half file is left.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        reason = _("“{ending}” is no format to write; use {known}").format(
            ending=path.suffix, known=", ".join(sorted(WRITERS))
        )
        raise UserError("export-failed", file=path.name, reason=reason)
    with part_of(path) as part:
        writer(part, rows)


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """A file to write beside the wanted one, which takes its place when all went well."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    part.unlink(missing_ok=True)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError("export-failed", file=path.name, reason=str(error)) from error
    finally:
        part.unlink(missing_ok=True)
