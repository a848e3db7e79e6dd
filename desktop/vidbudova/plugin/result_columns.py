"""One column of a result's table as plain arrays, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


class Found(Protocol):
    """Arrays by name."""

    def __getitem__(self, name: str) -> NDArray[Any]: ...


def of_column(values: Any, is_place: bool = False) -> tuple[str, Arrays]:
    """(kind, arrays) of a column: "number", "boolean", "place" (WKB), "text", or "json" for what is mixed.

    Raises
    ------
    TypeError
        If it holds something that is no data.
    """
    if is_place:
        return "place", _bytes(shapely.to_wkb(np.asarray(values, object)))
    values = np.asarray(values)
    if values.dtype.kind in "fiu":
        return "number", {"values": values}
    if values.dtype.kind == "b":
        return "boolean", {"values": values}
    if values.dtype.kind in "mM":
        values = np.where(
            np.isnat(values), None, np.datetime_as_string(values) if values.dtype.kind == "M" else values.astype(str)
        )
    known = values.astype(object).tolist()
    if set(map(type, known)) <= {str}:
        return "text", _letters(known)
    known = [None if gone else one for one, gone in zip(known, _empty(known), strict=True)]
    if all(one is None or isinstance(one, str) for one in known):
        return "text", _bytes([None if one is None else one.encode("utf-8", "replace") for one in known])
    return "json", _bytes(
        [None if one is None else json.dumps(_said(one), ensure_ascii=False).encode() for one in known]
    )


def to_column(kind: str, rows: int, found: Found, at: str) -> NDArray[Any]:
    """The column again, as numpy has it; objects where it is not all numbers.

    Raises
    ------
    ValueError
        If the arrays do not hold what they say.
    """
    if kind in ("number", "boolean"):
        values = found[f"{at}/values"]
        if values.shape != (rows,):
            raise ValueError("a column is as long as its table")
        return np.array(values)
    if kind not in ("place", "text", "json"):
        raise ValueError(f"columns of {kind} are not known")
    joined: Any = found[f"{at}/bytes"].tobytes()
    letters = kind == "text" and joined.isascii()  # one letter is one byte then, and all are read at once
    pieces = _pieces(rows, found[f"{at}/ends"], joined.decode() if letters else joined, found[f"{at}/empty"])
    if kind == "place":
        return shapely.from_wkb(pieces)  # type: ignore[no-any-return]
    turned: Callable[[bytes], Any] = bytes.decode if kind == "text" else json.loads
    made = np.empty(rows, object)
    made[:] = pieces if letters else [None if one is None else turned(one) for one in pieces]
    return made


def _letters(words: list[str]) -> Arrays:
    """Words of which none is missing; where one letter is one byte, they are turned into bytes all at once."""
    joined = "".join(words)
    if not joined.isascii():
        return _bytes([one.encode("utf-8", "replace") for one in words])
    return _laid_out(map(len, words), joined.encode(), np.zeros(len(words), bool))


def _bytes(pieces: Any) -> Arrays:
    empty = np.array([one is None for one in pieces], bool)
    lengths = (0 if one is None else len(one) for one in pieces)
    return _laid_out(lengths, b"".join(one for one in pieces if one is not None), empty)


def _laid_out(lengths: Iterable[int], joined: bytes, empty: NDArray[np.bool_]) -> Arrays:
    ends = np.cumsum(np.fromiter(lengths, np.int64, empty.size))
    return {"ends": ends, "bytes": np.frombuffer(joined, np.uint8), "empty": empty}


def _pieces(rows: int, ends: NDArray[Any], joined: Any, empty: NDArray[Any]) -> list[Any]:
    """The pieces of bytes or letters between the ends; every end is looked at, since the file may say anything."""
    if ends.shape != (rows,) or empty.shape != (rows,):
        raise ValueError("a column is as long as its table")
    if rows and (ends[0] < 0 or (np.diff(ends) < 0).any() or ends[-1] != len(joined)):
        raise ValueError("the texts of a column are not in order")
    starts = [0, *ends[:-1].tolist()]
    return [
        None if gone else joined[start:end]
        for start, end, gone in zip(starts, ends.tolist(), empty.tolist(), strict=False)
    ]


def _empty(values: list[Any]) -> list[bool]:
    """Where there is no value, however it is said."""
    import pandas as pd

    return [one is None or one is pd.NA or one is pd.NaT or (isinstance(one, float) and one != one) for one in values]


def _said(value: Any) -> Any:
    """A value of a mixed column as JSON has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [_said(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(_said(one) for one in value)
    if isinstance(value, dict):
        return {str(key): _said(one) for key, one in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no data")
