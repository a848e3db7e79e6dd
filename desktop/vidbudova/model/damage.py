"""Damage marks: a person's grade for a building, and what it may rest on.

What is refused, exactly. The ladder of evidence is satellite, drone, street photo, walk-round, instrument; the first
two are remote. A remote *observation* (a satellite point, a drone outline) never becomes a mark by itself: its reading
is shown hatched until a person marks the building. A *person* who marks a building on remote evidence may choose

* 0: nothing seen from above,
* 3: heavy or worse ("3+": from above the grades 3 and 4 cannot be told apart),
* 5: destroyed,

and is refused 1, 2 and 4 (``grade-from-afar``), because those speak of cracks, joints and walls that are not seen from
above. "Possible" is a reading, not a grade, and cannot be marked. A remote mark stays hatched. It never replaces a
grade from the ground (``evidence-weaker``), except with 5: what has been destroyed since is seen from above. Any
evidence from the ground may replace any mark. Source: Copernicus's own finding that EMS-98's structural grades cannot
be used directly on vertical images (see resources/scales, and the crosswalk there).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.change import Delta, Fields, Value, edit
from vidbudova.model.codes import EVIDENCE, HAZARDS
from vidbudova.model.scales import REMOTE, SEVERITY
from vidbudova.model.schema import DAMAGE_MARKS
from vidbudova.text import _
from vidbudova.text import mark as words

TABLE = DAMAGE_MARKS.name

GRADES: Mapping[int, str] = MappingProxyType(
    {
        0: words("None seen"),
        1: words("Slight"),
        2: words("Moderate"),
        3: words("Heavy"),
        4: words("Very heavy"),
        5: words("Destroyed"),
    }
)
"""Our grades after EMS-98, with their titles (translate with `_`)."""

FROM_ABOVE = (0, 3, 5)
"""The grades a person may mark on remote evidence; 3 then means 3 or worse."""

POSSIBLE = 6
"""How "P" (possible) is written in arrays of readings; it is milder than grade 1 all the same."""

NONE = -1
"""No grade, no reading."""

READING_CODES: Mapping[str, int] = MappingProxyType({**{str(g): g for g in GRADES}, "P": POSSIBLE})

Grades = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class DamageView:
    """How buildings are shown, one entry each.

    Attributes
    ----------
    grade : (n,) int8, what a person marked; -1 none.
    reading : (n,) int8, what the taken observations read as; 6 is P (possible), -1 none.
    hatched : (n,) bool, whether what is shown was only seen from above.
    """

    grade: Grades
    reading: Grades
    hatched: NDArray[np.bool_]

    @property
    def shown(self) -> Grades:
        """(n,) int8: the grade where there is one, else the reading (6 is P), else -1."""
        return np.where(self.grade >= 0, self.grade, self.reading).astype(np.int8)


def is_remote(evidence: str) -> bool:
    """Whether evidence is from above."""
    return evidence in REMOTE


def check(grade: int, evidence: str, row: Fields | None = None) -> None:
    """Refuse a grade that its evidence does not carry.

    Parameters
    ----------
    grade : 0 … 5.
    evidence : one of `codes.EVIDENCE`.
    row : the mark the building has now, or None.

    Raises
    ------
    UserError
        value-wrong, grade-from-afar, or evidence-weaker (the module says exactly when).
    """
    if evidence not in EVIDENCE:
        raise UserError("value-wrong", value=evidence, field=_("evidence"), reason=", ".join(EVIDENCE))
    if isinstance(grade, bool) or grade not in GRADES:
        raise UserError("value-wrong", value=grade, field=_("a damage grade"), reason=_("grades go from 0 to 5"))
    if not is_remote(evidence):
        return
    if grade not in FROM_ABOVE:
        raise UserError("grade-from-afar", grade=grade, evidence=in_words(evidence))
    before = (row or {}).get("evidence")
    if (row or {}).get("grade") is not None and isinstance(before, str) and not is_remote(before) and grade != 5:
        raise UserError(
            "evidence-weaker", grade=(row or {})["grade"], before=in_words(before), evidence=in_words(evidence)
        )


def check_time(inspected_at: str | None) -> None:
    """Refuse what is no ISO date or time (value-wrong); None is not known."""
    try:
        datetime.fromisoformat(inspected_at or "2000-01-01")
    except ValueError:
        reason = _("write year-month-day")
        raise UserError("value-wrong", value=inspected_at, field=_("a date"), reason=reason) from None


def in_words(evidence: str) -> str:
    """A kind of evidence as it stands inside a sentence."""
    return _(EVIDENCE.get(evidence, evidence)).lower()


def mark(
    building_id: str,
    row: Fields | None,
    *,
    grade: int,
    evidence: str,
    inspector: str,
    inspected_at: str | None = None,
    note: str | None = None,
    photos: Iterable[str] | None = None,
    hazards: Iterable[str] | None = None,
) -> list[Delta]:
    """The deltas of one mark; touches nothing.

    Parameters
    ----------
    row : the mark the building has now, or None.
    grade, evidence : see `check`.
    inspected_at : ISO time (UTC) or date when it was seen; None if that is not known.
    note, photos, hazards : None leaves them as they are; an empty one clears them. Photos are sha256.

    Raises
    ------
    UserError
        As `check`; value-wrong for an unknown hazard.
    """
    check(grade, evidence, row)
    check_time(inspected_at)
    fields: dict[str, Value] = {
        "grade": int(grade),
        "evidence": evidence,
        "inspector": inspector,
        "inspected_at": inspected_at,
        **_details(note, photos, hazards),
    }
    return [_set(building_id, row, fields)]


def annotate(
    building_id: str,
    row: Fields,
    *,
    note: str | None = None,
    photos: Iterable[str] | None = None,
    hazards: Iterable[str] | None = None,
) -> list[Delta]:
    """The deltas that change what stands beside a grade and leave the grade, its evidence and its inspector alone."""
    fields = _details(note, photos, hazards)
    return [edit(TABLE, building_id, row, **fields)] if fields else []


def record_act(building_id: str, row: Fields | None, *, category: str, act: str) -> list[Delta]:
    """The deltas that enter a legal category from an inspection act (never computed from a grade).

    Raises
    ------
    UserError
        value-wrong if a category comes without the number and date of its act.
    """
    if category and not act.strip():
        raise UserError(
            "value-wrong",
            value=category,
            field=_("a legal category"),
            reason=_("it needs the number and date of the act"),
        )
    return [_set(building_id, row, {"legal_category": category or None, "legal_act": act.strip() or None})]


def unmark(building_id: str, row: Fields) -> list[Delta]:
    """The deltas that take a mark away altogether."""
    return [Delta(TABLE, building_id, dict(row), None)]


def grade_counts(grades: Grades) -> dict[str, int]:
    """How many buildings have each grade, as "0" … "5"; those without (-1) are left out."""
    return {str(g): int((grades == g).sum()) for g in GRADES}


def reading_counts(readings: Grades) -> dict[str, int]:
    """How many buildings have each reading, as "0", "P", "1" … "5"."""
    return {code: int((readings == READING_CODES[code]).sum()) for code in SEVERITY}


def codes(readings: NDArray[Any]) -> Grades:
    """Readings as text ("0", "P" … "5", anything else is none) as int8 with P as 6 and none as -1."""
    return np.fromiter((READING_CODES.get(r, NONE) for r in readings), np.int8, len(readings))


def severities(readings: Grades) -> Grades:
    """The order of readings by weight: none -1, then 0 < P < 1 < … < 5 as 0 … 6."""
    order = np.array([SEVERITY.index(code) for code in READING_CODES] + [NONE], np.int8)
    return order[readings]


def _details(note: str | None, photos: Iterable[str] | None, hazards: Iterable[str] | None) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    if note is not None:
        fields["note"] = note.strip() or None
    if photos is not None:
        fields["photos"] = frozenset(photos)
    if hazards is not None:
        fields["hazards"] = frozenset(hazards)
        for unknown in sorted(frozenset(hazards) - set(HAZARDS)):
            raise UserError("value-wrong", value=unknown, field=_("a hazard"), reason=", ".join(HAZARDS))
    return fields


def _set(building_id: str, row: Fields | None, fields: dict[str, Value]) -> Delta:
    if row is None:
        given = {name: value for name, value in fields.items() if value is not None and value != frozenset()}
        return Delta(TABLE, building_id, None, given)
    return edit(TABLE, building_id, row, **fields)
