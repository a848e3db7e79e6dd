"""Foreign texts as numbers, dates and yes or no: units, decimal commas, ranges. None where a text is not readable."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any

import numpy as np

_NUMBER = re.compile(r"^\s*([-+]?\d[\d\s\u00a0\u202f]*(?:[.,]\d+)?|[-+]?[.,]\d+)\s*([^\d\s].*)?$")
_FEET = re.compile(
    r"^\s*(\d+(?:[.,]\d+)?)\s*(?:'|′|ft|feet|foot)\s*(?:(\d+(?:[.,]\d+)?)\s*(?:\"|″|''|in|inch(?:es)?)?)?\s*$", re.I
)
_METRES = {
    "": 1.0,
    "m": 1.0,
    "м": 1.0,
    "m.": 1.0,
    "м.": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "метрів": 1.0,
    "cm": 0.01,
    "см": 0.01,
    "mm": 0.001,
    "мм": 0.001,
    "km": 1000.0,
    "км": 1000.0,
}
_SPEEDS = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "км/год": 1.0, "км/ч": 1.0, "mph": 1.609344, "knots": 1.852}
YES = frozenset(
    {
        "yes",
        "true",
        "1",
        "y",
        "t",
        "так",
        "да",
        "viaduct",
        "culvert",
        "building_passage",
        "covered",
        "aqueduct",
        "cantilever",
        "movable",
        "trestle",
        "boardwalk",
        "avalanche_protector",
    }
)
NO = frozenset({"no", "false", "0", "n", "f", "ні", "нет", "-1"})
_FOOT_M = 0.3048
_INCH_M = 0.0254


def is_missing(value: Any) -> bool:
    """Whether a source means nothing by it: None, NaN, NaT or blank text."""
    kind = type(value)
    if kind is str:
        return not value or value.isspace()
    if value is None or kind is int or kind is bool:
        return value is None
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float):
        return math.isnan(value)
    return bool(isinstance(value, np.datetime64) and np.isnat(value))


def text(value: Any) -> str | None:
    """A value as a person would write it; whole floats without their “.0”."""
    if isinstance(value, str):
        return value.strip() or None
    if is_missing(value):
        return None
    if type(value) is int:
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(plain(value)).strip()


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, np.datetime64):
        return _moment_text(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value


def _moment_text(value: np.datetime64) -> str | None:
    if np.isnat(value):
        return None
    written = np.datetime_as_string(value, unit="s") if value.dtype != "datetime64[D]" else str(value)
    return str(written).removesuffix("T00:00:00")


def real(value: Any) -> float | None:
    """A finite number; the first of “5;6”, the decimal comma of “3,5”, thousands apart by blanks."""
    if isinstance(value, bool) or is_missing(value):
        return None
    if isinstance(value, int | float | np.number):
        found = float(value)
        return found if math.isfinite(found) else None
    matched = _NUMBER.match(str(value).split(";")[0])
    return None if matched is None or matched[2] else _number(matched[1])


def _number(digits: str) -> float:
    return float(re.sub(r"\s", "", digits).replace(",", "."))


def metres(value: Any) -> float | None:
    """A length in metres: “12 m”, “40'”, “5'10"”, “3,5”; a plain number is metres."""
    return _with_unit(value, _METRES)


def speed(value: Any) -> float | None:
    """A speed in km/h: “50”, “30 mph”; “walk” is 5, “none” nothing."""
    if str(value).strip().lower().endswith("walk"):
        return 5.0
    return _with_unit(value, _SPEEDS)


def _with_unit(value: Any, units: dict[str, float]) -> float | None:
    if not isinstance(value, str):
        return real(value)
    first = value.split(";")[0]
    if units is _METRES and (feet := _FEET.match(first)):
        return _number(feet[1]) * _FOOT_M + (_number(feet[2]) * _INCH_M if feet[2] else 0.0)
    matched = _NUMBER.match(first)
    if matched is None:
        return None
    factor = units.get((matched[2] or "").strip().lower())
    return None if factor is None else _number(matched[1]) * factor


def whole(value: Any) -> int | None:
    """A whole number."""
    found = real(value)
    return None if found is None or abs(found) > 2**53 else round(found)


def truth(value: Any) -> bool | None:
    """Yes or no."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    word = (text(value) or "").lower()
    return True if word in YES else False if word in NO else None


_DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y%m%d", "%Y_%m_%d", "%d-%m-%Y")


def day(value: Any) -> str | None:
    """A date as YYYY-MM-DD; of a time, its day."""
    written = text(value)
    if written is None:
        return None
    head = re.split(r"[T ]", written)[0]
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(head, form).date().isoformat()
        except ValueError:
            continue
    return None


def year(value: Any) -> int | None:
    """The first year of four digits in a text: “1974”, “1974-05-02”, “~1960”."""
    matched = re.search(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)", text(value) or "")
    return int(matched[1]) if matched else None
