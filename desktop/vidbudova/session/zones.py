"""Reconstruction zones of a project: drawing, changing, splitting, merging, and what stands in each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from vidbudova.errors import UserError
from vidbudova.model import zones as rules
from vidbudova.model.change import Change, Fields, Value
from vidbudova.model.ids import new_id
from vidbudova.model.shapes import Floats
from vidbudova.model.zone_statistics import (
    FLOOR_AREA_PER_PERSON_M2,
    HOMES,
    STOREY_HEIGHT_M,
    Assumptions,
    Stock,
    ZoneStatistics,
    statistics,
)
from vidbudova.model.zones import TABLE, Neighbour, Tidied
from vidbudova.session.core import Session
from vidbudova.session.damage import damage_view
from vidbudova.session.memory import Touched
from vidbudova.session.places import buildings
from vidbudova.text import _, number
from vidbudova.text import mark as words

MOST_PIECES = 64
"""A line that cuts a zone into more pieces than this is a scribble."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A zone as it was kept: its Change, its id, and a sentence for everything that was mended."""

    change: Change | None
    id: str
    sentences: tuple[str, ...]


def add(session: Session, outline: BaseGeometry, *, cut: bool = False, **fields: Value) -> Drawn:
    """Keep a new zone; `cut` takes overlaps with other zones off instead of refusing them."""
    tidied = tidy(session, outline, cut=cut)
    id, name = _new_id(session), _name(fields.get("name"))
    deltas = rules.add(id, tidied.area, {**fields, "name": name})
    return Drawn(session.do(words("Draw zone {name}"), deltas, name=name), id, tidied.sentences)


def reshape(session: Session, zone_id: str, outline: BaseGeometry, *, cut: bool = False) -> Drawn:
    """Give a zone another outline."""
    row = _row(session, zone_id)
    tidied = tidy(session, outline, but=[zone_id], cut=cut)
    deltas = rules.reshape(zone_id, row, tidied.area)
    return Drawn(session.do(words("Reshape zone {name}"), deltas, name=_name(row["name"])), zone_id, tidied.sentences)


def describe(session: Session, zone_id: str, **fields: Value) -> Change | None:
    """Change what a zone is called, its kind, phase, priority, dates, colour …"""
    row = _row(session, zone_id)
    deltas = rules.describe(zone_id, row, fields)
    return session.do(words("Describe zone {name}"), deltas, name=_name(fields.get("name") or row["name"]))


def remove(session: Session, zone_ids: Iterable[str]) -> Change | None:
    """Take zones away; undo brings them back."""
    rows = {id: _row(session, id) for id in zone_ids}
    deltas = [delta for id, row in rows.items() for delta in rules.remove(id, row)]
    names = ", ".join(_name(row["name"]) for row in rows.values())
    return session.do(words("Remove zone {name}"), deltas, name=names) if deltas else None


def split(session: Session, zone_id: str, line: BaseGeometry) -> Change | None:
    """Cut a zone along a line."""
    row = _row(session, zone_id)
    ids = [_new_id(session) for _piece in range(MOST_PIECES)]
    return session.do(words("Split zone {name}"), rules.split(zone_id, row, line, ids), name=_name(row["name"]))


def merge(session: Session, zone_ids: Sequence[str]) -> Change | None:
    """Make several zones one; the first keeps its name and the rest of what is said of it."""
    rows = [(id, _row(session, id)) for id in dict.fromkeys(zone_ids)]
    if len(rows) < 2:
        raise UserError("value-wrong", value=len(rows), field=_("a merger"), reason=_("it needs two zones or more"))
    return session.do(words("Merge zones into {name}"), rules.merge(rows), name=_name(rows[0][1]["name"]))


def tidy(session: Session, outline: BaseGeometry, *, but: Iterable[str] = (), cut: bool = False) -> Tidied:
    """An outline made fit to be a zone here, or refused; nothing is kept yet."""
    others = set(but)
    near = [n for n in neighbours(session) if n.id not in others and shapely.intersects(_box(outline), _box(n.area))]
    return rules.tidy(outline, near, cut=cut)


def neighbours(session: Session) -> list[Neighbour]:
    """All zones that have an outline."""

    def read() -> list[Neighbour]:
        rows = session.rows(TABLE)
        return [Neighbour(i, _name(r["name"]), rules.area_of(r)) for i, r in rows.items() if r["geom"] is not None]

    return session.remembered("zones as areas", (TABLE,), read)


