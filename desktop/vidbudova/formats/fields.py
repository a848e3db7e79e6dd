"""Foreign attributes as fields of one of our tables, with a note for each value that could not be used."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from vidbudova.formats import columns, values
from vidbudova.model import schema

Notes = list[tuple[str, str]]
REMEMBERED = 64
"""Characters; longer words are not remembered."""
_WRITTEN = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":")).encode

_BY_UNIT: dict[str, Callable[[Any], Any]] = {"m": values.metres, "km/h": values.speed}
_BY_KIND: dict[str, Callable[[Any], Any]] = {
    "integer": values.whole,
    "real": values.real,
    "boolean": values.truth,
    "date": values.day,
    "text": values.text,
}
_VOID = frozenset({"yes", "no", "none", "unknown", "signals", "variable", "default", "невідомо", "-", "?"})


def _backwards() -> dict[str, dict[str, list[tuple[int, str]]]]:
    found: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for table, fields in columns.FOREIGN.items():
        for field, names in fields.items():
            for rank, name in enumerate(names):
                found.setdefault(table, {}).setdefault(name, []).append((rank, field))
    return found


_FIELDS_OF = _backwards()
_FIELD = {(t.name, f.name): f for t in schema.TABLES.values() for f in t.fields}
_OWN = {
    t.name: frozenset(f.name for f in t.fields if f.kind in _BY_KIND and f.name not in ("source_id", "height_source"))
    for t in schema.TABLES.values()
}
"""Fields that a column of the very same name fills; ids and references of others mean nothing here."""


def read(table: str, attributes: Mapping[str, Any]) -> tuple[dict[str, Any], Notes]:
    """The fields of a table that the attributes give, and notes (code, example) on what could not be used."""
    found: dict[str, Any] = {}
    notes: Notes = []
    for field, (name, value) in _candidates(table, attributes).items():
        made, code = convert(table, field, value)
        if made is not None:
            found[field] = made
        if code:
            notes.append((code, f"{name}={values.text(value)}"))
    return found, notes


def _candidates(table: str, attributes: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    best: dict[str, tuple[int, str, Any]] = {}
    for name, wanted in _telling(table, tuple(attributes)):
        value = attributes[name]
        if values.is_missing(value):
            continue
        for rank, field in wanted:
            if field not in best or rank < best[field][0]:
                best[field] = (rank, name, value)
    return {field: (name, value) for field, (_rank, name, value) in best.items()}


@lru_cache(maxsize=4096)
def _telling(table: str, names: tuple[str, ...]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The columns that fill a field of a table, each with the fields and how good a source it is."""
    known, own = _FIELDS_OF.get(table, {}), _OWN[table]
    found = []
    for name in names:
        lower = name.lower()
        if wanted := known.get(lower) or ([(99, lower)] if lower in own else []):
            found.append((name, wanted))
    return found


def convert(table: str, field: str, value: Any) -> tuple[Any, str]:
    """A foreign value as the field holds it, and the code of what is wrong with it or ""."""
    if type(value) in (str, float, int) and (type(value) is not str or len(value) < REMEMBERED):
        return _remembered(table, field, value)
    return _convert(table, field, value)


@lru_cache(maxsize=1 << 16, typed=True)
def _remembered(table: str, field: str, value: Any) -> tuple[Any, str]:
    """The same words and numbers come in every other feature."""
    return _convert(table, field, value)


def _convert(table: str, field: str, value: Any) -> tuple[Any, str]:
    described = _FIELD[table, field]
    if words := columns.VOCABULARY.get((table, field)):
        return _word(words, described, value), ""
    made = _special(table, field, value)
    if described.choices is not None:
        word = values.text(value)
        return (word, "") if word in described.choices else (None, "value-unreadable")
    if made is None:
        made = (_BY_UNIT.get(described.unit) or _BY_KIND[described.kind])(value)
    if made is None:
        return None, "" if str(value).strip().lower() in _VOID else "value-unreadable"
    if described.kind in ("integer", "real") and not _inside(described, made):
        return None, "value-out-of-range"
    return made, ""


def _special(table: str, field: str, value: Any) -> Any:
    if field == "built_year":
        return values.year(value)
    if field == "voltage_v":
        listed = [v for part in str(value).split(";") if (v := values.real(part)) is not None]
        return max(listed, default=None)
    if field in ("bridge", "tunnel") and values.truth(value) is None and values.text(value):
        return True
    return None


def _word(words: Mapping[str, str], described: schema.Field, value: Any) -> str | None:
    word = (values.text(value) or "").lower()
    if described.choices is not None and word in described.choices:
        return word
    if found := words.get(word):
        return found
    allowed = described.choices is None or "other" in described.choices
    return "other" if allowed and word and word not in _VOID else None


def _inside(described: schema.Field, value: float) -> bool:
    low, high = described.minimum, described.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def attributes_text(attributes: Mapping[str, Any]) -> str | None:
    """What the source said, unchanged, as JSON; None when it said nothing."""
    kept = {name: values.plain(value) for name, value in attributes.items() if not values.is_missing(value)}
    return _WRITTEN(kept) if kept else None


def known(table: str, names: tuple[str, ...]) -> frozenset[str]:
    """The fields of a table that columns of these names would fill."""
    listed = _FIELDS_OF.get(table, {})
    return frozenset(field for name in names for _rank, field in listed.get(name.lower(), ()))
