"""Columns as arrays: what SQLite may hold in a column of numbers."""

from __future__ import annotations

import numpy as np

from vidbudova.model.schema import TABLES
from vidbudova.store.reading import _array


def test_that_numbers_are_floats_and_empty_ones_are_not_numbers() -> None:
    field = TABLES["buildings"].field("people")
    assert np.array_equal(_array(field, (3, None, 2.5)), [3.0, np.nan, 2.5], equal_nan=True)
    assert _array(field, ()).dtype == np.float64


def test_that_text_in_a_column_of_numbers_spoils_only_its_own_row() -> None:
    field = TABLES["buildings"].field("levels")
    assert np.array_equal(_array(field, (4, "about five", None)), [4.0, np.nan, np.nan], equal_nan=True)
