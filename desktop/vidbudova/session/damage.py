"""Marking buildings, what is shown of them, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import compress
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model import damage as rules
from vidbudova.model.change import Change, Delta, Fields
from vidbudova.model.damage import NONE, DamageView
from vidbudova.model.zone_statistics import inside
from vidbudova.session import photos as pictures
from vidbudova.session.core import Session
from vidbudova.session.memory import Touched
from vidbudova.session.places import buildings, name_of, wholes
from vidbudova.session.readings import readings
from vidbudova.text import _
from vidbudova.text import mark as words

TABLE = rules.TABLE

DEFAULT_EVIDENCE = "walk_round"
"""What a mark rests on unless something else is said."""

FEW = 200
"""Up to here single rows are read instead of the whole table."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of marking many.

    Attributes
    ----------
    change : the one Change; None if it would have changed nothing.
    done : ids marked; refused : id -> the sentence that says why not.
    """

    change: Change | None
    done: tuple[str, ...]
    refused: dict[str, str]


def mark(
    session: Session,
    building_id: str,
    *,
    grade: int,
    evidence: str = DEFAULT_EVIDENCE,
    inspector: str | None = None,
    inspected_at: str | None = None,
    note: str | None = None,
    hazards: Iterable[str] | None = None,
    files: Sequence[Path] = (),
) -> Change | None:
    """Mark one building (by its id or a part's); None when it would change nothing.

    `inspector` is the author unless said; `inspected_at` is now for evidence from the ground and unknown for what was
    seen from above unless said; `files` are pictures to copy in and add to those the building has.
    """
    building_id = _whole(session, building_id)
    name, row = name_of(session, building_id), session.row(TABLE, building_id)
    rules.check(grade, evidence, row)
    brought = pictures.bring(session, files)
    deltas = rules.mark(
        building_id,
        row,
        grade=grade,
        evidence=evidence,
        inspector=session.author if inspector is None else inspector,
        inspected_at=_seen_at(session, evidence, inspected_at),
        note=note,
        photos=_with(row, brought.sha256) if files else None,
        hazards=hazards,
    )
    return session.do(
        words("Mark {building}: grade {grade}"), [*brought.deltas, *deltas], building=name, grade=str(int(grade))
    )


def mark_many(
    session: Session,
    ids: Iterable[str],
    *,
    grade: int,
    evidence: str = DEFAULT_EVIDENCE,
    inspector: str | None = None,
    inspected_at: str | None = None,
    note: str | None = None,
    hazards: Iterable[str] | None = None,
) -> Marked:
    """Mark many buildings alike, in one Change. Those whose evidence is stronger are left as they are and told.

    Raises
    ------
    UserError
        If nothing of it may be done: the grade does not suit the evidence at all, or every building refuses it.
    """
    rules.check(grade, evidence)
    wanted = list(dict.fromkeys(_whole(session, id) for id in ids))
    there = session.rows("buildings", wanted)
    rows = session.rows(TABLE, wanted)
    said = {
        "grade": grade, "evidence": evidence, "inspector": session.author if inspector is None else inspector,
        "inspected_at": _seen_at(session, evidence, inspected_at), "note": note, "hazards": hazards,
    }  # fmt: skip
    deltas: list[Delta] = []
    refused: dict[str, UserError] = {}
    for id in wanted:
        try:
            if id not in there:
                raise UserError("no-such-thing", what=_("building"), id=id)
            deltas += rules.mark(id, rows.get(id), **said)  # type: ignore[arg-type]
        except UserError as error:
            refused[id] = error
    if refused and not deltas:
        raise next(iter(refused.values()))
    title = words("Mark {count} buildings: grade {grade}")
    change = session.do(title, deltas, count=str(len(deltas)), grade=str(grade)) if deltas else None
    return Marked(change, tuple(d.id for d in deltas), {id: str(error) for id, error in refused.items()})


def annotate(
    session: Session,
    building_id: str,
    *,
    note: str | None = None,
    hazards: Iterable[str] | None = None,
    files: Sequence[Path] = (),
    without_photo: str = "",
) -> Change | None:
    """Change the note, hazards or photos of a mark and leave its grade, evidence and inspector alone."""
    building_id = _whole(session, building_id)
    name, row = name_of(session, building_id), _marked(session, building_id)
    brought = pictures.bring(session, files)
    photos = _with(row, brought.sha256) - {without_photo} if files or without_photo else None
    deltas = rules.annotate(building_id, row, note=note, photos=photos, hazards=hazards)
    return session.do(words("Describe {building}"), [*brought.deltas, *deltas], building=name)


def unmark(session: Session, ids: Iterable[str]) -> Change | None:
    """Take marks away; the buildings are unassessed again. History and undo keep what was said."""
    rows = session.rows(TABLE, [_whole(session, id) for id in ids])
    deltas = [delta for id, row in rows.items() for delta in rules.unmark(id, row)]
    return session.do(words("Take {count} marks away"), deltas, count=str(len(deltas))) if deltas else None


def record_act(session: Session, building_id: str, *, category: str, act: str) -> Change | None:
    """Enter the legal category of a building as its inspection act says."""
    building_id = _whole(session, building_id)
    name, row = name_of(session, building_id), session.row(TABLE, building_id)
    deltas = rules.record_act(building_id, row, category=category, act=act)
    return session.do(words("Enter the inspection act of {building}"), deltas, building=name)


def damage_view(session: Session, ids: NDArray[np.object_] | Sequence[str]) -> DamageView:
    """How buildings are shown, one entry for each id in that order; a part is shown as its building."""
    parts = wholes(session)
    listed: list[str] = ids.tolist() if isinstance(ids, np.ndarray) else list(ids)
    whole = [parts.get(id, id) for id in listed] if parts else listed
    marks, seen = _marks(session, whole), readings(session)
    grade, reading = np.full(len(whole), NONE, np.int8), np.full(len(whole), NONE, np.int8)
    remote = np.zeros(len(whole), bool)
    # few of many buildings are marked: one look at each, and the rest of the work for those alone
    for k in _rows_in(marks, whole):
        grade[k], remote[k] = marks[whole[k]]
    for k in _rows_in(seen, whole):
        reading[k] = seen[whole[k]]
    return DamageView(grade, reading, np.where(grade >= 0, remote, reading >= 0))


def _rows_in(known: Mapping[str, object], ids: Sequence[str]) -> list[int]:
    return list(compress(range(len(ids)), map(known.__contains__, ids))) if known else []


def next_unassessed(session: Session, from_id: str, skip: Iterable[str] = ()) -> str | None:
    """The nearest building without a mark; None when there is none left. `skip` are passed over."""
    stock = buildings(session)
    from_id = _whole(session, from_id)
    here = stock.place.get(from_id)
    if here is None:
        raise UserError("no-such-thing", what=_("building"), id=from_id)
    graded = [id for id, (grade, _remote) in _all_marks(session).items() if grade >= 0]
    open_ = np.ones(len(stock.ids), bool)
    open_[stock.places([*graded, *skip, from_id])] = False
    candidates = np.flatnonzero(open_)
    if not len(candidates):
        return None
    away = ((stock.xy[candidates] - stock.xy[here]) ** 2).sum(axis=1)
    return str(stock.ids[candidates[int(away.argmin())]])


def find(
    session: Session,
    *,
    area: shapely.Geometry | None = None,
    shown: Iterable[int] | None = None,
    use: Iterable[str] | None = None,
    unassessed: bool = False,
) -> list[str]:
    """Buildings by rule, for marking many at once.

    `area`: a point on the footprint lies inside; `shown`: grade or reading as `DamageView.shown` writes them;
    `use`: of `codes.BUILDING_USES`; `unassessed`: without a mark.
    """
    stock = buildings(session)
    i = np.arange(len(stock.ids)) if area is None else inside(area, stock.xy)
    if shown is not None or unassessed:
        view = damage_view(session, stock.ids[i])
        fits = np.isin(view.shown, list(shown)) if shown is not None else np.ones(len(i), bool)
        i = i[fits & (view.grade < 0) if unassessed else fits]
    if use is not None:
        wanted = set(use)
        uses = session.columns("buildings", ["use"])
        of = dict(zip(uses["id"], uses["use"], strict=True))
        i = np.array([k for k in i if of.get(stock.ids[k]) in wanted], np.intp)
    return [str(id) for id in stock.ids[i]]


_UNMARKED = (NONE, False)
Marks = dict[str, tuple[int, bool]]


def _marks(session: Session, ids: NDArray[np.object_] | Sequence[str]) -> Marks:
    if len(ids) > FEW:
        return _all_marks(session)
    return _some_marks(session, list(ids))


def _all_marks(session: Session) -> Marks:
    """Grade and whether it was seen from above only, by building."""

    def read() -> Marks:
        found = session.columns(TABLE, ["grade", "evidence"])
        grades = np.nan_to_num(found["grade"].astype(np.float64), nan=NONE).astype(int).tolist()
        remote = (rules.is_remote(str(e)) for e in found["evidence"])
        return dict(zip(found["id"], zip(grades, remote, strict=True), strict=True))

    def mend(marks: Marks, touched: Touched) -> Marks:
        ids = [id for _table, id in touched]
        kept = dict(marks)
        for id in ids:
            kept.pop(id, None)
        kept.update(_some_marks(session, ids))
        return kept

    return session.remembered("marks", (TABLE,), read, mend)


def _some_marks(session: Session, ids: Sequence[str]) -> Marks:
    return {id: (_grade(row), _remote(row)) for id, row in session.rows(TABLE, ids).items()}


def _grade(row: Fields) -> int:
    grade = row.get("grade")
    return NONE if grade is None else int(grade)  # type: ignore[arg-type]


def _remote(row: Fields) -> bool:
    return rules.is_remote(str(row.get("evidence")))


def _marked(session: Session, building_id: str) -> Fields:
    row = session.row(TABLE, building_id)
    if row is None:
        raise UserError("no-such-thing", what=_("damage mark"), id=building_id)
    return row


def _whole(session: Session, building_id: str) -> str:
    return wholes(session).get(building_id, building_id)


def _with(row: Fields | None, sha256: Iterable[str]) -> frozenset[str]:
    had = (row or {}).get("photos")
    return frozenset(sha256) | (had if isinstance(had, frozenset) else frozenset())


def _seen_at(session: Session, evidence: str, said: str | None) -> str | None:
    """Someone on the ground marks what they see now; when a picture from above was taken is not known by itself."""
    if said is not None or rules.is_remote(evidence):
        return said or None
    return datetime.fromtimestamp(session.clock() / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
