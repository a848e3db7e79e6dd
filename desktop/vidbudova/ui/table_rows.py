"""The rows of a table as arrays: read, filtered and sorted off the main thread where they are many."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.damage import GRADES, NONE, POSSIBLE
from vidbudova.model.schema import TABLES, Field
from vidbudova.session.damage import damage_view
from vidbudova.text import _, mark

if TYPE_CHECKING:
    from vidbudova.session import Session

Ints = NDArray[np.int64]
DAMAGE = Field("damage", "text", mark("Damage"), mark("The grade that a person marked, else how it reads from above"))
LEFT_OUT = ("geometry", "bytes", "json", "reference")
SEARCHED = ("text", "date", "set", "time")
_RULE = re.compile(r"^(?P<name>[^<>=!]+?)\s*(?P<op>>=|<=|!=|=|>|<)\s*(?P<value>.+)$")
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table in memory.

    Attributes
    ----------
    table : its name. fields : its columns, in order. ids : (n,) row ids. columns : field name -> (n,) values.
    words : (n,) everything searchable of a row, in small letters.
    """

    table: str
    fields: tuple[Field, ...]
    ids: NDArray[np.object_]
    columns: dict[str, NDArray[Any]]
    words: list[str]

    def __len__(self) -> int:
        return len(self.ids)


def fields_of(table: str) -> tuple[Field, ...]:
    """The columns that a table shows."""
    own = tuple(f for f in TABLES[table].fields if f.kind not in LEFT_OUT)
    return (*own[:3], DAMAGE, *own[3:]) if table == "buildings" else own


def load(session: Session, table: str) -> Loaded:
    """Read a whole table."""
    fields = fields_of(table)
    found = session.columns(table, [f.name for f in fields if f is not DAMAGE])
    ids = found.pop("id").astype(object)
    columns: dict[str, NDArray[Any]] = dict(found)
    if DAMAGE in fields:
        columns[DAMAGE.name] = damage_of(session, ids)
    return Loaded(table, fields, ids, columns, words_of(fields, columns, ids))


def damage_of(session: Session, ids: NDArray[np.object_]) -> NDArray[np.object_]:
    """(n,) the grade or reading of buildings in words, None where there is neither."""
    titles = {g: f"{g} · {_(t)}" for g, t in GRADES.items()} | {POSSIBLE: _("Possible damage"), NONE: None}
    view = damage_view(session, ids)
    return np.array([titles[g] for g in view.shown.tolist()], object)


def words_of(fields: tuple[Field, ...], columns: dict[str, NDArray[Any]], ids: NDArray[np.object_]) -> list[str]:
    """(n,) what plain words are looked for in."""
    parts = [_texts(f, columns[f.name]) for f in fields if f.kind in SEARCHED]
    return [" ".join(row).casefold() for row in zip(*parts, ids.tolist(), strict=True)]


def _texts(field: Field, values: NDArray[Any]) -> list[str]:
    titles = {code: _(title) for code, title in (field.choices or {}).items()}
    if field.kind == "set":
        return [" ".join(titles.get(v, v) for v in some or ()) for some in values.tolist()]
    return [titles.get(v, str(v)) if v else "" for v in values.tolist()]


def find(loaded: Loaded, text: str, among: frozenset[str] | None = None) -> Ints:
    """The rows that fit: plain words, and rules such as ``levels>5`` or ``use=school``, all of them."""
    fits = np.ones(len(loaded), bool)
    if among is not None:
        fits &= np.fromiter((id in among for id in loaded.ids.tolist()), bool, len(loaded))
    for token in _tokens(text):
        rule = _RULE.match(token)
        field = _named(loaded, rule["name"]) if rule else None
        if rule is not None and field is not None:
            fits &= _fits(field, loaded.columns[field.name], rule["op"], rule["value"])
        else:
            fits &= np.fromiter((token in words for words in loaded.words), bool, len(loaded))
    return np.flatnonzero(fits)


def _tokens(text: str) -> list[str]:
    tight = re.sub(r"\s*(>=|<=|!=|=|>|<)\s*", r"\1", text.casefold())
    return [token.strip('"') for token in re.findall(r'"[^"]+"|\S+', tight)]


def _named(loaded: Loaded, name: str) -> Field | None:
    for field in loaded.fields:
        if name in (field.name, field.name.rsplit("_", 1)[0], _(field.title).casefold()):
            return field
    return None


def _fits(field: Field, values: NDArray[Any], op: str, wanted: str) -> NDArray[np.bool_]:
    if field.kind in ("integer", "real"):
        try:
            number = float(wanted.replace(",", "."))
        except ValueError:
            return np.zeros(len(values), bool)
        known = np.isfinite(values)
        found: NDArray[np.bool_] = known & OPERATORS[op](np.where(known, values, 0.0), number)
        return found
    texts = _texts(field, values)
    codes = [str(v or "").casefold() for v in values.tolist()]
    if op in ("=", "!="):
        same = [wanted in (code, text.casefold()) for code, text in zip(codes, texts, strict=True)]
        return np.array([one == (op == "=") for one in same], bool)
    return np.array([bool(code) and bool(OPERATORS[op](code, wanted)) for code in codes], bool)


def arrange(loaded: Loaded, rows: Ints, name: str, falling: bool) -> Ints:
    """Rows in the order of a column; what is empty comes last either way."""
    field = next((f for f in loaded.fields if f.name == name), None)
    if field is None:
        return rows
    values = loaded.columns[name][rows]
    if field.kind in ("integer", "real", "boolean"):
        keys = values.astype(float)
        order = np.argsort(-keys if falling else keys, kind="stable")
        return rows[order]
    texts = _texts(field, values)
    known = [n for n, text in enumerate(texts) if text]
    known.sort(key=lambda n: natural(texts[n]), reverse=falling)
    empty = [n for n, text in enumerate(texts) if not text]
    return rows[np.array(known + empty, np.int64)]


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that puts house 9 before house 10."""
    parts = re.findall(r"\d+|\D+", text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def with_rows(loaded: Loaded, session: Session, ids: list[str]) -> Loaded:
    """The table with some rows read anew; they must have been in it."""
    place = {id: n for n, id in enumerate(loaded.ids.tolist())}
    at = [n for id in ids if (n := place.get(id)) is not None]
    rows = session.rows(loaded.table, [loaded.ids[n] for n in at])
    for field in loaded.fields:
        if field is DAMAGE:
            loaded.columns[field.name][at] = damage_of(session, loaded.ids[at])
            continue
        for n in at:
            value = rows[loaded.ids[n]].get(field.name)
            loaded.columns[field.name][n] = np.nan if value is None and field.kind in ("integer", "real") else value
    some = {name: column[at] for name, column in loaded.columns.items()}
    for n, words in zip(at, words_of(loaded.fields, some, loaded.ids[at]), strict=True):
        loaded.words[n] = words
    return replace(loaded)
