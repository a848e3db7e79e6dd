"""The city as of a date: each reading and mark counts from its day on, and before the first there is no damage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import blocks
import numpy as np
import pytest

from vidbudova.errors import UserError
from vidbudova.model.damage import NONE, POSSIBLE
from vidbudova.session import Session, damage, moments
from vidbudova.session.damage import damage_view
from vidbudova.session.matching import match

IDS = np.array(["b0", "b1", "b2", "b3"], object)
MARCH, APRIL, MAY, JUNE = date(2022, 3, 14), date(2022, 4, 1), date(2022, 5, 12), date(2022, 6, 1)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = blocks.new(tmp_path / "City.vbp.gpkg")
    houses = blocks.row_of_houses()
    houses[3]["built_year"] = 2023
    blocks.add_layer(session, tmp_path, "buildings", houses, "houses")
    points = [blocks.roof_mark("o0", 5, 5, "Destroyed", "5"), blocks.roof_mark("o1", 25, 5, "Possible Damage", "P")]
    blocks.add_layer(session, tmp_path, "observations", points, "satellite")
    seen = [
        {"id": "s0", "observation": "o0", "observed_on": "2022-03-14", "raw": "Moderate", "grade": "2"},
        {"id": "s1", "observation": "o0", "observed_on": "2022-05-12", "raw": "Destroyed", "grade": "5"},
        {"id": "s2", "observation": "o1", "observed_on": "2022-05-12", "raw": "Possible", "grade": "P"},
    ]
    blocks.add_layer(session, tmp_path, "sightings", seen, "dates")
    match(session, 1.0)
    damage.mark(session, "b2", grade=4, inspected_at="2022-06-01T09:00:00Z")
    yield session
    session.close()


def shown(session: Session, on: date) -> list[int]:
    return [int(v) for v in moments.damage_on(session, IDS, on).shown]


def test_that_the_dates_are_those_on_which_something_was_seen(session: Session) -> None:
    assert moments.dates(session) == [MARCH, MAY, JUNE]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (moments.BEFORE, [NONE] * 4),
        (date(2022, 3, 13), [NONE] * 4),
        (MARCH, [2, NONE, NONE, NONE]),
        (APRIL, [2, NONE, NONE, NONE]),
        (MAY, [5, POSSIBLE, NONE, NONE]),
        (JUNE, [5, POSSIBLE, 4, NONE]),
    ],
)
def test_that_a_day_shows_what_had_been_seen_by_then(session: Session, on: date, expected: list[int]) -> None:
    assert shown(session, on) == expected


def test_that_the_last_day_is_the_same_as_now(session: Session) -> None:
    then, now = moments.damage_on(session, IDS, JUNE), damage_view(session, IDS)
    assert (then.shown == now.shown).all()
    assert (then.hatched == now.hatched).all()


def test_that_a_mark_without_a_date_counts_on_every_day_but_not_before(session: Session) -> None:
    damage.mark(session, "b1", grade=5, evidence="satellite")
    assert shown(session, MARCH)[1] == 5
    assert shown(session, moments.BEFORE)[1] == NONE


def test_that_what_was_built_later_does_not_stand_yet(session: Session) -> None:
    assert moments.not_yet_built(session, IDS, MAY).tolist() == [False, False, False, True]
    assert moments.not_yet_built(session, IDS, date(2023, 1, 1)).tolist() == [False] * 4
    assert moments.not_yet_built(session, IDS, moments.BEFORE).tolist() == [False, False, False, True]


def test_that_words_become_days_and_others_are_refused() -> None:
    assert moments.parse("before") == moments.BEFORE
    assert moments.parse("2022-05-12") == MAY
    with pytest.raises(UserError) as refused:
        moments.parse("12 May")
    assert refused.value.key == "value-wrong"
