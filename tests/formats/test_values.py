"""Numbers, lengths, speeds, dates and yes or no as other people write them."""

from __future__ import annotations

import math

import pytest

from vidbudova.formats import fields, values


@pytest.mark.parametrize(
    ("text", "metres"),
    [("12", 12), ("12 m", 12), ("12m", 12), ("3,5", 3.5), ("40'", 12.192), ("5'10\"", 1.778), ("40 ft", 12.192),
     ("12 м", 12),
     ("350 cm", 3.5), (9, 9), ("12;15", 12), ("1 200", 1200), ("high", None), ("", None), ("~12", None), (math.inf,
     None),
     (True, None)],
)  # fmt: skip
def test_that_lengths_are_read_with_their_units(text, metres):
    found = values.metres(text)
    assert found is None if metres is None else found == pytest.approx(metres)


@pytest.mark.parametrize(
    ("text", "speed"), [("50", 50), ("30 mph", 48.28032), ("UA:walk", 5), ("60 км/год", 60), ("signals", None)]
)
def test_that_speeds_are_read_with_their_units(text, speed):
    found = values.speed(text)
    assert found is None if speed is None else found == pytest.approx(speed)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2022-05-12", "2022-05-12"), ("12.05.2022", "2022-05-12"), ("2022-05-12T10:00:00Z", "2022-05-12"),
     ("20220512", "2022-05-12"),
     ("yesterday", None), ("2022-13-40", None)],
)  # fmt: skip
def test_that_dates_are_read(text, day):
    assert values.day(text) == day


def test_that_what_cannot_be_read_is_noted_and_left_out():
    found, notes = fields.read("buildings", {"building": "apartments", "building:levels": "many", "height": "5000"})
    assert found == {"use": "apartments"}
    assert {code for code, _example in notes} == {"value-unreadable", "value-out-of-range"}


def test_that_columns_in_ukrainian_are_known():
    found, notes = fields.read(
        "buildings", {"Поверхи": "9", "Вулиця": "Миру", "Рік_побудови": "1974 р.", "Матеріал": "цегла"}
    )
    assert found == {"levels": 9.0, "street": "Миру", "built_year": 1974, "material": "цегла"} and not notes


def test_that_roads_are_read_from_tags():
    found, notes = fields.read("roads", {"highway": "primary_link", "lanes": "3", "maxspeed": "60", "oneway": "-1",
                                         "bridge": "viaduct", "layer": "1", "tunnel": "no"})  # fmt: skip
    assert not notes
    assert found == {"class": "primary", "lanes": 3, "speed_km_h": 60.0, "oneway": "reverse", "bridge": True,
        "level": 1,
                     "tunnel": False}  # fmt: skip
