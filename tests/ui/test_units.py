"""Units and numbers in the letters of the reader's language."""

from __future__ import annotations

import gettext

import pytest

from vidbudova import text
from vidbudova.model.schema import BUILDINGS
from vidbudova.plugin import Figure
from vidbudova.ui import form_values
from vidbudova.ui.analysis_figures import said
from vidbudova.ui.analysis_rows import figure_words

LETTERS = {"km": "км", "h": "год", "veh": "авт", "m": "м", "min": "хв"}


class Letters(gettext.NullTranslations):
    """A catalogue of these letters alone."""

    def gettext(self, message: str) -> str:
        """The letters of a symbol."""
        return LETTERS.get(message, message)


@pytest.fixture
def ukrainian(monkeypatch: pytest.MonkeyPatch) -> None:
    """The language of a reader with other letters, and commas."""
    monkeypatch.setattr(text, "_current", Letters())
    monkeypatch.setattr(text, "_language", "uk")


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("km/h", "км/год"), ("veh·h", "авт·год"), ("m²", "м²"), ("veh/h", "авт/год"), ("min", "хв"),
        ("1", ""), ("", ""), ("%", "%"), ("h per m", "h per m"), ("furlong/h", "furlong/h"), ("m³/h", "м³/год"),
    ],
)  # fmt: skip
def test_that_a_unit_is_written_in_the_letters_of_the_language_or_left_alone(ukrainian, symbol, expected):
    assert text.unit(symbol) == expected
    assert text.with_unit("5", symbol) == f"5 {expected}".rstrip()


def test_that_figures_carry_them_with_numbers_of_the_language(ukrainian):
    assert said(Figure("a", "A", 1234.6, "veh/h")) == "1\u202f235 авт/год"
    assert said(Figure("a", "A", "none", "h")) == "none год"
    assert figure_words(2.5e-7) == "2,5·10⁻⁷"


def test_that_a_number_typed_with_either_unit_is_read(ukrainian):
    field = BUILDINGS.field("height_m")
    shown = form_values.shown(field, 12.5)
    assert shown == "12,5 м"
    assert form_values.read(field, shown) == form_values.read(field, "12,5 m") == 12.5
