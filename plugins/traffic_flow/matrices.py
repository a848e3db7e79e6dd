"""Matrices of trips that a person brings: CSV with a row for each relation, or Open Matrix (OMX)."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array

ORIGIN = ("origin", "from", "o", "i", "orig")
DESTINATION = ("destination", "to", "d", "j", "dest")
TRIPS = ("trips", "demand", "flow", "value", "veh", "veh_h", "vehicles")
MOST_ROWS = 50_000_000


class MatrixError(ValueError):
    """What is wrong with a matrix; `key` names the sentence in `words`, `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def read(path: Path, zones: Sequence[str]) -> tuple[csr_array, float]:
    """Trips between zones, vehicles an hour, and the trips of the file from or to zones that there are not.

    Parameters
    ----------
    zones : (z,) what the rows and columns are called.

    Raises
    ------
    MatrixError
    """
    found = _omx(path) if path.suffix.lower() == ".omx" else _csv(path)
    place = {name: at for at, name in enumerate(zones)}
    row = np.array([place.get(name, -1) for name in found[0]], np.int64)
    column = np.array([place.get(name, -1) for name in found[1]], np.int64)
    trips = np.asarray(found[2], np.float64)
    known = (row >= 0) & (column >= 0)
    if trips.size and not known.any():
        raise MatrixError("matrix_foreign", example=found[0][0])
    shape = (len(zones), len(zones))
    made = coo_array((trips[known], (row[known], column[known])), shape=shape).tocsr()
    return csr_array(made), float(trips[~known].sum())


def _csv(path: Path) -> tuple[list[str], list[str], list[float]]:
    origins, destinations, trips = list[str](), list[str](), list[float]()
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        start = file.read(65_536)
        file.seek(0)
        table = csv.reader(file, delimiter=_delimiter(start))
        head = [word.strip().lower() for word in next(table, [])]
        at = [_column(head, names) for names in (ORIGIN, DESTINATION, TRIPS)]
        for line, row in enumerate(table, 2):
            if line > MOST_ROWS:
                raise MatrixError("matrix_large")
            if any(cell.strip() for cell in row):
                origins.append(_cell(row, at[0], line))
                destinations.append(_cell(row, at[1], line))
                trips.append(_trips(_cell(row, at[2], line), line))
    return origins, destinations, trips


def _delimiter(start: str) -> str:
    first = start.partition("\n")[0]
    return max(",;\t", key=first.count)


def _column(head: list[str], names: tuple[str, ...]) -> int:
    for name in names:
        if name in head:
            return head.index(name)
    raise MatrixError("matrix_column", column=names[0])


def _cell(row: list[str], at: int, line: int) -> str:
    if at >= len(row):
        raise MatrixError("matrix_line", line=line)
    return row[at].strip()


def _trips(text: str, line: int) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise MatrixError("matrix_line", line=line) from None
    if not math.isfinite(number) or number < 0:
        raise MatrixError("matrix_line", line=line)
    return number


def _omx(path: Path) -> tuple[list[str], list[str], Any]:
    """The first matrix of an OMX file; rows are called as its first lookup says, else by their numbers from 1."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            matrices = [one for one in file["data"].values() if isinstance(one, h5py.Dataset) and one.ndim == 2]
            if not matrices or matrices[0].shape[0] != matrices[0].shape[1] or matrices[0].size > MOST_ROWS:
                raise MatrixError("matrix_unreadable")
            trips = np.asarray(matrices[0][()], np.float64)
            lookups = [one for one in file.get("lookup", {}).values() if isinstance(one, h5py.Dataset)]
            names = _names(lookups, trips.shape[0])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise error if isinstance(error, MatrixError) else MatrixError("matrix_unreadable") from error
    if not np.isfinite(trips).all() or (trips < 0).any():
        raise MatrixError("matrix_numbers")
    row, column = np.nonzero(trips)
    return [names[i] for i in row.tolist()], [names[i] for i in column.tolist()], trips[row, column]


def _names(lookups: list[Any], many: int) -> list[str]:
    for lookup in lookups:
        if lookup.shape == (many,):
            return [one.decode() if isinstance(one, bytes) else str(one) for one in lookup[()].tolist()]
    return [str(number) for number in range(1, many + 1)]