def measure(session: Session, outline: BaseGeometry) -> ZoneStatistics:
    """What an outline holds, also one that is only being drawn."""
    return statistics(outline, stock(session), assumptions(session))


def statistics_of(session: Session, zone_id: str) -> ZoneStatistics:
    """What a zone holds."""
    return measure(session, rules.area_of(_row(session, zone_id)))


def assumptions(session: Session) -> Assumptions:
    """What is assumed where the data are silent, as the project says."""
    row = session.row("project", "project") or {}
    storey, floor = row.get("storey_height_m"), row.get("floor_area_per_person_m2")
    return Assumptions(
        float(storey) if isinstance(storey, (int, float)) else STOREY_HEIGHT_M,
        float(floor) if isinstance(floor, (int, float)) else FLOOR_AREA_PER_PERSON_M2,
    )


def stock(session: Session) -> Stock:
    """The buildings as arrays for counting; what does not change with marks is read once."""
    fixed = session.remembered("stock without damage", ("buildings",), lambda: _fixed(session))
    tables = ("buildings", "damage_marks", "matches", "observations")
    return session.remembered(
        "stock", tables, lambda: _with_damage(session, fixed), lambda old, touched: _remarked(session, old, touched)
    )


@dataclass(frozen=True, slots=True)
class _Fixed:
    footprint_m2: Floats
    levels: Floats
    height_m: Floats
    people: Floats
    home: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def _fixed(session: Session) -> _Fixed:
    found = buildings(session)
    told = session.columns("buildings", ["levels", "height_m", "people", "use"])
    row = {id: i for i, id in enumerate(told["id"])}
    i = np.array([row[id] for id in found.ids], np.int64)
    numbers = {name: told[name][i].astype(np.float64) for name in ("levels", "height_m", "people")}
    home = np.array([use in HOMES for use in told["use"][i]], bool)
    return _Fixed(shapely.area(found.footprints), numbers["levels"], numbers["height_m"], numbers["people"], home)


def _with_damage(session: Session, fixed: _Fixed) -> Stock:
    found = buildings(session)
    view = damage_view(session, found.ids)
    return Stock(
        found.xy, fixed.footprint_m2, fixed.levels, fixed.height_m, fixed.people, fixed.home, view.grade, view.reading
    )  # fmt: skip


def _remarked(session: Session, old: Stock, touched: Touched) -> Stock | None:
    """The stock after some buildings were marked; anything else needs it anew."""
    if any(table != "damage_marks" for table, _id in touched):
        return None
    found = buildings(session)
    i = found.places([id for _table, id in touched])
    view = damage_view(session, found.ids[i])
    grade = old.grade.copy()
    grade[i] = view.grade
    return replace(old, grade=grade)


def listed(session: Session) -> list[dict[str, object]]:
    """Every zone with its fields (but the outline) and what it holds, by phase, priority and name."""
    found: list[dict[str, object]] = []
    for id, row in sorted(session.rows(TABLE).items(), key=_rank):
        said: dict[str, object] = {name: value for name, value in row.items() if name != "geom"}
        found.append({"id": id, **said, "holds": statistics_of(session, id) if row["geom"] is not None else None})
    return found


def label(row: Fields) -> str:
    """A zone's name with its hectares."""
    area = row.get("area_m2")
    size = number(area / 10_000, 1) if isinstance(area, (int, float)) else "?"
    return _("{name} ({area} ha)").format(name=_name(row.get("name")), area=size)


def _rank(zone: tuple[str, Fields]) -> tuple[int, int, str, str]:
    """Those without a phase or priority come last."""
    id, row = zone
    phase, priority = row.get("phase"), row.get("priority")
    return (
        phase if isinstance(phase, int) else 100,
        priority if isinstance(priority, int) else 10,
        _name(row.get("name")).casefold(),
        id,
    )


def _row(session: Session, zone_id: str) -> dict[str, Value]:
    row = session.row(TABLE, zone_id)
    if row is None:
        raise UserError("no-such-thing", what=_("zone"), id=zone_id)
    return row


def _name(name: Value) -> str:
    return str(name or "").strip() or _("Zone without a name")


def _new_id(session: Session) -> str:
    return new_id(session.clock(), os.urandom(10))


def _box(area: BaseGeometry) -> BaseGeometry:
    return shapely.box(*area.bounds) if area is not None and not area.is_empty else shapely.Point()
