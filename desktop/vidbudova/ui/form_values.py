"""Values of the schema as a person reads and types them: units, choices, bounds with sentences."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Any

from vidbudova.model.schema import Field
from vidbudova.text import _, day, language, moment, number, with_unit
from vidbudova.text import unit as said_unit


class Wrong(ValueError):
    """What was typed cannot be the value; the text is the sentence that says why."""


def shown(field: Field, value: Any, unit: bool = True) -> str:
    """A value in words, with its unit; "" for nothing."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return ""
    if field.choices is not None:
        codes = sorted(value) if isinstance(value, (set, frozenset)) else [str(value)]
        return ", ".join(_(field.choices[c]) if c in field.choices else c for c in codes)
    if field.kind == "boolean":
        return _("Yes") if value else _("No")
    if field.kind in ("integer", "real"):
        return with_unit(plain_number(field, value), field.unit if unit else "")
    if field.kind == "date":
        return day(str(value))
    if field.kind == "time":
        return _moment(str(value))
    if field.kind in ("bytes", "geometry"):
        return _("{size} bytes").format(size=number(len(value)))
    if isinstance(value, (set, frozenset)):
        return ", ".join(sorted(value))
    return str(value)


def plain_number(field: Field, value: float) -> str:
    """A number as the language writes it, without zeros that say nothing; years without thousands."""
    if field.name.endswith("_year"):
        return str(int(value))
    text = number(value, 0 if float(value).is_integer() else 2)
    point = "," if language() == "uk" else "."
    return text.rstrip("0").rstrip(point) if point in text and not float(value).is_integer() else text


def _moment(text: str) -> str:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(when) if when.tzinfo else day(text)


def read(field: Field, text: str) -> Any:
    """The value that a person typed; None for nothing.

    Raises
    ------
    Wrong
        With the sentence to show below the field.
    """
    text = text.strip()
    if not text:
        return None
    if field.kind in ("integer", "real"):
        return _read_number(field, text)
    if field.kind == "date":
        return _read_day(text)
    return text


def _read_number(field: Field, text: str) -> int | float:
    for space in (" ", "\u00a0", "\u202f"):
        text = text.replace(space, "")
    for symbol in {field.unit, said_unit(field.unit)}:
        text = text.removesuffix(symbol.replace(" ", ""))
    text = text.replace(",", ".") if language() == "uk" or ("," in text and "." not in text) else text.replace(",", "")
    try:
        value = float(text)
    except ValueError:
        raise Wrong(_("This must be a number.")) from None
    if not math.isfinite(value):
        raise Wrong(_("This must be a number."))
    if field.kind == "integer" and not value.is_integer():
        raise Wrong(_("This must be a whole number."))
    _check_bounds(field, value)
    return int(value) if field.kind == "integer" else value


def _check_bounds(field: Field, value: float) -> None:
    low, high, unit = field.minimum, field.maximum, with_unit("", field.unit)
    if low is not None and high is not None and not low <= value <= high:
        words = _("This must be from {low} to {high}.")
        raise Wrong(words.format(low=plain_number(field, low), high=plain_number(field, high) + unit))
    if low is not None and value < low:
        raise Wrong(_("This must be at least {low}.").format(low=plain_number(field, low) + unit))
    if high is not None and value > high:
        raise Wrong(_("This must be at most {high}.").format(high=plain_number(field, high) + unit))


def _read_day(text: str) -> str:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y. %m. %d."):
        try:
            return datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            continue
    raise Wrong(_("Write the day like {example}.").format(example=day(date(2024, 5, 31))))


def pairs(text: Any) -> list[tuple[str, str]]:
    """The other attributes of a feature as (name, value); [] where there are none."""
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return []
    if not isinstance(found, dict):
        return []
    return [(str(k), v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)) for k, v in found.items()]
