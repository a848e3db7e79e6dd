"""The city as of a date: what had been seen by then, what had been built, and which dates there are to choose from.

A mark counts from the day it was seen, a sighting from the day of its image, a feature from its date. What has no date
counts as known all along; before the first date of damage there is none at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.model.damage import NONE, DamageView, is_remote
from vidbudova.session.core import Session
from vidbudova.session.places import wholes
from vidbudova.session.readings import readings_of
from vidbudova.text import _

BEFORE = date.min
"""The city before anything was seen: whole."""
BEFORE_WORD = "before"
SOURCES = (("sightings", "observed_on"), ("observations", "latest_on"), ("damage_marks", "inspected_at"))
Strings = NDArray[np.object_]


def parse(words: str) -> date:
    """A date as a person writes it to a command: YYYY-MM-DD, or “before”."""
    if words == BEFORE_WORD:
        return BEFORE
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        reason = _("YYYY-MM-DD, or “before”")
        raise UserError("value-wrong", value=words, field=_("a date"), reason=reason) from error


def dates(session: Session) -> list[date]:
    """The days on which damage was seen, in order."""
    found = {_day(value) for table, field in SOURCES for value in session.columns(table, [field])[field].tolist()}
    return sorted(day for day in found if day is not None)


def said_by(session: Session, on: date) -> dict[str, str]:
    """What each observation read as by a day; those that had seen nothing yet are left out."""
    latest = session.columns("observations", ["latest_grade", "latest_on"])
    now = {
        str(id): str(grade or "")
        for id, grade, at in zip(latest["id"], latest["latest_grade"], latest["latest_on"], strict=True)
        if on != BEFORE and (_day(at) or on) <= on
    }
    return now | _sighted(session, on)


def _sighted(session: Session, on: date) -> dict[str, str]:
    """The last sighting by a day, by observation."""
    seen = session.columns("sightings", ["observation", "observed_on", "grade"])
    best: dict[str, tuple[date, str]] = {}
    for observation, at, grade in zip(seen["observation"], seen["observed_on"], seen["grade"], strict=True):
        day = _day(at)
        if day is not None and day <= on and (str(observation) not in best or best[str(observation)][0] <= day):
            best[str(observation)] = (day, str(grade or ""))
    return {observation: grade for observation, (_day_, grade) in best.items()}


def damage_on(session: Session, ids: Strings | Sequence[str], on: date) -> DamageView:
    """How buildings were shown on a day, as `damage_view` says it for now."""
    parts = wholes(session)
    whole = [parts.get(id, id) for id in ids] if parts else list(ids)
    marks, seen = _marks(session, on), readings_of(session, said_by(session, on)) if on != BEFORE else {}
    grade = np.array([marks.get(id, (NONE, False))[0] for id in whole], np.int8)
    remote = np.array([marks.get(id, (NONE, False))[1] for id in whole], bool)
    reading = np.array([seen.get(id, NONE) for id in whole], np.int8)
    return DamageView(grade, reading, np.where(grade >= 0, remote, reading >= 0))


def _marks(session: Session, on: date) -> dict[str, tuple[int, bool]]:
    found = session.columns("damage_marks", ["grade", "evidence", "inspected_at"])
    return {
        str(id): (int(grade), is_remote(str(evidence)))
        for id, grade, evidence, at in zip(
            found["id"], found["grade"], found["evidence"], found["inspected_at"], strict=True
        )
        if grade is not None and np.isfinite(float(grade)) and on != BEFORE and (_day(at) or on) <= on
    }


def not_yet_built(session: Session, ids: Strings, on: date) -> NDArray[np.bool_]:
    """(n,) buildings that the data say were built later than a day; never before the first date of damage."""
    if on == BEFORE:
        first = dates(session)
        on = first[0] if first else date.max
    found = session.columns("buildings", ["built_year"])
    year = dict(zip(found["id"].tolist(), found["built_year"].tolist(), strict=True))
    return np.array([bool(year.get(id) and float(year[id]) > on.year) for id in ids], bool)


def words_of(on: date) -> str:
    """A day in words."""
    from vidbudova.text import day

    return _("Before the damage") if on == BEFORE else day(on)


def _day(value: object) -> date | None:
    """The day of a date or time as the tables write it."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
